import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { repositoryRoot } from '../config.ts';
import { EnvironmentError } from '../errors.ts';
import { isAlive, startTimeOf } from '../lease.ts';
import { acquireCluster, type ClusterLease, inspectCluster, type LeaseKind } from './cluster.ts';
import { findUser } from './os-user.ts';
import { explainFailure } from './postmaster.ts';
import { clusterFile, type RunState, readClusterRecord, readRunState, runFile, writePrivateJson } from './state.ts';

const isRoot = process.geteuid?.() === 0;
const folders: string[] = [];

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cx-pg-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return join(folder, 'data');
}

const notices: string[] = [];

function acquire(dataDir: string, kind: LeaseKind = 'command'): Promise<ClusterLease> {
  return acquireCluster({
    root: repositoryRoot,
    dataDir,
    kind,
    forTests: true,
    onNotice: (_zh, en) => notices.push(en),
  });
}

interface Holder {
  readonly process: ChildProcess;
  readonly found: string;
  readonly pid: number;
  end(): Promise<void>;
}

/** Another process with a lease. */
async function hold(dataDir: string, kind: LeaseKind = 'command'): Promise<Holder> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hold-lease.ts'), repositoryRoot, dataDir, kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const said = JSON.parse(line) as { found: string; pid: number };
  return {
    process: child,
    ...said,
    async end() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

async function kill(holder: Holder): Promise<void> {
  holder.process.kill('SIGKILL');
  await once(holder.process, 'exit');
}

async function rows(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const result = await client.query<Record<string, unknown>>(text).finally(() => client.end());
  return result.rows;
}

const running = (pid: number): boolean => startTimeOf(pid) !== null;

async function untilGone(pid: number): Promise<void> {
  for (let waited = 0; running(pid); waited += 20) {
    assert.ok(waited < 30_000, `process ${pid} still runs`);
    await sleep(20);
  }
}

describe('life cycle of the embedded server', { concurrency: false }, () => {
  const dataDir = newFolder();

  test('the first lease creates the cluster, the last one stops the server', async () => {
    const lease = await acquire(dataDir);
    assert.equal(lease.found, 'created');
    const [row] = await rows(
      lease.urls.app,
      "select current_user, current_setting('server_encoding') as encoding, cardinality(show_trgm('信用')) as trigrams",
    );
    assert.deepEqual(row, { current_user: 'chengxin_app', encoding: 'UTF8', trigrams: 3 });
    assert.equal(inspectCluster(dataDir).livePid, lease.pid);
    await lease.release();
    assert.equal(running(lease.pid), false);
    assert.deepEqual(readRunState(dataDir), { version: 1, postmaster: null, leases: [] });
  });

  test('files with secrets are readable by their owner alone', () => {
    for (const file of [clusterFile(dataDir), runFile(dataDir)]) assert.equal(statSync(file).mode & 0o777, 0o600);
    const base = readClusterRecord(dataDir)?.base ?? '';
    assert.equal(statSync(base).mode & 0o777, 0o700);
    assert.equal(statSync(join(base, 'socket')).mode & 0o777, 0o700);
  });

  test('other logins and wrong passwords are refused', async () => {
    const lease = await acquire(dataDir);
    const wrong = lease.urls.app.replace(/:[^:@]+@/, ':wrong@');
    await assert.rejects(rows(wrong, 'select 1'), { code: '28P01' });
    await assert.rejects(rows(lease.urls.app, 'create schema mine'), { code: '42501' });
    await lease.release();
  });

  test('two commands at once share one server; it stops after the second', async () => {
    const fresh = newFolder();
    const [one, other] = await Promise.all([hold(fresh), hold(fresh)]);
    assert.equal(one.pid, other.pid);
    assert.deepEqual([one.found, other.found].sort(), ['adopted', 'created']);
    await one.end();
    assert.equal(running(one.pid), true);
    await other.end();
    assert.equal(running(one.pid), false);
  });

  test('the server (npm start) takes over what a command started', async () => {
    const command = await hold(dataDir, 'command');
    const serve = await acquire(dataDir, 'serve');
    assert.equal(serve.found, 'adopted');
    await command.end();
    assert.deepEqual(await rows(serve.urls.app, 'select 1 as one'), [{ one: 1 }]);
    await serve.release();
    assert.equal(running(serve.pid), false);
  });

  test('after kill -9 of its process the live server is adopted and the dead lease dropped', async () => {
    const holder = await hold(dataDir, 'serve');
    await kill(holder);
    assert.equal(running(holder.pid), true);
    const lease = await acquire(dataDir);
    assert.equal(lease.found, 'adopted');
    assert.equal(lease.pid, holder.pid);
    const { leases } = readRunState(dataDir);
    assert.deepEqual(
      leases.map((one) => one.pid),
      [process.pid],
    );
    await lease.release();
    assert.equal(running(holder.pid), false);
  });

  test('a lease whose number now belongs to another process is dropped', async () => {
    const lease = await acquire(dataDir);
    const state = readRunState(dataDir);
    const stale = {
      pid: process.pid,
      startTime: 'before-1',
      id: 'stale',
      kind: 'serve' as const,
      since: '2026-01-01T00:00:00Z',
    };
    assert.equal(isAlive(stale), false);
    writePrivateJson(runFile(dataDir), { ...state, leases: [...state.leases, stale] } satisfies RunState);
    await lease.release();
    assert.equal(running(lease.pid), false);
  });

  test('a lost run file is no obstacle', async () => {
    const holder = await hold(dataDir);
    rmSync(runFile(dataDir));
    const lease = await acquire(dataDir);
    assert.equal(lease.found, 'adopted');
    await kill(holder);
    await lease.release();
    assert.equal(running(lease.pid), false);
  });

  test('after kill -9 of PostgreSQL it is started again with what was committed', async () => {
    const first = await acquire(dataDir);
    await rows(
      first.superuserUrl('chengxin'),
      'set synchronous_commit to on; create table kept (n int); insert into kept values (42)',
    );
    process.kill(first.pid, 'SIGKILL');
    await untilGone(first.pid);
    const second = await acquire(dataDir);
    assert.equal(second.found, 'started');
    assert.deepEqual(await rows(second.superuserUrl('chengxin'), 'select n from kept'), [{ n: 42 }]);
    await second.release();
    await first.release();
  });

  test('a left-over pid file that names a living stranger does not block', async () => {
    const lease = await acquire(dataDir);
    const pidFile = join(lease.dataDirectory, 'postmaster.pid');
    const content = readFileSync(pidFile, 'utf8');
    const { uid, gid } = statSync(pidFile);
    await lease.release();
    writeFileSync(pidFile, content.replace(/^\d+/, String(process.pid)), { mode: 0o600 });
    if (isRoot) chownSync(pidFile, uid, gid);
    const again = await acquire(dataDir);
    assert.equal(again.found, 'started');
    await again.release();
  });

  test('a taken port is replaced by another, and said', async () => {
    const before = readClusterRecord(dataDir)?.port ?? 0;
    const squatter = createServer().listen(before, '127.0.0.1');
    await once(squatter, 'listening');
    notices.length = 0;
    const lease = await acquire(dataDir);
    assert.notEqual(lease.port, before);
    assert.match(notices.join('\n'), /port \d+ is taken/);
    await lease.release();
    squatter.close();
  });

  test('a password file of another cluster is recognised', async () => {
    const lease = await acquire(dataDir);
    const record = readClusterRecord(dataDir);
    writePrivateJson(clusterFile(dataDir), { ...record, superuserPassword: 'x' });
    await assert.rejects(acquire(dataDir), /refused the password/);
    writePrivateJson(clusterFile(dataDir), record);
    await lease.release();
  });

  test('a broken cluster of tests is made anew; one that is not broken never', async () => {
    const lease = await acquire(dataDir);
    const before = lease.dataDirectory;
    await lease.release();
    rmSync(join(before, 'global', 'pg_control'));
    const again = await acquire(dataDir);
    assert.deepEqual(await rows(again.urls.app, 'select 1 as one'), [{ one: 1 }]);
    await again.release();
  });

  test('a data directory without its passwords is refused, not overwritten', async () => {
    const record = readClusterRecord(dataDir);
    assert.ok(record);
    rmSync(clusterFile(dataDir));
    await assert.rejects(acquire(dataDir), /passwords is missing/);
    writePrivateJson(clusterFile(dataDir), record);
    await (await acquire(dataDir)).release();
  });
});

test('a very long path keeps its sockets elsewhere', async () => {
  const dataDir = join(newFolder(), 'a'.repeat(60), 'b'.repeat(60));
  const lease = await acquire(dataDir);
  const record = readClusterRecord(dataDir);
  assert.ok(record && Buffer.byteLength(record.socketDirectory) < 85);
  assert.deepEqual(await rows(lease.urls.app, 'select 1 as one'), [{ one: 1 }]);
  await lease.release();
  rmSync(record.socketDirectory, { recursive: true, force: true });
});

test("another user's folder is refused with a clear message", async () => {
  const dataDir = isRoot ? newFolder() : '/etc';
  if (isRoot) {
    mkdirSync(dataDir);
    chownSync(dataDir, findUser('nobody')?.uid ?? 65_534, 0);
  }
  await assert.rejects(acquire(dataDir), (error: unknown) => {
    assert.ok(error instanceof EnvironmentError);
    assert.match(error.en, /belongs to the OS user (nobody|root)/);
    assert.match(error.zh, /属于系统用户/);
    return true;
  });
});

test('a folder that cannot be written is said', async () => {
  const file = join(newFolder(), '..', 'file');
  writeFileSync(file, '');
  await assert.rejects(acquire(join(file, 'data')), /cannot be written/);
});

test('as root, a tree that the database user cannot reach: data below /var/lib/chengxin', {
  skip: !isRoot,
}, async () => {
  const dataDir = newFolder();
  chmodSync(join(dataDir, '..'), 0o700);
  const lease = await acquire(dataDir);
  const record = readClusterRecord(dataDir);
  assert.ok(record);
  assert.ok(record.base.startsWith('/var/lib/chengxin/clusters/'));
  assert.equal(existsSync(join(dataDir, 'postgres')), false);
  assert.deepEqual(await rows(lease.urls.app, 'select 1 as one'), [{ one: 1 }]);
  await lease.release();
  assert.equal(await acquire(dataDir).then((again) => again.release().then(() => again.found)), 'started');
  // A temporary folder that is gone takes its cluster with it, at the next such start.
  rmSync(dataDir, { recursive: true });
  const other = newFolder();
  chmodSync(join(other, '..'), 0o700);
  await (await acquire(other)).release();
  assert.equal(existsSync(record.base), false);
  rmSync(readClusterRecord(other)?.base ?? '', { recursive: true, force: true });
});

test('as root PostgreSQL runs as another user, otherwise as ourselves', async () => {
  const dataDir = newFolder();
  const lease = await acquire(dataDir);
  const { uid } = statSync(`/proc/${lease.pid}`);
  if (isRoot) assert.notEqual(uid, 0);
  else assert.equal(uid, process.geteuid?.());
  await lease.release();
});

test('what a failed start says', () => {
  const cases: [string, RegExp, string | null][] = [
    ['FATAL:  could not write lock file "postmaster.pid": No space left on device', /disk is full/, null],
    ['FATAL:  could not open file "x": Permission denied', /wrong owner or permissions/, null],
    ['LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', /port is taken/, 'port'],
    ['FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use', /has not ended/, 'wait'],
    ['FATAL:  database files are incompatible with server', /another version/, null],
    ['FATAL:  could not create file: Read-only file system', /read-only/, null],
    ['something else', /did not start/, null],
  ];
  for (const [log, words, retry] of cases) {
    const explained = explainFailure(log, '/x');
    assert.match(explained.error.en, words);
    assert.equal(explained.retry, retry);
  }
});
