import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { query, sql } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { mergeSubjects, splitSubject } from './merge-subjects.ts';
import type { SubjectPorts } from './ports.ts';
import { actorWith, openTestCity, type TestCity } from './testing.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
});
after(() => city.close());

const office = actorWith('creditOffice');

/** What the platform should hold: each subject points at the one it was merged into. */
class Model {
  readonly parent = new Map<number, number>();
  root(of: number): number {
    const up = this.parent.get(of);
    return up === undefined ? of : this.root(up);
  }
}

async function canonicals(ids: readonly string[]): Promise<number[]> {
  const rows = await query<{ subject_id: string; canonical_id: string }>(
    city.ctx.db.app,
    sql`SELECT subject_id, canonical_id FROM core.subject_alias WHERE to_at IS NULL AND subject_id = ANY(${ids}::uuid[])`,
  );
  const by = new Map(rows.map((row) => [row.subject_id, row.canonical_id]));
  return ids.map((id) => ids.indexOf(by.get(id) ?? id));
}

test('random merges and splits keep the clusters of the model, and undoing them restores each state', async () => {
  const step = fc.record({ merge: fc.boolean(), a: fc.nat(5), b: fc.nat(5), later: fc.boolean() });
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
      round++;
      const ids: string[] = [];
      for (let n = 0; n < 6; n++)
        ids.push((await city.fixture.addSubject({ name: `集团${round}之${n}有限公司` })).subjectId);
      const model = new Model();
      const states: number[][] = [await canonicals(ids)];
      const undo: (() => Promise<unknown>)[] = [];
      for (const { merge, a, b, later } of steps) {
        if (later) city.clock.advance(1000);
        const [from, into] = [ids[a] ?? '', ids[b] ?? ''];
        if (merge) {
          const [x, y] = [model.root(a), model.root(b)];
          if (x === y) {
            await assert.rejects(mergeSubjects(city.ctx, office, from, into, '测试合并'));
            continue;
          }
          await mergeSubjects(city.ctx, office, from, into, '测试合并');
          model.parent.set(x, y);
          undo.push(() => splitSubject(city.ctx, office, ids[x] ?? '', '撤销合并'));
        } else {
          const up = model.parent.get(a);
          if (up === undefined) {
            await assert.rejects(splitSubject(city.ctx, office, from, '测试拆分'));
            continue;
          }
          await splitSubject(city.ctx, office, from, '测试拆分');
          model.parent.delete(a);
          // A split cannot always be undone as the same tree: the merge goes to today's canonical subject.
          undo.length = 0;
          states.length = 0;
        }
        const state = await canonicals(ids);
        assert.deepEqual(
          state,
          ids.map((_, n) => model.root(n)),
        );
        states.push(state);
      }
      for (const back of undo.reverse()) {
        states.pop();
        await back();
        if (states.length > 0) assert.deepEqual(await canonicals(ids), states.at(-1));
      }
    }),
    { numRuns: 12 },
  );
});

test('a merge reports facts held twice, and keys follow the cluster there and back', async () => {
  const a = await city.fixture.addSubject({ name: '重复甲有限公司' });
  const b = await city.fixture.addSubject({ name: '重复乙有限公司' });
  const same = {
    item: 'penalty' as const,
    documentNumber: '示罚〔2026〕1号',
    decidedOn: '2026-05-01',
    categories: ['罚款'],
    payload: {},
  };
  const first = await city.fixture.addRecord({ ...same, subjectId: a.subjectId });
  const second = await city.fixture.addRecord({ ...same, subjectId: b.subjectId });
  await city.fixture.addRecord({ ...same, subjectId: b.subjectId, documentNumber: '示罚〔2026〕2号' });
  const rekey: NonNullable<SubjectPorts['rekey']> = (record, canonical) =>
    Buffer.from(`${record.documentNumber}|${canonical}`);
  const keys = async (): Promise<string[]> =>
    (await query<{ key_hash: Buffer }>(city.ctx.db.app, sql`SELECT key_hash FROM core.record_key ORDER BY 1`)).map(
      (row) => row.key_hash.toString(),
    );
  const result = await mergeSubjects(city.ctx, office, a.subjectId, b.subjectId, '同一企业', { rekey });
  assert.equal(result.collisions.length, 1);
  assert.deepEqual(result.collisions[0]?.recordIds.sort(), [first, second].sort());
  assert.deepEqual(await keys(), [`示罚〔2026〕1号|${b.subjectId}`]);
  await splitSubject(city.ctx, office, a.subjectId, '合并有误', { rekey });
  assert.deepEqual(await keys(), [`示罚〔2026〕1号|${a.subjectId}`]);
});

test('who may not, cannot; no reason, no act; both are logged with the act', async () => {
  const a = await city.fixture.addSubject({ name: '权限甲有限公司' });
  const b = await city.fixture.addSubject({ name: '权限乙有限公司' });
  await assert.rejects(
    mergeSubjects(city.ctx, actorWith('departmentOfficer'), a.subjectId, b.subjectId, '试一试'),
    (error: unknown) => error instanceof DomainError && error.code === 'forbidden',
  );
  await assert.rejects(
    mergeSubjects(city.ctx, office, a.subjectId, b.subjectId, ' '),
    (error: unknown) => error instanceof DomainError && error.code === 'invalid-request',
  );
  await assert.rejects(
    mergeSubjects(city.ctx, office, a.subjectId, '0190c0de-0000-7000-8000-00000000dead', '没有的'),
    (error: unknown) => error instanceof DomainError && error.code === 'not-found',
  );
  await mergeSubjects(city.ctx, office, a.subjectId, b.subjectId, '同一企业');
  await splitSubject(city.ctx, office, a.subjectId, '合并有误');
  const rows = await query<{ action: string }>(
    city.ctx.db.audit,
    sql`SELECT action FROM log.access_log WHERE subject_id IN (${a.subjectId}::uuid, ${b.subjectId}::uuid) ORDER BY log_id`,
  );
  assert.deepEqual(
    rows.map((row) => row.action),
    ['subject.merge', 'subject.split'],
  );
});
