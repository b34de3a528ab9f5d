/**
 * The whole cycle in a real browser, at 1440 and 390 pixels with axe: a body proposes, the company defends itself and is listed,
 * obligations arrive and are acknowledged, an approval officer of another body checks and hits, says what was done, the company
 * repairs, and everything lifts: the entry, the answer of the check, the hit and the obligations (issue 7).
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { liveEntriesOf } from '../../server/src/modules/lists/index.ts';
import { colleague, type Organisation, organisation } from '../../server/src/modules/lists/testing.ts';
import { followEntries } from '../../server/src/modules/obligations/index.ts';
import { closePaperRenderer } from '../../server/src/modules/papers/index.ts';
import { sealOnce } from '../../server/src/platform/access-log/index.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { isSoundAtBoth as isSound, signIn } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { decide, defend, lookAtNothing, passTo, propose, repair, serveNotice } from '../support/listing-journey.ts';

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

/** What the jobs do each minute: changes are placed in the feed, and entries are followed by it. */
async function minute(): Promise<void> {
  await sealOnce(city.ctx);
  await followEntries(city.ctx);
}

const live = async () =>
  (await liveEntriesOf(city.ctx.db.app, city.ctx.policy(), [of.subjectId], city.ctx.clock.today())).get(of.subjectId);

async function check(page: Page, caseNumber: string): Promise<void> {
  await page.goto('/desk/checks');
  await page.getByLabel('事项', { exact: true }).selectOption({ label: '告知承诺制办理许可和证明' });
  await page.getByLabel('统一社会信用代码或者完整名称').fill(of.code);
  await page.getByLabel('办件编号', { exact: true }).fill(caseNumber);
  await page.getByRole('button', { name: '核查', exact: true }).click();
}

async function recognised(): Promise<void> {
  const officer = await signedIn('officer');
  const id = await propose(officer, of, lookAtNothing);
  await serveNotice(city, officer, other, id);
  const company = await signedIn('representative');
  await defend(company, id, lookAtNothing);
  await decide(city, officer, other, id, lookAtNothing);
  assert.equal((await live())?.length, 1);
  await officer.context().close();
  await company.context().close();
}

/** Both bodies find what is asked of them: one acknowledges all at once, the other one by one. */
async function acknowledged(approval: Page): Promise<void> {
  const officer = await signedIn('officer');
  await officer.goto('/desk/checks?tab=own');
  await officer.getByText('没有需要处理的义务').waitFor();
  await isSound(officer, 'obligations-empty');
  await minute();
  await officer.reload();
  await officer.getByText('限制参加评先评优').first().waitFor();
  await isSound(officer, 'obligations');
  await officer.getByLabel('选择本页全部').check();
  await officer.getByRole('button', { name: '签收所选', exact: true }).click();
  await officer.getByText('3 项已办理').waitFor();
  await officer.getByLabel('按状态筛选').selectOption({ label: '已签收' });
  await officer.getByText('限制参加评先评优').first().waitFor();
  await officer.getByRole('button', { name: '反馈', exact: true }).first().click();
  await officer.getByRole('form', { name: '反馈' }).waitFor();
  await isSound(officer, 'obligations-feedback');
  await officer.context().close();

  await approval.goto('/desk/checks?tab=own');
  await approval.getByRole('button', { name: '签收', exact: true }).first().click();
  await approval.getByRole('button', { name: '签收', exact: true }).nth(1).waitFor({ state: 'detached' });
}

/** The approval officer's check hits, and what was done is fed back with document and, where needed, reason. */
async function applied(page: Page): Promise<void> {
  await check(page, '环许承诺〔2026〕7号');
  await page.getByText('限制享受优惠政策和便利措施').first().waitFor();
  await isSound(page, 'cycle-hit');
  await page.getByRole('button', { name: '已适用', exact: true }).click();
  await page.getByLabel('办理文书', { exact: true }).fill('不适用告知承诺通知书〔2026〕7号');
  await page.getByLabel('关联性和适当性说明').fill('失信行为与承诺的可信程度直接相关，仅改按一般程序办理');
  await page.getByRole('button', { name: '提交反馈', exact: true }).click();
  await page.getByText('没有需要处理的命中').waitFor();
  await minute();
  await page.goto('/desk/checks?tab=own');
  await page.getByLabel('按状态筛选').selectOption({ label: '已实施' });
  await page.getByText('不适用告知承诺通知书〔2026〕7号').waitFor();
  await page.context().close();
}

/** The approval officer's second obligation stays unacknowledged: the credit office sees with whom, and which. */
async function stuck(): Promise<void> {
  // Nobody signs in anew but the office: an address has thirty sign-ins a minute.
  city.clock.set('2026-11-20T02:00:00Z');
  const office = await signedIn('office');
  await office.goto('/desk/checks?tab=cycle');
  await office.getByText('示范市生态环境局').first().waitFor();
  await office.getByRole('table', { name: '卡在哪里' }).getByRole('button', { name: '查看', exact: true }).click();
  await office.getByText('已逾期').first().waitFor();
  await isSound(office, 'cycle-stuck');
  await office.context().close();
}

/** A year later the rule lets the company leave: it repairs, and each body is told what to lift. */
async function everythingLifts(): Promise<void> {
  await passTo(city, '2027-11-03T02:00:00Z');
  const [entry] = (await live()) ?? [];
  assert.ok(entry?.recordId);
  await repair(city, of, entry.recordId);
  assert.deepEqual(await live(), [], 'the entry is gone');
  await minute();

  const page = await signedIn('stranger');
  await check(page, '环许承诺〔2027〕1号');
  await page.getByText('没有应当或者可以适用的措施').waitFor();
  await page.goto('/desk/checks?tab=toLift');
  await page.getByText('原因已消除，应当解除').waitFor();
  await isSound(page, 'to-lift');
  await page.getByLabel('选择本页全部').check();
  await page.getByRole('button', { name: '解除所选', exact: true }).click();
  await page.getByText('没有需要解除的措施').waitFor();
  // The use that was fed back at the check is lifted with it.
  await page.getByText('没有需要处理的命中').waitFor();
  await page.context().close();

  const officer = await signedIn('officer');
  await officer.goto('/desk/checks?tab=toLift');
  await officer.getByRole('button', { name: '解除', exact: true }).first().click();
  await officer.getByText('限制参加评先评优').first().waitFor();
  await officer.getByLabel('选择本页全部').check();
  await officer.getByRole('button', { name: '解除所选', exact: true }).click();
  await officer.getByText('没有需要解除的措施').waitFor();
  await officer.context().close();
}

it('proposed, defended, listed, acknowledged, checked, fed back, repaired, and everything lifts', async () => {
  await recognised();
  const approval = await signedIn('stranger');
  await acknowledged(approval);
  await applied(approval);
  await stuck();
  await everythingLifts();
  const { items } = (await city.call('office', 'GET', '/api/v1/obligations?limit=200')).json();
  assert.ok(items.length >= 5);
  for (const { state, measure, body } of items)
    assert.ok(['lifted', 'withdrawn'].includes(state), `${body} ${measure} ${state}`);
  const hits = (await city.call('stranger', 'GET', '/api/v1/checks/hits')).json().items;
  assert.deepEqual(
    hits.map(({ state }: { state: string }) => state),
    ['lifted'],
  );

  const office = await signedIn('office');
  await office.goto('/desk/checks?tab=cycle');
  await office.getByText('没有逾期未办的义务').waitFor();
  await office.getByLabel('自', { exact: true }).fill('2026-01-01');
  await office.getByRole('button', { name: '查看', exact: true }).click();
  await office.getByText('100%').first().waitFor();
  await isSound(office, 'cycle');
});
