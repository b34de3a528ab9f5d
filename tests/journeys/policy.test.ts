/**
 * In a real browser, at 1440 and 390 pixels with axe: somebody who does not program loads a catalogue edition and a changed
 * rule from Excel; differences, trial, approval by a second person, start on a day, roll-back; old and new records read under
 * their own rules.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { isSound as look, workAs } from '../support/browser.ts';
import { createHttpCity, findingsOf, type HttpCity } from '../support/http-city.ts';
import { policySheet, type SheetRow } from '../support/policy-sheets.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let base: string;
let browser: Browser;

const as = <T>(login: string, width: number, work: (page: Page) => Promise<T>): Promise<T> =>
  workAs(browser, base, width, login, work);

before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  await addTestAccount(city.ctx, 'office2', ['creditOffice'], city.officeBodyId);
  base = await city.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await city?.close();
});

const rulesOf = async (submissionId: string): Promise<string[]> =>
  (await findingsOf(city, submissionId)).map((finding) => finding.rule);

describe('a change of policy', () => {
  for (const width of [1440, 390] as const)
    it(`from Excel into force and back, at ${width} pixels`, async () => {
      const id = `penalty-remark-${width}`;
      const words = `备注应填写（${width}）。`;
      const rule: SheetRow = {
        规则编号: id,
        处理: '提示',
        指向字段: 'BZ',
        要求: '【BZ】 不为空',
        问题提示: words,
        处理建议: '请填写备注。',
        不应报出的示例: 'BZ=已核对',
      };
      for (const login of ['officer', 'office'] as const)
        Object.assign(city.sessions[login], await signInAs(city.app, login));
      const old = await city.submit(penaltyCsv([penalty(width * 10, { BZ: '' })]));
      const rules = await policySheet(city.ctx, 'ruleSet', 'penalty', (rows) => [...rows, rule]);
      const catalogue = await policySheet(city.ctx, 'catalogue', 'national', (rows) =>
        rows.map((row, at) => (at === rows.length - 1 ? { ...row, 更新周期: `每${width}日` } : row)),
      );
      const address = await as('office', width, async (page) => {
        await page.goto('/desk/policy-changes');
        await page.getByRole('button', { name: '起草变更' }).first().click();
        await page.getByLabel('变更名称').fill('备注和更新周期');
        await page.getByLabel('依据和理由').fill('办公会议定');
        await look(page, 'policy-new');
        await page.locator('form.decide button[type=submit]').click();
        await page.getByRole('heading', { name: '备注和更新周期' }).waitFor();
        for (const [key, content] of [
          ['ruleSet/penalty', rules],
          ['catalogue/national', catalogue],
        ] as const) {
          await page.getByLabel('政策', { exact: true }).selectOption(key);
          await page.getByLabel('改好的表格').setInputFiles({
            name: '政策.xlsx',
            mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
            buffer: content,
          });
          const sent = page.waitForResponse((response) => response.request().method() === 'PUT');
          await page.getByRole('button', { name: '上传表格' }).click();
          assert.equal((await sent).status(), 200);
        }
        await page.getByText(id).first().waitFor();
        await page.getByText(`每${width}日`).first().waitFor();
        await page.getByRole('button', { name: '在已报送的数据上试运行' }).click();
        await page.getByText(/试运行了 \d+ 行/).waitFor();
        await look(page, 'policy-draft');
        await page.getByRole('button', { name: '征求意见' }).click();
        await page.getByRole('button', { name: '提交审批' }).click();
        await page.getByText('待审批').first().waitFor();
        assert.equal(await page.getByRole('button', { name: /批\s?准/ }).count(), 0, 'nobody approves what they wrote');
        return new URL(page.url()).pathname;
      });
      await as('office2', width, async (page) => {
        await page.goto(address);
        await page.getByLabel('生效日期').fill(city.clock.today());
        await page.getByRole('button', { name: /批\s?准/ }).click();
        await page.getByText('已生效').first().waitFor();
        await look(page, 'policy-active');
      });
      const under = await city.submit(penaltyCsv([penalty(width * 10 + 1, { BZ: '' })]));
      assert.ok((await rulesOf(under.id)).includes(id));
      await as('office', width, async (page) => {
        await page.goto(address);
        await page.getByLabel('说明').fill('误报过多');
        await page.getByRole('button', { name: /回\s?退/ }).click();
        await page.getByText('已回退').first().waitFor();
        await look(page, 'policy-back');
      });
      const next = await city.submit(penaltyCsv([penalty(width * 10 + 2, { BZ: '' })]));
      assert.ok(!(await rulesOf(next.id)).includes(id));
      assert.ok(!(await rulesOf(old.id)).includes(id));
      // What was said under the rule is still said in its words, in the officer's own browser.
      await as('officer', width, async (page) => {
        await page.goto(`/desk/submissions/${under.id}?tab=findings`);
        await page.getByText(words).first().waitFor();
      });
    });
});
