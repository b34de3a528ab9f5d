/** Somebody whose role needs a second factor enrols one, signs in with it, and looks after the own account. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { execute, sql } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount } from '../../server/src/testing-context.ts';
import { isSound, openPage, typePassword, widths } from '../support/browser.ts';
import { type CityServer, startCityServer } from '../support/city-server.ts';

let city: CityServer;
let browser: Browser;

before(async () => {
  city = await startCityServer();
  browser = await launchBrowser();
  for (const width of widths) {
    await addTestAccount(city.ctx, `guard${width}`, ['securityAdmin']);
    // What test accounts are spared: a second factor.
    await execute(
      city.ctx.db.migrator,
      sql`UPDATE identity.account SET password_suffices = false WHERE login = ${`guard${width}`}`,
    );
  }
});
after(async () => {
  await browser?.close();
  await city?.stop();
});

/** The code of a step that was not used yet: the clock of the test city stands still otherwise. */
function nextCode(secret: string): string {
  city.clock.advance({ seconds: 30 });
  const totp = new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 });
  return totp.generate({ timestamp: Date.parse(city.clock.now()) });
}

for (const width of widths) {
  describe(`at ${width} px`, () => {
    it('enrols, signs in with a code and with a recovery code, and ends another session', async () => {
      const login = `guard${width}`;
      const page = await openPage(browser, city.base, width);
      await typePassword(page, login);
      await page.getByRole('heading', { level: 1, name: '绑定动态口令' }).waitFor();
      await isSound(page, 'factor-must');
      await page.getByRole('button', { name: '开始绑定' }).click();
      await page.getByAltText('绑定用的二维码').waitFor();
      await isSound(page, 'factor-enrol');
      const secret = ((await page.locator('.code').first().textContent()) ?? '').replaceAll(/\s/g, '');
      await page.getByLabel(/动态口令（6 位数字）/).fill('12345');
      await page.getByRole('button', { name: '确认绑定' }).click();
      await page.getByText('请输入 6 位数字').waitFor();
      await page.getByLabel(/动态口令（6 位数字）/).fill('000000');
      await page.getByRole('button', { name: '确认绑定' }).click();
      await page.getByRole('alert').waitFor();
      await page.getByLabel(/动态口令（6 位数字）/).fill(nextCode(secret));
      await page.getByRole('button', { name: '确认绑定' }).click();
      await page.locator('.recovery-codes li').first().waitFor();
      const codes = await page.locator('.recovery-codes li').allTextContents();
      assert.equal(codes.length, 10);
      await isSound(page, 'factor-recovery');
      await page.getByRole('button', { name: /已保存/ }).click();
      await page.waitForURL((url) => !url.pathname.includes('second-factor'));

      const other = await openPage(browser, city.base, width);
      await other.goto('/desk/account');
      await other.waitForURL(/sign-in/);
      await other.locator('input[name=username]').fill(login);
      await other.locator('input[name=password]').fill('Test-pass-2026');
      await other.locator('button[type=submit]').click();
      await other.waitForURL(/second-factor/);
      await isSound(other, 'factor-show');
      await other.getByLabel(/动态口令/).fill('000000');
      await other.getByRole('button', { name: '验证' }).click();
      await other.getByRole('alert').waitFor();
      await isSound(other, 'factor-wrong');
      await other.getByLabel(/动态口令/).fill(nextCode(secret));
      await other.getByRole('button', { name: '验证' }).click();
      // Back where one wanted to go before the doors.
      await other.waitForURL(/\/desk\/account$/);
      await other.getByRole('heading', { level: 1, name: '账号安全' }).waitFor();
      await other.getByText(/还有 10 个恢复码可用/).waitFor();
      await isSound(other, 'factor-account');
      await other.getByRole('button', { name: '退出其他所有登录' }).click();
      await other.getByRole('button', { name: '退出其他所有登录' }).waitFor({ state: 'detached' });
      await page.goto('/desk/account');
      await page.waitForURL(/sign-in/);

      await typePassword(page, login);
      await page.waitForURL(/second-factor/);
      await page.getByRole('button', { name: /用恢复码/ }).click();
      await page.getByLabel('恢复码', { exact: true }).fill(codes[0] ?? '');
      await page.getByRole('button', { name: '验证' }).click();
      await page.waitForURL((url) => !url.pathname.includes('second-factor'));
      await page.goto('/desk/account');
      await page.getByText(/还有 9 个恢复码可用/).waitFor();
      await page.context().close();
      await other.context().close();
    });
  });
}
