/**
 * Those who keep accounts, in a real browser with axe at 1440 and 390 pixels: an account is made, its role granted by another,
 * a thousand are listed, somebody is represented by a colleague.
 */
import { after, before, describe, it } from 'node:test';
import { createBody } from '../../server/src/modules/identity/index.ts';
import { execute, type Runner, sql } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount } from '../../server/src/testing-context.ts';
import { isSound, signIn, widths } from '../support/browser.ts';
import { type CityServer, startCityServer } from '../support/city-server.ts';

let city: CityServer;
let browser: Browser;

before(async () => {
  city = await startCityServer();
  const { ctx, bodyId } = city;
  const db = ctx.db.app as Runner;
  const district = await createBody(ctx.db.app, city.clock, {
    kind: 'district',
    name: '示范市东城区人民政府',
    code: null,
  });
  await createBody(ctx.db.app, city.clock, {
    kind: 'department',
    name: '示范市东城区住房和城乡建设局（区人民防空办公室）',
    code: null,
    parentId: district.bodyId,
  });
  await addTestAccount(ctx, 'xitong', ['systemAdmin']);
  await addTestAccount(ctx, 'anquan', ['securityAdmin']);
  await addTestAccount(ctx, 'shenji', ['auditAdmin']);
  await addTestAccount(ctx, 'quguan', ['accountManager'], bodyId);
  // A thousand more, all at once.
  await execute(
    db,
    sql`WITH made AS (
          INSERT INTO identity.holder (holder_id, token, side, created_at)
          SELECT ('00000000-0000-7000-8000-' || lpad((100000 + n)::text, 12, '0'))::uuid, 'test-' || n, 'business', ${ctx.clock.now()}
          FROM generate_series(1, 1000) n RETURNING holder_id)
        INSERT INTO identity.account (account_id, login, name, body_id, created_at, holder_id)
        SELECT holder_id, 'ren-' || right(holder_id::text, 6), '经办人员' || right(holder_id::text, 4), ${bodyId}, ${ctx.clock.now()}, holder_id FROM made`,
  );
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await city?.stop();
});

describe('keeping accounts', () => {
  for (const width of widths) {
    it(`an account is made by one and its role granted by another, at ${width} px`, async () => {
      const system = await signIn(browser, city.base, width, 'xitong');
      await system.getByText('请登记本账号的持有人').waitFor();
      await isSound(system, 'accounts-home');
      await system.goto('/desk/accounts/new');
      const login = `xinren-${width}`;
      await system.getByLabel('登录名').fill(login);
      await system.getByLabel('姓名').fill('新人');
      await system.getByLabel('人员编号').fill(`NEW${width}`);
      await system.getByLabel('单位', { exact: true }).selectOption({ index: 1 });
      await isSound(system, 'accounts-new');
      await system.getByRole('button', { name: '开通账号' }).click();
      await system.getByText(`${login} 的一次性密码`).waitFor();
      await system.goto(`/desk/accounts?q=${login}`);
      await system.getByRole('link', { name: '新人' }).first().waitFor();
      const security = await signIn(browser, city.base, width, 'anquan');
      await security.goto('/desk/role-requests');
      await security.getByRole('button', { name: '审批' }).first().click();
      await isSound(security, 'accounts-requests');
      await security.getByRole('button', { name: '批准' }).click();
      await security.getByText('没有角色申请').waitFor();
      await security.goto('/desk/recertification');
      await isSound(security, 'accounts-confirmation');
      await security.context().close();
      await system.context().close();
    });
    it(`a thousand accounts, one of them, the tree, the import, the roster, at ${width} px`, async () => {
      const page = await signIn(browser, city.base, width, 'xitong');
      await page.goto('/desk/accounts');
      await page
        .getByRole('link', { name: /经办人员/ })
        .first()
        .waitFor();
      await isSound(page, 'accounts-list');
      await page
        .getByRole('link', { name: /经办人员/ })
        .first()
        .click();
      await page.getByRole('button', { name: '离岗' }).click();
      await isSound(page, 'accounts-one');
      for (const [name, path] of [
        ['tree', '/desk/organisation'],
        ['import', '/desk/accounts/import'],
        ['duty', '/desk/duty'],
      ] as const) {
        await page.goto(path);
        await page.locator('h1').waitFor();
        await isSound(page, `accounts-${name}`);
      }
      await page.context().close();
    });
    it(`somebody on leave is represented, and the page says for whom, at ${width} px`, async () => {
      const [absent, deputy] = width === 1440 ? ['banshi', 'fuhe'] : ['fuhe', 'banshi'];
      const page = await signIn(browser, city.base, width, absent ?? '');
      await page.goto('/desk/leave');
      await page.getByLabel('代理人').selectOption({ label: `测试 ${deputy}（${deputy}）` });
      const today = city.clock.today();
      await page.getByLabel('起', { exact: true }).fill(today);
      await page.getByLabel('止', { exact: true }).fill(today);
      await page.getByLabel('事由').fill('年休假');
      await isSound(page, 'accounts-leave');
      await page.getByRole('button', { name: '登记' }).click();
      await page.getByRole('cell', { name: '年休假' }).first().waitFor();
      const other = await signIn(browser, city.base, width, deputy ?? '');
      await other.goto('/desk/leave');
      await other.getByRole('button', { name: `以 测试 ${absent} 的职责办理` }).click();
      await other.getByText(`您正在代 测试 ${absent} 办理业务`).waitFor();
      await isSound(other, 'accounts-acting');
      await other.getByRole('button', { name: '停止代理' }).click();
      // Over for today, so that the next width may turn it round.
      await page.reload();
      await page.getByRole('button', { name: '提前结束' }).click();
      await page.getByText('提前结束').first().waitFor();
      await other.context().close();
      await page.context().close();
    });
  }
});
