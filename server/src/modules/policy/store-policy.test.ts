import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fixedClock } from '../../platform/clock.ts';
import { repositoryRoot } from '../../platform/config.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { execute, query, sql } from '../../platform/sql.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/testing.ts';
import { compilePolicy, loadPolicyFiles, loadPolicySet, type PolicyFile, storePolicy } from './index.ts';

const { files } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const clock = fixedClock('2026-11-22T02:00:00Z');
let database: TestDatabase;
before(async () => {
  database = await createTestDatabase({ migrated: true });
});
after(() => database.close());

const inTransaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> =>
  withTransaction(database.databases.app, work);
const store = (list: readonly PolicyFile[]) => inTransaction((tx) => storePolicy(tx, list, clock, 'test'));

const changed = (validFrom?: string): PolicyFile[] =>
  files.map((file) => {
    if (file.kind !== 'placeRules') return file;
    return {
      ...file,
      ...(validFrom === undefined ? {} : { validFrom }),
      body: { ...file.body, reportingWorkingDays: 3 },
    };
  });

test('storing twice gives one set, and what was stored compiles to the same runtime', async () => {
  const first = await store(files);
  assert.deepEqual(await store([...files].reverse()), first);
  const runtime = await loadPolicySet(database.databases.app, first.setId);
  const direct = compilePolicy(files, first.setId, first.digest);
  assert.equal(runtime.setId, first.setId);
  assert.equal(runtime.digest, first.digest);
  assert.deepEqual(runtime.standard('penalty'), direct.standard('penalty'));
  assert.deepEqual(runtime.rules('penalty'), direct.rules('penalty'));
  assert.equal(runtime.catalogue().hash, direct.catalogue().hash);
  assert.deepEqual(runtime.unconfirmed().length, direct.unconfirmed().length);
});

test('stores at the same time make one set', async () => {
  const sets = await Promise.all([1, 2, 3, 4].map(() => store(changed('2026-01-01'))));
  assert.equal(new Set(sets.map((set) => set.setId)).size, 1);
  const numbers = await query<{ policy_set_id: number }>(
    database.databases.app,
    sql`SELECT policy_set_id FROM core.policy_set ORDER BY 1`,
  );
  assert.deepEqual(
    numbers.map((row) => row.policy_set_id),
    [1, 2],
  );
});

test('a version that a set no longer has is superseded once', async () => {
  const superseded = () =>
    query<{ hash: string; superseded_at: string }>(
      database.databases.app,
      sql`SELECT hash, superseded_at FROM core.policy_version WHERE kind = 'placeRules' AND superseded_at IS NOT NULL ORDER BY hash`,
    );
  const [row, other] = await superseded();
  assert.ok(row);
  assert.equal(other, undefined);
  clock.advance({ days: 1 });
  await store(changed());
  const again = await superseded();
  assert.equal(again.find((version) => version.hash === row.hash)?.superseded_at, row.superseded_at);
});

test('what no submission used may be changed in place; what one used may not', async () => {
  const { setId } = await store(files);
  await useSet(setId);
  await assert.rejects(store(changed()), (error: unknown) => {
    assert.ok(error instanceof DomainError);
    assert.equal(error.code, 'conflict');
    assert.match(error.zh, /placeRules\/default.*validFrom/);
    assert.match(error.en, /placeRules\/default/);
    assert.equal(error.details?.length, 1);
    return true;
  });
  const next = await store(changed('2026-06-01'));
  assert.notEqual(next.setId, setId);
  const runtime = await loadPolicySet(database.databases.app, next.setId);
  assert.equal(runtime.place().reportingWorkingDays, 3);
  const old = await loadPolicySet(database.databases.app, setId);
  assert.equal(old.place().reportingWorkingDays, 7, 'the earlier set is recomputable');
});

test('a version loaded before its first day joins the set on that day', async () => {
  const later = [...files, ...changed('2027-03-01').filter((file) => file.kind === 'placeRules')];
  const today = await store(later);
  assert.equal((await loadPolicySet(database.databases.app, today.setId)).place().reportingWorkingDays, 7);
  clock.set('2027-03-01T01:00:00Z');
  const then = await store(later);
  assert.notEqual(then.setId, today.setId);
  assert.equal((await loadPolicySet(database.databases.app, then.setId)).place().reportingWorkingDays, 3);
});

test('an unknown set is told', async () => {
  await assert.rejects(loadPolicySet(database.databases.app, 9_999), DomainError);
});

async function useSet(setId: number): Promise<void> {
  await inTransaction(async (tx) => {
    const bodyId = newId();
    await execute(
      tx,
      sql`INSERT INTO core.body (body_id, kind, name, created_at) VALUES (${bodyId}, 'department', '某局', ${clock.now()})`,
    );
    await execute(
      tx,
      sql`INSERT INTO core.submission (submission_id, body_id, standard, channel, file_name, file_sha256, file_bytes, file_id, file_key, state, policy_set_id, received_at)
          VALUES (${newId()}, ${bodyId}, 'licence', 'cli', 'a.csv', 'x', 1, ${newId()}, 'k', 'done', ${setId}, ${clock.now()})`,
    );
  });
}
