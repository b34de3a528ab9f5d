/**
 * Two processes work on files that overlap, in rows and in subjects that nobody knew before: what comes out is exactly the
 * union, each subject once, each fact once, and what the two submissions count adds up.
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, it } from 'node:test';
import { contextOver } from '../../server/src/app.ts';
import type { Actor, AppContext } from '../../server/src/context.ts';
import {
  loadSubmission,
  processSubmission,
  receiveFile,
  type SubmissionRow,
} from '../../server/src/modules/collection/index.ts';
import { createBody } from '../../server/src/modules/identity/index.ts';
import { type Databases, databasesFor, one, query, sql } from '../../server/src/platform/db.ts';
import { actorWith, type CityContext, createCityContext } from '../support/context.ts';
import { codeOf, csv, DEPARTMENT, licence, licenceCsv, penalty, penaltyCsv } from '../support/rows.ts';

let city: CityContext;
let secondPools: Databases;
let contexts: [AppContext, AppContext];
let bodyId: string;
let officer: Actor;

before(async () => {
  city = await createCityContext();
  secondPools = databasesFor(city.database.urls, 'second');
  // Another process of the same installation: its own pools, the same keys and files.
  contexts = [city.ctx, await contextOver(city.ctx.config, secondPools, { clock: city.clock })];
  bodyId = (await createBody(city.ctx.db.app, city.clock, { kind: 'department', ...DEPARTMENT })).bodyId;
  officer = actorWith(['departmentOfficer'], bodyId);
});
after(async () => {
  await secondPools.close();
  await city.close();
});
beforeEach(async () => {
  await city.ctx.db.migrator.query(
    'TRUNCATE core.record, core.record_key, core.record_assertion, core.subject, core.subject_name, core.subject_identifier, core.finding, core.submission_row, core.submission',
  );
});

const receive = async (ctx: AppContext, content: string): Promise<string> =>
  (
    await receiveFile(ctx, officer, {
      source: Readable.from([Buffer.from(content)]),
      fileName: 'rows.csv',
      standard: 'auto',
      bodyId,
      channel: 'api',
      enqueue: false,
    })
  ).submissionId;
async function both(first: string, second: string): Promise<[SubmissionRow, SubmissionRow]> {
  const ids = [await receive(contexts[0], first), await receive(contexts[1], second)];
  await Promise.all(contexts.map((ctx, at) => processSubmission(ctx, ids[at] ?? '')));
  const rows = await Promise.all(ids.map((id) => loadSubmission(city.ctx.db.app, id)));
  assert.ok(rows[0] && rows[1]);
  return [rows[0], rows[1]];
}

interface Held {
  records: bigint;
  live: bigint;
  facts: bigint;
  keys: bigint;
  subjects: bigint;
  codes: bigint;
  identifiers: bigint;
  pointed: bigint;
}
const held = (): Promise<Held> =>
  one<Held>(
    city.ctx.db.app,
    sql`SELECT (SELECT count(*) FROM core.record) AS records, (SELECT count(*) FROM core.record WHERE superseded_at IS NULL) AS live,
               (SELECT count(DISTINCT key_hash) FROM core.record WHERE superseded_at IS NULL) AS facts, (SELECT count(*) FROM core.record_key) AS keys,
               (SELECT count(*) FROM core.subject) AS subjects, (SELECT count(DISTINCT unified_code) FROM core.subject) AS codes,
               (SELECT count(*) FROM core.subject_identifier WHERE scheme = 'unifiedCode') AS identifiers,
               (SELECT count(*) FROM core.subject_identifier i JOIN core.subject s USING (subject_id) WHERE i.scheme = 'unifiedCode' AND i.value = s.unified_code) AS pointed`,
  );
const sum = (
  rows: readonly SubmissionRow[],
  name: 'accepted' | 'duplicate' | 'doubtful' | 'refused' | 'rows_done' | 'superseding',
): number => rows.reduce((total, row) => total + Number(row[name]), 0);
const fate = (rows: readonly SubmissionRow[]) => ({
  states: rows.map((row) => row.state),
  rows: sum(rows, 'rows_done'),
  accepted: sum(rows, 'accepted'),
  duplicate: sum(rows, 'duplicate'),
  doubtful: sum(rows, 'doubtful'),
  refused: sum(rows, 'refused'),
  superseding: sum(rows, 'superseding'),
});

const EACH = 5_000;
const SHARED = 2_500;
/** Many rows a subject, so that both files make the same ones. */
const SUBJECTS = 1_500;
/** Row `at` of all rows: its document is its own, its subject one of few. */
const row = (at: number) => penalty(1 + (at % SUBJECTS), { CF_WSH: `示市监罚〔2026〕${at + 1}号` });
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

describe('two files at once', () => {
  it('with the same rows at opposite ends give the union', async () => {
    const first = range(0, EACH);
    // Read from its end, so that the two meet and lock in opposite orders.
    const second = range(EACH - SHARED, 2 * EACH - SHARED).reverse();
    const rows = await both(penaltyCsv(first.map(row)), penaltyCsv(second.map(row)));
    const union = 2 * EACH - SHARED;
    assert.deepEqual(fate(rows), {
      states: ['done', 'done'],
      rows: 2 * EACH,
      accepted: union,
      duplicate: SHARED,
      doubtful: 0,
      refused: 0,
      superseding: 0,
    });
    const expected = BigInt(union);
    const subjects = BigInt(SUBJECTS);
    assert.deepEqual(await held(), {
      records: expected,
      live: expected,
      facts: expected,
      keys: expected,
      subjects,
      codes: subjects,
      identifiers: subjects,
      pointed: subjects,
    });
    const orphans = await query(
      city.ctx.db.app,
      sql`SELECT 1 FROM core.record r WHERE NOT EXISTS (SELECT 1 FROM core.subject s WHERE s.subject_id = r.subject_id) LIMIT 1`,
    );
    assert.deepEqual(orphans, []);
    const fates = await one<{ duplicates: bigint; rows: bigint }>(
      city.ctx.db.app,
      sql`SELECT count(*) FILTER (WHERE outcome = 'duplicate') AS duplicates, count(*) AS rows FROM core.submission_row`,
    );
    assert.deepEqual(fates, { duplicates: BigInt(SHARED), rows: BigInt(SHARED) });
  });
  it('of different kinds about the same new subjects make each subject once', async () => {
    const few = range(1, 801);
    const rows = await both(
      penaltyCsv(few.map((at) => penalty(at))),
      licenceCsv([...few].reverse().map((at) => licence(at))),
    );
    assert.deepEqual(fate(rows), {
      states: ['done', 'done'],
      rows: 1600,
      accepted: 1600,
      duplicate: 0,
      doubtful: 0,
      refused: 0,
      superseding: 0,
    });
    const { subjects, codes, identifiers, pointed, live } = await held();
    assert.deepEqual(
      { subjects, codes, identifiers, pointed, live },
      { subjects: 800n, codes: 800n, identifiers: 800n, pointed: 800n, live: 1600n },
    );
  });
  it('of registrations and penalties fill the same provisional subjects', async () => {
    const header = ['企业名称', '统一社会信用代码', '经营状态', '公司类型', '成立日期', '登记机关'];
    const few = range(1, 601);
    const register = csv(
      header,
      [...few].reverse().map((at) => ({
        企业名称: `示范市第${at}商贸有限公司`,
        统一社会信用代码: codeOf(1000 + at),
        经营状态: '存续',
        公司类型: '有限责任公司',
        成立日期: '2020-01-02',
        登记机关: DEPARTMENT.name,
      })),
    );
    const rows = await both(penaltyCsv(few.map((at) => penalty(at))), register);
    assert.deepEqual(fate(rows), {
      states: ['done', 'done'],
      rows: 1200,
      accepted: 1200,
      duplicate: 0,
      doubtful: 0,
      refused: 0,
      superseding: 0,
    });
    const { subjects, identifiers, pointed } = await held();
    assert.deepEqual({ subjects, identifiers, pointed }, { subjects: 600n, identifiers: 600n, pointed: 600n });
    const left = await one<{ provisional: bigint }>(
      city.ctx.db.app,
      sql`SELECT count(*) FILTER (WHERE provisional) AS provisional FROM core.subject`,
    );
    assert.equal(left.provisional, 0n, 'the register has filled every one, whoever came first');
  });
  it('that correct one another leave one live record of each fact', async () => {
    const few = range(1, 401);
    const rows = await both(
      penaltyCsv(few.map((at) => penalty(at))),
      penaltyCsv(few.map((at) => penalty(at, { CF_NR_FK: '3' }))),
    );
    const counted = fate(rows);
    assert.deepEqual(
      { ...counted },
      { states: ['done', 'done'], rows: 800, accepted: 800, duplicate: 0, doubtful: 0, refused: 0, superseding: 400 },
    );
    const { records, live, facts, keys } = await held();
    assert.deepEqual({ records, live, facts, keys }, { records: 800n, live: 400n, facts: 400n, keys: 400n });
  });
});

describe('one submission', () => {
  it('is worked on by one process, however many try', async () => {
    const id = await receive(contexts[0], penaltyCsv(range(1, 301).map((at) => penalty(at))));
    await Promise.all([...contexts, ...contexts].map((ctx) => processSubmission(ctx, id)));
    // Those who found it locked have returned; it is finished by the one who had it.
    const done = await loadSubmission(city.ctx.db.app, id);
    assert.deepEqual([done?.state, done?.rows_done, done?.accepted], ['done', 300n, 300n]);
    assert.equal((await held()).records, 300n);
  });
  it('with the same batch number sent twice at once is received once', async () => {
    const send = (ctx: AppContext) =>
      receiveFile(ctx, officer, {
        source: Readable.from([Buffer.from(penaltyCsv([penalty(1)]))]),
        fileName: 'a.csv',
        standard: 'penalty',
        bodyId,
        channel: 'api',
        batchNo: 'B-9',
        enqueue: false,
      });
    const results = await Promise.allSettled(contexts.map(send));
    const ids = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.submissionId] : []));
    assert.deepEqual(
      results.map((result) => (result.status === 'rejected' ? String(result.reason) : 'ok')),
      ['ok', 'ok'],
    );
    assert.equal(new Set(ids).size, 1);
    const kept = await one<{ count: bigint }>(city.ctx.db.app, sql`SELECT count(*) FROM core.submission`);
    assert.equal(kept.count, 1n);
  });
});
