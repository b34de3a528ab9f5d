/**
 * Repair in a real browser, at 1440 and 390 pixels with axe: a company repairs a general penalty from the served notice to
 * the proof that it is shown no more; the deciding body confirms classes; an officer is late and the credit office sees it.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { lookAtClocks } from '../../server/src/modules/casework/index.ts';
import { repairKinds } from '../../server/src/modules/repair/index.ts';
import { handedIn, monday, type Penalised, penalised } from '../../server/src/modules/repair/testing.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { testPdf } from '../../server/src/testing-context.ts';
import { isSoundAtBoth as isSound, signIn } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

let city: HttpCity;
let browser: Browser;
let base: string;
let of: Penalised;

const signedIn = (login: string): Promise<Page> => signIn(browser, base, 1440, login);

before(async () => {
  city = await createHttpCity({ now: monday, app: { rateLimit: { account: 100_000, address: 100_000 } } } as never);
  of = await penalised(city);
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(city.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await city?.close();
});

const proof = { name: '缴款书.pdf', mimeType: 'application/pdf', buffer: Buffer.from(testPdf('proof')) };

it('a company repairs a general penalty, from the notice to the proof', async () => {
  const served = await city.call('client', 'POST', '/api/v1/repair-notices', {
    payload: {
      code: of.code,
      documentNumber: of.row.CF_WSH,
      servedOn: '2026-07-03',
      channel: 'withDecision',
      proof: '送达回证2026-17',
    },
  });
  assert.equal(served.statusCode, 200, served.body);
  const company = await signedIn('representative');
  await company.goto('/desk/repairs');
  await company.getByText('没有在办的修复申请').waitFor();
  await isSound(company, 'repairs-empty');
  await company.getByRole('link', { name: '可以修复的信息' }).first().click();
  await company.getByText('现在可以申请').waitFor();
  await isSound(company, 'repairable');
  await company.goto(`/desk/records/${of.recordId}/why`);
  await company.getByText('什么能使它提前停止').waitFor();
  await isSound(company, 'why-shown');
  await company.goto(`/why/${of.recordId}`);
  await company.getByRole('heading', { name: '为什么公示？' }).waitFor();
  await isSound(company, 'why-portal');
  await company.goto('/desk/repairs/new');
  await company.getByRole('button', { name: '申请修复' }).click();
  await company.getByText('二、证明义务已履行').waitFor();
  await isSound(company, 'repair-draft');
  assert.ok(await company.getByRole('button', { name: '提交申请' }).isDisabled());
  for (const duty of ['finePaid', 'wrongCorrected']) {
    await company.locator(`input[data-duty=${duty}]`).setInputFiles(proof);
    await company
      .locator('li', { has: company.locator(`input[data-duty=${duty}]`) })
      .getByText('已提供')
      .waitFor();
  }
  await company.getByRole('checkbox').check();
  await company.getByLabel('说明（可以不写）').fill('罚款已于七月缴清，明码标价已整改。');
  await isSound(company, 'repair-filled');
  await company.getByRole('button', { name: '提交申请' }).click();
  await company.getByText('待受理').first().waitFor();
  await isSound(company, 'repair-waiting-company');

  const officer = await signedIn('officer');
  await officer.goto('/desk/repairs');
  await officer.getByRole('link', { name: of.row.CF_XDR_MC ?? '' }).waitFor();
  await isSound(officer, 'repairs-queue');
  await officer.getByRole('link', { name: of.row.CF_XDR_MC ?? '' }).click();
  await officer.getByText('义务履行的证明').waitFor();
  await isSound(officer, 'repair-officer');
  await officer.getByRole('button', { name: '受理', exact: true }).click();
  await officer.getByRole('form', { name: '受理', exact: true }).getByRole('button', { name: '受理' }).click();
  await officer.getByRole('button', { name: '同意修复', exact: true }).click();
  const form = officer.getByRole('form', { name: '同意修复', exact: true });
  await form.getByRole('combobox').selectOption('all');
  await isSound(officer, 'repair-approve');
  await form.getByRole('button', { name: '同意修复', exact: true }).click();
  await officer.getByRole('dialog').getByRole('button', { name: '确认' }).click();
  await officer.getByText('同意修复，已停止公示').first().waitFor();
  await isSound(officer, 'repair-approved');

  await company.reload();
  await company.getByText('同意修复，已停止公示').first().waitFor();
  await isSound(company, 'repair-done-company');
  await company.goto(`/desk/records/${of.recordId}/why`);
  await company.getByText('完成信用修复，停止公示').first().waitFor();
  await isSound(company, 'why-repaired');
  await company.goto(`/s/${of.code}?tab=penalty`);
  assert.equal(await company.getByText(of.row.CF_WSH ?? '').count(), 0, 'the portal shows it no more');
});

it('the deciding body confirms classes and records the notice', async () => {
  const held = await penalised(city);
  const officer = await signedIn('officer');
  await officer.goto('/desk/severity');
  const box = officer.getByRole('checkbox', { name: `选择 ${held.row.CF_WSH}` });
  await box.check();
  await isSound(officer, 'severity');
  await officer.getByRole('button', { name: /确认所选/ }).click();
  await officer.getByText('1 条已确认，0 条未确认').waitFor();
  await officer
    .getByRole('button', { name: '未送达修复告知书' })
    .or(officer.getByRole('tab', { name: '未送达修复告知书' }))
    .click();
  await officer.getByLabel(`送达回证编号 ${held.row.CF_WSH}`).fill('送达回证2026-18');
  await isSound(officer, 'notices-missing');
  await officer
    .getByRole('row', { name: new RegExp(held.row.CF_WSH ?? '') })
    .getByRole('button', { name: '登记送达' })
    .click();
  await officer.getByLabel(`送达回证编号 ${held.row.CF_WSH}`).waitFor({ state: 'detached' });
});

it('an officer is late, and the superior sees it', async () => {
  const late = await penalised(city);
  await handedIn(city, late);
  city.clock.set('2026-11-25T02:00:00Z');
  try {
    await lookAtClocks(city.ctx, repairKinds());
    const office = await signedIn('office');
    await office.goto('/desk/repairs?range=overdue');
    await office.getByRole('link', { name: late.row.CF_XDR_MC ?? '' }).waitFor();
    await office.getByText('已逾期').first().waitFor();
    await isSound(office, 'repairs-overdue');
  } finally {
    city.clock.set(monday);
  }
});
