/** In a real browser, at 1440 and 390 pixels with axe: a zero report, a sample, a month closed with its bulletin, a letter. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount, testPdf } from '../../server/src/testing-context.ts';
import { moveTo, openCity, sendMonth } from '../quality/city.ts';
import { isSound as look, openPage, typePassword, widths } from '../support/browser.ts';
import type { HttpCity } from '../support/http-city.ts';

let city: HttpCity;
let base: string;
let browser: Browser;

before(async () => {
  city = await openCity('2026-10-08T02:00:00Z');
  await sendMonth(city, 11, 60);
  await moveTo(city, '2026-11-10T02:00:00Z');
  for (const standard of ['licence', 'award']) {
    const set = await city.call('office', 'PUT', '/api/v1/quality/duties', {
      payload: { bodyId: city.bodyId, standard, from: '2026-10', to: null },
    });
    assert.equal(set.statusCode, 204, set.body);
  }
  // The other department owes one item and says nothing: it gets a letter too.
  const other = { bodyId: city.otherBodyId, standard: 'licence', from: '2026-10', to: null };
  const owed = await city.call('office', 'PUT', '/api/v1/quality/duties', { payload: other });
  assert.equal(owed.statusCode, 204, owed.body);
  const { rows } = await city.ctx.db.app.query(`SELECT body_id FROM identity.account WHERE login = 'office'`);
  await addTestAccount(city.ctx, 'chief', ['creditOffice'], String(rows[0].body_id));
  base = await city.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await city?.close();
});

async function as(login: string, width: number, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await openPage(browser, base, width);
  const wrong: string[] = [];
  page.on('console', (message) => {
    const expected = message.location().url.endsWith('/api/v1/session') && message.text().includes('401');
    if (message.type() === 'error' && !expected) wrong.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  try {
    await typePassword(page, login);
    await page.waitForURL((url) => !url.pathname.includes('sign-in'));
    await work(page);
    assert.deepEqual(wrong, [], 'the console');
  } finally {
    await page.context().close();
  }
}

/** In the order of a month: at both widths before the next step, since a month is closed once. */
describe('quality', () => {
  for (const width of widths)
    it(`a department reports a zero and sees its rates, at ${width} px`, () =>
      as('officer', width, async (page) => {
        await page.goto('/desk/quality');
        await page.getByText('决定件数确认').first().waitFor();
        await look(page, 'quality-tasks');
        await page
          .getByRole('button', { name: /作零报告$/ })
          .first()
          .click();
        await page.getByText('已确认').first().waitFor();
        await page.goto('/desk/quality?tab=board&month=2026-10');
        await page.getByRole('button', { name: '示范市市场监督管理局' }).click();
        await page.getByRole('button', { name: '看这些行 合规率' }).click();
        await page
          .getByText(/第 \d+ 行/)
          .first()
          .waitFor();
        await look(page, 'quality-board-own');
      }));
  for (const width of widths)
    it(`the office looks at rates and feedback and draws a sample, at ${width} px`, () =>
      as('office', width, async (page) => {
        await page.goto('/desk/quality?tab=board&month=2026-10');
        await page.getByText('红色预警').first().waitFor();
        await page.locator('summary').click();
        await look(page, 'quality-board');
        await page.goto('/desk/quality?tab=feedback&month=2026-10');
        await page.getByText('常见问题').first().waitFor();
        await look(page, 'quality-feedback');
        await page.goto('/desk/quality?tab=samples');
        await page.getByLabel('月份').first().selectOption('2026-10');
        await page.getByLabel('件数').fill('5');
        await page.getByRole('button', { name: '抽取样本' }).click();
        await page.getByRole('button', { name: '第三方抽样' }).first().click();
        await page.getByRole('link', { name: '下载核查表' }).waitFor();
        await look(page, 'quality-samples');
      }));
  for (const width of widths)
    it(`the office sees what was confirmed and what is missing, and sets what a body owes, at ${width} px`, () =>
      as('office', width, async (page) => {
        await page.goto('/desk/quality?tab=duties&month=2026-10');
        await page.getByRole('button', { name: /示范市市场监督管理局 行政处罚/ }).click();
        await page
          .getByText(/第 \d+ 行/)
          .first()
          .waitFor();
        await look(page, 'quality-duties');
        const form = page.locator('.filters').filter({ has: page.getByRole('button', { name: '设定', exact: true }) });
        await form.getByLabel('单位').selectOption({ label: '示范市市场监督管理局' });
        await form.getByLabel('事项').selectOption({ label: '行政强制信息' });
        await form.getByLabel('周期').selectOption({ label: '按季' });
        await form.getByRole('button', { name: '设定', exact: true }).click();
        await page.getByText('已设定', { exact: true }).waitFor();
        await page
          .getByRole('cell', { name: /行政强制信息/ })
          .first()
          .waitFor();
      }));
  for (const width of widths)
    it(`the office closes a month and has its bulletin and letters, at ${width} px`, () =>
      as('office', width, async (page) => {
        // A month each, since one is closed once; in September nothing had come yet, and its bulletin says so.
        const [month, number] = width === 1440 ? ['2026-10', /信通报〔2026〕1号/] : ['2026-09', /信通报〔2026〕2号/];
        await page.goto('/desk/quality?tab=months');
        await page.getByRole('button', { name: month }).click();
        await page.getByRole('button', { name: '结账并生成通报、报告、督办' }).click();
        await page.getByRole('button', { name: /确\s?定|OK/ }).click();
        await page.getByText(number).first().waitFor();
        await page.getByRole('button', { name: '补齐文书' }).waitFor();
        await look(page, 'quality-months');
        await page.goto('/desk/quality?tab=letters');
        await page.getByRole('button', { name: /信督办〔2026〕1号/ }).click();
        await page.getByText('督办事项').or(page.getByText('事项')).first().waitFor();
        await look(page, 'quality-letters');
      }));
  // Each width has a letter of its own: one is closed once.
  for (const [width, login, at] of [
    [1440, 'officer', 0],
    [390, 'stranger', 1],
  ] as const) {
    const open = async (page: Page, number: string): Promise<void> => {
      await page.goto('/desk/quality?tab=letters');
      await page.getByRole('button', { name: number }).click();
    };
    it(`a letter is checked, signed by another, sealed, answered and closed, at ${width} px`, async () => {
      const letters = await city.call('office', 'GET', '/api/v1/quality/letters');
      const bodyId = at === 0 ? city.bodyId : city.otherBodyId;
      const number = letters.json().items.find((one: { bodyId: string }) => one.bodyId === bodyId)?.number;
      assert.ok(number, letters.body);
      await as('office', width, async (page) => {
        await open(page, number);
        await page.getByText('尚未签发').waitFor();
        await page.getByRole('button', { name: '审核', exact: true }).click();
        await page
          .getByText(/审核 测试 office/)
          .first()
          .waitFor();
      });
      await as('chief', width, async (page) => {
        await open(page, number);
        await page.getByRole('button', { name: '签发', exact: true }).click();
        await page
          .getByText(/签发 测试 chief/)
          .first()
          .waitFor();
        const sealed = {
          name: '督办单盖章件.pdf',
          mimeType: 'application/pdf',
          buffer: Buffer.from(testPdf('sealed')),
        };
        await page.locator('input[type=file]').setInputFiles(sealed);
        await page.getByText(/盖章件 2026/).waitFor();
        await look(page, 'quality-letter-signed');
      });
      await as(login, width, async (page) => {
        await open(page, number);
        await page.getByRole('link', { name: '下载盖章件' }).waitFor();
        await page.getByLabel('回复').fill('已查明原因，今后按周报送，并按月确认件数。');
        await page.getByRole('button', { name: '提交回复' }).click();
        await page.getByText('已回复，待办结').first().waitFor();
        await look(page, 'quality-letter-answered');
      });
      await as('office', width, async (page) => {
        await open(page, number);
        await page.getByLabel('办结意见').fill('回复属实，予以办结。');
        await page.getByRole('button', { name: '办结', exact: true }).click();
        await page.getByText('已办结').first().waitFor();
      });
      // The windows above ended the session that the test had: an account has so many at a time.
      await moveTo(city, city.clock.now(), 'office');
      const done = await city.call('office', 'GET', '/api/v1/quality/letters?state=all');
      const closed = done.json().items.find((one: { number: string }) => one.number === number);
      assert.equal(closed.state, 'closed');
      assert.deepEqual(
        [closed.signOffs.checked.by, closed.signOffs.signed.by, closed.paperState],
        ['测试 office', '测试 chief', 'sealed'],
      );
    });
  }
});
