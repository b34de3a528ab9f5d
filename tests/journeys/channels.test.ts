/** Channels on the desk, and a large file that breaks off and goes on after the page was loaded again, in a real browser. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { type Browser, launchBrowser } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount } from '../../server/src/testing-context.ts';
import { isSound, signIn, widths } from '../support/browser.ts';
import { type CityServer, startCityServer } from '../support/city-server.ts';
import { DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

let city: CityServer;
let browser: Browser;
let folder: string;
before(async () => {
  city = await startCityServer({ PULL_HOSTS: 'db.example.gov.cn:3306' });
  await addTestAccount(city.ctx, 'xinyongban', ['creditOffice']);
  browser = await launchBrowser();
  folder = mkdtempSync(join(tmpdir(), 'chengxin-journey-'));
});
after(async () => {
  await browser?.close();
  await city?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const addChannel = (name: string, state: string, problem: object | null): Promise<number> =>
  execute(
    city.ctx.db.app,
    sql`INSERT INTO core.channel (channel_id, body_id, kind, name, standard, config, enabled, state, failures, last_error, created_at, updated_at)
        VALUES (${newId()}, ${city.bodyId}, 'pull', ${name}, 'penalty',
                ${JSON.stringify({ engine: 'mysql', host: '10.1.2.3', port: 3306, database: 'punish', table: 'v_penalty', deletes: 'compare', everyMinutes: 15 })}::jsonb,
                true, ${state}, ${problem ? 3 : 0}, ${problem ? JSON.stringify(problem) : null}::jsonb, ${city.clock.now()}, ${city.clock.now()})`,
  );

describe('channels', () => {
  for (const width of widths) {
    it(`says what stands where and takes a retry, at ${width} px`, async () => {
      await execute(city.ctx.db.app, sql`UPDATE core.channel SET enabled = false`);
      const page = await signIn(browser, city.base, width, 'banshi');
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

    it(`lets the credit office set up a pull, and says what is missing or not allowed, at ${width} px`, async () => {
      const page = await signIn(browser, city.base, width, 'xinyongban');
      await page.goto('/desk/channels');
      await page.getByRole('button', { name: '新建数据库取数' }).click();
      const form = page.getByRole('form', { name: '新建数据库取数' });
      await form.getByRole('button', { name: '建立通道' }).click();
      await form.getByText('请填写这一项').first().waitFor();
      await isSound(page, 'channels-pull-missing');
      await form.getByLabel('报送单位').selectOption({ label: DEPARTMENT.name });
      await form.getByLabel('数据标准').selectOption('penalty');
      await form.getByLabel('数据库', { exact: true }).selectOption('mysql');
      const fields = { 通道名称: `处罚案件库${width}`, 主机: '10.9.9.9', 库名: 'punish', 表或视图: 'v_penalty' };
      const more = { 用户名: 'credit_reader', 口令: 'Reader-2026', 主键列: 'case_id', 更新时间或序号列: 'updated_at' };
      for (const [label, value] of Object.entries({ ...fields, ...more })) await form.getByLabel(label).fill(value);
      assert.equal(await form.getByLabel('端口').inputValue(), '3306', 'the port follows the engine');
      await form.getByRole('button', { name: '建立通道' }).click();
      await form.getByText('不在允许取数的名单中').waitFor();
      assert.equal(await form.getByLabel('表或视图').inputValue(), 'v_penalty', 'what was typed is still there');
      await isSound(page, 'channels-pull-refused');
      await form.getByLabel('主机').fill('db.example.gov.cn');
      await form.getByRole('button', { name: '建立通道' }).click();
      const channel = page.locator('li.channel').filter({ hasText: `处罚案件库${width}` });
      await channel.getByText('db.example.gov.cn:3306 punish v_penalty').waitFor();
      await isSound(page, 'channels-pull-made');
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
    const page = await signIn(browser, city.base, 1440, 'banshi');
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
