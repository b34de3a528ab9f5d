/** What departments' systems do wrong (issue 4): a clear answer, a retry that is safe, nothing lost, nothing doubled. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { sampleCsv, sampleRow } from '../support/catalogue-rows.ts';
import { createHttpCity, findingsOf, type HttpCity, OTHER_DEPARTMENT } from '../support/http-city.ts';
import { PENALTY_HEADER, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity();
});
after(() => city.close());

let serial = 90_000;
const next = (over: Record<string, string> = {}) => penalty(++serial, over);
const standard = (key: string) => city.ctx.policy().standard(key);
const sample = (key: string, over: Record<string, string> = {}) =>
  sampleRow(standard(key), city.ctx.policy(), ++serial, over);
const live = async (code: string): Promise<number> =>
  Number(
    (
      await one<{ count: bigint }>(
        city.ctx.db.app,
        sql`SELECT count(*) AS count FROM core.record r JOIN core.subject s USING (subject_id) WHERE s.unified_code = ${code} AND r.superseded_at IS NULL`,
      )
    ).count,
  );

describe('a department', () => {
  it('resends a year of data: every row is known, nothing is doubled', async () => {
    const grades = standard('tax-credit');
    const rows = Array.from({ length: 1_200 }, () => sample('tax-credit'));
    const first = await city.submit(sampleCsv(grades, rows));
    assert.equal(first.counts.accepted, 1_200);
    const before = await city.traces();
    const again = await city.submit(sampleCsv(grades, rows));
    assert.deepEqual([again.counts.accepted, again.counts.duplicate], [0, 1_200]);
    const after = await city.traces();
    assert.deepEqual([after.records, after.keys, after.subjects], [before.records, before.keys, before.subjects]);
    // With the new rows of a month among them only these are recorded.
    const month = [...rows, sample('tax-credit'), sample('tax-credit')];
    const third = await city.submit(sampleCsv(grades, month));
    assert.deepEqual([third.counts.accepted, third.counts.duplicate], [2, 1_200]);
  });

  it('sends another department’s rows: refused, with whose they are', async () => {
    const foreign = { CF_SJLY: OTHER_DEPARTMENT.name, CF_SJLYDM: OTHER_DEPARTMENT.code };
    const submission = await city.submit(penaltyCsv([next(), next(foreign)]));
    assert.deepEqual([submission.counts.accepted, submission.counts.refused], [1, 1]);
    const findings = await findingsOf(city, submission.id);
    assert.ok(findings.some((finding) => finding.rule === 'source-body-foreign' && finding.fix.zh));
    // Of every other kind as well.
    const inspection = sample('inspection', { JC_SJLY: OTHER_DEPARTMENT.name, JC_SJLYDM: OTHER_DEPARTMENT.code });
    const other = await city.submit(sampleCsv(standard('inspection'), [inspection]));
    assert.equal(other.counts.refused, 1);
  });

  it('swaps two columns: each row is refused and says which, none is recorded', async () => {
    const swap = (row: Record<string, string>, a: string, b: string) => ({
      ...row,
      [a]: row[b] ?? '',
      [b]: row[a] ?? '',
    });
    const cases: [string, string, string][] = [
      ['CF_JDRQ', 'CF_WSH', 'type-date'],
      ['CF_XDR_MC', 'CF_XDR_SHXYM', 'code-check'],
      ['CF_NR_FK', 'CF_NR', 'type-amount'],
      ['CF_CFLB', 'CF_SY', 'enum-unknown'],
    ];
    for (const [a, b, rule] of cases) {
      const before = await city.traces();
      const submission = await city.submit(penaltyCsv([swap(next(), a, b), swap(next(), a, b)]));
      assert.equal(submission.counts.refused, 2, `${a} ${b}`);
      const findings = await findingsOf(city, submission.id);
      assert.ok(
        findings.some((finding) => finding.rule === rule),
        `${a} ${b}: ${findings.map((one) => one.rule)}`,
      );
      assert.equal((await city.traces()).records, before.records);
    }
  });

  it('sends codes in lower case, full width or with blanks: taken, and told', async () => {
    const wide = (text: string) => [...text].map((sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).join('');
    for (const change of [
      (code: string) => code.toLowerCase(),
      wide,
      (code: string) => ` ${code.slice(0, 8)} ${code.slice(8)}`,
    ]) {
      const row = sample('tax-credit');
      const code = row.TYSHXYDM ?? '';
      const submission = await city.submit(sampleCsv(standard('tax-credit'), [{ ...row, TYSHXYDM: change(code) }]));
      assert.deepEqual([submission.counts.accepted, submission.counts.corrected], [1, 1], change(code));
      assert.equal(await live(code), 1);
    }
  });

  it('changes its header half-way: nothing of the file is taken, and the row is named', async () => {
    const rows = [next(), next(), next(), next()];
    const reordered = [...PENALTY_HEADER].reverse();
    const cells = (header: string[], list: Record<string, string>[]) =>
      [header, ...list.map((row) => header.map((code) => row[code] ?? ''))].map((line) => line.join(',')).join('\r\n');
    const before = await city.traces();
    const submission = await city.submit(
      `${cells(PENALTY_HEADER, rows.slice(0, 2))}\r\n${cells(reordered, rows.slice(2))}\r\n`,
    );
    assert.equal(submission.state, 'failed');
    assert.deepEqual([submission.failure?.code, submission.failure?.row], ['header-changed', 4]);
    assert.ok(submission.failure?.fix.zh);
    assert.deepEqual(await city.traces(), before);
  });
});

describe('two departments report the same document', () => {
  it('alike: one record, both assert it; otherwise: doubtful, and the first stays', async () => {
    const row = next();
    await city.submit(penaltyCsv([row]));
    const twin = { ...row, CF_SJLY: OTHER_DEPARTMENT.name, CF_SJLYDM: OTHER_DEPARTMENT.code };
    const same = await city.submit(penaltyCsv([twin]), { login: 'stranger' });
    assert.equal(same.counts.duplicate, 1);
    assert.equal(await live(row.CF_XDR_SHXYM ?? ''), 1);
    const asserted = await query(
      city.ctx.db.app,
      sql`SELECT 1 FROM core.record_assertion WHERE source_body_id = ${city.otherBodyId} AND withdrawn_at IS NULL`,
    );
    assert.equal(asserted.length, 1);
    const otherwise = await city.submit(penaltyCsv([{ ...twin, CF_NR_FK: '9.9' }]), { login: 'stranger' });
    assert.equal(otherwise.counts.doubtful, 1);
    assert.equal(await live(row.CF_XDR_SHXYM ?? ''), 1);
  });
});
