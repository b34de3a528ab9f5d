/**
 * The samples of README and docs are run as they are printed: each ```sh block behind a line `<!-- test -->`, the blocks of
 * one page in one shell, in a folder with `./chengxin`, `penalties.csv` and `licences.csv`, against a server on a free
 * port ($BASE) with the account $CHENGXIN_LOGIN / $CHENGXIN_PASSWORD of the reporting body.
 */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { describe, it, test } from 'node:test';
import { startServer } from '../../server/src/app.ts';
import { createAccount, createBody } from '../../server/src/modules/identity/index.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { testPassword } from '../../server/src/testing-context.ts';
import { type CityContext, createCityContext } from '../support/context.ts';
import { DEPARTMENT, licence, licenceCsv, penalty, penaltyCsv } from '../support/rows.ts';

const now = '2026-11-22T02:00:00Z';
const login = 'scjg';
const shellTimeoutMs = 60_000;

/** Stands in where the machine has no curl: the options that the samples use. */
const curlOfNode = `#!${process.execPath}
const fs = require('node:fs'), { openAsBlob } = fs;
(async () => {
  const o = { headers: {}, form: [] }, a = process.argv.slice(2);
  let url = '', jar, out, dump, fail = false, get = false, data;
  for (let i = 0; i < a.length; i++) {
    const w = a[i];
    if (/^-[fsSG]+$/.test(w)) { fail ||= w.includes('f'); get ||= w.includes('G'); }
    else if (w === '-X') o.method = a[++i];
    else if (w === '-H') { const [n, ...v] = a[++i].split(':'); o.headers[n] = v.join(':').trim(); }
    else if (w === '-d') data = [data, a[++i]].filter(Boolean).join('&');
    else if (w === '--data-urlencode') { const [n, ...v] = a[++i].split('='); data = [data, n + '=' + encodeURIComponent(v.join('='))].filter(Boolean).join('&'); }
    else if (w === '-F') o.form.push(a[++i]);
    else if (w === '-b' || w === '-c') jar = a[++i];
    else if (w === '-o') out = a[++i];
    else if (w === '-D') dump = a[++i];
    else url = w;
  }
  if (get && data) url += '?' + data;
  if (jar && fs.existsSync(jar)) o.headers.cookie = fs.readFileSync(jar, 'utf8').trim();
  if (o.form.length) { o.method ??= 'POST'; o.body = new FormData(); for (const f of o.form) { const [n, v] = f.split(/=(.*)/s); v.startsWith('@') ? o.body.set(n, await openAsBlob(v.slice(1)), v.slice(1)) : o.body.set(n, v); } }
  else if (data !== undefined && !get) { o.method ??= 'POST'; o.body = data; }
  const r = await fetch(url, { ...o, redirect: 'manual' });
  const set = r.headers.getSetCookie()[0]; if (jar && set) fs.writeFileSync(jar, set.split(';')[0]);
  if (dump) process.stdout.write('HTTP/1.1 ' + r.status + '\\r\\n' + [...r.headers].map(([n, v]) => n + ': ' + v + '\\r\\n').join('') + '\\r\\n');
  const b = Buffer.from(await r.arrayBuffer());
  if (fail && r.status >= 400) { console.error('curl: (22) ' + r.status); process.exit(22); }
  out ? fs.writeFileSync(out, b) : process.stdout.write(b);
})();
`;

interface Page {
  readonly name: string;
  readonly blocks: readonly string[];
}

function pagesWithSamples(): Page[] {
  const files = ['README.md', 'README.zh-CN.md', ...globSync('docs/**/*.md', { cwd: repositoryRoot }).sort()];
  return files.flatMap((name) => {
    const text = readFileSync(join(repositoryRoot, name), 'utf8');
    const blocks = [...text.matchAll(/^<!-- test -->\s*\n```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
    return blocks.length > 0 ? [{ name, blocks }] : [];
  });
}

interface World {
  readonly city: CityContext;
  readonly folder: string;
}

/** The same database, keys and day for the server and for the commands. */
function environment({ city, folder }: World, base: string): NodeJS.ProcessEnv {
  const { urls } = city.database;
  const logins = Object.entries(urls).map(([role, url]) => [`DATABASE_URL_${role.toUpperCase()}`, url]);
  return {
    ...Object.fromEntries(logins),
    DATABASE_URL: urls.migrator,
    DATA_DIR: city.ctx.config.dataDir,
    NODE_ENV: 'test',
    CHENGXIN_NOW: now,
    PATH: [join(folder, 'bin'), dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
    HOME: folder,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    BASE: base,
    CHENGXIN_LOGIN: login,
    CHENGXIN_PASSWORD: testPassword,
  };
}

async function makeOfficer({ ctx }: CityContext): Promise<void> {
  const body = await createBody(ctx.db.app, ctx.clock, { kind: 'department', ...DEPARTMENT });
  await createAccount(ctx.db.app, ctx.clock, {
    login,
    name: '测试 scjg',
    roles: ['departmentOfficer'],
    bodyId: body.bodyId,
    password: testPassword,
    mustChangePassword: false,
  });
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-samples-'));
  symlinkSync(join(repositoryRoot, 'chengxin'), join(folder, 'chengxin'));
  // What an integrator has installed.
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'penalties.csv'), penaltyCsv([penalty(1), penalty(2, { CF_JDRQ: '2021-02-30' })]));
  writeFileSync(join(folder, 'licences.csv'), licenceCsv([licence(1), licence(2)]));
  mkdirSync(join(folder, 'bin'));
  if (spawnSync('curl', ['--version'], { stdio: 'ignore' }).status !== 0) {
    writeFileSync(join(folder, 'bin', 'curl'), curlOfNode, { mode: 0o755 });
  }
  return folder;
}

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** In a process group of its own, so that nothing of a sample outlives the test. */
function runShell(script: string, folder: string, env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((done, fail) => {
    const child = spawn('/bin/sh', ['-eu', '-c', script], { cwd: folder, env, detached: true });
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // ended by itself
      }
    };
    const timer = setTimeout(kill, shellTimeoutMs);
    process.once('exit', kill);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once('error', fail);
    child.once('close', (code) => {
      clearTimeout(timer);
      process.removeListener('exit', kill);
      done({ code, output });
    });
  });
}

/** A page has a city of its own, as its reader has. */
async function runPage(page: Page): Promise<Outcome> {
  const world: World = { city: await createCityContext({ now, env: { PORT: '0' } }), folder: makeFolder() };
  try {
    await makeOfficer(world.city);
    const { ctx } = world.city;
    const script = page.blocks.map((block, at) => `echo "── block ${at + 1}"\n${block}`).join('\n');
    if (!script.includes('$BASE')) return await runShell(script, world.folder, environment(world, ''));
    const server = await startServer(ctx.config, { context: { ...ctx, close: async () => undefined } });
    return await runShell(script, world.folder, environment(world, server.address)).finally(() => server.close());
  } finally {
    await world.city.close();
    rmSync(world.folder, { recursive: true, force: true });
  }
}

const pages = pagesWithSamples();

test('there are samples to run', () => assert.ok(pages.length >= 2));

describe('samples', { concurrency: 3 }, () => {
  for (const page of pages) {
    it(`of ${page.name} run as printed`, async () => {
      const { code, output } = await runPage(page);
      assert.equal(code, 0, `${page.name} ended with ${code}:\n${output}`);
    });
  }
});
