/**
 * In a real browser, at 1440 and 390 pixels with axe: an officer is late and the superior sees it; a paper is drafted, signed
 * off by two and voided; what was told, and what was sent.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { lookAtClocks } from '../../server/src/modules/casework/index.ts';
import { objectionKind } from '../../server/src/modules/objections/index.ts';
import { one, sql } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { signInAs } from '../../server/src/testing-context.ts';
import { isSound as look, widths, workAs } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let base: string;
let browser: Browser;
const late: Record<number, string> = {};

async function object(at: number): Promise<string> {
  const values = penalty(at, { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20' });
  await city.submit(penaltyCsv([values]));
  const code = values.CF_XDR_SHXYM ?? '';
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id) WHERE s.unified_code = ${code}`,
  );
  await city.represent('representative', found.subject_id);
  const made = await city.call('representative', 'POST', '/api/v1/objections', {
    payload: {
      code,
      recordId: found.record_id,
      kind: 'error',
      statement: '处罚决定书的相对人不是我单位。',
      wanted: '删除该条信息',
    },
  });
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}

const as = <T>(login: string, width: number, work: (page: Page) => Promise<T>): Promise<T> =>
  workAs(browser, base, width, login, work);

before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    env: { MAIL_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'credit@example.gov.cn' },
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  for (const width of widths) {
    const id = await object(width);
    late[width] = id;
    for (const command of ['accept', 'forward'])
      await city.call('office', 'POST', `/api/v1/objections/${id}/commands`, { payload: { command } });
  }
  city.clock.set('2026-11-10T01:00:00Z');
  await lookAtClocks(city.ctx, [objectionKind]);
  for (const login of ['office', 'officer'] as const)
    Object.assign(city.sessions[login], await signInAs(city.app, login));
  base = await city.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await city?.close();
});

for (const width of widths) {
  describe(`at ${width} pixels`, () => {
    it('an officer is late: the superior sees it, says what was done, and was told', async () => {
      await as('office', width, async (page) => {
        await page.goto('/desk/overdue');
        await page.getByRole('button', { name: '填写督办情况' }).first().waitFor();
        await look(page, 'overdue');
        await page.getByRole('button', { name: '填写督办情况' }).first().click();
        await page.getByLabel('督办情况', { exact: true }).fill('已电话督促，承诺明日答复。');
        await look(page, 'overdue-answer');
        await page.locator('form.decide button[type=submit]').click();
        await page.locator('form.decide').waitFor({ state: 'detached' });
        await page.getByText('已督办').first().waitFor();
        await page.goto('/desk/notices');
        await page.getByText('已逾期').first().waitFor();
        await look(page, 'inbox');
        await page.goto('/desk/notices/sent');
        await page.getByRole('table').waitFor();
        await look(page, 'sent');
      });
    });
    it('a paper takes its number, is signed off, and voided with its number kept', async () => {
      await as('officer', width, async (page) => {
        await page.goto(`/desk/objections/${late[width]}`);
        await page.getByLabel('出具文书').selectOption('letter');
        await page.getByRole('button', { name: '出具函' }).click();
        await page.getByText('请填写').first().waitFor();
        await look(page, 'paper-form');
        await page.getByLabel('主送单位').fill('示范市税务局');
        await page.getByLabel('正文').fill('请协助核实该单位的纳税情况。');
        await page.getByRole('button', { name: '出具函' }).click();
        await page
          .getByText(/信函〔2026〕\d+号/)
          .first()
          .waitFor();
        await page.getByRole('button', { name: '审核', exact: true }).click();
        await page.getByText(/^审核 /).waitFor();
        await look(page, 'paper');
        await page.getByRole('button', { name: '作废', exact: true }).click();
        await page.getByLabel(/作废理由/).fill('文字有误');
        await page
          .locator('.ant-modal-confirm')
          .getByRole('button', { name: '作 废' })
          .or(page.locator('.ant-modal-confirm .ant-btn-dangerous'))
          .first()
          .click();
        await page.getByText('已作废：文字有误').waitFor();
      });
    });
    it('the organisation finds what it was told, and marks it as read', async () => {
      await as('representative', width, async (page) => {
        await page.goto('/desk/notices');
        await page.getByText('异议申请已受理').first().waitFor();
        await look(page, 'inbox-organisation');
        // Read at the first width, it is read at the second.
        const all = page.getByRole('button', { name: '全部标为已读' });
        if (await all.isEnabled()) await all.click();
        await page.getByRole('tab', { name: '未读（0）' }).or(page.getByText('未读（0）')).first().waitFor();
      });
    });
  });
}
