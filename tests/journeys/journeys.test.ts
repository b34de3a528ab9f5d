/**
 * The journeys of the main job in a real browser, at 1440 and 390 pixels, with axe on each page: an officer reports a file
 * and mends it; an office enters one record; anybody looks an organisation up, takes a report and verifies it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { extractText, getDocumentProxy } from 'unpdf';
import {
  type Browser,
  type BrowserContext,
  launchBrowser,
  type Page,
} from '../../server/src/platform/testing-browser.ts';
import { testPassword } from '../../server/src/testing-context.ts';
import { seriousFindings } from '../support/browser.ts';
import { type CityServer, startCityServer } from '../support/city-server.ts';
import { codeOf, penalty, penaltyCsv } from '../support/rows.ts';

const WIDTHS = [1440, 390];
let city: CityServer;
let browser: Browser;
let folder: string;

before(async () => {
  city = await startCityServer();
  browser = await launchBrowser();
  folder = mkdtempSync(join(tmpdir(), 'chengxin-journey-'));
});
after(async () => {
  await browser?.close();
  await city?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const newContext = (width: number, options: { javaScriptEnabled?: boolean } = {}): Promise<BrowserContext> =>
  browser.newContext({
    viewport: { width, height: 900 },
    baseURL: city.base,
    acceptDownloads: true,
    locale: 'zh-CN',
    ...options,
  });

/** No finding of axe that is serious or critical, and nothing that scrolls sideways. */
async function isSound(page: Page, name: string): Promise<void> {
  assert.deepEqual(await seriousFindings(page), [], name);
  const [wide, seen] = (await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]')) as [
    number,
    number,
  ];
  assert.ok(wide <= seen + 1, `${name} is ${wide} px wide in a window of ${seen} px`);
}

async function signIn(page: Page, login: string): Promise<void> {
  await page.goto('/desk/sign-in');
  await page.locator('input[name=username]').fill(login);
  await page.locator('input[name=password]').fill(testPassword);
  await isSound(page, 'sign-in');
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => !url.pathname.includes('sign-in'));
}

/** By its label, as a person finds it; the kinds of input are text, the browser's own list and check boxes. */
async function fillField(page: Page, code: string, value: string): Promise<void> {
  const field = city.ctx
    .policy()
    .standard('penalty')
    .fields.find((entry) => entry.code === code);
  assert.ok(field, code);
  const label = page.locator('label[for]').filter({ hasText: field.label.zh }).first();
  await label.waitFor();
  const input = page.locator(`[id="${await label.getAttribute('for')}"]`);
  if (field.type === 'enum') await input.selectOption(value);
  else if (field.type === 'multiEnum')
    for (const one of value.split(';')) await input.getByText(one, { exact: true }).first().click();
  else await input.fill(value);
  await page.keyboard.press('Tab');
}

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

for (const [round, width] of WIDTHS.entries()) {
  const serial = 100 * (round + 1);

  describe(`at ${width} px`, () => {
    it('an officer reports a file, sees what is wrong, mends the refused rows and sends them again', async () => {
      const context = await newContext(width);
      const page = await context.newPage();
      await signIn(page, 'banshi');
      await isSound(page, 'to do');
      await page.goto('/desk/submissions');
      const content = penaltyCsv([
        penalty(serial + 1),
        penalty(serial + 2, { CF_WSH: `示市监罚[2026]${serial + 2}号` }),
        penalty(serial + 3, { CF_JDRQ: '2021-02-30' }),
        penalty(serial + 4, { CF_XDR_SHXYM: codeOf(1000 + serial + 1) }),
      ]);
      await page.locator('input[type=file]').setInputFiles(file(`处罚-${width}.csv`, content));
      await page.getByText(/入库 2，存疑 1，退回 1，重复 0/).waitFor();
      await isSound(page, 'submissions');
      await page
        .getByRole('link', { name: `处罚-${width}.csv` })
        .first()
        .click();
      await page.waitForURL(/\/desk\/submissions\/[0-9a-f-]{36}/);
      await page
        .getByText(/2021-02-30/)
        .first()
        .waitFor();
      await isSound(page, 'submission');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByText('下载退回行（Excel）').first().click(),
      ]);
      assert.match(download.suggestedFilename(), /退回行\.xlsx$/);
      const refused = join(folder, `refused-${width}.xlsx`);
      await download.saveAs(refused);
      assert.equal(readFileSync(refused).subarray(0, 2).toString(), 'PK');
      await page.getByRole('tab', { name: /存疑/ }).click();
      await page.getByText('报送的与登记库的，是哪一个？').first().waitFor();
      await isSound(page, 'doubtful rows');

      // The whole file again with its refused row mended: only that row is added.
      await page.goto('/desk/submissions');
      await page
        .locator('input[type=file]')
        .setInputFiles(file(`处罚-${width}-2.csv`, content.replace('2021-02-30', '2026/10/30')));
      await page.getByText(/入库 1，存疑 1，退回 0，重复 2/).waitFor();
      await context.close();
    });

    it('an office enters one record by form', async () => {
      const context = await newContext(width);
      const page = await context.newPage();
      await signIn(page, 'fuhe');
      await page.goto('/desk/entry?standard=penalty');
      const values = penalty(serial + 50);
      // The office itself is filled in; the rest as somebody would type it, the fine forgotten at first.
      for (const code of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM', 'CF_NR_FK']) delete values[code];
      for (const [code, value] of Object.entries(values)) if (value) await fillField(page, code, value);
      await isSound(page, 'entry');
      await page.getByRole('button', { name: '提交' }).click();
      await page.getByText(/处必须修改，没有提交/).waitFor();
      await page.getByText('请按决定书填写罚款金额', { exact: false }).first().waitFor();
      await fillField(page, 'CF_NR_FK', '2');
      await page.getByRole('button', { name: '提交' }).click();
      await page
        .getByRole('button', { name: '再录一条' })
        .or(page.getByRole('link', { name: '再录一条' }))
        .first()
        .waitFor();
      await isSound(page, 'entered');
      await page.goto('/desk/records');
      await page
        .getByText(`示市监罚〔2026〕${serial + 50}号`)
        .first()
        .waitFor();
      await isSound(page, 'records');
      await context.close();
    });

    it('anybody finds an organisation, reads its archive, takes the report and verifies it', async () => {
      const context = await newContext(width);
      const page = await context.newPage();
      await page.goto('/');
      await isSound(page, 'home');
      await page
        .locator('input[name=q]')
        .first()
        .fill(`第${serial + 1}商贸`);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/search/);
      await isSound(page, 'results');
      await page
        .getByRole('link', { name: new RegExp(`第${serial + 1}商贸`) })
        .first()
        .click();
      await page.waitForURL(/\/s\//);
      await page
        .getByText(`示市监罚〔2026〕${serial + 1}号`)
        .first()
        .waitFor();
      await isSound(page, 'archive');
      assert.doesNotMatch(await page.content(), /张三丰/, 'the legal representative is masked');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page
          .getByRole('link', { name: /下载信用报告/ })
          .first()
          .click(),
      ]);
      const pdf = join(folder, `report-${width}.pdf`);
      await download.saveAs(pdf);
      const { text } = await extractText(await getDocumentProxy(new Uint8Array(readFileSync(pdf))), {
        mergePages: true,
      });
      assert.match(text.replaceAll(/\s/g, ''), new RegExp(`示范市第${serial + 1}商贸有限公司`));
      const number = /CR-\d{6}-\d{8}-[0-9A-Z]{10}/.exec(text)?.[0];
      assert.ok(number, 'the report has a number');
      await page.goto('/verify');
      await page.locator('input[name=no]').fill(number);
      await page.keyboard.press('Enter');
      await page.waitForURL(new RegExp(`/verify/${number}`));
      await page.getByText(number).first().waitFor();
      await isSound(page, 'verification');
      await page.goto(`/s/${codeOf(1000 + serial + 1)}/credit-code`);
      await isSound(page, 'credit code');
      await context.close();
    });
  });
}

describe('the portal', () => {
  it('is readable with script switched off', async () => {
    const context = await newContext(1440, { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto('/search?q=商贸');
    await page
      .getByRole('link', { name: /商贸有限公司/ })
      .first()
      .click();
    await page
      .getByText(/示市监罚〔2026〕/)
      .first()
      .waitFor();
    await context.close();
  });
  it('stays small, and so does the desk', async () => {
    assert.ok((await firstLoad('/')) <= 120 * 1024, 'home');
    assert.ok((await firstLoad(`/s/${codeOf(1101)}`)) <= 120 * 1024, 'archive');
    assert.ok((await firstLoad('/desk/sign-in')) <= 450 * 1024, 'desk');
  });
});

/** Bytes, gzipped, of everything that a first visit loads from us. */
async function firstLoad(path: string): Promise<number> {
  const context = await newContext(1440);
  const page = await context.newPage();
  const bodies: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(city.base) && response.ok())
      bodies.push(
        response.body().then(
          (body) => gzipSync(body).length,
          () => 0,
        ),
      );
  });
  await page.goto(path, { waitUntil: 'networkidle' });
  const sizes = await Promise.all(bodies);
  await context.close();
  const sum = sizes.reduce((total, size) => total + size, 0);
  process.stdout.write(`${path}: ${Math.round(sum / 1024)} kB gzip\n`);
  return sum;
}
