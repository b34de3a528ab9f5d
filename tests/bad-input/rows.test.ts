/** Rows that cannot be taken: each is refused by itself with its rule, in words that say what to do; the others are recorded. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { maybeOne, one, query, sql } from '../../server/src/platform/db.ts';
import { xlsxPieces } from '../../server/src/platform/tabular/index.ts';
import {
  fileOf,
  readAll,
  sheetData,
  testFolder,
  workbookOf,
} from '../../server/src/platform/tabular/tabular-testing.ts';
import {
  assertWords,
  createHttpCity,
  type FindingBody,
  findingsOf,
  type HttpCity,
  type SubmissionBody,
} from '../support/http-city.ts';
import { codeOf, PENALTY_HEADER, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
const folder = testFolder();
before(async () => {
  city = await createHttpCity();
});
after(() => city.close());
afterEach(() => assert.deepEqual(city.leftovers(), []));

let serial = 0;
const next = (over: Record<string, string> = {}) => penalty(++serial, over);

async function workbook(rows: readonly Record<string, string>[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const cells = rows.map((row) => PENALTY_HEADER.map((code) => row[code] ?? ''));
  for await (const piece of xlsxPieces({ sheets: [{ name: 'S', header: PENALTY_HEADER, rows: cells }] }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Each bad row stands between good ones; it alone is refused, by the rule that is expected. */
async function refusesRows(
  cases: readonly (readonly [Record<string, string>, rule: string, field: string | null])[],
  format: 'csv' | 'xlsx' = 'csv',
): Promise<{ submission: SubmissionBody; findings: FindingBody[] }> {
  const before = await city.traces();
  const bad = cases.map(([over]) => next(over));
  const rows = bad.flatMap((row) => [next(), row]);
  const submission = await city.submit(format === 'csv' ? penaltyCsv(rows) : await workbook(rows), {
    fileName: `rows.${format}`,
  });
  assert.equal(submission.state, 'done', JSON.stringify(submission.failure));
  const findings = await findingsOf(city, submission.id);
  const refused = findings.filter(({ severity }) => severity === 'refuse');
  for (const [at, [over, rule, field]] of cases.entries()) {
    const rowNo = 3 + at * 2;
    const own = refused.filter((finding) => finding.row === rowNo);
    assert.ok(
      own.some((finding) => finding.rule === rule && (field === null || finding.field === field)),
      `row ${rowNo} ${JSON.stringify(over).slice(0, 200)}: ${JSON.stringify(own.map((finding) => [finding.rule, finding.field]))}`,
    );
  }
  assert.deepEqual(
    [submission.counts.rows, submission.counts.accepted, submission.counts.refused, submission.counts.doubtful],
    [rows.length, cases.length, cases.length, 0],
    JSON.stringify(findings.map((finding) => [finding.row, finding.rule])),
  );
  for (const finding of findings) {
    assertWords(finding.message, `${finding.rule} message`);
    assertWords(finding.fix, `${finding.rule} fix`);
    assert.doesNotMatch(
      finding.message.zh + finding.message.en + finding.fix.zh + finding.fix.en,
      /\{\w+\}|undefined|null/,
      `${finding.rule}: a placeholder was not filled`,
    );
  }
  const traces = await city.traces();
  const good = BigInt(cases.length);
  assert.equal(traces.records - before.records, good, 'only the good rows are recorded');
  assert.equal(traces.subjects - before.subjects, good, 'no subject of a refused row');
  assert.equal(traces.keys - before.keys, good);
  assert.equal(traces.persons - before.persons, 0n);
  return { submission, findings };
}

describe('values that cannot be', () => {
  it('days, amounts, lengths, words', async () => {
    await refusesRows([
      [{ CF_JDRQ: '2021-02-30' }, 'type-date', 'CF_JDRQ'],
      [{ CF_JDRQ: '2021-13-01' }, 'type-date', 'CF_JDRQ'],
      [{ CF_JDRQ: '2023/02/29' }, 'type-date', 'CF_JDRQ'],
      [{ CF_JDRQ: '0000-01-01' }, 'type-date', 'CF_JDRQ'],
      [{ CF_JDRQ: '昨天' }, 'type-date', 'CF_JDRQ'],
      [{ CF_JDRQ: '99999999999' }, 'type-date', 'CF_JDRQ'],
      [{ CF_NR_FK: '-5' }, 'type-amount', 'CF_NR_FK'],
      [{ CF_NR_FK: '－5' }, 'type-amount', 'CF_NR_FK'],
      [{ CF_NR_FK: '1e99' }, 'type-amount', 'CF_NR_FK'],
      [{ CF_NR_FK: '9'.repeat(400) }, 'type-amount', 'CF_NR_FK'],
      [{ CF_NR_FK: '999999999999' }, 'type-amount', 'CF_NR_FK'],
      [{ CF_NR_FK: 'Infinity' }, 'type-amount', 'CF_NR_FK'],
      [{ CF_NR_FK: '2.00000001' }, 'type-amount', 'CF_NR_FK'],
      [{ CF_NR_FK: '2,00' }, 'type-amount', 'CF_NR_FK'],
      [{ CF_SY: '长'.repeat(10_000) }, 'cell-too-long', 'CF_SY'],
      [{ CF_XDR_MC: '名'.repeat(10_000) }, 'cell-too-long', 'CF_XDR_MC'],
      [{ CF_WSH: '𠮷'.repeat(4000) }, 'cell-too-long', 'CF_WSH'],
      [{ CF_CFLB: '打手心' }, 'enum-unknown', 'CF_CFLB'],
      [{ CF_XDR_MC: '' }, 'required-missing', 'CF_XDR_MC'],
      [{ CF_XDR_MC: '暂无' }, 'required-missing', 'CF_XDR_MC'],
    ]);
  });
  it('astronomic fines and far days do not slip through as something else', async () => {
    await refusesRows([[{ CF_NR_FK: '100000001' }, 'type-amount', 'CF_NR_FK']]);
    // A trillion yuan but for a fen: a person has to say that it is so.
    const submission = await city.submit(penaltyCsv([next({ CF_NR_FK: '99999999.999999' })]));
    const { accepted, refused, doubtful } = submission.counts;
    assert.deepEqual({ accepted, refused, doubtful }, { accepted: 0, refused: 0, doubtful: 1 });
    const decision = { rows: [{ row: 2, action: 'accept', note: '已核对决定书' }] };
    const resolved = await city.call('officer', 'POST', `/api/v1/submissions/${submission.id}/rows:resolve`, {
      payload: decision,
    });
    assert.equal(resolved.json().results[0].ok, true, resolved.body);
    const { amount_fen } = await one<{ amount_fen: bigint }>(
      city.ctx.db.app,
      sql`SELECT amount_fen FROM core.record WHERE submission_id = ${submission.id}`,
    );
    assert.equal(amount_fen, 99_999_999_999_999n, 'to the fen');
  });
});

describe('characters', () => {
  it('lone surrogates, NUL and control characters are refused in a workbook and as JSON', async () => {
    const header = PENALTY_HEADER.map((code) => `<c t="inlineStr"><is><t>${code}</t></is></c>`).join('');
    const line = (row: Record<string, string>, raw: Record<string, string> = {}): string =>
      PENALTY_HEADER.map((code) => `<c t="inlineStr"><is><t>${raw[code] ?? row[code] ?? ''}</t></is></c>`).join('');
    const rows = [
      `<row r="1">${header}</row>`,
      `<row r="2">${line(next())}</row>`,
      `<row r="3">${line(next(), { CF_SY: '经查_xD800_情况' })}</row>`,
      `<row r="4">${line(next(), { CF_SY: '经查_x0000_情况' })}</row>`,
    ];
    const submission = await city.submit(await workbookOf({ sheets: [{ xml: sheetData(rows.join('')) }] }), {
      fileName: 'rows.xlsx',
    });
    assert.equal(submission.state, 'done', JSON.stringify(submission.failure));
    const findings = await findingsOf(city, submission.id);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'refuse').map(({ row, rule, field }) => [row, rule, field]),
      [
        [3, 'invalid-character', 'CF_SY'],
        [4, 'invalid-character', 'CF_SY'],
      ],
    );
    assert.equal(submission.counts.accepted, 1);

    for (const [text, code] of [
      ['坏\ud800字', 'lone surrogate'],
      ['坏\u0000字', 'NUL'],
    ] as const) {
      const before = await city.traces();
      const pushed = await city.call('officer', 'POST', '/api/v1/records:push', {
        payload: { standard: 'penalty', rows: [next({ CF_SY: text })] },
      });
      if (pushed.statusCode === 202) {
        await city.ctx.jobs.drain(city.ctx);
        const view = (await city.call('officer', 'GET', `/api/v1/submissions/${pushed.json().id}`)).json();
        assert.ok(view.state === 'failed' || view.counts.refused === 1, `${code}: ${JSON.stringify(view)}`);
      } else assert.ok([400, 422].includes(pushed.statusCode), pushed.body);
      const form = await city.call('officer', 'POST', '/api/v1/records', {
        payload: { standard: 'penalty', values: next({ CF_SY: text }) },
      });
      assert.ok(
        form.statusCode === 400 || form.statusCode === 422 || form.json().outcome === 'refused',
        `${code}: ${form.statusCode} ${form.body}`,
      );
      assert.equal((await city.traces()).records, before.records, code);
    }
  });
  it('invisible ones are cleaned away, said and not refused', async () => {
    const submission = await city.submit(
      penaltyCsv([next({ CF_XDR_MC: `\ufeff示范市第${serial + 1}商贸\u200b有限公司\u00a0` })]),
    );
    assert.deepEqual([submission.counts.accepted, submission.counts.corrected], [1, 1]);
    const name = await one<{ name: string }>(
      city.ctx.db.app,
      sql`SELECT s.name FROM core.subject s JOIN core.record r USING (subject_id) WHERE r.submission_id = ${submission.id}`,
    );
    assert.equal(name.name, `示范市第${serial}商贸有限公司`);
  });
});

describe('formulas', () => {
  const cells = [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "+cmd|' /C calc'!A0",
    '-SUM(1+1)|cmd',
    '@SUM(1+9)*cmd|x',
    '=1+1',
  ];
  it('are refused in CSV and in workbooks', async () => {
    for (const format of ['csv', 'xlsx'] as const)
      await refusesRows(
        cells.map((text) => [{ CF_SY: text }, 'formula-cell', 'CF_SY'] as const),
        format,
      );
  });
  it('stored as formula in a workbook are refused, whatever value they show', async () => {
    const header = PENALTY_HEADER.map((code) => `<c t="inlineStr"><is><t>${code}</t></is></c>`).join('');
    const row = next();
    const line = PENALTY_HEADER.map((code) =>
      code === 'CF_NR'
        ? '<c t="str"><f>cmd|\'/C calc\'!A0</f><v>罚款人民币20000元</v></c>'
        : `<c t="inlineStr"><is><t>${row[code] ?? ''}</t></is></c>`,
    ).join('');
    const submission = await city.submit(
      await workbookOf({ sheets: [{ xml: sheetData(`<row r="1">${header}</row><row r="2">${line}</row>`) }] }),
      { fileName: 'rows.xlsx' },
    );
    assert.deepEqual(
      (await findingsOf(city, submission.id))
        .filter(({ severity }) => severity === 'refuse')
        .map(({ rule, field }) => [rule, field]),
      [['formula-cell', 'CF_NR']],
    );
    assert.equal(submission.counts.refused, 1);
  });
  it('do not come alive in the downloads that quote them', async () => {
    const { submission } = await refusesRows([[{ CF_SY: '=cmd|calc' }, 'formula-cell', 'CF_SY']]);
    const csvFile = await city.call('officer', 'GET', `/api/v1/submissions/${submission.id}/refused?format=csv`);
    assert.doesNotMatch(csvFile.body, /(^|,|")=cmd/m);
    assert.match(csvFile.body, /'=cmd\|calc/);
    for (const path of ['refused?format=xlsx', 'findings.xlsx']) {
      const file = await city.call('officer', 'GET', `/api/v1/submissions/${submission.id}/${path}`);
      assert.equal(file.rawPayload.subarray(0, 2).toString(), 'PK');
      const { rows } = await readAll(fileOf(folder, file.rawPayload));
      assert.ok(
        rows.some((row) => row.cells.some((text) => text.includes('=cmd|calc'))),
        path,
      );
      // Read back it is text, never a formula element.
      for (const row of rows) assert.deepEqual(row.flags?.filter((flag) => flag.kind === 'formula') ?? [], [], path);
    }
  });
});

describe('codes', () => {
  it('in lower case, full width and with blanks are put right and say so', async () => {
    const code = codeOf(1000 + serial + 1);
    const full = [...code].map((unit) => String.fromCharCode(unit.charCodeAt(0) + 0xfee0)).join('');
    const rows = [
      next({ CF_XDR_SHXYM: code.toLowerCase() }),
      { ...penalty(serial, { CF_XDR_SHXYM: full, CF_WSH: '全角号' }) },
      { ...penalty(serial, { CF_XDR_SHXYM: `${code.slice(0, 8)} ${code.slice(8)}`, CF_WSH: '空格号' }) },
    ];
    const submission = await city.submit(penaltyCsv(rows));
    assert.deepEqual(
      [submission.counts.accepted, submission.counts.corrected, submission.counts.refused],
      [3, 3, 0],
      JSON.stringify(await findingsOf(city, submission.id)),
    );
    const subjects = await query(
      city.ctx.db.app,
      sql`SELECT DISTINCT r.subject_id FROM core.record r WHERE r.submission_id = ${submission.id}`,
    );
    assert.equal(subjects.length, 1, 'one and the same subject');
  });
  it("that are wrong or nobody's make no subject", async () => {
    const good = codeOf(7777);
    const bad = `${good.slice(0, 17)}${good.endsWith('1') ? '2' : '1'}`;
    await refusesRows([
      [{ CF_XDR_SHXYM: bad }, 'code-check', 'CF_XDR_SHXYM'],
      [{ CF_XDR_SHXYM: good.slice(0, 17) }, 'code-check', 'CF_XDR_SHXYM'],
      [{ CF_XDR_SHXYM: `${good}1` }, 'code-check', 'CF_XDR_SHXYM'],
      [{ CF_XDR_SHXYM: "91'; DROP TABLE core.record;--" }, 'code-check', 'CF_XDR_SHXYM'],
      [{ CF_XDR_SHXYM: '000000000000000000' }, 'code-missing-unknown', 'CF_XDR_SHXYM'],
      [{ CF_XDR_SHXYM: '' }, 'code-missing-unknown', 'CF_XDR_SHXYM'],
      [{ CF_CFJGDM: '123' }, 'code-check', 'CF_CFJGDM'],
    ]);
    assert.equal(
      await maybeOne(
        city.ctx.db.app,
        sql`SELECT 1 AS one FROM core.subject_identifier WHERE value = ANY(${['000000000000000000', bad, good]}::text[])`,
      ),
      null,
    );
  });
});

describe('columns', () => {
  it('that were swapped do not become records', async () => {
    await refusesRows([
      [{ CF_XDR_MC: codeOf(8801), CF_XDR_SHXYM: '示范市某公司' }, 'code-check', 'CF_XDR_SHXYM'],
      [{ CF_JDRQ: '罚款', CF_CFLB: '2026/11/02' }, 'type-date', 'CF_JDRQ'],
      [{ CF_NR_FK: '2026/11/02', CF_JDRQ: '2.0' }, 'type-amount', 'CF_NR_FK'],
    ]);
  });
  it('more of them than the header, and a row that is shifted by one', async () => {
    const good = penaltyCsv([next()]);
    const [head = '', line = ''] = good.split('\r\n');
    const submission = await city.submit(
      [head, line, `${penaltyCsv([next()]).split('\r\n')[1]},more`, `x,${penaltyCsv([next()]).split('\r\n')[1]}`].join(
        '\r\n',
      ),
    );
    const refused = (await findingsOf(city, submission.id)).filter(({ severity }) => severity === 'refuse');
    assert.ok(
      refused.some(({ row, rule }) => row === 3 && rule === 'columns-ragged'),
      JSON.stringify(refused),
    );
    assert.ok(refused.some(({ row }) => row === 4));
    assert.deepEqual([submission.counts.accepted, submission.counts.refused], [1, 2]);
  });
});

describe('refused rows', () => {
  it('come back in the same template with reasons, and only the mended ones are added', async () => {
    const { submission } = await refusesRows([
      [{ CF_JDRQ: '2021-02-30' }, 'type-date', 'CF_JDRQ'],
      [{ CF_NR_FK: '-1' }, 'type-amount', 'CF_NR_FK'],
    ]);
    const file = await city.call('officer', 'GET', `/api/v1/submissions/${submission.id}/refused?format=csv`);
    assert.equal(file.statusCode, 200);
    assert.match(file.body, /退回原因/);
    const mended = await city.submit(file.body.replace('2021-02-30', '2026-10-30'));
    assert.deepEqual(
      [mended.counts.rows, mended.counts.accepted, mended.counts.refused],
      [2, 1, 1],
      JSON.stringify(await findingsOf(city, mended.id)),
    );
  });
});
