/** Channels on the desk, and a large file that breaks off and goes on after the page was loaded again, in a real browser. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { testPassword } from '../../server/src/testing-context.ts';
import { type CityServer, startCityServer } from '../support/city-server.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

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

async function isSound(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter((entry) => entry.impact === 'serious' || entry.impact === 'critical');
  assert.deepEqual(
    serious.map((entry) => `${entry.id}: ${entry.nodes[0]?.html ?? ''}`),
    [],
    name,
  );
  const [wide, seen] = (await page.evaluate('[document.documentElement.scrollWidth, window.innerWidth]')) as [
    number,
    number,
  ];
  assert.ok(wide <= seen + 1, `${name} is ${wide} px wide in a window of ${seen} px`);
}

async function signedIn(width: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, baseURL: city.base, locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto('/desk/sign-in');
  await page.locator('input[name=username]').fill('banshi');
  await page.locator('input[name=password]').fill(testPassword);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((url) => !url.pathname.includes('sign-in'));
  return page;
}

const addChannel = (name: string, state: string, problem: object | null): Promise<number> =>
  execute(
    city.ctx.db.app,
    sql`INSERT INTO core.channel (channel_id, body_id, kind, name, standard, config, enabled, state, failures, last_error, created_at, updated_at)
        VALUES (${newId()}, ${city.bodyId}, 'pull', ${name}, 'penalty',
                ${JSON.stringify({ engine: 'mysql', host: '10.1.2.3', port: 3306, database: 'punish', table: 'v_penalty', deletes: 'compare', everyMinutes: 15 })}::jsonb,
                true, ${state}, ${problem ? 3 : 0}, ${problem ? JSON.stringify(problem) : null}::jsonb, ${city.clock.now()}, ${city.clock.now()})`,
  );

describe('channels', () => {
  for (const width of [1440, 390]) {
    it(`says what stands where and takes a retry, at ${width} px`, async () => {
      await execute(city.ctx.db.app, sql`UPDATE core.channel SET enabled = false`);
      const page = await signedIn(width);
      const name = `案件库${width}`;
      await addChannel(name, 'failing', {
        code: 'source-unavailable',
        message: { zh: '来源数据库连接不上。', en: 'The source cannot be reached.' },
        fix: { zh: '平台会自动重试。', en: 'It is tried again.' },
        at: city.clock.now(),
      });
      await page.goto('/desk/channels');
      const channel = page.locator('li.channel').filter({ hasText: name });
      await channel.getByText('来源数据库连接不上').waitFor();
      await channel.getByText('已连续失败 3 次').waitFor();
      await isSound(page, 'channels');
      await channel.getByRole('button', { name: '立即重试' }).click();
      await channel.getByText('已安排').waitFor();
      await channel.getByRole('button', { name: '停用' }).click();
      await channel.getByText('已停用').waitFor();
      await isSound(page, 'channels paused');
      await page.context().close();
    });
  }
});

describe('a large file', () => {
  it('that breaks off goes on where it stopped after the page was loaded again', async () => {
    const rows = Array.from({ length: 500 }, (_, at) => penalty(40_000 + at, { BZ: '备注'.repeat(200) }));
    // Above the size from which files go in pieces: the remark of each row is long.
    let content = penaltyCsv(rows);
    while (Buffer.byteLength(content) < 17 * 1024 * 1024) content += content.slice(content.indexOf('\n') + 1);
    const path = join(folder, '一年的处罚.csv');
    writeFileSync(path, content);
    const page = await signedIn(1440);
    let pieces = 0;
    const offsets: string[] = [];
    await page.route('**/api/v1/uploads/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      pieces += 1;
      offsets.push(route.request().headers()['upload-offset'] ?? '');
      // The line is gone from the second piece on.
      return pieces >= 2 ? route.abort() : route.continue();
    });
    await page.goto('/desk/submissions');
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByRole('progressbar').first().waitFor();
    for (let tries = 0; tries < 100 && pieces < 2; tries += 1) await page.waitForTimeout(100);
    assert.ok(pieces >= 2);
    await page.unroute('**/api/v1/uploads/*');
    const after: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') after.push(request.headers()['upload-offset'] ?? '');
    });
    await page.reload();
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByText(/入库 \d/).waitFor({ timeout: 120_000 });
    assert.equal(after[0], String(8 * 1024 * 1024), 'what was there is not sent again');
    const held = await one<{ count: bigint; bytes: bigint }>(
      city.ctx.db.app,
      sql`SELECT count(*) AS count, max(file_bytes) AS bytes FROM core.submission WHERE file_name = '一年的处罚.csv'`,
    );
    assert.deepEqual([Number(held.count), Number(held.bytes)], [1, Buffer.byteLength(content)]);
    await page.context().close();
  });
});
