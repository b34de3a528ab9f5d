/** What happens to a record is written once, in one way, and told; a corrected version keeps it. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity, type HttpCity } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, query, sql, withTransaction } from '../../platform/db.ts';
import { type NewRecordEvent, recordEventKinds, writeRecordEvent } from './index.ts';

let city: HttpCity;
let serial = 7100;
before(async () => {
  city = await createHttpCity({ now: '2026-11-02T02:00:00Z' } as never);
});
after(() => city.close());

const decided = { CF_JDRQ: '2026-06-01', CF_YXQ: '2029-06-01', CF_GSJZQ: '2029-06-01' };
async function record() {
  const row = penalty(++serial, decided);
  await city.submit(penaltyCsv([row]));
  const found = await live(row.CF_XDR_SHXYM ?? '');
  return { row, ...found };
}
const live = async (code: string) => {
  const row = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id) WHERE s.unified_code = ${code} AND r.superseded_at IS NULL`,
  );
  return { recordId: row.record_id, subjectId: row.subject_id };
};
const write = (of: { recordId: string; subjectId: string }, event: NewRecordEvent) =>
  withTransaction(city.ctx.db.app, (tx) => writeRecordEvent(tx, city.ctx, null, of, event));
const eventsOf = (recordId: string) =>
  query<{ kind: string; effective_on: string }>(
    city.ctx.db.app,
    sql`SELECT kind, effective_on FROM core.record_event WHERE record_id = ${recordId} ORDER BY effective_on, event_id`,
  );
const told = (recordId: string) =>
  query<{ kind: string }>(
    city.ctx.db.app,
    sql`SELECT kind FROM core.outbox WHERE payload->>'recordId' = ${recordId} AND kind <> 'record.superseded' ORDER BY outbox_id`,
  );
const on = '2026-10-01';

describe('an event of a record', () => {
  it('has a kind that the table knows', async () => {
    const { definition } = await one<{ definition: string }>(
      city.ctx.db.app,
      sql`SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = 'core.record_event'::regclass AND contype = 'c'`,
    );
    assert.deepEqual(
      [...definition.matchAll(/'(\w+)'/g)].map((found) => found[1]).sort(),
      [...recordEventKinds].sort(),
    );
  });

  it('is written and told once, whoever says it again, and two at once write one', async () => {
    const held = await record();
    const answers = await Promise.all([1, 2, 3].map(() => write(held, { kind: 'repaired', effectiveOn: on })));
    assert.deepEqual(answers.sort(), [false, false, true]);
    assert.equal(await write(held, { kind: 'repairRevoked', effectiveOn: '2026-10-05' }), true);
    assert.equal(await write(held, { kind: 'repairRevoked', effectiveOn: '2026-10-05' }), false);
    assert.equal(await write(held, { kind: 'repaired', effectiveOn: '2026-10-09' }), true);
    const kinds = ['repaired', 'repairRevoked', 'repaired'];
    assert.deepEqual(
      (await eventsOf(held.recordId)).map((row) => row.kind),
      kinds,
    );
    assert.deepEqual(
      (await told(held.recordId)).map((row) => row.kind),
      kinds.map((kind) => `record.${kind}`),
    );
  });

  it('keeps cases apart, takes a class again only when it is another, and ends nothing that has not begun', async () => {
    const held = await record();
    const mark = (kind: 'objectionOpened' | 'objectionClosed', caseId: string) =>
      write(held, { kind, effectiveOn: on, data: { matter: 'objection' }, caseId });
    const severity = (value: string) =>
      write(held, { kind: 'severityConfirmed', effectiveOn: on, data: { severity: value } });
    assert.deepEqual(
      [
        await mark('objectionOpened', 'a'),
        await mark('objectionOpened', 'b'),
        await mark('objectionOpened', 'a'),
        await mark('objectionClosed', 'a'),
        await mark('objectionClosed', 'c'),
        await severity('general'),
        await severity('general'),
        await severity('minor'),
        await write(held, { kind: 'resumed', effectiveOn: on }),
        await write(held, { kind: 'unmasked', effectiveOn: on }),
      ],
      [true, true, false, true, false, true, false, true, false, false],
    );
  });

  it('needs a record', async () => {
    const held = await record();
    await assert.rejects(write({ ...held, recordId: held.subjectId }, { kind: 'annulled', effectiveOn: on }));
  });

  it('holds of the corrected version too: what was repaired stays repaired when its source reports it again', async () => {
    const held = await record();
    await write(held, { kind: 'repaired', effectiveOn: on });
    await city.submit(penaltyCsv([{ ...held.row, CF_NR_FK: '3.000000' }]));
    const next = await live(held.row.CF_XDR_SHXYM ?? '');
    assert.notEqual(next.recordId, held.recordId);
    assert.deepEqual(await eventsOf(next.recordId), [{ kind: 'repaired', effective_on: on }]);
    const shown = await city.call(null, 'GET', `/api/v1/public/subjects/${held.row.CF_XDR_SHXYM}/records`);
    assert.deepEqual(shown.json().items, []);
  });
});
