/** The pages about natural persons in a real browser, at 1440 and 390 pixels, with axe on each: look-up, officer, rights. */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { testPassword } from '../../server/src/testing-context.ts';
import { seriousFindings } from '../support/browser.ts';
import { createPeopleCity, type PeopleCity, PRIVACY } from '../support/people-city.ts';
import { citizenId } from '../support/persons.ts';

const WIDTHS = [1440, 390];
/** With SHOTS, a folder, each page is also kept as a picture. */
const shots = process.env.SHOTS;
let people: PeopleCity;
let browser: Browser;
let base: string;
let number: string;

before(async () => {
  people = await createPeopleCity();
  number = await people.report(61, '欧阳望舒');
  await people.switchOn('lookup');
  for (const [kind, statement] of [
    ['correct', '许可证上的有效期与原件不一致，请核对后更正。'],
    ['delete', '许可已经注销五年，请删除。'],
  ])
    await people.office('POST', `${PRIVACY}/requests`, {
      ...{ kind, statement, documentType: 'citizenId', number: citizenId(62), actingAs: 'self', documentSeen: true },
    });
  await people.office('POST', `${PRIVACY}/incidents`, {
    ...{ kind: 'leak', discoveredAt: people.city.clock.now(), dataKinds: ['姓名', '证件号码'], persons: 12 },
    ...{
      cause: '邮件误发给其他单位',
      harm: '可能被用于骚扰',
      measures: '已要求对方删除并书面确认',
      contact: '信用办 示范路1号',
    },
  });
  await people.city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(people.city.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await people?.city.close();
});

async function isSound(page: Page, name: string): Promise<void> {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
  assert.deepEqual(await seriousFindings(page), [], name);
  const [wide, seen] = (await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]')) as [
    number,
    number,
  ];
  assert.ok(wide <= seen + 1, `${name} is ${wide} px wide in a window of ${seen} px`);
}

async function signedIn(width: number, login: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, baseURL: base, locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto('/desk/sign-in');
  await page.locator('input[name=username]').fill(login);
  await page.locator('input[name=password]').fill(testPassword);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => !url.pathname.includes('sign-in'));
  return page;
}

for (const width of WIDTHS) {
  describe(`at ${width} pixels`, { concurrency: false }, () => {
    it('an officer looks one person up: purpose and case first, and the number leaves the page', async () => {
      const page = await signedIn(width, 'officer');
      await page.goto('/desk/lookups');
      await page.getByRole('heading', { name: '自然人核查' }).waitFor();
      await page.getByRole('button', { name: '核查' }).click();
      await page.getByText('请填写。').first().waitFor();
      await isSound(page, `lookup-empty-${width}`);
      await page.getByLabel('核查目的').selectOption('licenceHeld');
      await page.getByLabel('办理事项').fill('安全员任职备案');
      await page.getByLabel('案号或受理编号').fill('示审备〔2026〕12号');
      await page.getByLabel('证件号码').fill(number);
      await page.getByRole('button', { name: '核查' }).click();
      await page.getByText('本人可见').waitFor();
      await isSound(page, `lookup-result-${width}`);
      assert.ok(!(await page.content()).includes(number));
      assert.ok(!page.url().includes(number));
      await page.getByRole('button', { name: '核查下一人' }).click();
      assert.equal(await page.getByLabel('证件号码').inputValue(), '');
      await page.context().close();
    });
    it('the officer for personal information sees clocks and registers, and no list of persons', async () => {
      const page = await signedIn(width, 'office');
      await page.goto('/desk/privacy');
      await page.getByRole('button', { name: /^GX/ }).first().click();
      await page.getByRole('button', { name: '受理' }).waitFor();
      await isSound(page, `privacy-requests-${width}`);
      for (const tab of ['window', 'purposes', 'functions', 'figures', 'incidents', 'retention']) {
        await page.goto(`/desk/privacy?tab=${tab}`);
        await page.getByRole('heading', { name: '个人信息保护' }).waitFor();
        await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        await isSound(page, `privacy-${tab}-${width}`);
      }
      assert.ok(!(await page.content()).includes('欧阳望舒'));
      await page.context().close();
    });
    it('anybody reads about their rights without script', async () => {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        baseURL: base,
        javaScriptEnabled: false,
      });
      const page = await context.newPage();
      await page.goto('/help/privacy');
      await page.getByRole('heading', { name: '个人信息权利' }).waitFor();
      if (shots) await page.screenshot({ path: `${shots}/portal-privacy-${width}.png`, fullPage: true });
      await context.close();
      const sound = await browser.newContext({ viewport: { width, height: 900 }, baseURL: base });
      const again = await sound.newPage();
      for (const language of ['', '?lang=en']) {
        await again.goto(`/help/privacy${language}`);
        await isSound(again, `portal-privacy${language ? '-en' : ''}-${width}`);
      }
      await sound.close();
    });
  });
}
