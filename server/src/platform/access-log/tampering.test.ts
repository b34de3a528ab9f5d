/**
 * Kinds of tampering, each done as the superuser on a real log, and what verification says of it and where. Afterwards the log
 * is put back as it was.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Actor, AppContext } from '../../context.ts';
import { createTestContext, type TestContext } from '../../testing-context.ts';
import { withTransaction } from '../db.ts';
import { newId } from '../ids.ts';
import {
  type Checkpoint,
  type FindingKind,
  issueCheckpoint,
  openSealKey,
  sealOnce,
  type Verification,
  verifyLog,
  writeAccess,
} from './index.ts';
import { type SealFacts, sealHash, sealText } from './merkle.ts';
import { lastSeal, type StoredSeal, sealsFrom } from './seal-queries.ts';

let world: TestContext;
let ctx: AppContext;
let root: pg.Client;
let strangerKeys: string;
/** After the fourth seal, and at the end. */
let early: Checkpoint;
let latest: Checkpoint;
let seals: StoredSeal[];

const actor: Actor = {
  kind: 'account',
  accountId: newId(),
  name: '张三',
  roles: ['creditOffice'],
  bodyId: newId(),
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: '10.0.0.1',
  requestId: 'request-1',
};

async function look(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await withTransaction(ctx.db.app, (tx) =>
      writeAccess(tx, ctx, actor, {
        action: 'subject.full',
        subjectId: newId(),
        purpose: 'approval',
        caseNumber: `A-${n}`,
        detail: { sections: n },
      }),
    );
  }
}

async function sealAll(context: Pick<AppContext, 'db' | 'clock' | 'config'> = ctx): Promise<void> {
  // Other databases of the server may hold the horizon for a moment; then half of the rows would make a seal of their own.
  for (;;) {
    const open = await root.query(
      `select 1 from log.access_log where epoch = 1 and xid >= pg_snapshot_xmin(pg_current_snapshot()) and xid < '800000000000'::xid8 limit 1`,
    );
    if (open.rowCount === 0) break;
    await sleep(20);
  }
  await sealOnce(context as AppContext);
}

const tables = ['access_log', 'seal', 'epoch', 'seal_key', 'archive', 'checkpoint'] as const;
async function keep(): Promise<void> {
  await root.query('create schema kept');
  for (const name of tables) await root.query(`create table kept.${name} as select * from log.${name}`);
}
async function putBack(): Promise<void> {
  const detached = await root.query(
    `select 1 from pg_class where relname = 'hidden' and relnamespace = 'public'::regnamespace`,
  );
  if (detached.rowCount) await root.query('drop table public.hidden');
  await root.query(`select log.ensure_partitions('2026-03-01', 6)`);
  for (const name of tables) {
    await root.query(`truncate log.${name}`);
    await root.query(`insert into log.${name} select * from kept.${name}`);
  }
}

before(async () => {
  world = await createTestContext();
  ctx = world.ctx;
  root = new pg.Client({ connectionString: world.database.superuserUrl });
  await root.connect();
  strangerKeys = mkdtempSync(join(tmpdir(), 'chengxin-stranger-'));
  for (let n = 0; n < 4; n += 1) {
    await look(6);
    await sealAll();
  }
  early = (await issueCheckpoint(ctx)) as Checkpoint;
  world.ctx.clock.set('2026-04-02T02:00:00Z');
  for (let n = 0; n < 4; n += 1) {
    await look(6);
    await sealAll();
  }
  latest = (await issueCheckpoint(ctx)) as Checkpoint;
  seals = await sealsFrom(ctx.db.audit, '0', 100);
  assert.equal(seals.length, 8);
  await keep();
});
after(async () => {
  await root?.end();
  await world?.close();
  if (strangerKeys) rmSync(strangerKeys, { recursive: true, force: true });
});

/** A row of a seal, by its place in it. */
const row = (sealNo: number, at = 0): string =>
  `(select l.log_id from kept.access_log l, kept.seal s where s.seal_no = ${sealNo} and l.xid >= s.from_xid and l.xid < s.to_xid order by l.xid, l.log_id offset ${at} limit 1)`;
const copyOf = (source: string, over: { xid?: string; at?: string; epoch?: string }): string =>
  `insert into log.access_log select gen_random_uuid(), ${over.at ?? 'at'}, actor_kind, account_id, actor_name, body_id, os_user, action, resource_kind, resource_id, subject_id, purpose, matter, case_number, outcome, address, request_id, detail, ${over.epoch ?? 'epoch'}, ${over.xid ?? 'xid'} from kept.access_log where log_id = ${source}`;
const sql = (text: string) => async (): Promise<void> => {
  await root.query(text);
};

async function insertSealRow(seal: SealFacts & { sealHash: string; signature: string }): Promise<void> {
  await root.query(
    `insert into log.seal values ($1, $2, $3, $4::text::xid8, $5::text::xid8, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[seal.sealNo, seal.epoch, seal.month, seal.fromXid, seal.toXid, seal.rowCount, seal.merkleRoot],
      ...[seal.prevHash, seal.sealHash, seal.algorithm, seal.keyId, seal.signature, seal.sealedAt],
    ],
  );
}
/** A seal in place of the one with its number, signed with the key of a folder. */
async function replaceSeal(no: number, keysDir: string, change: Partial<SealFacts>): Promise<void> {
  const old = seals[no - 1] as StoredSeal;
  const key = openSealKey(keysDir);
  const facts: SealFacts = { ...old, keyId: key.keyId, ...change };
  await root.query(`delete from log.seal where seal_no = ${no}`);
  await insertSealRow({ ...facts, sealHash: sealHash(facts), signature: key.sign(sealText(facts)) });
}
/** Cuts everything from a seal on, changes a row before it is sealed again, and seals with the key of a folder. */
async function sealAgain(from: number, keysDir: string): Promise<void> {
  await root.query(`update log.access_log set purpose = 'other' where log_id = ${row(from)}`);
  await root.query(`delete from log.seal where seal_no >= ${from}`);
  await sealAll({ ...ctx, config: { ...ctx.config, keysDir } });
}

interface Kind {
  readonly name: string;
  readonly act: () => Promise<void>;
  /** `kind@seal` or `kind@month`: at least these are found. */
  readonly found: readonly `${FindingKind}@${string}`[];
  readonly checkpoint?: () => Checkpoint;
  readonly own?: () => Checkpoint;
  readonly keysDir?: () => string;
  /** Found only with the checkpoint: without one the log looks whole, and the tail is said to be unproven. */
  readonly hiddenWithout?: boolean;
}

const kinds: readonly Kind[] = [
  {
    name: 'a row is changed',
    act: sql(`update log.access_log set purpose = 'other' where log_id = ${row(3)}`),
    found: ['rowsChanged@3'],
  },
  {
    name: 'a time is shifted by a microsecond',
    act: sql(`update log.access_log set at = at + interval '1 microsecond' where log_id = ${row(5)}`),
    found: ['rowsChanged@5'],
  },
  {
    name: 'a detail is changed',
    act: sql(`update log.access_log set detail = '{"sections": 99}' where log_id = ${row(2, 3)}`),
    found: ['rowsChanged@2'],
  },
  {
    name: 'an officer is replaced by another',
    act: sql(`update log.access_log set account_id = gen_random_uuid(), actor_name = '李四' where log_id = ${row(7)}`),
    found: ['rowsChanged@7'],
  },
  {
    name: 'a row is removed',
    act: sql(`delete from log.access_log where log_id = ${row(4)}`),
    found: ['rowsMissing@4'],
  },
  {
    name: 'all rows of a seal are removed',
    act: sql(
      'delete from log.access_log l using kept.seal s where s.seal_no = 6 and l.xid >= s.from_xid and l.xid < s.to_xid',
    ),
    found: ['rowsMissing@6'],
  },
  { name: 'a row is added', act: sql(copyOf(row(3), {})), found: ['rowsAdded@3'] },
  {
    name: 'a row is added in a month that the seal does not cover',
    act: sql(copyOf(row(3), { at: `'2026-05-01'` })),
    found: ['rowsOutsideSeals@2026-05'],
  },
  {
    name: 'a row is added under a number before all others',
    act: sql(copyOf(row(1), { xid: `'3'::xid8` })),
    found: ['rowsAdded@1'],
  },
  {
    name: 'two rows of one seal change places',
    act: async () => {
      await root.query(
        `update log.access_log l set xid = o.xid from kept.access_log o where (l.log_id = ${row(2)} and o.log_id = ${row(2, 1)}) or (l.log_id = ${row(2, 1)} and o.log_id = ${row(2)})`,
      );
    },
    found: ['rowsChanged@2'],
  },
  {
    name: 'two rows of different seals change places',
    act: async () => {
      await root.query(
        `update log.access_log l set xid = o.xid from kept.access_log o where (l.log_id = ${row(2)} and o.log_id = ${row(3)}) or (l.log_id = ${row(3)} and o.log_id = ${row(2)})`,
      );
    },
    found: ['rowsChanged@2', 'rowsChanged@3'],
  },
  {
    name: 'a row is moved into another month and its partition',
    act: sql(`update log.access_log set at = '2026-04-01' where log_id = ${row(3)}`),
    found: ['rowsMissing@3', 'rowsOutsideSeals@2026-04'],
  },
  {
    name: 'the transaction number of a row is altered to one of another seal',
    act: sql(`update log.access_log set xid = (select max(xid) from kept.access_log) where log_id = ${row(5)}`),
    found: ['rowsMissing@5', 'rowsAdded@8'],
  },
  {
    name: 'the transaction number of a row is altered to one that is still to come',
    act: sql(`update log.access_log set xid = '9000000000000'::xid8 where log_id = ${row(5)}`),
    found: ['rowsMissing@5', 'rowsFromTheFuture@2026-04'],
  },
  {
    name: 'the epoch of a row is altered',
    act: sql(`update log.access_log set epoch = 7 where log_id = ${row(5)}`),
    found: ['rowsMissing@5', 'rowsOutsideSeals@2026-04'],
  },
  {
    name: 'the tail is cut, rows and seals',
    act: sql(
      'delete from log.access_log where xid >= (select from_xid from kept.seal where seal_no = 7); delete from log.seal where seal_no >= 7',
    ),
    checkpoint: () => latest,
    found: ['checkpoint@8'],
    hiddenWithout: true,
  },
  {
    name: 'an old backup is put in place of the log',
    act: sql(
      'delete from log.access_log where xid >= (select from_xid from kept.seal where seal_no = 5); delete from log.seal where seal_no >= 5; delete from log.checkpoint where seal_no >= 5',
    ),
    checkpoint: () => latest,
    found: ['checkpoint@8'],
    hiddenWithout: true,
  },
  {
    name: 'an old checkpoint is handed in after a cut, while the newer one is in the own folder',
    act: sql(
      'delete from log.access_log where xid >= (select from_xid from kept.seal where seal_no = 7); delete from log.seal where seal_no >= 7',
    ),
    checkpoint: () => early,
    own: () => latest,
    found: ['checkpoint@8'],
  },
  {
    name: 'a checkpoint is altered to name the end of a cut log',
    act: sql(
      'delete from log.access_log where xid >= (select from_xid from kept.seal where seal_no = 7); delete from log.seal where seal_no >= 7',
    ),
    checkpoint: () => ({ ...latest, sealNo: '6', sealHash: (seals[5] as StoredSeal).sealHash }),
    found: ['checkpointForged@6'],
    hiddenWithout: true,
  },
  {
    name: 'a partition is dropped with its seals',
    act: sql(`drop table log.access_log_2026_03; delete from log.seal where month = '2026-03'`),
    found: ['sealMissing@1', 'sealMissing@3', 'chain@5'],
  },
  {
    name: 'a partition is dropped and its seals are left',
    act: sql('drop table log.access_log_2026_03'),
    found: ['monthDropped@1'],
  },
  {
    name: 'a partition is detached and hidden',
    act: sql(
      'alter table log.access_log detach partition log.access_log_2026_04; alter table log.access_log_2026_04 set schema public; alter table public.access_log_2026_04 rename to hidden',
    ),
    found: ['monthDropped@5'],
  },
  {
    name: 'a partition is dropped and an archive is claimed',
    act: sql(
      `drop table log.access_log_2026_03; insert into log.archive values ('2026-03', 'access-log-2026-03.jsonl.gz', 'x', 24, 1, 4, '2026-04-02', 'ed25519+sha256', 'stranger', 'x')`,
    ),
    found: ['archive@1'],
  },
  {
    name: 'the end is sealed again with the stolen key',
    act: () => sealAgain(6, ctx.config.keysDir),
    checkpoint: () => latest,
    found: ['checkpoint@8'],
    hiddenWithout: true,
  },
  {
    name: 'the whole log is made again with a new key, and the old key is removed',
    act: () => sealAgain(1, strangerKeys),
    keysDir: () => strangerKeys,
    checkpoint: () => latest,
    found: ['checkpointForged@8'],
    hiddenWithout: true,
  },
  {
    name: 'the end is sealed again with a forged key',
    act: () => sealAgain(6, strangerKeys),
    found: ['unknownKey@6'],
  },
  {
    name: 'a forged key is written into the database beside its seal',
    act: async () => {
      const key = openSealKey(strangerKeys);
      await root.query('insert into log.seal_key values ($1, $2, $3, $4)', [
        ...[key.keyId, key.algorithm, key.publicPem, '2026-03-01'],
      ]);
      await replaceSeal(8, strangerKeys, {});
    },
    found: ['unknownKey@8'],
  },
  {
    name: 'a seal is changed',
    act: sql('update log.seal set row_count = row_count - 1 where seal_no = 4'),
    found: ['sealChanged@4', 'signature@4'],
  },
  {
    name: 'a seal takes the root of other rows',
    act: sql(
      `update log.seal set merkle_root = (select merkle_root from kept.seal where seal_no = 2) where seal_no = 3`,
    ),
    found: ['sealChanged@3', 'rowsChanged@3'],
  },
  {
    name: 'the epoch of a seal is changed',
    act: sql('update log.seal set epoch = 2 where seal_no = 8'),
    found: ['sealChanged@8', 'epoch@8'],
  },
  {
    name: 'the algorithm of a seal is changed to none',
    act: sql(`update log.seal set algorithm = 'none' where seal_no = 2`),
    found: ['algorithm@2', 'sealChanged@2'],
  },
  {
    name: 'a signature is changed',
    act: sql(`update log.seal set signature = (select signature from kept.seal where seal_no = 1) where seal_no = 6`),
    found: ['signature@6'],
  },
  {
    name: 'the chain is forked: another validly signed seal in the middle',
    act: async () => {
      await root.query(`update log.access_log set purpose = 'other' where log_id = ${row(4)}`);
      await replaceSeal(4, ctx.config.keysDir, { sealedAt: '2026-03-02T02:00:09.000Z' });
    },
    found: ['rowsChanged@4', 'chain@5'],
  },
  {
    name: 'a seal in the middle is removed',
    act: sql('delete from log.seal where seal_no = 5'),
    found: ['sealMissing@5', 'chain@6', 'rowsOutsideSeals@6'],
  },
  {
    name: 'two seals change numbers',
    act: sql(
      'update log.seal set seal_no = 99 where seal_no = 2; update log.seal set seal_no = 2 where seal_no = 3; update log.seal set seal_no = 3 where seal_no = 99',
    ),
    found: ['sealChanged@2', 'chain@2', 'sealChanged@3', 'range@3'],
  },
  {
    name: 'a seal is added at the end with a stolen key over a range that is sealed already',
    act: async () => {
      const end = seals[7] as StoredSeal;
      const facts: SealFacts = { ...end, sealNo: '9', prevHash: end.sealHash };
      const key = openSealKey(ctx.config.keysDir);
      await insertSealRow({ ...facts, sealHash: sealHash(facts), signature: key.sign(sealText(facts)) });
    },
    found: ['range@9'],
  },
  { name: 'the epochs are removed', act: sql('delete from log.epoch'), found: ['epoch@8'] },
];

const placesOf = (result: Verification): string[] =>
  result.findings.flatMap(({ kind, sealNo, month }) => [
    ...(sealNo === null ? [] : [`${kind}@${sealNo}`]),
    ...(month === null ? [] : [`${kind}@${month}`]),
  ]);

describe('tampering', () => {
  it('is not seen where there is none', async () => {
    const result = await verifyLog(ctx.db, ctx.config.keysDir, { checkpoint: latest, ownCheckpoint: latest });
    assert.deepEqual(result.findings, []);
    assert.equal(result.tailProven, true);
    assert.equal(result.unprovenSeals, 0);
    const without = await verifyLog(ctx.db, ctx.config.keysDir);
    assert.equal(without.ok, true);
    assert.equal(without.tailProven, false);
    assert.equal(without.unprovenSeals, 8);
    const older = await verifyLog(ctx.db, ctx.config.keysDir, { checkpoint: early });
    assert.equal(older.provenTo?.sealNo, '4');
    assert.equal(older.unprovenSeals, 4);
  });
  it('has at least twenty kinds here', () => {
    assert.ok(kinds.length >= 20);
    assert.equal(new Set(kinds.map(({ name }) => name)).size, kinds.length);
  });
  for (const kind of kinds) {
    it(`is found: ${kind.name}`, async () => {
      try {
        await kind.act();
        const keysDir = kind.keysDir?.() ?? ctx.config.keysDir;
        const checkpoint = kind.checkpoint?.() ?? null;
        const result = await verifyLog(ctx.db, keysDir, { checkpoint, ownCheckpoint: kind.own?.() ?? null });
        assert.equal(result.ok, false);
        assert.equal(result.tailProven, false);
        const places = placesOf(result);
        for (const place of kind.found) assert.ok(places.includes(place), `${place} in ${places.join(' ')}`);
        for (const finding of result.findings) {
          assert.match(finding.zh, /\p{Script=Han}/u);
          assert.ok(finding.en.length > 10);
        }
        if (kind.hiddenWithout) {
          const without = await verifyLog(ctx.db, keysDir);
          assert.equal(without.ok, true, JSON.stringify(without.findings));
          assert.equal(without.tailProven, false);
        }
      } finally {
        await putBack();
      }
      const again = await verifyLog(ctx.db, ctx.config.keysDir, { checkpoint: latest });
      assert.deepEqual(again.findings, [], 'put back');
    });
  }
  it('an old checkpoint proves up to its seal and no further: a cut behind it is said to be unproven', async () => {
    await root.query(
      'delete from log.access_log where xid >= (select from_xid from kept.seal where seal_no = 7); delete from log.seal where seal_no >= 7',
    );
    const result = await verifyLog(ctx.db, ctx.config.keysDir, { checkpoint: early });
    await putBack();
    assert.equal(result.ok, true);
    assert.equal(result.provenTo?.sealNo, '4');
    assert.equal(result.unprovenSeals, 2);
  });
  it('seals of both hashes stand in one chain', async () => {
    await look(3);
    await sealAll({ ...ctx, config: { ...ctx.config, logHash: 'sm3' } });
    const result = await verifyLog(ctx.db, ctx.config.keysDir, { checkpoint: latest });
    assert.deepEqual(result.findings, []);
    assert.equal((await lastSeal(ctx.db.audit))?.algorithm, 'ed25519+sm3');
    await root.query(`update log.access_log set purpose = 'other' where xid = (select max(xid) from log.access_log)`);
    const touched = await verifyLog(ctx.db, ctx.config.keysDir);
    assert.deepEqual(
      touched.findings.map(({ kind, sealNo }) => [kind, sealNo]),
      [['rowsChanged', '9']],
    );
    await putBack();
  });
});
