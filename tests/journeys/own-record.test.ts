/**
 * A person and the own record, phone first, with axe at 390 and 1440 pixels: the notice, the proof of identity, what is held,
 * who looked, a look disputed, the answer of the office, a copy, and leaving. The identity service is a page that signs.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { one, sql } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { isSound, openPage } from '../support/browser.ts';
import { assertPerson, identityService } from '../support/licence-authority.ts';
import { createPeopleCity, type PeopleCity, PRIVACY } from '../support/people-city.ts';

let people: PeopleCity;
let base: string;
let browser: Browser;
/** Phone first. */
const widths = [390, 1440] as const;
const numbers = new Map<number, string>();

before(async () => {
  people = await createPeopleCity();
  const { app } = people.city;
  await app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  await people.switchOn('lookup');
  for (const [index, width] of widths.entries()) {
    const number = await people.report(700 + index, '欧阳明月', '19880315');
    numbers.set(width, number);
    const looked = await people.lookUp(number, {
      matter: '食品经营许可从业人员核对',
      caseNumber: '市监许〔2026〕118号',
    });
    assert.equal(looked.statusCode, 200, looked.body);
  }
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await people?.city.close();
});

/** Comes back from the identity service as the person of the number. */
async function prove(page: Page, number: string, over: object = {}): Promise<void> {
  await page.route(`${identityService}/**`, async (route) => {
    const asked = new URL(route.request().url());
    const nonce = asked.searchParams.get('nonce') ?? '';
    const assertion = await assertPerson({ nonce, number, now: people.city.ctx.clock.now(), over: { ...over } });
    await route.fulfill({
      status: 302,
      headers: { location: `${asked.searchParams.get('redirect_uri')}#assertion=${assertion}` },
    });
  });
}

for (const width of widths) {
  describe(`the own record at ${width} px`, () => {
    const number = (): string => numbers.get(width) ?? '';
    it('begins with the notice, and shows what is held and who looked after the proof', async () => {
      const page = await openPage(browser, base, width);
      await prove(page, number());
      await page.goto('/help/privacy');
      await page.getByRole('link', { name: '我的信用信息' }).click();
      await page.getByRole('heading', { name: '请先阅读告知书' }).waitFor();
      await isSound(page, 'own-notice');
      await page.getByRole('button', { name: /示范市统一身份认证/ }).click();
      await page.getByRole('heading', { name: '谁查过我' }).waitFor();
      assert.equal(new URL(page.url()).hash, '', 'the statement does not stay in the address');
      await page.getByText('市监许〔2026〕118号').waitFor();
      await page.getByText('食品经营许可从业人员核对').waitFor();
      assert.equal(await page.getByText(number()).count(), 0, 'the number is masked');
      assert.ok((await page.locator('#own article').count()) >= 2);
      await isSound(page, 'own-record');

      const [copy] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: '下载全部（副本）' }).click(),
      ]);
      assert.equal(copy.suggestedFilename(), 'own-record.json');

      await page.getByRole('button', { name: '对这次查询有异议' }).click();
      await page.getByRole('button', { name: '提交' }).click();
      await page.getByText('请写几句话说明').waitFor();
      await page.getByLabel('请说明').fill('我没有申请过这项许可，请说明为什么查我。');
      await isSound(page, 'own-dispute');
      await page.getByRole('button', { name: '提交' }).click();
      await page.getByText(/已收到，编号 GX/).waitFor();
      await page.getByRole('heading', { name: '投诉 · 已收到' }).waitFor();

      // The office sees which look is meant, and answers.
      const open = (await people.office('GET', `${PRIVACY}/requests?open=true`)).json().items[0];
      const asked = (await people.office('GET', `${PRIVACY}/requests/${open.requestId}`)).json();
      assert.equal(asked.lookup.caseNumber, '市监许〔2026〕118号');
      assert.match(asked.lookup.officer, /\*/);
      const act = (body: object) => people.office('POST', `${PRIVACY}/requests/${open.requestId}/act`, body);
      assert.equal((await act({ act: 'accept', version: asked.version })).statusCode, 200);
      const done = await act({
        act: 'grant',
        version: asked.version + 1,
        text: '已核实：申请人填错了证件号码，查询对象有误，已责成单位更正。',
      });
      assert.equal(done.statusCode, 200, done.body);
      await page.reload();
      await page.getByRole('button', { name: new RegExp(`查看 ${asked.number}`) }).click();
      await page.getByText('已责成单位更正').waitFor();
      await isSound(page, 'own-answered');

      await page.getByRole('button', { name: '退出', exact: true }).click();
      await page.getByRole('heading', { name: '请先阅读告知书' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: '请先阅读告知书' }).waitFor();
      await page.context().close();
    });
    it('an answer made for another tab, a weak one and an old one open nothing', async () => {
      const page = await openPage(browser, base, width);
      const foreign = await assertPerson({ nonce: 'of-another', number: number(), now: people.city.ctx.clock.now() });
      await page.goto(`/own#assertion=${foreign}`);
      await page.getByText('核验没有完成').waitFor();
      for (const over of [{ assurance: 'weak' }, { documentType: 'letter' }]) {
        await prove(page, number(), over);
        await page.getByRole('button', { name: /示范市统一身份认证/ }).click();
        await page.getByText('未能确认您的身份').waitFor();
        await page.unroute(`${identityService}/**`);
      }
      await isSound(page, 'own-refused');
      await page.context().close();
    });
    it('has its page in English', async () => {
      const page = await openPage(browser, base, width);
      await prove(page, number());
      await page.goto('/own?lang=en');
      await page.getByRole('button', { name: /prove my identity by City identity service/ }).click();
      await page.getByRole('heading', { name: 'Who looked' }).waitFor();
      await isSound(page, 'own-english');
      await page.context().close();
    });
  });
}

it('each look of the person at the own record is in the log, by token only', async () => {
  const row = await one<{ looks: bigint; numbers: bigint }>(
    people.city.ctx.db.audit,
    sql`SELECT count(*) FILTER (WHERE action = 'own.read') AS looks,
          count(*) FILTER (WHERE l::text ~ ${[...numbers.values()].join('|')}) AS numbers FROM log.access_log l`,
  );
  assert.ok(row.looks >= 4n, String(row.looks));
  assert.equal(row.numbers, 0n);
});
