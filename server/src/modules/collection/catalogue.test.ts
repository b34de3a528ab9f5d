/** Every standard of the catalogue from its template to a record: recognised by headings in any order, judged, recorded. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { sampleCsv, sampleRow } from '../../../../tests/support/catalogue-rows.ts';
import { actorWith, type CityContext, createCityContext } from '../../../../tests/support/context.ts';
import { codeOf, DEPARTMENT } from '../../../../tests/support/rows.ts';
import type { Actor } from '../../context.ts';
import { one, query, sql } from '../../platform/db.ts';
import { createBody } from '../identity/index.ts';
import { readHeader } from './header.ts';
import { loadSubmission, processSubmission, receiveFile, type SubmissionRow } from './index.ts';
import { listFindings } from './queries.ts';
import { compileRowProcessor, type PreparedRow } from './row-processor.ts';
import { templateFile } from './template-file.ts';

let city: CityContext;
let bodyId: string;
let officer: Actor;

before(async () => {
  city = await createCityContext();
  bodyId = (
    await createBody(city.ctx.db.app, city.clock, {
      kind: 'department',
      name: DEPARTMENT.name,
      code: DEPARTMENT.code,
    })
  ).bodyId;
  officer = actorWith(['departmentOfficer'], bodyId);
});
after(() => city.close());

async function collect(content: string, standard = 'auto'): Promise<SubmissionRow> {
  const { submissionId } = await receiveFile(city.ctx, officer, {
    source: Readable.from([Buffer.from(content)]),
    fileName: 'rows.csv',
    standard,
    bodyId,
    channel: 'desk',
    enqueue: false,
  });
  await processSubmission(city.ctx, submissionId);
  const row = await loadSubmission(city.ctx.db.app, submissionId);
  assert.ok(row);
  assert.equal(row.state, 'done', JSON.stringify(row.failure));
  return row;
}

const findingsOf = async (row: SubmissionRow): Promise<string[]> =>
  (await listFindings(city.ctx.db.app, row.submission_id, {}, null, 100)).map(
    (finding) => `${finding.severity}:${finding.rule}:${finding.field ?? ''}`,
  );
/** The verdict on a sample row, without recording it. */
function judge(key: string, over: Readonly<Record<string, string>>): PreparedRow {
  const policy = city.ctx.policy();
  const standard = standardOf(key);
  const codes = standard.fields.map((field) => field.code);
  const plan = readHeader(codes, [standard]);
  assert.ok(plan && !('code' in plan));
  const sample = sampleRow(standard, policy, 700, over);
  const cells = codes.map((code) => sample[code] ?? '');
  return compileRowProcessor(plan, policy, city.ctx.keys, city.clock.today()).process({ rowNumber: 2, cells });
}
const standardOf = (key: string) => city.ctx.policy().standard(key);
const newStandards = () =>
  city.ctx
    .policy()
    .standards()
    .filter((standard) => !['licence', 'penalty', 'registration'].includes(standard.standard));
interface Live {
  item: string;
  effective_to: string | null;
  superseded_at: string | null;
}
const recordsOf = (code: string): Promise<Live[]> =>
  query<Live>(
    city.ctx.db.app,
    sql`SELECT r.item, r.effective_to, r.superseded_at FROM core.record r JOIN core.subject s USING (subject_id)
         WHERE s.unified_code = ${code} ORDER BY r.recorded_at, r.superseded_at NULLS LAST`,
  );

describe('every standard', () => {
  it('is recognised by its headings, in any order and among all the others', () => {
    const all = city.ctx.policy().standards();
    for (const standard of all) {
      for (const edition of standard.editions) {
        const labels = edition.columns.map((code) => standard.fields.find((field) => field.code === code)?.label.zh);
        if (labels.includes(undefined)) continue;
        fc.assert(
          fc.property(fc.shuffledSubarray(labels as string[], { minLength: labels.length }), (cells) => {
            const plan = readHeader(cells, all);
            assert.ok(plan && !('code' in plan), `${standard.standard} ${JSON.stringify(plan)}`);
            assert.equal(plan.standard.standard, standard.standard, edition.key);
          }),
          { numRuns: 10 },
        );
      }
    }
  });

  it('has a template to download, whose note names what is required', () => {
    for (const standard of city.ctx.policy().standards()) {
      const file = templateFile(city.ctx.policy(), standard.standard, undefined, 'csv');
      assert.match(file.fileName, /\.csv$/);
      file.stream.resume();
    }
  });

  it('takes a full row without any finding, recorded once under its item', async () => {
    let serial = 0;
    for (const standard of newStandards()) {
      serial += 1;
      const content = sampleCsv(standard, [sampleRow(standard, city.ctx.policy(), serial)]);
      const first = await collect(content);
      assert.equal(first.standard, standard.standard);
      assert.deepEqual(await findingsOf(first), [], standard.standard);
      assert.equal(Number(first.accepted), 1, standard.standard);
      const again = await collect(content);
      assert.equal(Number(again.duplicate), 1, `${standard.standard} again`);
      const record = await one<{ item: string }>(
        city.ctx.db.app,
        sql`SELECT item FROM core.record WHERE submission_id = ${first.submission_id}`,
      );
      assert.ok(city.ctx.policy().catalogueItem(record.item), record.item);
    }
  });

  it('refuses a row without what must be there, and says which column', () => {
    for (const standard of newStandards()) {
      const spared = new Set(['subjectCategory', 'unifiedCode']);
      const required = standard.fields.filter((field) => field.required === 'always' && !spared.has(field.role ?? ''));
      const over = Object.fromEntries(required.map((field) => [field.code, '']));
      const row = judge(standard.standard, over);
      assert.equal(row.fate, 'refuse', standard.standard);
      const missing = row.findings.filter((finding) => finding.rule === 'required-missing');
      assert.deepEqual(missing.map((finding) => finding.field).sort(), required.map((field) => field.code).sort());
    }
  });

  it('bars rows about natural persons: by their category, or by a citizen’s number where a code stands', async () => {
    const person = '11010519491231002X';
    for (const standard of newStandards()) {
      const code = standard.fields.find((field) => field.role === 'unifiedCode')?.code ?? '';
      const category = standard.fields.find((field) => field.role === 'subjectCategory')?.code;
      const row = judge(standard.standard, { [code]: person, ...(category ? { [category]: '自然人' } : {}) });
      assert.equal(row.person && row.barred && row.fate === 'refuse', true, standard.standard);
      assert.ok(
        row.findings.some((finding) => finding.rule === 'person-row-barred'),
        standard.standard,
      );
      assert.equal(JSON.stringify(row.findings).includes(person), false, standard.standard);
    }
    const courts = standardOf('enforcement');
    const sample = sampleRow(courts, city.ctx.policy(), 700, { TYSHXYDM: person, ZTLB: '自然人' });
    const done = await collect(sampleCsv(courts, [sample]));
    assert.deepEqual([Number(done.person_rows), Number(done.refused), Number(done.accepted)], [1, 1, 0]);
    const kept = await one<{ count: bigint }>(
      city.ctx.db.person,
      sql`SELECT (SELECT count(*) FROM person.record) + (SELECT count(*) FROM person.identifier) AS count`,
    );
    assert.equal(Number(kept.count), 0);
  });
});

describe('one template, several items', () => {
  it('a grade A is an honour; corrected to B it is the same fact under another item', async () => {
    const standard = standardOf('tax-credit');
    const row = (grade: string) => sampleRow(standard, city.ctx.policy(), 801, { NSXYJB: grade });
    await collect(sampleCsv(standard, [row('A')]));
    const corrected = await collect(sampleCsv(standard, [row('b')]));
    assert.equal(Number(corrected.superseding), 0);
    assert.equal(Number(corrected.refused), 1, 'b is no value of the table');
    const right = await collect(sampleCsv(standard, [row('B')]));
    assert.equal(Number(right.superseding), 1);
    assert.deepEqual(
      (await recordsOf(codeOf(500_801))).map((record) => [record.item, record.superseded_at !== null]),
      [
        ['honour-tax-a', true],
        ['evaluation-tax', false],
      ],
    );
  });

  it('an entry that was removed ends the day before', async () => {
    const standard = standardOf('abnormal-list');
    const listed = sampleRow(standard, city.ctx.policy(), 802, { LB_MC: '非正常户' });
    await collect(sampleCsv(standard, [listed]));
    const removed = { ...listed, YC_RQ: '2026-03-01', YC_YY: '已履行义务', YC_JG: DEPARTMENT.name, LB_ZT: '已移出' };
    await collect(sampleCsv(standard, [removed]));
    assert.deepEqual(
      (await recordsOf(codeOf(500_802))).map((record) => [record.item, record.effective_to]),
      [
        ['abnormal-taxpayer', null],
        ['abnormal-taxpayer', '2026-02-28'],
      ],
    );
  });

  it('registers of every kind make subjects of their kind', async () => {
    const kinds: [string, string, string][] = [
      ['registration-social', '51', 'socialOrganisation'],
      ['registration-institution', '12', 'publicInstitution'],
      ['registration-body', '11', 'governmentBody'],
      ['registration-collective', 'N2', 'villageCollective'],
      ['registration-practice', '31', 'lawFirm'],
    ];
    for (const [at, [key, pair, kind]] of kinds.entries()) {
      const standard = standardOf(key);
      const code = codeOf(600_000 + at, pair);
      const done = await collect(
        sampleCsv(standard, [sampleRow(standard, city.ctx.policy(), 850 + at, { unifiedCode: code })]),
      );
      assert.equal(Number(done.accepted), 1, JSON.stringify(await findingsOf(done)));
      const subject = await one<{ kind: string; provisional: boolean }>(
        city.ctx.db.app,
        sql`SELECT kind, provisional FROM core.subject WHERE unified_code = ${code}`,
      );
      assert.deepEqual(subject, { kind, provisional: false }, key);
    }
  });
});
