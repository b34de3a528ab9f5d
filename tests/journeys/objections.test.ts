/**
 * Objections in a real browser, at 1440 and 390 pixels with axe: a company objects and wins; an officer is late and the superior
 * sees it; what stands beside: a statement, a doubt, a complaint, the targets, the wizard of the portal.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { lookAtClocks } from '../../server/src/modules/casework/index.ts';
import { objectionKinds } from '../../server/src/modules/objections/index.ts';
import { one, sql } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { isSound as look, picture, widths, workAs } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { codeOf, DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

const monday = '2026-11-02T02:00:00Z';
let city: HttpCity;
let base: string;
let browser: Browser;

const subjectOf = (code: string) =>
  one<{ subject_id: string; record_id: string }>(
    city.ctx.db.app,
    sql`SELECT s.subject_id, r.record_id FROM core.subject s JOIN core.record r USING (subject_id)
        WHERE s.unified_code = ${code} AND r.standard = 'penalty'`,
  );

const as = <T>(login: string, width: number, work: (page: Page) => Promise<T>): Promise<T> =>
  workAs(browser, base, width, login, work);

before(async () => {
  city = await createHttpCity({ now: monday } as never);
  base = await city.app.listen({ host: '127.0.0.1', port: 0 });
  browser = await launchBrowser();
  const days = { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20' };
  await city.submit(penaltyCsv([penalty(1, days), penalty(2, days), penalty(3, days)]));
  const own = await subjectOf(codeOf(1001));
  await city.represent('representative', own.subject_id);
});
after(async () => {
  await browser?.close();
  await city?.close();
});

/** Opens a command of the case, fills its form and sends it; a question asked before is answered. */
async function command(page: Page, name: string, fill: (page: Page) => Promise<void> = async () => {}): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await fill(page);
  await page.locator('form.decide').getByRole('button', { name, exact: true }).click();
  const asked = page.getByRole('dialog').getByRole('button', { name: /确\s*认/ });
  const done = page.getByText(`已办理：${name}`);
  await asked.or(done).first().waitFor();
  if (await asked.isVisible()) await asked.click();
  await done.first().waitFor();
}
const note = (label: string, text: string) => async (page: Page) => {
  await page.getByLabel(label).fill(text);
};

describe('an objection in the desk', () => {
  it('a company objects, the source answers with a correction, the office upholds: the company has won', async () => {
    let address = '';
    await as('representative', 1440, async (page) => {
      await page.goto('/desk/objections');
      await page.getByText('还没有提出过异议').waitFor();
      await look(page, 'objections-empty');
      await page.getByRole('link', { name: '提出异议' }).first().click();
      await page.getByRole('radio', { name: /罚款/ }).first().check();
      await page.getByRole('button', { name: '提交异议' }).click();
      await page.getByText('请选择异议类型。').waitFor();
      await look(page, 'objection-new');
      await page.getByLabel('类型').selectOption('error');
      await page.getByLabel('事实和理由').fill('罚款金额与决定书不一致，决定书为五万元。');
      await page.getByLabel('请求').fill('更正罚款金额');
      await page.getByRole('button', { name: '提交异议' }).click();
      await page.getByText('已提交，待受理').first().waitFor();
      address = new URL(page.url()).pathname;
      await look(page, 'objection-submitted');
    });
    await as('office', 1440, async (page) => {
      await page.goto('/desk/objections');
      await page.getByRole('row', { name: /待受理/ }).waitFor();
      await look(page, 'objections-queue');
      await page.goto(address);
      await command(page, '受理');
      await page
        .getByText(/信异〔2026〕\d+号/)
        .first()
        .waitFor();
      await command(page, '转提供单位核查', note('平台核对情况（提供单位可见）', '与报送数据一致。'));
      await look(page, 'objection-forwarded');
    });
    await as('officer', 1440, async (page) => {
      await page.goto('/desk/objections');
      await page.getByRole('link', { name: /公司/ }).first().click();
      await page.getByRole('button', { name: '填写更正内容' }).click();
      await page.getByLabel('增加要更正的字段').selectOption('CF_NR_FK');
      await page.locator('form.decide textarea').first().fill('5.000000');
      await look(page, 'objection-correction');
      await page.getByRole('button', { name: '保存更正内容' }).click();
      await page.getByText('更正内容已保存').first().waitFor();
      await command(page, '答复', note('核查情况和意见', '录入有误，应为5万元。'));
    });
    await as('office', 1440, async (page) => {
      await page.goto(address);
      await command(page, '异议成立', async (form) => {
        await form.getByLabel('理由', { exact: true }).selectOption('wrongContent');
        await form.getByLabel('处理方式').selectOption('correct');
        await form.getByLabel('认定的事实和理由').fill('与决定书核对属实，予以更正。');
        await look(form, 'objection-uphold');
      });
      await command(page, '告知并办结', note('告知方式和时间', '系统内告知'));
    });
    for (const width of widths)
      await as('representative', width, async (page) => {
        await page.goto(address);
        await page.getByText('已办结').first().waitFor();
        await page.getByText('行政复议').first().waitFor();
        await page.getByText('与决定书核对属实，予以更正。').waitFor();
        await look(page, 'objection-won');
      });
    const shown = (await city.call(null, 'GET', `/api/v1/public/subjects/${codeOf(1001)}/records`)).json().items[0];
    assert.deepEqual(shown.disclosure.annotations, []);
    assert.match(JSON.stringify(shown.fields), /5/);
  });

  it('an officer is late: the superior sees it in the queue and on the case, and the late answer still counts', async () => {
    const late = await subjectOf(codeOf(1002));
    await city.represent('representative', late.subject_id);
    const made = await city.call('representative', 'POST', '/api/v1/objections', {
      payload: {
        recordId: late.record_id,
        kind: 'wrongSubject',
        statement: '处罚决定书的相对人不是我单位。',
        wanted: '撤回',
      },
    });
    const { id } = made.json();
    for (const given of ['accept', 'forward'])
      await city.call('office', 'POST', `/api/v1/objections/${id}/commands`, { payload: { command: given } });
    city.clock.set('2026-11-20T02:00:00Z');
    try {
      await lookAtClocks(city.ctx, objectionKinds);
      for (const width of widths)
        await as('office', width, async (page) => {
          await page.goto('/desk/objections?range=overdue');
          await page
            .getByText(/已逾期/)
            .first()
            .waitFor();
          await page.getByText('已报上级').first().waitFor();
          await look(page, 'objections-overdue');
          await page.goto(`/desk/objections/${id}`);
          await page.getByText('提供单位核查时限：逾期，已报上级').waitFor();
          await look(page, 'objection-late');
          await page.goto('/desk/targets');
          await page.getByRole('heading', { name: '异议协同办理平均用时' }).waitFor();
          await look(page, 'targets');
        });
      await as('officer', 390, async (page) => {
        await page.goto(`/desk/objections/${id}`);
        await command(page, '答复', note('核查情况和意见', '迟到的答复：相对人为另一单位。'));
        await look(page, 'objection-answered');
      });
    } finally {
      city.clock.set(monday);
    }
  });
});

describe('what stands beside objections', () => {
  for (const width of widths)
    it(`statements, doubts and complaints have their pages, at ${width}`, async () => {
      const third = await subjectOf(codeOf(1003));
      await city.represent('representative', third.subject_id);
      await as('representative', width, async (page) => {
        await page.goto('/desk/complaints/new');
        await page.getByLabel('问题类型').selectOption('delay');
        await page.getByLabel('被投诉单位的统一社会信用代码').fill(DEPARTMENT.code);
        await page.getByLabel('事实').fill('窗口三次要求补正同一材料，至今未受理。');
        await page.getByLabel('请求').fill('尽快受理');
        await look(page, 'complaint-new');
        await page.getByRole('button', { name: '提交投诉' }).click();
        await page.getByText('已提交，待受理').first().waitFor();
        await look(page, 'complaint');
        await page.goto('/desk/statements/new');
        await page.getByRole('radio', { name: /罚款/ }).first().check();
        await page.getByLabel('说明').last().fill('罚款已于当日缴清，设备已更换。');
        await look(page, 'statement-new');
        if (width === 1440) {
          await page.getByRole('button', { name: '提交说明' }).click();
          await page.getByText('待审核').first().waitFor();
          await look(page, 'statement');
        }
      });
      await as('stranger', width, async (page) => {
        await page.goto(`/desk/doubts/new?record=${third.record_id}`);
        await page.getByLabel('类型').selectOption(width === 1440 ? 'content' : 'subject');
        await page.getByLabel('疑点', { exact: true }).fill('金额与当事人提供的决定书不一致。');
        await look(page, 'doubt-new');
        await page.getByRole('button', { name: '告知认定单位' }).click();
        await page.getByText('待认定单位核实').first().waitFor();
        await look(page, 'doubt');
        await page.goto('/desk/doubts');
        await page
          .getByRole('row', { name: /待认定单位核实/ })
          .first()
          .waitFor();
        await look(page, 'doubts');
      });
    });
});

describe('the wizard of the portal', () => {
  for (const width of widths)
    it(`leads in three questions to an objection, without script, at ${width}`, async () => {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        locale: 'zh-CN',
        baseURL: base,
        javaScriptEnabled: false,
      });
      try {
        const page = await context.newPage();
        await page.goto('/');
        await page.getByRole('link', { name: /回答三个问题/ }).click();
        await page.getByRole('link', { name: /有一条关于我单位的信息/ }).click();
        await page.getByRole('link', { name: /^不对/ }).click();
        await page.getByRole('link', { name: /平台上的不一致/ }).click();
        await page.getByRole('heading', { level: 1, name: '提出异议' }).waitFor();
        await page.getByText('受理：1 个工作日').waitFor();
        await picture(page, 'guide-outcome');
      } finally {
        await context.close();
      }
      const seen = await browser.newContext({ viewport: { width, height: 800 }, locale: 'zh-CN', baseURL: base });
      try {
        const page = await seen.newPage();
        for (const path of ['/guide/matter', '/guide/objection', `/s/${codeOf(1003)}`]) {
          await page.goto(path);
          await look(page, `portal${path.replaceAll('/', '-')}`);
        }
      } finally {
        await seen.close();
      }
    });
});
