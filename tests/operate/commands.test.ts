/**
 * The commands of whoever runs the machine, as processes of their own beside a server that really runs: a new city is made,
 * served, put into read-only mode and out of it; a password is set; the keys of the person store are changed and the old ones
 * kept until they may go.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';
import { type Ended, runCommand, runWith, type Served, serve } from '../support/command.ts';

let database: TestDatabase;
let folder: string;
let dataDir: string;
let server: Served;
const passwords = new Map<string, string>();

const run = (...words: string[]): Promise<Ended> => runCommand(database, dataDir, ...words);
const json = async (...words: string[]): Promise<{ code: number | null; value: Record<string, unknown> }> => {
  const { code, out, err } = await run(...words, '--json');
  assert.doesNotThrow(() => JSON.parse(out), `${words.join(' ')}: ${out} ${err}`);
  return { code, value: JSON.parse(out) };
};

before(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = mkdtempSync(join(tmpdir(), 'chengxin-operate-'));
  dataDir = join(folder, 'data');
  const { code, value } = await json('init', '--name', '示例市', '--region', '370000');
  assert.equal(code, 0);
  for (const { login, password } of value.accounts as { login: string; password: string }[])
    passwords.set(login, password);
  server = await serve(database, dataDir);
});
after(async () => {
  await server?.stop();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Session {
  readonly cookie: string;
  readonly body: { readonly mustChangePassword: boolean };
}
async function signIn(login: string, password: string): Promise<Session | number> {
  const answer = await fetch(`${server.base}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.base },
    body: JSON.stringify({ login, password }),
  });
  if (!answer.ok) return answer.status;
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { cookie, body: (await answer.json()) as Session['body'] };
}

describe('./chengxin beside a running server', { concurrency: false }, () => {
  it('read-only: no write is taken on any process within a second or so, and each step is logged with the OS user', async () => {
    const on = await json('read-only', 'on', '--reason', '数据库维护');
    assert.deepEqual([on.code, on.value.readOnly], [0, true]);
    const state = async (): Promise<boolean> =>
      ((await (await fetch(`${server.base}/api/v1/public/state`)).json()) as { readOnly: boolean }).readOnly;
    for (let tries = 0; !(await state()) && tries < 50; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await state(), true);
    const matched = await fetch(`${server.base}/api/v1/public/subjects?q=${encodeURIComponent('商贸')}`);
    assert.equal(matched.status, 200, 'reading goes on');
    assert.notEqual((await run('read-only', 'on', '--reason', '再来一次试试')).code, 0, 'it is on already');
    const off = await json('read-only', 'off', '--reason', '数据库维护完成');
    assert.deepEqual([off.code, off.value.readOnly], [0, false]);
    for (let tries = 0; (await state()) && tries < 50; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await state(), false);
    const rows = await query<{ os_user: string | null; outcome: string }>(
      database.databases.audit,
      sql`SELECT os_user, outcome FROM log.access_log WHERE action IN ('platform.readOnly', 'platform.writable') ORDER BY at`,
    );
    assert.deepEqual(
      rows.map((row) => row.outcome),
      ['ok', 'ok'],
    );
    assert.ok(rows.every((row) => row.os_user));
  });

  it('read-only: what is no state, or has no reason, is usage', async () => {
    assert.equal((await run('read-only', 'maybe', '--reason', '数据库维护')).code, 2);
    assert.equal((await run('read-only', 'on')).code, 2);
  });

  it('account: a one-time password that works once, ends the old one, and must be changed', async () => {
    const old = passwords.get('secadmin') ?? '';
    const { code, value } = await json('account', 'SECADMIN', '--reset-password');
    assert.equal(code, 0);
    assert.equal(value.login, 'secadmin');
    assert.equal(await signIn('secadmin', old), 401);
    const session = await signIn('secadmin', String(value.password));
    assert.ok(typeof session === 'object');
    assert.equal(session.body.mustChangePassword, true);
    const refused = await fetch(`${server.base}/api/v1/accounts`, { headers: { cookie: session.cookie } });
    assert.equal(refused.status, 403, 'nothing before the password is changed');
    const unknown = await json('account', 'nobody', '--reset-password');
    assert.equal(unknown.code, 1);
    assert.equal((await run('account', 'secadmin')).code, 2);
    const { count } = await one<{ count: bigint }>(
      database.databases.audit,
      sql`SELECT count(*) AS count FROM log.access_log WHERE action = 'account.resetPassword' AND os_user IS NOT NULL`,
    );
    assert.equal(count, 1n);
    const leaked = await one<{ count: bigint }>(
      database.databases.audit,
      sql`SELECT count(*) AS count FROM log.access_log l WHERE position(${String(value.password)} IN l::text) > 0`,
    );
    assert.equal(leaked.count, 0n, 'no password in the log');
  });

  it('rotate-keys: new keys beside the old; the old ones are not destroyed before their time', async () => {
    const before = readdirSync(join(dataDir, 'keys'));
    const { code, value } = await json('rotate-keys');
    assert.equal(code, 0, JSON.stringify(value));
    const states = value.states as { kind: string; keys: string[]; rowsLeft: number; finishedAt: string | null }[];
    assert.deepEqual(
      states.map((state) => [state.kind, state.keys.length, state.rowsLeft]),
      [
        ['data', 2, 0],
        ['token', 2, 0],
      ],
    );
    assert.ok(readdirSync(join(dataDir, 'keys')).length > before.length);
    const retired = await json('rotate-keys', '--retire');
    assert.equal(retired.code, 1, 'too early');
    assert.match(JSON.stringify(retired.value), /ten minutes/);
    assert.equal((await run('rotate-keys', '--kind', 'wrong')).code, 2);
    assert.equal((await fetch(`${server.base}/readyz`)).status, 200, 'the server did not mind');
    const { count } = await one<{ count: bigint }>(
      database.databases.audit,
      sql`SELECT count(*) AS count FROM log.access_log WHERE action = 'keys.rotate' AND os_user IS NOT NULL`,
    );
    assert.equal(count, 1n);
  });

  it('doctor warns while there is no backup of the keys, and is content once there is', async () => {
    const keysOf = async (): Promise<string | undefined> => {
      const { value } = await json('doctor');
      return (value.checks as { id: string; status: string }[]).find((check) => check.id === 'keys')?.status;
    };
    assert.equal(await keysOf(), 'warn');
    const kept = await json('backup', join(folder, 'key-backup'), '--keys-only');
    assert.equal(kept.code, 0, JSON.stringify(kept.value));
    assert.equal(await keysOf(), 'ok');
  });

  it('the server ends in good order', async () => {
    assert.equal(await server.stop(), 0);
  });
});

it('the demonstration is served on this machine only', async () => {
  const other = await createTestDatabase({ migrated: true });
  try {
    const ended = await runWith(other, join(folder, 'demo'), { HOST: '0.0.0.0', PORT: '0' }, 'serve', '--demo');
    assert.equal(ended.code, 3, ended.err);
    assert.match(ended.err, /on this machine only/);
  } finally {
    await other.close();
  }
});
