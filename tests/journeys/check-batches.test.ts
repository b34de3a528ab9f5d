/**
 * A list in a real browser, at 1440 and 390 pixels with axe: it is sent as a file, worked off, read row by row and answered with
 * a letter; the receipt of a row is verified, the counts name the four ways, and the page of the measure says how to leave.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { checkJobs } from '../../server/src/modules/checks/index.ts';
import { closePaperRenderer } from '../../server/src/modules/papers/index.ts';
import { normaliseName } from '../../server/src/modules/subjects/index.ts';
import { type Browser, launchBrowser } from '../../server/src/platform/testing-browser.ts';
import { isSoundAtBoth as isSound, openPage, signIn } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { addEntry, addSubject } from '../support/listed.ts';
import { codeOf } from '../support/rows.ts';

let city: HttpCity;
let browser: Browser;
let base: string;

before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  checkJobs(city.ctx);
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(city.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
after(async () => {
  closePaperRenderer();
  await browser?.close();
  await city?.close();
});

async function company(serial: number, name: string) {
  const code = codeOf(serial);
  return { code, name, subjectId: await addSubject(city.ctx, code, name, normaliseName(name)) };
}

it('an officer sends a list, reads what came of it, and answers with a letter', async () => {
  const listed = await company(7301, '示范市很长名称的第七千三百零一号进出口贸易与供应链管理服务有限责任公司');
  await addEntry(city.ctx, { subjectId: listed.subjectId, list: 'SX02', bodyId: city.bodyId });
  const clear = await company(7302, '示范市清白制造有限公司');
  const twice = await company(7303, '示范市同名贸易有限公司');
  await company(7304, twice.name);
  const text = [
    '单位名称,统一社会信用代码',
    `${listed.name},${listed.code}`,
    `${clear.name},`,
    `${twice.name},`,
    '示范市从未登记有限公司,',
    '张三,11010519491231002X',
  ].join('\r\n');
  const page = await signIn(browser, base, 1440, 'officer');
  await page.goto('/desk/checks/batches');
  await page.getByText('还没有提交过名单').waitFor();
  await page.getByRole('button', { name: '开始核查', exact: true }).click();
  await page.getByText('请选择名单文件').waitFor();
  await isSound(page, 'batches-empty');
  await page.getByLabel('事项', { exact: true }).selectOption({ label: '评先评优审核' });
  await page.getByLabel('来文文号', { exact: true }).fill('示总工函〔2026〕12号');
  await page.getByLabel('名单名称', { exact: true }).fill('五一劳动奖状候选企业');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: '候选企业.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: '开始核查', exact: true }).click();
  await page.getByText('核查中 0 / 4').waitFor();
  await isSound(page, 'batch-running');
  await city.ctx.jobs.drain(city.ctx);
  await page.getByText('两个以上主体').waitFor();
  await page.getByText('涉及自然人，未受理').waitFor();
  await isSound(page, 'batch-done');
  await page.getByRole('tab', { name: /^命中/ }).click();
  await page.getByText('可以适用 ·').waitFor();
  await page.getByRole('button', { name: '拟制复函', exact: true }).click();
  await page.getByText('请填写主送单位').waitFor();
  await page.getByLabel('主送单位', { exact: true }).fill('示范市总工会');
  await page.getByRole('button', { name: '拟制复函', exact: true }).click();
  await page
    .getByText(/信核函〔\d{4}〕1号/)
    .first()
    .waitFor();
  await isSound(page, 'batch-letter');
  await page.goto('/desk/checks/batches');
  await page.getByText('命中 1，未找到 1，不能确定 1').waitFor();
  await isSound(page, 'batches-list');
});

it('a receipt is verified, a wrong number is said to be none, and the counts name the four ways', async () => {
  const page = await signIn(browser, base, 1440, 'officer');
  const made = await city.call('officer', 'POST', '/api/v1/checks', {
    payload: { code: codeOf(7301), matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕9号' },
  });
  await page.goto('/desk/checks/receipts');
  await page.getByLabel('回执编号', { exact: true }).fill('HC-1');
  await page.getByRole('button', { name: '核验', exact: true }).click();
  await page.getByText('回执编号形如').waitFor();
  await page.getByLabel('回执编号', { exact: true }).fill(made.json().receipt.toLowerCase());
  await page.getByRole('button', { name: '核验', exact: true }).click();
  await page.getByText('回执真实，内容没有改动').waitFor();
  await isSound(page, 'receipt');
  await page.goto('/desk/checks/receipts?no=HC-20260101-00000000000000');
  await page.getByText('没有查到这份回执').waitFor();
  await isSound(page, 'receipt-unknown');
  await page.goto('/desk/checks/counts');
  await page.getByRole('cell', { name: '评先评优审核' }).or(page.getByText('评先评优审核')).first().waitFor();
  await isSound(page, 'counts');
});

it('an extract of a list decided elsewhere is compared, and accepted', async () => {
  const page = await signIn(browser, base, 1440, 'officer');
  await page.goto('/desk/lists/SX04');
  await page.getByRole('link', { name: '与认定单位名单核对' }).click();
  await page.getByRole('button', { name: '比对', exact: true }).click();
  await page.getByText('请选择名单文件').waitFor();
  await isSound(page, 'reconcile-empty');
  await page.getByLabel('名单截至日期', { exact: true }).fill('2026-11-20');
  await page.locator('input[type=file]').setInputFiles({
    name: '在列名单.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      `统一社会信用代码,决定文书号或案号\n${codeOf(7302)},示人社列决〔2026〕5号\n张三11010519491231002X,x`,
    ),
  });
  await page.getByRole('button', { name: '比对', exact: true }).click();
  await page.getByText('示人社列决〔2026〕5号').waitFor();
  await page.getByText('其中 1 行涉及自然人').waitFor();
  await isSound(page, 'reconcile-differences');
  await page.getByRole('button', { name: '确认核对结果', exact: true }).click();
  await page.getByText('已核对：移出 0 条，待报送 1 条').waitFor();
});

it('everybody reads of a measure and an incentive, without script', async () => {
  const page = await openPage(browser, base, 1440);
  await page.goto('/measures');
  await page.getByRole('heading', { name: '失信惩戒和守信激励措施' }).waitFor();
  await page.getByText('现行版本：2024 年版').waitFor();
  await isSound(page, 'measures');
  await page.getByRole('link', { name: '限制参加评先评优', exact: true }).click();
  await page.getByRole('heading', { name: '因何适用' }).waitFor();
  await page.getByText('怎样移出').first().waitFor();
  await isSound(page, 'measure');
  await page.goto('/measures/J09');
  await page.getByText('何时不再适用').first().waitFor();
  await isSound(page, 'incentive');
  const { body, status } = await city
    .inject({ method: 'GET', url: '/measures/M99', headers: { accept: 'text/html' } })
    .then((answer) => ({ body: answer.body, status: answer.statusCode }));
  assert.equal(status, 404);
  assert.match(body, /现行清单中没有这项措施/);
});
