/** Collection end to end on PostgreSQL: files in, records, findings and fates out. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import iconv from 'iconv-lite';
import { actorWith, type CityContext, createCityContext } from '../../../../tests/support/context.ts';
import {
  codeOf,
  csv,
  DEPARTMENT,
  LICENCE_HEADER,
  licence,
  licenceCsv,
  PENALTY_HEADER,
  penalty,
  penaltyCsv,
} from '../../../../tests/support/rows.ts';
import type { Actor } from '../../context.ts';
import { one, query, sql } from '../../platform/db.ts';
import { xlsxPieces } from '../../platform/tabular/index.ts';
import { createBody } from '../identity/index.ts';
import { loadSubmission, processSubmission, receiveFile, refusedRowsFile, type SubmissionRow } from './index.ts';
import { listFates, listFindings } from './queries.ts';
import { resolveRows } from './resolve-rows.ts';

let city: CityContext;
let bodyId: string;
let officer: Actor;

before(async () => {
  city = await createCityContext();
  const body = await createBody(city.ctx.db.app, city.clock, {
    kind: 'department',
    name: DEPARTMENT.name,
    code: DEPARTMENT.code,
  });
  bodyId = body.bodyId;
  officer = actorWith(['departmentOfficer'], bodyId);
});
after(() => city.close());

async function collect(content: string | Buffer, standard = 'auto', fileName = 'rows.csv'): Promise<SubmissionRow> {
  const { submissionId } = await receiveFile(city.ctx, officer, {
    source: Readable.from([Buffer.from(content)]),
    fileName,
    standard,
    bodyId,
    channel: 'desk',
    enqueue: false,
  });
  await processSubmission(city.ctx, submissionId);
  const row = await loadSubmission(city.ctx.db.app, submissionId);
  assert.ok(row);
  return row;
}

const counts = (row: SubmissionRow) => ({
  rows: Number(row.rows_done),
  accepted: Number(row.accepted),
  superseding: Number(row.superseding),
  corrected: Number(row.corrected),
  doubtful: Number(row.doubtful),
  refused: Number(row.refused),
  duplicate: Number(row.duplicate),
});
const rulesOf = async (row: SubmissionRow): Promise<string[]> =>
  [
    ...new Set(
      (await listFindings(city.ctx.db.app, row.submission_id, {}, null, 1000)).map(
        (finding) => `${finding.severity}:${finding.rule}`,
      ),
    ),
  ].sort();
const clean = { superseding: 0, corrected: 0, doubtful: 0, refused: 0, duplicate: 0 };

describe('a file of penalties', () => {
  it('becomes records with lineage, and the same file twice adds nothing', async () => {
    const content = penaltyCsv([penalty(1), penalty(2)]);
    const first = await collect(content);
    assert.equal(first.state, 'done', JSON.stringify(first.failure));
    assert.equal(first.standard, 'penalty');
    assert.equal(first.edition, 'merged-2019');
    assert.deepEqual(await rulesOf(first), []);
    assert.deepEqual(counts(first), { rows: 2, accepted: 2, ...clean });
    const record = await one<Record<string, unknown>>(
      city.ctx.db.app,
      sql`SELECT * FROM core.record WHERE submission_id = ${first.submission_id} AND row_no = 2`,
    );
    assert.equal(record.document_number, '示市监罚〔2026〕1号');
    assert.equal(record.amount_fen, 2_000_000n);
    assert.deepEqual(record.categories, ['罚款']);
    assert.equal(record.policy_set_id, first.policy_set_id);
    const second = await collect(content);
    assert.deepEqual(counts(second), { rows: 2, accepted: 0, ...clean, duplicate: 2 });
  });

  it('supersedes when the same source reports the same document with other content', async () => {
    const changed = await collect(penaltyCsv([penalty(1, { CF_NR: '罚款人民币25000元', CF_NR_FK: '2.5' })]));
    assert.deepEqual(counts(changed), { rows: 1, accepted: 1, ...clean, superseding: 1 });
    const rows = await query<{ superseded_at: string | null; amount_fen: bigint }>(
      city.ctx.db.app,
      sql`SELECT superseded_at, amount_fen FROM core.record WHERE document_number = '示市监罚〔2026〕1号' ORDER BY recorded_at, superseded_at NULLS LAST`,
    );
    assert.deepEqual(
      rows.map((row) => [row.superseded_at !== null, row.amount_fen]),
      [
        [true, 2_000_000n],
        [false, 2_500_000n],
      ],
    );
  });

  it('normalises what it understands and says so', async () => {
    const row = await collect(
      penaltyCsv([
        penalty(3, {
          CF_WSH: '示市监罚【2026】3号',
          CF_XDR_SHXYM: codeOf(1003).toLowerCase(),
          CF_JDRQ: '2026年11月2日',
          CF_YXQ: '9999-09-09',
          BZ: '无',
          CF_NR_FK: '２.0',
        }),
        penalty(4, { CF_JDRQ: '46328', CF_YXQ: '2099-01-31' }),
      ]),
    );
    assert.deepEqual(counts(row), { rows: 2, accepted: 2, ...clean, corrected: 2 });
    const findings = await listFindings(city.ctx.db.app, row.submission_id, {}, null, 100);
    assert.deepEqual(
      findings.map((finding) => [finding.row_no, finding.rule, finding.new_value]).sort(),
      [
        [2, 'normalised-amount', '2'],
        [2, 'normalised-code-case', codeOf(1003)],
        [2, 'normalised-date', '2026-11-02'],
        [2, 'normalised-document-number', '示市监罚〔2026〕3号'],
        [2, 'normalised-empty-word', ''],
        [2, 'normalised-open-end', '2099-12-31'],
        [3, 'normalised-date', '2026-11-02'],
        [3, 'normalised-open-end', '2099-12-31'],
      ].sort(),
    );
  });

  it('refuses a row with its reason and gives it back in the same template', async () => {
    const rows = [
      penalty(10, { CF_JDRQ: '2021-02-30' }),
      penalty(11, { CF_NR_FK: '-5' }),
      penalty(12, { CF_NR_FK: '' }),
      penalty(13, { CF_XDR_SHXYM: `${codeOf(1013).slice(0, 17)}${codeOf(1013).endsWith('1') ? '2' : '1'}` }),
      penalty(14, { CF_CFLB: '打手心' }),
      penalty(15, { CF_CFLB: '其他' }),
      penalty(16, { CF_WFXW: '' }),
      penalty(17, { CF_SY: '=cmd|calc' }),
      penalty(18, { CF_SY: '长'.repeat(10_000) }),
      penalty(19),
    ];
    const row = await collect(penaltyCsv(rows));
    assert.deepEqual(counts(row), { rows: 10, accepted: 1, ...clean, refused: 9 });
    const refusals = await listFindings(city.ctx.db.app, row.submission_id, { severity: 'refuse' }, null, 100);
    assert.deepEqual(
      new Map(refusals.map((finding) => [finding.row_no, finding.rule])),
      new Map([
        [2, 'type-date'],
        [3, 'type-amount'],
        [4, 'penalty-fine-missing'],
        [5, 'code-check'],
        [6, 'enum-unknown'],
        [7, 'enum-suffix-missing'],
        [8, 'required-missing'],
        [9, 'formula-cell'],
        [10, 'cell-too-long'],
      ]),
    );
    assert.equal(refusals.length, 9, 'one reason a row, no echoes');
    const download = await refusedRowsFile(city.ctx, officer, row.submission_id, 'csv');
    const text = (await buffer(download.stream)).toString('utf8');
    assert.match(text.split('\r\n')[0] ?? '', /CF_XDR_MC.*退回原因$/);
    assert.match(text, /没有这一天|日期/);
    // Mended and sent again: only what was mended is added.
    const mended = await collect(text.replace('2021-02-30', '2026-10-30'));
    assert.deepEqual(counts(mended), { rows: 9, accepted: 1, ...clean, refused: 8 });
  });

  it('keeps a row for a decision when name and code contradict each other', async () => {
    await collect(penaltyCsv([penalty(20), penalty(21)]));
    const row = await collect(
      penaltyCsv([
        penalty(20, { CF_XDR_MC: penalty(21).CF_XDR_MC ?? '', CF_WSH: '示市监罚〔2026〕220号' }),
        penalty(22, { CF_XDR_SHXYM: codeOf(1020), CF_WSH: '示市监罚〔2026〕221号' }),
      ]),
    );
    assert.deepEqual(counts(row), { rows: 2, accepted: 0, ...clean, doubtful: 2 });
    assert.deepEqual(await rulesOf(row), ['doubt:name-code-contradiction', 'doubt:name-differs']);
    const fates = await listFates(city.ctx.db.app, row.submission_id, 'doubtful', 0, 10);
    const candidates = fates[0]?.candidates as { subjectId: string; name: string }[];
    assert.deepEqual(
      candidates.map((candidate) => candidate.name).sort(),
      [penalty(20).CF_XDR_MC, penalty(21).CF_XDR_MC].sort(),
    );
    const office = actorWith(['departmentOfficer'], bodyId);
    const wrong = await resolveRows(city.ctx, office, row.submission_id, { rows: [{ row: 2, action: 'accept' }] });
    assert.equal(wrong[0]?.ok, false);
    const results = await resolveRows(city.ctx, office, row.submission_id, {
      rows: [
        { row: 2, action: 'accept', subjectId: candidates[0]?.subjectId ?? '' },
        { row: 3, action: 'reject' },
      ],
    });
    assert.deepEqual(
      results.map((result) => result.ok),
      [true, true],
    );
    const again = await resolveRows(city.ctx, office, row.submission_id, { rows: [{ row: 2, action: 'reject' }] });
    assert.equal(again[0]?.ok, false);
    const stranger = actorWith(['departmentOfficer'], '00000000-0000-7000-8000-0000000000aa');
    await assert.rejects(resolveRows(city.ctx, stranger, row.submission_id, { rows: [{ row: 3, action: 'reject' }] }), {
      code: 'not-found',
    });
  });

  it("refuses another department's rows", async () => {
    const row = await collect(penaltyCsv([penalty(30, { CF_SJLYDM: codeOf(77, '11'), CF_SJLY: '别的局' })]));
    assert.deepEqual(await rulesOf(row), ['refuse:source-body-foreign']);
  });
});

describe('natural persons', () => {
  it('counts barred rows and keeps nothing of them', async () => {
    const row = await collect(
      penaltyCsv([
        penalty(40, {
          CF_XDR_MC: '李四光',
          CF_XDR_LB: '自然人',
          CF_XDR_SHXYM: '',
          CF_FRDB: '',
          CF_XDR_ZJLX: '身份证',
          CF_XDR_ZJHM: '11010519491231002X',
        }),
      ]),
    );
    assert.deepEqual(counts(row), { rows: 1, accepted: 0, ...clean, refused: 1 });
    assert.deepEqual(await rulesOf(row), ['refuse:person-row-barred']);
    await noPlainText('李四光', '11010519491231002X');
  });
  it('takes barred rows out of the stored file; the others keep their numbers', async () => {
    const person = penalty(43, {
      CF_XDR_MC: '钱七喜',
      CF_XDR_LB: '自然人',
      CF_XDR_SHXYM: '',
      CF_FRDB: '',
      CF_XDR_ZJLX: '身份证',
      CF_XDR_ZJHM: '11010519491231002X',
    });
    const row = await collect(
      penaltyCsv([penalty(44, { CF_SY: '两行\n文字' }), person, penalty(45, { CF_JDRQ: '2021-02-30' })]),
    );
    assert.deepEqual(counts(row), { rows: 3, accepted: 1, ...clean, refused: 2 });
    const stored = (await buffer(await city.ctx.files.read(row.file_id, row.file_key))).toString('utf8');
    assert.doesNotMatch(stored, /钱七喜|11010519491231002X/);
    await assert.rejects(city.ctx.files.read(row.submission_id, row.file_key));
    const download = (
      await buffer((await refusedRowsFile(city.ctx, officer, row.submission_id, 'csv')).stream)
    ).toString('utf8');
    assert.match(download, /示市监罚〔2026〕45号/);
    assert.doesNotMatch(download, /示市监罚〔2026〕44号|钱七喜/);
  });
  it('stores a licence of a person apart, as ciphertext, never among the records', async () => {
    const file = licenceCsv([
      licence(41, {
        XK_XDR_MC: '王五行',
        XK_XDR_LB: '自然人',
        XK_XDR_SHXYM: '',
        XK_FRDB: '',
        XK_XDR_ZJLX: '身份证',
        XK_XDR_ZJHM: '440524188001010014',
      }),
    ]);
    const row = await collect(file);
    assert.deepEqual(await rulesOf(row), []);
    assert.deepEqual(counts(row), { rows: 1, accepted: 1, ...clean });
    assert.deepEqual(
      await query(city.ctx.db.app, sql`SELECT 1 FROM core.record WHERE submission_id = ${row.submission_id}`),
      [],
    );
    assert.equal(
      (await query(city.ctx.db.person, sql`SELECT 1 FROM person.record WHERE submission_id = ${row.submission_id}`))
        .length,
      1,
    );
    await assert.rejects(query(city.ctx.db.app, sql`SELECT 1 FROM person.record`), /permission denied/);
    await noPlainText('王五行', '440524188001010014');
    assert.deepEqual(counts(await collect(file)), { rows: 1, accepted: 0, ...clean, duplicate: 1 });
  });
  it("makes a token of a legal representative's document and masks numbers in free text", async () => {
    const row = await collect(
      penaltyCsv([
        penalty(42, {
          CF_FR_ZJLX: '身份证',
          CF_FR_ZJHM: '11010519491231002X',
          CF_SY: '当事人代表(身份证440524188001010014)到场。',
        }),
      ]),
    );
    assert.deepEqual(await rulesOf(row), ['correct:person-identifier-in-text']);
    const record = await one<{ payload: Record<string, string> }>(
      city.ctx.db.app,
      sql`SELECT payload FROM core.record WHERE submission_id = ${row.submission_id}`,
    );
    assert.match(record.payload.CF_FR_ZJHM ?? '', /^pt_/);
    await noPlainText('11010519491231002X', '440524188001010014');
  });
});

/** Looks through every table that the app login can read. */
async function noPlainText(...needles: string[]): Promise<void> {
  const tables = await query<{ name: string }>(
    city.ctx.db.migrator,
    sql`SELECT table_schema || '.' || table_name AS name FROM information_schema.tables WHERE table_schema IN ('core', 'log', 'identity', 'person') AND table_type = 'BASE TABLE'`,
  );
  for (const { name } of tables) {
    for (const needle of needles) {
      const hit = await city.ctx.db.migrator.query(
        `SELECT 1 FROM ${name} t WHERE position($1 in t::text) > 0 LIMIT 1`,
        [needle],
      );
      assert.equal(hit.rowCount, 0, `${needle} stands in ${name}`);
    }
  }
}

describe('editions and encodings', () => {
  const label = (code: string): string => {
    const standards = city.ctx.policy().standards();
    return standards.flatMap((standard) => standard.fields).find((field) => field.code === code)?.label.zh ?? code;
  };
  it('reads Chinese headings, a note row, GB18030, UTF-8 with BOM and a workbook alike', async () => {
    const labels = LICENCE_HEADER.map(label);
    const note = Object.fromEntries(LICENCE_HEADER.map((code, at) => [code, at === 0 ? '表格说明：必填' : '选填']));
    const text = csv(LICENCE_HEADER, [note, licence(50)], labels);
    const first = await collect(iconv.encode(text, 'gb18030'));
    assert.equal(first.file_encoding?.toLowerCase(), 'gb18030');
    assert.deepEqual(counts(first), { rows: 1, accepted: 1, ...clean });
    assert.deepEqual(counts(await collect(`\ufeff${text}`)), { rows: 1, accepted: 0, ...clean, duplicate: 1 });
    const pieces: Buffer[] = [];
    for await (const piece of xlsxPieces({
      sheets: [
        {
          name: '许可',
          header: labels,
          rows: [note, licence(50)].map((row) => LICENCE_HEADER.map((code) => row[code] ?? '')),
        },
      ],
    }))
      pieces.push(piece);
    const workbook = await collect(Buffer.concat(pieces), 'licence', '许可.xlsx');
    assert.equal(workbook.file_kind, 'xlsx');
    assert.deepEqual(counts(workbook), { rows: 1, accepted: 0, ...clean, duplicate: 1 });
  });
  it('recognises the 2018 editions', async () => {
    const standard = city.ctx.policy().standard('penalty');
    const organisation = standard.editions.find((edition) => edition.key === 'org-2018');
    assert.ok(organisation);
    const row = { ...penalty(51), CF_FR_SFZH: '11010519491231002X' };
    const file = await collect(csv(organisation.columns, [row]));
    assert.equal(file.edition, 'org-2018');
    assert.deepEqual(counts(file), { rows: 1, accepted: 1, ...clean });
    const record = await one<{ payload: Record<string, string> }>(
      city.ctx.db.app,
      sql`SELECT payload FROM core.record WHERE submission_id = ${file.submission_id}`,
    );
    assert.match(record.payload.CF_FR_ZJHM ?? '', /^pt_/);
    const person = standard.editions.find((edition) => edition.key === 'person-2018');
    assert.ok(person);
    const persons = await collect(
      csv(person.columns, [
        { ...penalty(52), CF_XDR_MC: '某人', CF_XDR_ZJLX: '身份证', CF_XDR_ZJHM: '11010519491231002X' },
      ]),
    );
    assert.equal(persons.edition, 'person-2018');
    assert.deepEqual(await rulesOf(persons), ['refuse:person-row-barred']);
  });
});

describe('files that cannot be used', () => {
  const cases: [string, string | Buffer, string][] = [
    ['empty', '', 'empty'],
    ['header only', PENALTY_HEADER.join(','), 'no-rows'],
    ['no header', 'a,b,c\r\n1,2,3\r\n', 'no-header'],
    ['repeated column', `${[...PENALTY_HEADER, 'CF_WSH'].join(',')}\r\n`, 'repeated-column'],
    [
      'missing columns',
      csv(
        PENALTY_HEADER.filter((code) => code !== 'CF_WSH' && code !== 'CF_JDRQ'),
        [penalty(60)],
      ),
      'missing-columns',
    ],
    [
      'a header that changes half-way',
      `${penaltyCsv([penalty(61)])}\r\n${csv([...PENALTY_HEADER].reverse(), [penalty(62)])}`,
      'header-changed',
    ],
  ];
  for (const [name, content, code] of cases) {
    it(`${name}: says so and records nothing`, async () => {
      const row = await collect(content, 'penalty');
      assert.equal(row.state, 'failed');
      assert.equal(row.failure?.code, code);
      assert.ok(row.failure?.message.zh && row.failure.fix.zh && row.failure.message.en && row.failure.fix.en);
      assert.equal(Number(row.rows_done), 0);
      assert.deepEqual(
        await query(city.ctx.db.app, sql`SELECT 1 FROM core.record WHERE submission_id = ${row.submission_id}`),
        [],
      );
    });
  }
  it('names the kind of data that the file looks like', async () => {
    const row = await collect(licenceCsv([licence(63)]), 'penalty');
    assert.equal(row.failure?.code, 'wrong-template');
    assert.match(row.failure?.message.zh ?? '', /行政许可/);
  });
});

describe('old editions', () => {
  const columns = [
    'CF_WSH',
    'CF_CFMC',
    'CF_CFLB1',
    'CF_CFLB2',
    'CF_SY',
    'CF_YJ',
    'CF_XDR_MC',
    'CF_XDR_SHXYM',
    'CF_XDR_ZDM',
    'CF_XDR_GSDJ',
    'CF_XDR_SWDJ',
    'CF_XDR_SFZ',
    'CF_FR',
    'CF_JG',
    'CF_JDRQ',
    'CF_XZJG',
    'CF_ZT',
    'DFBM',
    'SJC',
    'BZ',
  ];
  const old = (over: Record<string, string>): Record<string, string> => ({
    CF_WSH: '示工商罚〔2016〕1号',
    CF_CFMC: '虚假宣传案',
    CF_CFLB1: '罚款',
    CF_CFLB2: '警告',
    CF_SY: '虚假宣传',
    CF_YJ: '《反不正当竞争法》',
    CF_XDR_MC: '示范市旧商贸有限公司',
    CF_XDR_SHXYM: codeOf(1900),
    CF_FR: '张三丰',
    CF_JG: '罚款二万元',
    CF_JDRQ: '2016/05/03',
    CF_XZJG: '示范市工商局',
    CF_ZT: '0',
    ...over,
  });
  it('reads the edition of 2016 with its two category columns', async () => {
    const row = await collect(csv(columns, [old({})]));
    assert.equal(row.edition, 'legacy-2016', JSON.stringify(row.failure));
    assert.deepEqual(
      counts(row),
      { rows: 1, accepted: 1, ...clean },
      JSON.stringify(await listFindings(city.ctx.db.app, row.submission_id, {}, null, 20)),
    );
    const record = await one<{ categories: string[] }>(
      city.ctx.db.app,
      sql`SELECT categories FROM core.record WHERE submission_id = ${row.submission_id}`,
    );
    assert.deepEqual(record.categories, ['罚款', '警告']);
  });
  it('takes a row with a person document and no code as a person, never as an organisation', async () => {
    const row = await collect(
      csv(columns, [
        old({
          CF_XDR_MC: '赵六顺',
          CF_XDR_SHXYM: '',
          CF_FR: '',
          CF_XDR_SFZ: '440524188001010014',
          CF_WSH: '示工商罚〔2016〕2号',
        }),
      ]),
    );
    assert.deepEqual(await rulesOf(row), ['refuse:person-row-barred']);
    await noPlainText('赵六顺', '440524188001010014');
  });
});
