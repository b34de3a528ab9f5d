/**
 * Lists in a real browser, at 1440 and 390 pixels with axe: a body proposes, a company learns of it and defends itself, is
 * listed by a decision that was delivered, is seen on the list, repairs when the rule allows, and everything lifts.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { followRecords, liveEntriesOf } from '../../server/src/modules/lists/index.ts';
import { colleague, must, type Organisation, organisation, paper } from '../../server/src/modules/lists/testing.ts';
import { closePaperRenderer } from '../../server/src/modules/papers/index.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { signInAs } from '../../server/src/testing-context.ts';
import { isSoundAtBoth as isSound, signIn } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

let city: HttpCity;
let browser: Browser;
let base: string;
let of: Organisation;
let other: Record<string, string>;

const signedIn = (login: string): Promise<Page> => signIn(browser, base, 1440, login);

before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  other = await colleague(city);
  of = await organisation(city);
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(city.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
after(async () => {
  closePaperRenderer();
  await browser?.close();
  await city?.close();
});

/** Gives a command of the page by its button and, where it has a form, with a note. */
async function give(page: Page, label: string, note?: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click();
  const form = page.getByRole('form', { name: label, exact: true });
  if (note) await form.locator('textarea').fill(note);
  await form.getByRole('button', { name: label, exact: true }).click();
}

const live = async () =>
  (await liveEntriesOf(city.ctx.db.app, city.ctx.policy(), [of.subjectId], city.ctx.clock.today())).get(of.subjectId);

it('a body proposes, a company defends itself, is listed, repairs, and everything lifts', async () => {
  const officer = await signedIn('officer');
  await officer.goto('/desk/lists');
  await officer.getByRole('link', { name: '市场监管严重违法失信名单', exact: true }).waitFor();
  await isSound(officer, 'lists');
  await officer.goto('/desk/lists?tab=exempt');
  await officer.getByText('适用简易程序当场作出的处罚').waitFor();
  await isSound(officer, 'lists-exempt');
  await officer.goto('/desk/lists/SX02');
  await officer.getByText('名单上没有单位').waitFor();
  await isSound(officer, 'list-empty');
  await officer.goto(`/desk/listings/new?list=SX02&code=${of.code}`);
  await officer.getByLabel('事实', { exact: true }).fill('两年内三次销售不合格产品，均受到较重行政处罚。');
  await officer.getByRole('button', { name: '提交', exact: true }).click();
  await officer.getByText('认定标准须全部满足').first().waitFor();
  await isSound(officer, 'propose-missing');
  await officer.getByLabel('属于办法列明的违法行为').check();
  await officer.getByLabel('受到较重行政处罚').check();
  await officer.getByLabel('法律依据', { exact: true }).fill('《市场监督管理严重违法失信名单管理办法》第五条');
  await officer.getByLabel('证据', { exact: true }).fill('行政处罚决定书三份、抽检报告、现场笔录');
  await officer.getByLabel('依据的文书', { exact: true }).fill(of.number);
  await officer.getByRole('button', { name: '提交', exact: true }).click();
  await officer.getByText('已提出，待事先告知').first().waitFor();
  await isSound(officer, 'listing-proposed');
  const id = officer.url().split('/').at(-1) ?? '';
  await paper(city, other, id, 'listingNotice');
  await officer.reload();
  await give(officer, '确认告知书已送达');
  await officer.getByText('已告知，等待陈述申辩').first().waitFor();

  const company = await signedIn('representative');
  await company.goto('/desk/own-lists');
  await company.getByText('不在任何名单上').waitFor();
  await isSound(company, 'own-lists-empty');
  await company.goto('/desk/listings');
  await company
    .getByRole('link')
    .filter({ hasText: /测试|公司|单位/ })
    .first()
    .waitFor();
  await isSound(company, 'listings-company');
  await company.goto(`/desk/listings/${id}`);
  await company.getByText('告知书已送达。请在期限内提交陈述申辩').waitFor();
  await isSound(company, 'listing-noticed-company');
  await give(company, '陈述申辩', '产品已全部召回，管理制度已重建，请不予列入。');
  await company.getByText('已陈述申辩，待复核').first().waitFor();

  await officer.reload();
  await give(officer, '提交复核意见', '召回不影响违法事实的认定，申辩不予采纳。');
  await officer.getByText('已复核，待合法性审核').first().waitFor();
  await isSound(officer, 'listing-reviewed');
  await must(city, other, id, 'clear', { note: '事实清楚、程序合法。', how: 'collectiveDiscussion' });
  await paper(city, other, id, 'listingDecision');
  await officer.reload();
  await give(officer, '作出列入决定', '示市监批〔2026〕3号');
  await officer.getByText('已作出决定，待送达').first().waitFor();
  await give(officer, '确认决定书已送达');
  await officer.getByText('已送达，待列入').first().waitFor();
  await give(officer, '列入名单');
  await officer.getByRole('dialog').getByRole('button', { name: '确认' }).click();
  await officer.getByText('名单记录').waitFor();
  await isSound(officer, 'listing-listed');
  assert.equal((await live())?.length, 1);

  await officer.goto('/desk/lists/SX02');
  await officer.getByText('2029-11-02').first().waitFor();
  await isSound(officer, 'list-entries');
  await company.goto('/desk/own-lists');
  await company.getByText('申请移出（信用修复）').first().waitFor();
  await isSound(company, 'own-lists');
  const shown = async (): Promise<number> =>
    (await city.call(null, 'GET', '/api/v1/public/lists/SX02/entries')).json().items.length;
  assert.equal(await shown(), 1);
  // The record that shows it is this entry, not a second one.
  assert.equal(await followRecords(city.ctx), 0);

  // A year later the rule lets it leave: by repair, decided by the body that recognised it.
  city.clock.set('2027-11-03T02:00:00Z');
  for (const login of ['officer', 'representative'] as const)
    Object.assign(city.sessions, { [login]: await signInAs(city.app, login) });
  const [entry] = (await live()) ?? [];
  assert.ok(entry?.recordId);
  const call = async (who: 'officer' | 'representative' | 'office', url: string, payload: object) => {
    const answer = await city.call(who, 'POST', `/api/v1${url}`, { payload });
    assert.ok(answer.statusCode < 300, `${url}: ${answer.body}`);
    return answer.json();
  };
  const begun = await call('representative', '/repairs', { code: of.code, recordId: entry.recordId });
  for (const { key } of begun.duties as { key: string }[]) {
    const { upload } = await import('../../server/src/modules/repair/testing.ts');
    assert.equal((await upload(city, begun.id, key)).statusCode, 201);
  }
  await call('representative', `/repairs/${begun.id}/application`, {
    statement: '义务已履行，危害已消除。',
    commitment: { version: '1', agreed: true },
  });
  await call('representative', `/repairs/${begun.id}/commands`, { command: 'submit' });
  await call('officer', `/repairs/${begun.id}/commands`, { command: 'accept' });
  await call('officer', `/repairs/${begun.id}/commands`, {
    command: 'approve',
    duties: (begun.duties as { key: string }[]).map(({ key }) => key),
  });
  assert.deepEqual(await live(), []);
  assert.equal(await shown(), 0);
  const again = await signedIn('representative');
  await again.goto(`/desk/listings/${id}`);
  await again.getByText('已提前移出').first().waitFor();
  await isSound(again, 'listing-removed');
});
