/**
 * API clients and other ways to sign in, in a real browser at 1440 and 390 pixels with axe: a system is registered by one and
 * approved by another, its key is shown once, rotated and revoked; a legal representative signs in by the business licence.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { one, sql } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser } from '../../server/src/platform/testing-browser.ts';
import { isSound, openPage, signIn, widths } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { assertLicence } from '../support/licence-authority.ts';
import { codeOf, DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let base: string;
let browser: Browser;

before(async () => {
  city = await createHttpCity();
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(city.app.server.address() as AddressInfo).port}`;
  await city.submit(penaltyCsv([penalty(1)]));
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await city?.close();
});

/** What a system gets with a key. */
const asks = async (key: string): Promise<number> =>
  (await fetch(`${base}/api/v1/submissions`, { headers: { authorization: `Bearer ${key}` } })).status;

for (const width of widths) {
  describe(`API clients at ${width} px`, () => {
    const name = `行政审批管理信息系统（市县一体化）${width}`;
    it('are registered by one, approved by another, given a key that is shown once, rotated and disabled', async () => {
      const asker = await signIn(browser, base, width, 'system');
      await asker.goto('/desk/clients');
      await asker.getByRole('heading', { level: 1, name: '接口客户端' }).waitFor();
      if (width === 1440) {
        await asker.getByText('还没有登记接口客户端').waitFor();
        await isSound(asker, 'clients-empty');
      }
      await asker.getByRole('button', { name: '登记客户端' }).click();
      await asker.getByRole('button', { name: '提交登记' }).click();
      await asker.getByText('请至少选一项').waitFor();
      await isSound(asker, 'clients-missing');
      await asker.getByLabel('所属单位').selectOption({ label: DEPARTMENT.name });
      await asker.getByLabel('系统名称').fill(name);
      await asker.getByLabel('技术联系人').fill('信息科 0000-1234567');
      await asker.getByLabel('报送数据').check();
      await asker.getByLabel('查看本单位报送结果').check();
      await asker.getByLabel('限定地址').fill('1.2.3.4, 0.0.0.0/0');
      await asker.getByRole('button', { name: '提交登记' }).click();
      await asker.getByText('网段不得宽于 /8').waitFor();
      await asker.getByLabel('限定地址').fill('127.0.0.1\n10.20.0.0/16');
      await asker.getByRole('button', { name: '提交登记' }).click();
      await asker.getByText('已登记，等另一名安全管理员批准').waitFor();
      await asker.getByRole('button', { name: `查看 ${name}` }).click();
      await asker.getByText('等待安全管理员批准').waitFor();
      await isSound(asker, 'clients-waiting');

      const security = await signIn(browser, base, width, 'security');
      await security.goto('/desk/clients');
      await security.getByRole('button', { name: `查看 ${name}` }).click();
      await security.getByRole('button', { name: '批准', exact: true }).click();
      await security.getByText('无有效密钥').first().waitFor();
      await isSound(security, 'clients-approved');

      await asker.reload();
      await asker.getByRole('button', { name: `查看 ${name}` }).click();
      await asker.getByRole('button', { name: '签发密钥' }).click();
      await isSound(asker, 'clients-issue');
      await asker.getByRole('button', { name: '签发密钥' }).click();
      await asker.getByText('只显示这一次').waitFor();
      await isSound(asker, 'clients-key');
      const first = (await asker.locator('code.secret').textContent()) ?? '';
      assert.equal(await asks(first), 200);
      await asker.getByRole('button', { name: '我已保存' }).click();
      assert.equal(await asker.getByText(first).count(), 0);

      await asker.getByRole('button', { name: '签发密钥' }).click();
      await asker.getByLabel(/更换：原有密钥 30 天后失效/).waitFor();
      await asker.getByRole('button', { name: '签发密钥' }).click();
      await asker.locator('code.secret').waitFor();
      const second = (await asker.locator('code.secret').textContent()) ?? '';
      assert.notEqual(second, first);
      assert.deepEqual([await asks(first), await asks(second)], [200, 200]);
      await asker.getByRole('button', { name: '我已保存' }).click();
      await asker
        .getByRole('button', { name: /^吊销 / })
        .last()
        .click();
      await asker.getByText('已吊销').waitFor();
      await isSound(asker, 'clients-keys');

      await asker.getByRole('button', { name: '修改', exact: true }).click();
      await asker.getByLabel('限定地址').fill('10.20.0.0/16');
      await isSound(asker, 'clients-change');
      await asker.getByRole('button', { name: '保存修改' }).click();
      await asker.getByText('已保存').waitFor();
      assert.equal(await asks(second), 401, 'bound to another address now');
      await asker.getByRole('button', { name: '停用客户端' }).click();
      await asker.getByText('全部密钥立即失效').waitFor();
      await asker.getByRole('button', { name: '确认停用' }).click();
      await asker
        .getByRole('row', { name: new RegExp(`${name}.*已停用`, 's') })
        .first()
        .waitFor();
      await asker.context().close();

      await security.getByRole('button', { name: '登记网关' }).click();
      const form = security.getByRole('form', { name: '登记网关' });
      await form.getByLabel('网关名称').fill(`市政务信息共享交换平台 ${width}`);
      await form.getByLabel('出口地址').fill('10.9.9.9');
      await form.getByRole('button', { name: '登记网关' }).click();
      await security.getByText('网关密钥（只显示这一次）').waitFor();
      await isSound(security, 'clients-gateway');
      await security.context().close();
    });
    it('have their page in English too', async () => {
      const page = await openPage(browser, base, width, 'en');
      await page.goto('/desk/sign-in?next=%2Fclients');
      await page.locator('input[name=username]').fill('security');
      await page.locator('input[name=password]').fill('Test-pass-2026');
      await page.locator('button[type=submit]').click();
      await page.getByRole('heading', { level: 1, name: 'API clients' }).waitFor();
      await page.locator('table button.link').first().click();
      await isSound(page, 'clients-english');
      await page.context().close();
    });
  });

  describe(`other ways to sign in at ${width} px`, () => {
    it('stand beside the password, and say when one failed', async () => {
      const page = await openPage(browser, base, width);
      await page.goto('/desk/sign-in?failed=provider');
      await page.getByText('该身份没有绑定账号').waitFor();
      await page.getByRole('button', { name: '用电子营业执照登录' }).waitFor();
      await isSound(page, 'sign-in-failed');
      await page.context().close();
    });
    it('a legal representative signs in by the business licence and sees who speaks for the company', async () => {
      const page = await openPage(browser, base, width);
      await page.goto('/desk/sign-in?next=%2Faccount');
      await page.getByRole('button', { name: '用电子营业执照登录' }).click();
      await page.getByRole('button', { name: '完成登录' }).click();
      await page.getByText('请粘贴内容').waitFor();
      await isSound(page, 'sign-in-licence');
      const challenge = (await page.locator('code.secret').textContent()) ?? '';
      const asserted = (over: object) =>
        assertLicence({
          challenge,
          unifiedCode: codeOf(1001),
          person: 'made-up-7',
          now: city.ctx.clock.now(),
          over: { ...over },
        });
      await page.getByLabel('电子营业执照凭证').fill(await asserted({ holder: 'clerk' }));
      await page.getByRole('button', { name: '完成登录' }).click();
      await page.getByRole('alert').getByText('身份认证未通过或已超时').waitFor();
      // An attempt is used up by its answer: the next one begins anew.
      await page.getByRole('button', { name: '返回密码登录' }).click();
      await page.getByRole('button', { name: '用电子营业执照登录' }).click();
      await page.locator('code.secret').waitFor();
      const anew = (await page.locator('code.secret').textContent()) ?? '';
      assert.notEqual(anew, challenge);
      await page.getByLabel('电子营业执照凭证').fill(
        await assertLicence({
          challenge: anew,
          unifiedCode: codeOf(1001),
          person: 'made-up-7',
          now: city.ctx.clock.now(),
        }),
      );
      await page.getByRole('button', { name: '完成登录' }).click();
      await page.getByRole('heading', { name: '谁代表本企业' }).waitFor();
      await page.getByText('您自己').waitFor();
      await isSound(page, 'account-representative');
      await page.context().close();
    });
  });
}

it('what was issued on the page stands in the log, and no secret does', async () => {
  const row = await one<{ issued: bigint; secrets: bigint }>(
    city.ctx.db.audit,
    sql`SELECT count(*) FILTER (WHERE action = 'client.issueKey') AS issued,
          count(*) FILTER (WHERE detail::text ~ 'cx[kag]_') AS secrets FROM log.access_log`,
  );
  assert.deepEqual(row, { issued: 4n, secrets: 0n });
});
