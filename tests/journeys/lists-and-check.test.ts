/**
 * Lists in a real browser, at 1440 and 390 pixels with axe: a body proposes, a company learns of it and defends itself, is
 * listed by a decision that was delivered, is seen on the list, repairs when the rule allows, and everything lifts.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { followRecords, liveEntriesOf } from '../../server/src/modules/lists/index.ts';
import { colleague, type Organisation, organisation } from '../../server/src/modules/lists/testing.ts';
import { closePaperRenderer } from '../../server/src/modules/papers/index.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { isSoundAtBoth as isSound, signIn } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { decide, defend, passTo, propose, repair, serveNotice } from '../support/listing-journey.ts';

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
  const id = await propose(officer, of, isSound);
  await serveNotice(city, officer, other, id);

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
  await defend(company, id, isSound);
  await decide(city, officer, other, id, isSound);
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
  await passTo(city, '2027-11-03T02:00:00Z');
  const [entry] = (await live()) ?? [];
  assert.ok(entry?.recordId);
  await repair(city, of, entry.recordId);
  assert.deepEqual(await live(), []);
  assert.equal(await shown(), 0);
  const again = await signedIn('representative');
  await again.goto(`/desk/listings/${id}`);
  await again.getByText('已提前移出').first().waitFor();
  await isSound(again, 'listing-removed');
});
