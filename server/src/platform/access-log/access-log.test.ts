import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import type { Actor, AppContext } from '../../context.ts';
import { createTestContext, type TestContext } from '../../testing-context.ts';
import { query, sql, withTransaction } from '../db.ts';
import { newId } from '../ids.ts';
import {
  type Checkpoint,
  issueCheckpoint,
  publish,
  readFeed,
  sealOnce,
  startSealer,
  verifyLog,
  withAccess,
  writeAccess,
  writeRefusal,
} from './index.ts';
import { leafHash, MerkleTree } from './merkle.ts';

let world: TestContext;
let ctx: AppContext;
let root: pg.Client;

const actor: Actor = {
  kind: 'account',
  accountId: newId(),
  name: '张三',
  roles: ['creditOffice'],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: '10.0.0.1',
  requestId: 'request-1',
};

before(async () => {
  world = await createTestContext();
  ctx = world.ctx;
  root = new pg.Client({ connectionString: world.database.superuserUrl });
  await root.connect();
});
after(async () => {
  await root?.end();
  await world?.close();
});

const look = (subjectId: string = newId()): Promise<void> =>
  withTransaction(ctx.db.app, (tx) =>
    writeAccess(tx, ctx, actor, { action: 'subject.full', subjectId, purpose: 'approval', detail: { sections: 3 } }),
  );

/** Other databases of the cluster may hold the horizon for a moment. */
async function sealAll(): Promise<void> {
  for (;;) {
    await sealOnce(ctx);
    const { unsealedRows } = await verifyLog(ctx.db, ctx.config.keysDir);
    if (unsealedRows === 0) return;
    await sleep(50);
  }
}

const verify = (checkpoint: Checkpoint | null = null) => verifyLog(ctx.db, ctx.config.keysDir, { checkpoint });

test('an act and its entry are written together or not at all', async () => {
  const subjectId = newId();
  await look(subjectId);
  await assert.rejects(
    withAccess(ctx, actor, { action: 'subject.full', subjectId }, async () => {
      throw new Error('the act failed');
    }),
    /the act failed/,
  );
  await writeRefusal(ctx, actor, { action: 'subject.full', subjectId });
  const rows = await query<{ outcome: string; purpose: string | null; xid: bigint }>(
    ctx.db.audit,
    sql`select outcome, purpose from log.access_log where subject_id = ${subjectId} order by log_id`,
  );
  assert.deepEqual(rows, [
    { outcome: 'ok', purpose: 'approval' },
    { outcome: 'refused', purpose: null },
  ]);
});

test('a person number that slips into an entry is blacked out; NUL and lone surrogates do no harm', async () => {
  const number = '11010519491231002X';
  const entry = {
    action: 'report.full',
    matter: `查询 ${number}`,
    resourceId: `x\0y\ud800${number}`,
    detail: { note: number, deep: { list: [number] } },
  };
  await writeRefusal(ctx, { ...actor, name: number }, entry);
  const rows = await query<{ text: string }>(
    ctx.db.audit,
    sql`select l::text as text from log.access_log l where action = 'report.full'`,
  );
  assert.equal(rows.length, 1);
  assert.ok(!rows[0]?.text.includes(number));
});

test('a later month gets its partition by itself', async () => {
  const clock = world.ctx.clock;
  const now = clock.now();
  clock.set('2031-07-31T23:59:59.999Z');
  await look();
  clock.set('2031-08-01T00:00:00.000Z');
  await look();
  clock.set(now);
  assert.equal(
    (await root.query(`select 1 from log.access_log_2031_07 union all select 1 from log.access_log_2031_08`)).rowCount,
    2,
  );
});

test('the logins: app and log only insert, nobody updates, app reaches no person', async () => {
  const denied = { code: '42501' };
  for (const pool of [ctx.db.app, ctx.db.log, ctx.db.person]) {
    await assert.rejects(pool.query('select 1 from log.access_log'), denied);
    await assert.rejects(pool.query('select 1 from log.access_log_2026_03'), denied);
  }
  for (const pool of [ctx.db.app, ctx.db.log, ctx.db.sealer, ctx.db.audit, ctx.db.person]) {
    for (const statement of [
      `update log.access_log set purpose = 'x'`,
      'delete from log.access_log',
      'truncate log.access_log',
      'drop table log.access_log_2026_03',
      `update log.seal set row_count = 0`,
      'delete from log.seal',
      'delete from log.feed',
      'update core.outbox set kind = kind',
    ]) {
      await assert.rejects(pool.query(statement), { code: /42501/ }, statement);
    }
  }
  await assert.rejects(
    ctx.db.app.query(`insert into log.access_log (log_id, at, actor_kind, actor_name, action, outcome, xid)
    values (gen_random_uuid(), '2026-03-02', 'account', 'x', 'x', 'ok', '1')`),
    denied,
  );
  await assert.rejects(ctx.db.app.query(`insert into log.seal (seal_no) values (1)`), denied);
  for (const pool of [ctx.db.app, ctx.db.log, ctx.db.sealer, ctx.db.audit]) {
    await assert.rejects(pool.query('select 1 from person.identifier'), denied);
    await assert.rejects(pool.query('select 1 from person.record'), denied);
  }
  await assert.rejects(ctx.db.audit.query('select password_hash from identity.account'), denied);
  await assert.rejects(ctx.db.log.query('select 1 from identity.account'), denied);
  await assert.rejects(ctx.db.person.query('select 1 from core.subject'), denied);
});

test('an untouched log verifies, across months; the tail is proven by a checkpoint', async () => {
  for (let n = 0; n < 20; n += 1) await look();
  await sealAll();
  const first = await verify();
  assert.equal(first.ok, true, JSON.stringify(first.findings));
  assert.equal(first.tailProven, false);
  assert.ok(first.rows >= 20 && first.seals >= 1);
  const kept = await issueCheckpoint(ctx);
  await look();
  await sealAll();
  const second = await verify(kept);
  assert.equal(second.ok, true);
  assert.equal(second.tailProven, true);
  assert.equal(await sealOnce(ctx).then((result) => result?.sealedRows), 0, 'nothing twice');
});

test('a month that is gone without an archive is a finding; the rest still verifies', async () => {
  await root.query('drop table log.access_log_2031_07');
  const found = await verify();
  assert.deepEqual(found.removedMonths, ['2031-07']);
  assert.deepEqual(
    found.findings.map(({ kind, month }) => [kind, month]),
    [['monthDropped', '2031-07']],
  );
});

test('positions in the feed have no gaps, under transactions that overlap, roll back and wait', async () => {
  await root.query('delete from log.feed');
  const sealer = startSealer(ctx);
  const slow = await ctx.db.app.connect();
  await slow.query('begin');
  await publish(slow, ctx, [{ kind: 'slow', payload: { n: -1 } }]);
  let published = 0;
  const writer = async (seed: number): Promise<void> => {
    for (let n = 0; n < 15; n += 1) {
      const count = 1 + ((seed + n) % 3);
      const work = withTransaction(ctx.db.app, async (tx) => {
        await publish(
          tx,
          ctx,
          Array.from({ length: count }, (_, at) => ({ kind: 'change', subjectId: newId(), payload: { seed, n, at } })),
        );
        if ((seed + n) % 5 === 0) throw new Error('rolled back');
        published += count;
      });
      await work.catch(() => undefined);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, seed) => writer(seed)));
  const before = await readFeed(ctx.db.app, '0', 1000);
  assert.ok(!before.some((change) => change.kind === 'slow'));
  await slow.query('commit');
  slow.release();
  let placed = await readFeed(ctx.db.app, '0', 1000);
  while (placed.length < published + 1) {
    await sleep(50);
    placed = await readFeed(ctx.db.app, '0', 1000);
  }
  await sealer.stop();
  assert.deepEqual(
    placed.map((change) => change.position),
    placed.map((_, at) => String(at + 1)),
  );
  assert.equal(placed.length, published + 1);
  assert.deepEqual(before, placed.slice(0, before.length), 'what was read once stays where it was');
  const page = await readFeed(ctx.db.app, '10', 5);
  assert.deepEqual(
    page.map((change) => change.position),
    ['11', '12', '13', '14', '15'],
  );
});

test('one sealer at a time', async () => {
  const holder = await ctx.db.sealer.connect();
  await holder.query('select pg_advisory_lock(7301, 3)');
  assert.equal(await sealOnce(ctx), null);
  await holder.query('select pg_advisory_unlock(7301, 3)');
  holder.release();
  assert.notEqual(await sealOnce(ctx), null);
});

test('data moved to another cluster begin an epoch and go on being sealed', async () => {
  await sealAll();
  await root.query(`update log.epoch set cluster_id = 'elsewhere'`);
  // The last second before the copy was not sealed there; it is here, at the end of its epoch.
  await look();
  await withTransaction(ctx.db.app, (tx) => publish(tx, ctx, [{ kind: 'old', payload: {} }]));
  await sealAll();
  await look();
  await withTransaction(ctx.db.app, (tx) => publish(tx, ctx, [{ kind: 'new', payload: {} }]));
  await sealAll();
  const feed = await readFeed(ctx.db.app, '0', 1000);
  assert.deepEqual(
    feed.slice(-2).map((change) => change.kind),
    ['old', 'new'],
  );
  assert.deepEqual(
    feed.map((change) => change.position),
    feed.map((_, at) => String(at + 1)),
  );
  const found = await query<{ epoch: number }>(ctx.db.audit, sql`select distinct epoch from log.seal order by 1`);
  assert.deepEqual(
    found.map((row) => row.epoch),
    [1, 2],
  );
  const { findings } = await verify();
  assert.deepEqual(
    findings.filter(
      (finding) => finding.kind === 'chain' || finding.kind === 'range' || finding.kind === 'rowsChanged',
    ),
    [],
  );
});

test('a new key does not make the old seals strange; without the public key they are', async () => {
  rmSync(join(ctx.config.keysDir, 'log-seal.key'));
  await look();
  await sealAll();
  assert.ok(existsSync(join(ctx.config.keysDir, 'log-seal.key')));
  const kinds = (await verify()).findings.map((finding) => finding.kind);
  assert.ok(!kinds.includes('unknownKey') && !kinds.includes('signature'));
  const without = await verifyLog(ctx.db, join(ctx.config.dataDir, 'nowhere'));
  assert.ok(without.findings.some((finding) => finding.kind === 'unknownKey'));
});

test('the tree: root depends on every leaf and on their order, and on how many there are', () => {
  const rootOf = (leaves: readonly string[]): string => {
    const tree = new MerkleTree();
    for (const leaf of leaves) tree.add(leafHash([leaf]));
    assert.equal(tree.count, leaves.length);
    return tree.root();
  };
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 40 }), fc.nat(), (leaves, seed) => {
      const at = seed % leaves.length;
      const root = rootOf(leaves);
      assert.equal(rootOf([...leaves]), root);
      assert.notEqual(rootOf(leaves.with(at, `${leaves[at]}!`)), root);
      assert.notEqual(rootOf([...leaves, 'more']), root);
      assert.notEqual(rootOf(leaves.toSpliced(at, 1)), root);
      const other = (at + 1) % leaves.length;
      if (leaves[at] !== leaves[other]) {
        assert.notEqual(rootOf(leaves.with(at, leaves[other] ?? '').with(other, leaves[at] ?? '')), root);
      }
    }),
  );
});
