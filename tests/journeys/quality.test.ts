/** In a real browser, at 1440 and 390 pixels with axe: a zero report, a sample, a month closed with its bulletin, a letter. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
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
    it(`the office closes a month and has its bulletin and letters, at ${width} px`, () =>
      as('office', width, async (page) => {
        await page.goto('/desk/quality?tab=months');
        await page.getByRole('button', { name: '2026-10' }).click();
        if (width === 1440) {
          await page.getByRole('button', { name: '结账并生成通报、报告、督办' }).click();
          await page.getByRole('button', { name: /确\s?定|OK/ }).click();
        } else await page.getByRole('button', { name: '补齐文书' }).click();
        await page
          .getByText(/信通报〔2026〕1号/)
          .first()
          .waitFor();
        await look(page, 'quality-months');
        await page.goto('/desk/quality?tab=letters');
        await page.getByRole('button', { name: /信督办〔2026〕1号/ }).click();
        await page.getByText('督办事项').or(page.getByText('事项')).first().waitFor();
        await look(page, 'quality-letters');
      }));
});
