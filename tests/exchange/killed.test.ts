/** Killed between sending and hearing the answer, a message is sent again with its key, and acted on once. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fanOut } from '../../server/src/modules/exchange/fan-out.ts';
import { feedEpochHook } from '../../server/src/modules/exchange/index.ts';
import { registerRestoreHook, restoreBackup, writeBackup } from '../../server/src/platform/backup/index.ts';
import { databaseRoles, repositoryRoot } from '../../server/src/platform/config.ts';
import { query, sql } from '../../server/src/platform/db.ts';
import { registerTestReceiver, startTestReceiver, systemOf, type TestReceiver } from '../support/receivers.ts';
import { createReceivingCity, type ReceivingCity, type Reported } from '../support/receiving-city.ts';

let city: ReceivingCity;
let receiver: TestReceiver;
let child: ChildProcess | null = null;
/** Kills the sender while this many messages have been acted on and before the answer is read. */
let killAt: ReadonlySet<number> = new Set();
let acted = 0;
const folder = mkdtempSync(join(tmpdir(), 'cx-exchange-'));

before(async () => {
  city = await createReceivingCity();
  receiver = await startTestReceiver(city.ctx, city.ports[0] ?? 0, async (): Promise<'done'> => {
    acted += 1;
    if (killAt.has(acted) && child) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    return 'done';
  });
  await registerTestReceiver(city.ctx, city.otherBodyId, { url: receiver.address, publicKey: receiver.publicKey });
});
after(async () => {
  await receiver?.end();
  await city?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function courier(): Promise<number | null> {
  const urls = Object.fromEntries(
    databaseRoles.map((role) => [
      role === 'migrator' ? 'DATABASE_URL' : `DATABASE_URL_${role.toUpperCase()}`,
      city.database.urls[role],
    ]),
  );
  child = spawn(process.execPath, [join(repositoryRoot, 'tests/exchange/courier-child.ts')], {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      DATA_DIR: city.ctx.config.dataDir,
      RECEIVER_HOSTS: city.ctx.config.receiverHosts.join(','),
      CHENGXIN_NOW: `=${city.clock.now()}`,
      ...urls,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  child = null;
  return code;
}

async function received(): Promise<Reported> {
  const of = await city.report();
  await city.look('stranger', of.code);
  city.clock.advance(61_000);
  return of;
}
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await query<{ record_id: string; state: string }>(
        city.ctx.db.app,
        sql`SELECT record_id, state FROM exchange.delivery`,
      )
    ).map((row) => [row.record_id, row.state]),
  );

describe('a sender that is killed', () => {
  it('loses no message and lets none be acted on twice', async () => {
    const all: Reported[] = [];
    for (let n = 0; n < 8; n += 1) all.push(await received());
    for (const of of all) await city.event(of, 'repaired');
    await city.place();
    killAt = new Set([2, 5]);
    assert.equal(await courier(), null, 'killed');
    assert.equal(await courier(), null, 'killed');
    killAt = new Set();
    assert.equal(await courier(), 0);
    assert.deepEqual(
      [...receiver.seen.values()],
      all.map(() => 1),
      'each acted on once',
    );
    const found = await states();
    assert.deepEqual(
      all.map((of) => found[of.recordId]),
      all.map(() => 'receipted'),
    );
  });
});

describe('a restored backup', () => {
  it('sends what waited with the same key, nothing that was confirmed, and followers go on where the epochs part', async () => {
    registerRestoreHook(feedEpochHook(() => city.clock.now()));
    const { clientId, key } = await systemOf(city.ctx, city.otherBodyId);
    await registerTestReceiver(city.ctx, city.otherBodyId, { clientId });
    const feed = async (query: string) =>
      (await city.call(null, 'GET', `/api/v1/feed${query}`, { headers: { authorization: `Bearer ${key}` } })).json();
    const done = await received();
    const waits = await received();
    await city.event(done, 'repaired');
    await city.tell();
    await city.event(waits, 'repaired');
    await city.place();
    // Its message is made and not sent yet.
    await fanOut(city.ctx);
    const known = await feed('?after=0');
    const { config, db } = city.ctx;
    const target = join(folder, 'backup');
    await writeBackup({
      target,
      url: city.database.urls.migrator,
      ...{ filesDir: config.filesDir, keysDir: config.keysDir, dataDir: config.dataDir, withKeys: false },
      program: 'test',
      at: city.clock.now(),
    });
    // After the backup: what waited is sent, and another change is made, placed and read.
    await city.tell();
    const before = receiver.changes.length;
    const lost = await received();
    await city.event(lost, 'repaired');
    await city.tell();
    assert.equal(receiver.changes.length, before + 1);
    const beyond = await feed(`?after=${known.position}&epoch=${known.epoch}`);
    assert.equal(beyond.items.length, 1);
    city.clock.advance({ minutes: 1 });
    await restoreBackup({
      source: target,
      url: city.database.urls.migrator,
      roles: db.roles,
      migrationsDirectory: join(repositoryRoot, 'migrations'),
      ...{ filesDir: config.filesDir, keysDir: config.keysDir, replace: true },
      isEmpty: async () => false,
    });
    assert.equal((await states())[waits.recordId], 'waiting', 'as the backup had it');
    const next = await received();
    await city.event(next, 'repaired');
    await city.tell();
    const found = await states();
    assert.deepEqual([found[waits.recordId], found[next.recordId]], ['receipted', 'receipted']);
    assert.ok(
      [...receiver.seen.values()].every((times) => times === 1),
      'nothing was acted on twice',
    );
    assert.ok(receiver.changes.some((change) => change.recordId === next.recordId));
    // The follower had read beyond the backup: places after the parting are new ones.
    const again = await feed(`?after=${beyond.position}&epoch=${beyond.epoch}`);
    assert.equal(again.continuedFrom, known.position);
    assert.ok(again.epoch > beyond.epoch);
    assert.deepEqual(
      again.items.map((item: { recordId: string }) => item.recordId),
      [next.recordId],
    );
    const later = await feed(`?after=${again.position}&epoch=${again.epoch}`);
    assert.deepEqual([later.items, later.continuedFrom], [[], null]);
  });
});
