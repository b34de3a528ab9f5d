/**
 * The journeys of access in a real browser, at 1440 and 390 pixels, with axe on each page: a bank asks and reads, the
 * organisation gives and revokes; an export is asked for, approved and taken; two administrators throw the switch.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { createFixture, type MadeFixture } from '../authorization/fixture.ts';
import { isSoundAtBoth as isSound, signIn } from '../support/browser.ts';

let made: MadeFixture;
let browser: Browser;
let base: string;

const signedIn = (login: string): Promise<Page> => signIn(browser, base, 1440, login);

before(async () => {
  made = await createFixture();
  await made.city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(made.city.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await made?.city.close();
});

describe('authorisation by the organisation', () => {
  let bank: Page;
  let company: Page;
  it('a bank asks', async () => {
    bank = await signedIn('reader');
    await bank.getByRole('heading', { name: '授权', exact: true }).waitFor();
    await bank.getByText('还没有授权').waitFor();
    await isSound(bank, 'authorisations-empty');
    await bank.getByRole('button', { name: '申请授权' }).click();
    await bank.getByRole('button', { name: '提交申请' }).click();
    await bank.getByText('请选择用途').waitFor();
    await isSound(bank, 'authorisations-ask-missing');
    await bank.getByLabel('统一社会信用代码').fill(made.code);
    await bank.getByRole('radio').first().check();
    for (const box of await bank.getByRole('checkbox').all()) await box.check();
    await bank.getByRole('button', { name: '提交申请' }).click();
    await bank.getByText('待答复').waitFor();
    await isSound(bank, 'authorisation-asked-bank');
  });
  it('the organisation answers, the bank reads, the organisation revokes', async () => {
    company = await signedIn('representative');
    await company.goto('/desk/authorisations');
    await company.getByRole('link', { name: '示范银行' }).click();
    await company.getByRole('button', { name: '同意授权' }).waitFor();
    await isSound(company, 'authorisation-answer');
    await company.getByRole('button', { name: '同意授权' }).click();
    await company.getByRole('button', { name: '立即撤回' }).waitFor();
    await bank.reload();
    await bank.getByRole('button', { name: '查看档案' }).click();
    await bank.getByText('授权范围内的档案').waitFor();
    await bank.locator('.records .record').first().waitFor();
    await isSound(bank, 'authorisation-archive');
    const [file] = await Promise.all([
      bank.waitForEvent('download'),
      bank.getByRole('button', { name: '出具报告' }).click(),
    ]);
    assert.match(file.suggestedFilename(), /^CR-.*\.pdf$/);
    await company.reload();
    await company.getByText('出具报告').first().waitFor();
    await isSound(company, 'authorisation-uses');
    await company.getByRole('button', { name: '立即撤回' }).click();
    await company.getByText('已撤回授权').first().waitFor();
    await bank.reload();
    await bank.getByText('已撤回授权').first().waitFor();
    assert.equal(await bank.getByRole('button', { name: '查看档案' }).count(), 0);
  });
});

describe('exports', () => {
  it('are asked for, approved by another and taken once', async () => {
    const officer = await signedIn('officer');
    await officer.goto('/desk/exports');
    await officer.getByText('还没有导出申请').waitFor();
    await officer.getByRole('button', { name: '申请导出' }).click();
    await officer.getByRole('button', { name: '提交申请' }).click();
    await officer.getByText('请至少选择一类信息或一个来源单位').waitFor();
    await officer.getByLabel('信息类别').selectOption('penalty');
    await officer.getByRole('radio').first().check();
    await officer.getByLabel(/导出理由/).fill('年度专项检查抽样');
    await isSound(officer, 'export-ask');
    await officer.getByRole('button', { name: '提交申请' }).click();
    await officer.getByText('待审批').waitFor();
    const office = await signedIn('office');
    await office.goto('/desk/exports');
    await office.locator('table button.link').first().click();
    await office.getByRole('button', { name: '同意', exact: true }).waitFor();
    await isSound(office, 'export-decide');
    await office.getByRole('button', { name: '同意', exact: true }).click();
    await office.getByText('已同意，待下载').waitFor();
    await officer.reload();
    await officer.locator('table button.link').first().click();
    const [file] = await Promise.all([
      officer.waitForEvent('download'),
      officer.getByRole('button', { name: '下载（仅一次）' }).click(),
    ]);
    assert.match(file.suggestedFilename(), /^export-.*\.xlsx$/);
    await officer.getByText('已下载').waitFor();
    await isSound(officer, 'export-taken');
  });
});

describe('the purpose of a look', () => {
  it('is chosen from the policy list, with what it needs', async () => {
    const officer = await signedIn('officer');
    await officer.goto(`/desk/archive/${made.code}`);
    await officer.getByRole('button', { name: '查看档案' }).waitFor();
    await officer.getByLabel('调查核实').check();
    await officer.getByRole('button', { name: '查看档案' }).click();
    await officer.getByText('这一用途须填写').waitFor();
    await isSound(officer, 'purpose-missing');
    await officer.getByLabel(/案件或申请编号/).fill('示市监立〔2026〕12号');
    await officer.getByRole('button', { name: '查看档案' }).click();
    await officer.getByText('本次查询已记录').waitFor();
  });
});

describe('the emergency switch', () => {
  it('is thrown by two; read-only mode shows on every desk', async () => {
    const system = await signedIn('system');
    await system.goto('/desk/emergency');
    await system.getByLabel('原因').first().fill('疑似外部接口被滥用');
    await system.getByRole('button', { name: '申请关闭对外查询' }).click();
    await system.getByText('您是申请人').waitFor();
    await isSound(system, 'emergency-waiting');
    const security = await signedIn('security');
    await security.goto('/desk/emergency');
    await security.getByRole('button', { name: '确认关闭' }).click();
    await security.getByText('已关闭').first().waitFor();
    await isSound(security, 'emergency-closed');
    await system.reload();
    await system.getByLabel('原因').last().fill('数据库升级维护');
    await system.getByRole('button', { name: '进入只读状态' }).click();
    await system.getByText('恢复写入').waitFor();
    const officer = await signedIn('officer');
    await officer.getByText('处于只读状态').waitFor();
    await isSound(officer, 'read-only-banner');
  });
});
