/** Oversight in a real browser, at 1440 and 390 pixels with axe: who looked, a dispute and its answer, the log, alerts, delays. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { writeAccessAll } from '../../server/src/platform/access-log/index.ts';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { testPassword } from '../../server/src/testing-context.ts';
import { seriousFindings } from '../support/browser.ts';
import { actorWith } from '../support/context.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { codeOf, penalty, penaltyCsv } from '../support/rows.ts';

/** Pictures of each page, where somebody wants to look at them. */
const pictures = process.env.CHENGXIN_PICTURES;
const widths = [1440, 390] as const;
let city: HttpCity;
let base: string;
let browser: Browser;

before(async () => {
  city = await createHttpCity();
  base = await city.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
  await city.submit(penaltyCsv([penalty(1)]));
  const { subject_id: subjectId } = await one<{ subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT subject_id FROM core.subject WHERE unified_code = ${codeOf(1001)}`,
  );
  await city.represent('representative', subjectId);
  const officer = await one<{ account_id: string }>(
    city.ctx.db.app,
    sql`SELECT account_id FROM identity.account WHERE login = 'officer'`,
  );
  for (const caseNumber of ['建许〔2026〕7号', '建许〔2026〕7号', '检〔2026〕3号', null]) {
    const answer = await city.call(
      'officer',
      'GET',
      `/api/v1/subjects/${codeOf(1001)}?purpose=approval${caseNumber ? `&caseNumber=${encodeURIComponent(caseNumber)}` : ''}`,
    );
    assert.equal(answer.statusCode, 200, answer.body);
  }
  // Looks of a colleague, which the officer may answer for.
  await writeAccessAll(
    city.ctx.db.app,
    city.ctx,
    { ...actorWith(['departmentOfficer'], city.bodyId, newId()), name: '欧阳明月' },
    [{ action: 'subject.full', subjectId, purpose: 'dailySupervision', matter: '年度双随机抽查' }],
  );
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO oversight.alert (alert_id, detector, account_id, body_id, window_from, window_to, facts, state, raised_at, reply_due_on, expires_on, policy_set_id)
        VALUES (${newId()}, 'manySubjectsInAnHour', ${officer.account_id}, ${city.bodyId}, ${city.clock.now()}, ${city.clock.now()},
          '{"subjects": 86, "withoutCase": 80, "usualOwn": 6, "usualPeers": 9, "threshold": 40}', 'open', ${city.clock.now()}, '2027-01-01', '2027-02-01', 1)`,
  );
});
after(async () => {
  await browser?.close();
  await city?.close();
});

/** No finding of axe that is serious or critical, and nothing that scrolls sideways. */
async function look(page: Page, name: string): Promise<void> {
  assert.deepEqual(await seriousFindings(page), [], name);
  const [wide, seen] = (await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]')) as [
    number,
    number,
  ];
  assert.ok(wide <= seen + 1, `${name} is ${wide} px wide in a window of ${seen} px`);
  if (pictures)
    await page.screenshot({ path: `${pictures}/${name}-${page.viewportSize()?.width}.png`, fullPage: true });
}

async function as(login: string, width: number, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'zh-CN', baseURL: base });
  const page = await context.newPage();
  try {
    await page.goto('/desk/sign-in');
    await page.locator('input[name=username]').fill(login);
    await page.locator('input[name=password]').fill(testPassword);
    await page.locator('button[type=submit]').click();
    await page.waitForURL((url) => !url.pathname.includes('sign-in'));
    await work(page);
  } finally {
    await context.close();
  }
}

describe('oversight in the desk', () => {
  for (const width of widths) {
    it(`a representative sees who looked and disputes a look, at ${width}`, async () => {
      await as('representative', width, async (page) => {
        await page.getByRole('heading', { level: 1, name: '谁查过我们' }).waitFor();
        await page.getByText('建许〔2026〕7号').first().waitFor();
        await page
          .getByText(/工作人员 欧/)
          .first()
          .waitFor();
        assert.equal(await page.getByText('明月').count(), 0);
        await look(page, 'who-looked');
        if (width !== 1440) return;
        const line = page.getByRole('row', { name: /年度双随机抽查/ });
        await line.getByRole('button', { name: '提出异议' }).click();
        await page.getByLabel('为什么有异议').fill('本单位没有接受过这项抽查');
        await look(page, 'who-looked-dispute');
        await page.getByRole('button', { name: '提交异议' }).click();
        await page.getByText(/异议已提交/).waitFor();
        await page.getByText('待答复').first().waitFor();
      });
    });
    it(`the officer's body answers, the officer reads the alert and the delays, at ${width}`, async () => {
      await as('officer', width, async (page) => {
        await page.getByRole('heading', { level: 1, name: '待办' }).waitFor();
        await page.goto('/desk/disputes?state=all');
        await page.getByText('本单位没有接受过这项抽查').waitFor();
        await look(page, 'disputes');
        if (width === 1440) {
          await page
            .getByRole('row', { name: /本单位没有接受过这项抽查/ })
            .getByRole('button')
            .first()
            .click();
          await page.getByRole('button', { name: '答复' }).click();
          await page.getByLabel('说明理由').fill('系年度抽查计划内的检查，附计划文号');
          await look(page, 'dispute-answer');
          await page.getByRole('button', { name: '答复' }).click();
          await page.getByText('已答复').first().waitFor();
        }
        await page.goto('/desk/alerts');
        await page.getByText('一小时内查看主体过多').waitFor();
        await look(page, 'alerts');
        await page.goto('/desk/delays');
        await page.getByText('没有推迟显示的查询').waitFor();
        await page.getByRole('button', { name: '推迟显示一项查询' }).click();
        await look(page, 'delays-new');
      });
    });
    it(`the audit administrator begins with the log, at ${width}`, async () => {
      await as('audit', width, async (page) => {
        await page.getByRole('heading', { level: 1, name: '查询日志' }).waitFor();
        await page.getByText('subject.full').first().waitFor();
        await look(page, 'log');
        await page.getByLabel('动作').first().fill('oversight.*');
        await page.getByRole('button', { name: '查询', exact: true }).click();
        await page
          .getByText(/oversight\./)
          .first()
          .waitFor();
        await page.goto('/desk/log?from=2020-01-01&to=2020-01-02');
        await page.getByText('这个范围内没有日志').waitFor();
        await look(page, 'log-empty');
        await page.goto('/desk/log?from=2020-01-01&to=2026-01-02');
        await page.getByText(/不超过 92 天/).waitFor();
      });
    });
  }
});
