/**
 * In a real browser, at 1440 and 390 pixels with axe: somebody who does not program loads an edition of the catalogue that the
 * platform has never seen, and a changed rule, from Excel. What cannot be used is refused with row and column; then
 * differences, circulation, trial, approval by a second person for a later day, the start by the job when the day comes, and
 * taking back. Old and new rows are read under their own rules. The rule is then written in words in the editor as well.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { policySource } from '../../server/src/modules/policy/index.ts';
import { policyDeskJobs } from '../../server/src/modules/policyDesk/index.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { isSound as look, workAs } from '../support/browser.ts';
import { createHttpCity, findingsOf, type HttpCity } from '../support/http-city.ts';
import { handMade, policySheet, presentRows, type SheetRow } from '../support/policy-sheets.ts';
import { DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

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
  policyDeskJobs(city.ctx);
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
const signAgain = async (): Promise<void> => {
  for (const login of ['officer', 'office'] as const)
    Object.assign(city.sessions[login], await signInAs(city.app, login));
};
/** The clock moves on, and what runs by it runs. */
async function until(day: string): Promise<void> {
  city.clock.set(`${day}T02:00:00Z`);
  await city.ctx.jobs.enqueue(city.ctx.db.app, 'policyDesk.activate', {});
  await city.ctx.jobs.drain(city.ctx);
  await signAgain();
}
const later = (days: number): string =>
  new Date(Date.parse(`${city.clock.today()}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

async function upload(page: Page, key: string, content: Buffer): Promise<number> {
  await page.getByLabel('政策', { exact: true }).selectOption(key);
  await page.getByLabel('改好的表格').setInputFiles({
    name: '新版.xlsx',
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: content,
  });
  const sent = page.waitForResponse((response) => response.request().method() === 'PUT');
  await page.getByRole('button', { name: '上传表格' }).click();
  return (await sent).status();
}

const headings = [
  ...['编码', '名称', '行类型', '所属类别', '责任单位', '主体', '公开属性', '内容', '数据标准', '报告章节'],
  ...['更新周期', '保存年限', '英文名称', '依据', '已核对官方文本'],
];

/** An edition as a ministry sends it: two items more, one renamed, one gone that nothing else names. */
async function edition(width: number): Promise<{ rows: SheetRow[]; gone: string; renamed: string; added: string[] }> {
  const rows = await presentRows(city.ctx, 'catalogue', 'national');
  const items = rows.filter((row) => row.行类型 === '条目');
  const others = JSON.stringify(policySource(city.ctx.policy()).files.filter((file) => file.kind !== 'catalogue'));
  const gone = items.find((row) => !others.includes(`"${row.编码}"`) && row.数据标准 === '')?.编码 ?? '';
  const renamed = items.findLast((row) => row.编码 !== gone)?.编码 ?? '';
  assert.ok(gone && renamed && gone !== renamed);
  const added = [`carbon-report-${width}`, `safety-pledge-${width}`];
  const like = items.find((row) => row.编码 === renamed) ?? {};
  return {
    gone,
    renamed,
    added,
    rows: [
      ...rows
        .filter((row) => row.编码 !== gone)
        .map((row) =>
          row.行类型 === '条目' && row.编码 === renamed ? { ...row, 名称: `${row.名称}（${width}版）` } : row,
        ),
      ...added.map((key, at) => ({ ...like, 编码: key, 名称: `新增事项${at + 1}（${width}）`, 英文名称: '' })),
    ],
  };
}

describe('a change of policy', () => {
  for (const width of [1440, 390] as const)
    it(`from Excel into force on its day and back, at ${width} pixels`, async () => {
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
      await signAgain();
      const old = await city.submit(penaltyCsv([penalty(width * 10, { BZ: '' })]));
      const rules = await policySheet(city.ctx, 'ruleSet', 'penalty', (rows) => [...rows, rule]);
      const { rows, gone, renamed, added } = await edition(width);
      const title = `公共信用信息目录（${width}年版）`;
      const address = await as('office', width, async (page) => {
        await page.goto('/desk/policy-changes');
        await page.getByRole('button', { name: '起草变更' }).first().click();
        await page.getByLabel('变更名称').fill(`新版目录和备注规则（${width}）`);
        await page.getByLabel('依据和理由').fill('办公会议定');
        await look(page, 'policy-new');
        await page.locator('form.decide button[type=submit]').click();
        await page.getByRole('heading', { name: '新版目录和备注规则' }).waitFor();
        // A code that stands twice, then a column that is missing: refused with words; the draft is as it was.
        const twice = await handMade(title, headings, [...rows, { ...rows.at(-1), 名称: '又一个' }]);
        assert.equal(await upload(page, 'catalogue/national', twice), 422);
        await page.getByText(/第\d+行“编码”.*重复/).waitFor();
        await look(page, 'policy-refused');
        const lacking = await handMade(
          title,
          headings.filter((one) => one !== '所属类别'),
          rows,
        );
        assert.equal(await upload(page, 'catalogue/national', lacking), 422);
        await page.getByText('缺少列：所属类别').waitFor();
        await page.getByText('与现行政策没有差异').waitFor();
        assert.equal(await upload(page, 'ruleSet/penalty', rules), 200);
        assert.equal(await upload(page, 'catalogue/national', await handMade(title, headings, rows)), 200);
        const table = page.locator('table', { hasText: added[0] ?? '' }).first();
        await table.getByText(gone).first().waitFor();
        await table.getByText(renamed).first().waitFor();
        await page.getByText('共 4 行不同').waitFor();
        await page.getByText(id).first().waitFor();
        await page.getByRole('button', { name: '在已报送的数据上试运行' }).click();
        await page.getByText(/试运行了 \d+ 行/).waitFor();
        await look(page, 'policy-draft');
        await page.getByLabel('征求意见的单位').selectOption({ label: DEPARTMENT.name });
        await page.getByLabel('答复期限').fill(later(2));
        await page.getByRole('button', { name: '征求意见' }).click();
        await page.getByText('等待答复').waitFor();
        return new URL(page.url()).pathname;
      });
      await as('officer', width, async (page) => {
        await page.goto(address);
        await page
          .getByText(added[0] ?? '')
          .first()
          .waitFor();
        await look(page, 'policy-asked');
        await page.getByRole('button', { name: /确\s?认/ }).click();
        await page.getByText('已确认').first().waitFor();
      });
      await as('office', width, async (page) => {
        await page.goto(address);
        await page.getByText('已确认').first().waitFor();
        await page.getByRole('button', { name: '提交审批' }).click();
        await page.getByText('待审批').first().waitFor();
        assert.equal(await page.getByRole('button', { name: /批\s?准/ }).count(), 0, 'nobody approves what they wrote');
      });
      const start = later(3);
      await as('office2', width, async (page) => {
        await page.goto(address);
        await page.getByLabel('生效日期').fill(later(-1));
        await page.getByRole('button', { name: /批\s?准/ }).click();
        await page.getByText('不能早于今天').waitFor();
        await page.getByLabel('生效日期').fill(start);
        await page.getByRole('button', { name: /批\s?准/ }).click();
        await page.getByText('待生效').first().waitFor();
        await look(page, 'policy-scheduled');
      });
      const between = await city.submit(penaltyCsv([penalty(width * 10 + 1, { BZ: '' })]));
      assert.ok(!(await rulesOf(between.id)).includes(id), 'not before its day');
      await until(start);
      const under = await city.submit(penaltyCsv([penalty(width * 10 + 2, { BZ: '' })]));
      assert.ok((await rulesOf(under.id)).includes(id));
      assert.ok(city.ctx.policy().catalogueItem(added[1] ?? ''));
      assert.equal(city.ctx.policy().catalogueItem(gone), undefined);
      await as('office', width, async (page) => {
        await page.goto(address);
        await page.getByText('已生效').first().waitFor();
        await look(page, 'policy-active');
        await page.getByLabel('说明').fill('误报过多');
        await page.getByRole('button', { name: /回\s?退/ }).click();
        await page.getByText('已回退').first().waitFor();
        await look(page, 'policy-back');
        // The rules of each day stay readable: the history of the file, and the set that held while it was in force.
        await page.getByRole('link', { name: /生效后为第 \d+ 号政策集/ }).click();
        await page.getByRole('heading', { name: /第 \d+ 号政策集/ }).waitFor();
        await look(page, 'policy-set');
        await page.goto('/desk/policy-versions');
        await page.getByLabel('类型').selectOption('ruleSet');
        await page.getByRole('link', { name: '行政处罚质量规则' }).click();
        await page.getByText('现行', { exact: true }).waitFor();
        await page.getByText(`新版目录和备注规则（${width}）`).first().waitFor();
        await page.getByText('与上一版本相比，1 行不同').first().click();
        await page.getByText(id).first().waitFor();
        await look(page, 'policy-history');
      });
      const next = await city.submit(penaltyCsv([penalty(width * 10 + 3, { BZ: '' })]));
      assert.ok(!(await rulesOf(next.id)).includes(id));
      assert.ok(city.ctx.policy().catalogueItem(gone));
      // What was said under the rule is still said in its words; rows of before and after were never told so.
      await as('officer', width, async (page) => {
        await page.goto(`/desk/submissions/${under.id}?tab=findings`);
        await page.getByText(words).first().waitFor();
        for (const other of [old, between, next]) {
          await page.goto(`/desk/submissions/${other.id}?tab=findings`);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page.waitForLoadState('networkidle');
          assert.equal(await page.getByText(words).count(), 0, other.id);
        }
      });
    });
});

describe('the rule editor', () => {
  for (const width of [1440, 390] as const)
    it(`writes a rule in words, tries it and saves it, at ${width} pixels`, async () => {
      await signAgain();
      await city.submit(
        penaltyCsv([
          penalty(width * 20, { CF_CFLB: '罚款', CF_NR_FK: '1.5', BZ: '' }),
          penalty(width * 20 + 1, { BZ: '已核对' }),
        ]),
      );
      const id = `penalty-fine-remark-${width}`;
      await as('office', width, async (page) => {
        await page.goto('/desk/policy-changes');
        await page.getByRole('link', { name: '用文字编辑规则' }).click();
        await page.getByText('先选择数据标准').waitFor();
        await look(page, 'rule-empty');
        await page.getByLabel('数据标准（规则集）').selectOption('penalty penalty');
        await page.getByLabel('规则', { exact: true }).selectOption('+');
        const when = page.getByRole('combobox', { name: '适用条件' });
        const require = page.getByRole('combobox', { name: '要求' });
        // By keyboard alone: a field, a comparison, a value of its code table.
        await when.focus();
        await page.keyboard.type('处罚类');
        await page.locator('.offer', { hasText: '处罚类别' }).waitFor();
        await page.keyboard.press('Enter');
        await page.locator('.offer', { hasText: '包含' }).waitFor();
        await page.keyboard.press('Enter');
        await page.locator('.offer', { hasText: '罚款' }).first().waitFor();
        await look(page, 'rule-offers');
        await page.keyboard.press('Escape');
        await when.fill('处罚类别 包含 “罚金”');
        await require.fill('备注不为空');
        await page.getByText('代码表中没有“罚金”').first().waitFor();
        await look(page, 'rule-wrong');
        await page.getByRole('button', { name: '改为 “罚款”' }).click();
        await require.fill('【BZ】 不为空');
        await page.getByText('处罚类别 包含 “罚款” 时，要求').waitFor();
        await page.getByLabel('规则编号').fill(id);
        await page.getByLabel('处理', { exact: true }).selectOption('提示');
        await page.getByLabel('问题提示').fill('罚款应有备注。');
        await page.getByLabel('处理建议').fill('请填写备注。');
        await page.getByLabel('不应报出的示例').fill('CF_CFLB=罚款；BZ=已核对');
        await page.getByLabel('应报出的示例', { exact: true }).fill('CF_CFLB=罚款');
        await page.getByText('相符').nth(1).waitFor();
        await require.press('Control+Enter');
        await page
          .getByText(/^报出的行（[1-9]\d*）$/)
          .first()
          .waitFor();
        await look(page, 'rule-tried');
        await page.getByLabel('变更名称').fill(`罚款备注（${width}）`);
        await page.getByLabel('依据和理由').fill('办公会议定');
        await page.getByRole('button', { name: '保存到变更' }).click();
        await page.getByRole('link', { name: /已在变更中/ }).click();
        await page.getByRole('heading', { name: `罚款备注（${width}）` }).waitFor();
        await page.getByText(id).first().waitFor();
      });
    });
});
