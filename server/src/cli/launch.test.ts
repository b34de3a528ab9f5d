/** `npm start` as a person and an unlucky machine use it: Ctrl-C, kill -9 of each process, a taken port. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '../platform/config.ts';
import { inspectCluster } from '../platform/embedded-postgres/cluster.ts';
import { readRunState } from '../platform/embedded-postgres/state.ts';
import { startTimeOf } from '../platform/lease.ts';

const children: ChildProcess[] = [];
const base = mkdtempSync(join(tmpdir(), 'cx-launch-'));
// So that, as root, the database's user reaches it.
chmodSync(base, 0o755);
const dataDir = join(base, 'data');
let port = 0;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address ? address.port : 0;
}

const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_ENV: 'test',
  DATA_DIR: dataDir,
  PORT: String(port),
  CHENGXIN_SKIP_WEB_BUILD: '1',
});

function chengxin(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(repositoryRoot, 'server/src/cli/main.ts'), ...args], {
    env: env(),
    encoding: 'utf8',
  });
}

interface Launched {
  readonly process: ChildProcess;
  /** Everything that was written to the terminal. */
  text(): string;
  /** Exit code. */
  readonly ended: Promise<number | null>;
}

/** In a process group of its own, as a shell at a terminal starts it. */
function launch(): Launched {
  const child = spawn(process.execPath, [join(repositoryRoot, 'scripts/start.mjs')], {
    env: env(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (data: Buffer) => {
    text += data.toString();
  });
  children.push(child);
  const ended = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  return { process: child, text: () => text, ended };
}

async function status(): Promise<number | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

/** The answers of /readyz until it is ready, without repetition. */
async function untilReady(launched: Launched): Promise<(number | null)[]> {
  const seen: (number | null)[] = [];
  for (let tries = 0; tries < 3000; tries += 1) {
    const now = await status();
    if (seen.at(-1) !== now) seen.push(now);
    if (now === 200) return seen;
    assert.equal(launched.process.exitCode, null, launched.text());
    await sleep(15);
  }
  assert.fail(`not ready: ${launched.text()}`);
}

async function untilAllGone(pids: readonly number[]): Promise<void> {
  for (let tries = 0; pids.some((pid) => startTimeOf(pid) !== null); tries += 1) {
    assert.ok(tries < 1500, `still running: ${pids.filter((pid) => startTimeOf(pid) !== null).join()}`);
    await sleep(20);
  }
}

const postmaster = (): number => inspectCluster(dataDir).livePid ?? 0;

/** The server process holds the lease. */
const serverPid = (): number => readRunState(dataDir).leases.find((lease) => lease.kind === 'serve')?.pid ?? 0;

describe('npm start', { concurrency: false }, () => {
  before(async () => {
    port = await freePort();
    const made = chengxin('init', '--name', '试验市', '--region', '370000', '--json');
    assert.equal(made.status, 0, made.stderr);
    const { accounts } = JSON.parse(made.stdout) as { accounts: unknown[] };
    assert.equal(accounts.length, 4);
  });
  after(async () => {
    // Only when a test has failed: what it left running.
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(base, { recursive: true, force: true });
  });

  test('shows progress, then serves; nobody is refused in between; Ctrl-C stops everything', async () => {
    const launched = launch();
    const seen = await untilReady(launched);
    // Nothing listens for the first moments; after that a page, then the server.
    assert.deepEqual(
      seen.filter((one, index) => index > 0 || one !== null),
      [503, 200],
    );
    const pids = [postmaster(), serverPid()];
    assert.ok(pids.every((pid) => pid > 0));
    const clash = launch();
    assert.equal(await clash.ended, 3);
    assert.match(clash.text(), /端口 \d+ 已被占用/);
    process.kill(-(launched.process.pid ?? 0), 'SIGINT');
    assert.equal(await launched.ended, 130);
    await untilAllGone(pids);
    assert.deepEqual(readRunState(dataDir), { version: 1, postmaster: null, leases: [] });
    assert.equal(await status(), null);
  });

  test('kill -9 of the launcher: the server stops by itself and gives back port and database', async () => {
    const launched = launch();
    await untilReady(launched);
    const pids = [postmaster(), serverPid()];
    launched.process.kill('SIGKILL');
    await untilAllGone(pids);
    assert.equal(await status(), null);
  });

  test('kill -9 of the server: the launcher says so; the next start adopts the database', async () => {
    const first = launch();
    await untilReady(first);
    const database = postmaster();
    process.kill(serverPid(), 'SIGKILL');
    assert.equal(await first.ended, 137);
    assert.equal(postmaster(), database);
    const second = launch();
    await untilReady(second);
    assert.equal(postmaster(), database);
    const { leases } = readRunState(dataDir);
    assert.equal(leases.length, 1);
    second.process.kill('SIGTERM');
    assert.equal(await second.ended, 0);
    await untilAllGone([database]);
  });

  test('a command beside the running server shares its database and leaves it running', async () => {
    const launched = launch();
    await untilReady(launched);
    const doctor = chengxin('doctor', '--json');
    assert.equal(doctor.status, 0, doctor.stdout);
    const { checks } = JSON.parse(doctor.stdout) as { checks: { id: string; status: string; en: string }[] };
    assert.match(checks.find((check) => check.id === 'port')?.en ?? '', /server runs/);
    assert.equal(checks.find((check) => check.id === 'keys')?.status, 'warn');
    assert.equal(await status(), 200);
    launched.process.kill('SIGINT');
    assert.equal(await launched.ended, 130);
  });

  test('stopped while it starts: nothing is left', async () => {
    const launched = launch();
    while (inspectCluster(dataDir).livePid === null) {
      assert.equal(launched.process.exitCode, null, launched.text());
      await sleep(10);
    }
    const database = postmaster();
    process.kill(-(launched.process.pid ?? 0), 'SIGINT');
    assert.equal(await launched.ended, 130);
    await untilAllGone([database]);
  });

  test('usage errors exit with 2, refusals with 1, the environment with 3', () => {
    assert.equal(chengxin('nonsense').status, 2);
    assert.equal(chengxin('init').status, 2);
    const again = chengxin('init', '--name', '试验市', '--region', '370000', '--json');
    assert.equal(again.status, 1);
    assert.equal((JSON.parse(again.stdout) as { error: { code: number } }).error.code, 1);
    const broken = spawnSync(process.execPath, [join(repositoryRoot, 'server/src/cli/main.ts'), 'migrate'], {
      env: { ...env(), DATABASE_URL: 'postgresql://nobody:x@127.0.0.1:1/none' },
      encoding: 'utf8',
    });
    assert.equal(broken.status, 3);
    assert.match(broken.stderr, /数据库不可用/);
    const roles = chengxin('roles');
    assert.equal(roles.status, 0);
    assert.match(roles.stdout, /CREATE DATABASE chengxin/);
  });

  test('the command line answers at its quick way', () => {
    const run = spawnSync(join(repositoryRoot, 'chengxin'), ['--version'], { env: env(), encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { version: string };
    assert.equal(run.stdout.trim(), version);
  });
});
