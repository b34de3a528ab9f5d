/** A minor act leads to no measure, whoever recognised it (深圳 art. 67); an answer says when background work waits. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { followRecords } from '../../server/src/modules/lists/index.ts';
import { colleague, listed, organisation } from '../../server/src/modules/lists/testing.ts';
import { followEntries, sweepObligations } from '../../server/src/modules/obligations/index.ts';
import { closePaperRenderer } from '../../server/src/modules/papers/index.ts';
import { writeRecordEvent } from '../../server/src/modules/records/index.ts';
import { one, query, sql, withTransaction } from '../../server/src/platform/db.ts';
import { sampleCsv, sampleRow } from '../support/catalogue-rows.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
});
after(async () => {
  closePaperRenderer();
  await city?.close();
});

const check = async (code: string) => {
  const answer = await city.call('officer', 'POST', '/api/v1/checks', {
    payload: { code, matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕1号' },
  });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json();
};
const measures = async (code: string): Promise<number> => (await check(code)).results[0].measures.length;

/** The body that decided says that the act was a minor one. */
async function classMinor(subjectId: string, recordId: string): Promise<void> {
  await withTransaction(city.ctx.db.app, (tx) =>
    writeRecordEvent(
      tx,
      city.ctx,
      null,
      { subjectId, recordId },
      { kind: 'severityConfirmed', effectiveOn: city.ctx.clock.today(), data: { severity: 'minor' } },
    ),
  );
}
const open = async (subjectId: string): Promise<number> =>
  (
    await query(
      city.ctx.db.app,
      sql`SELECT 1 FROM obligations.obligation WHERE subject_id = ${subjectId} AND state NOT IN ('withdrawn', 'lifted')`,
    )
  ).length;

describe('an entry that rests on a minor act', () => {
  it('recognised here: no measure, and what was sent is withdrawn', async () => {
    const of = await organisation(city);
    await listed(city, await colleague(city), of);
    await followEntries(city.ctx);
    assert.ok((await open(of.subjectId)) > 0);
    assert.equal(await measures(of.code), 1);
    const { record_id } = await one<{ record_id: string }>(
      city.ctx.db.app,
      sql`SELECT record_id FROM core.record WHERE subject_id = ${of.subjectId} AND item = 'list-market' AND superseded_at IS NULL`,
    );
    await classMinor(of.subjectId, record_id);
    assert.equal(await measures(of.code), 0);
    await sweepObligations(city.ctx);
    assert.equal(await open(of.subjectId), 0);
  });
  it('recognised elsewhere and reported: the same', async () => {
    const standard = city.ctx.policy().standard('serious-list');
    const row = sampleRow(standard, city.ctx.policy(), 731, {
      MDMC: '拖欠农民工工资失信联合惩戒对象',
      LRRQ: '2026-03-02',
      YXQZI: '',
      ZT: '在列',
    });
    await city.submit(sampleCsv(standard, [row]), { fields: { standard: 'serious-list' } });
    await followRecords(city.ctx);
    const code = row.TYSHXYDM ?? '';
    assert.equal(await measures(code), 1);
    const found = await one<{ record_id: string; subject_id: string }>(
      city.ctx.db.app,
      sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id)
          WHERE s.unified_code = ${code} AND r.superseded_at IS NULL`,
    );
    await classMinor(found.subject_id, found.record_id);
    assert.equal(await measures(code), 0);
  });
});

describe('an answer', () => {
  it('says since when background work waits, and that it is stale', async () => {
    const { code } = await organisation(city);
    await followRecords(city.ctx);
    const policy = city.ctx.policy().checkRules();
    const due = new Date(Date.parse(city.clock.now()) - (policy.staleMinutes + 5) * 60_000).toISOString();
    await city.ctx.jobs.enqueue(city.ctx.db.app, 'platform.maintain', {}, { runAt: due });
    const { feedsOf } = await import('../../server/src/modules/checks/run-check.ts');
    // Another city: what is known of this one is asked for once in some seconds.
    const feeds = await feedsOf({ ...city.ctx, db: { ...city.ctx.db } });
    assert.deepEqual(feeds, { listsAsOf: feeds.listsAsOf, jobsWaitingSince: due, stale: true });
    assert.notEqual(feeds.listsAsOf, null);
    assert.ok('jobsWaitingSince' in (await check(code)).feeds);
  });
});
