/** Files that cannot be used as a whole: refused with reason and remedy, nothing of them recorded, and the next one is served. */
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import iconv from 'iconv-lite';
import { xlsxPieces } from '../../server/src/platform/tabular/index.ts';
import { sheetData, workbookOf, zipOf } from '../../server/src/platform/tabular/tabular-testing.ts';
import {
  assertProblem,
  assertWords,
  createHttpCity,
  type HttpCity,
  type SubmissionBody,
} from '../support/http-city.ts';
import { csv, LICENCE_HEADER, licence, PENALTY_HEADER, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let served = 0;
before(async () => {
  city = await createHttpCity();
});
after(() => city.close());
afterEach(async () => {
  assert.deepEqual(city.leftovers(), [], 'no temporary file stays');
  await stillServes();
});

const head = PENALTY_HEADER.join(',');
const line = (over: Record<string, string> = {}): string => penaltyCsv([penalty(1, over)]).split('\r\n')[1] ?? '';

async function workbook(rows: readonly Record<string, string>[]): Promise<Buffer> {
  const cells = rows.map((row) => PENALTY_HEADER.map((code) => row[code] ?? ''));
  const pieces: Buffer[] = [];
  for await (const piece of xlsxPieces({ sheets: [{ name: 'S', header: PENALTY_HEADER, rows: cells }] }))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Sends the file and expects the whole of it refused with this code, and no trace of it. */
async function refused(
  content: string | Buffer,
  code: string,
  options: { fields?: Record<string, string>; fileName?: string; message?: RegExp; row?: number } = {},
): Promise<SubmissionBody> {
  const before = await city.traces();
  const submission = await city.submit(content, { fields: { standard: 'penalty' }, ...options });
  assert.equal(submission.state, 'failed', JSON.stringify(submission));
  assert.equal(submission.failure?.code, code, JSON.stringify(submission.failure));
  assertWords(submission.failure?.message, `${code} message`);
  assertWords(submission.failure?.fix, `${code} fix`);
  if (options.message) assert.match(submission.failure?.message.zh ?? '', options.message);
  if (options.row !== undefined) assert.equal(submission.failure?.row, options.row);
  for (const name of ['rows', 'accepted', 'doubtful', 'refused', 'duplicate', 'findings'])
    assert.equal(submission.counts[name], 0, name);
  assert.deepEqual(await city.traces(), before, 'nothing of the file was written');
  assert.deepEqual(city.leftovers(), []);
  return submission;
}

async function stillServes(): Promise<void> {
  served += 1;
  const good = await city.submit(penaltyCsv([penalty(5000 + served)]), { fields: { standard: 'penalty' } });
  assert.deepEqual([good.state, good.counts.accepted], ['done', 1], JSON.stringify(good));
}

describe('headers and templates', () => {
  it('an empty file, one of blanks, a header without rows', async () => {
    await refused('', 'empty');
    await refused('\r\n\r\n', 'empty');
    await refused('\ufeff', 'empty');
    await refused(head, 'no-rows');
    await refused(`${head}\r\n${','.repeat(PENALTY_HEADER.length - 1)}\r\n`, 'no-rows');
  });
  it('another template than the one that was named, and a table of something else', async () => {
    await refused(csv(LICENCE_HEADER, [licence(1)]), 'wrong-template', { message: /行政许可/ });
    await refused('日期,菜名,数量,单价,供应商\r\n2026/01/01,白菜,3,2.5,某店\r\n', 'no-header');
    await refused(Array.from({ length: 40 }, () => line()).join('\r\n'), 'no-header');
  });
  it('a missing and a repeated column', async () => {
    const without = PENALTY_HEADER.filter((code) => code !== 'CF_WSH');
    const missing = await refused(csv(without, [penalty(1)]), 'missing-columns');
    assert.match(missing.failure?.message.zh ?? '', /行政处罚决定.*号/);
    const twice = [...PENALTY_HEADER, 'CF_WSH'];
    await refused(csv(twice, [penalty(1)]), 'repeated-column', { message: /CF_WSH/ });
    const renamed = PENALTY_HEADER.map((code) => (code === 'BZ' ? 'CF_NR' : code));
    await refused(csv(PENALTY_HEADER, [penalty(1)], renamed), 'repeated-column', { message: /CF_NR/ });
  });
  it('a header that changes half-way; the same header again is no fault', async () => {
    const swapped = PENALTY_HEADER.map((code) => (code === 'CF_SY' ? 'CF_YJ' : code === 'CF_YJ' ? 'CF_SY' : code));
    const rows = Array.from({ length: 30 }, (_, at) => penalty(100 + at));
    const file = [penaltyCsv(rows), csv(swapped, rows)].join('\r\n');
    await refused(file, 'header-changed', { row: 32 });
    const same = await city.submit([penaltyCsv([penalty(200)]), penaltyCsv([penalty(201)])].join('\r\n'));
    assert.deepEqual([same.state, same.counts.rows, same.counts.accepted], ['done', 2, 2]);
  });
  it('300 columns; columns beside the template are ignored up to the limit', async () => {
    const wide = Array.from({ length: 300 - PENALTY_HEADER.length }, (_, at) => `extra${at}`);
    await refused(`${[...PENALTY_HEADER, ...wide].join(',')}\r\n${line()},${wide.join(',')}\r\n`, 'too_many_columns', {
      message: /200/,
    });
    const some = wide.slice(0, 60);
    const ok = await city.submit(
      `${[...PENALTY_HEADER, ...some].join(',')}\r\n${penaltyCsv([penalty(210)]).split('\r\n')[1]},${some.join(',')}\r\n`,
    );
    assert.deepEqual([ok.state, ok.counts.accepted], ['done', 1]);
  });
});

describe('bytes that are no table', () => {
  it('a document, an archive, a page, an old workbook, noise', async () => {
    await refused('%PDF-1.7\n1 0 obj', 'pdf', { fileName: 'rows.csv' });
    await refused(await zipOf({ 'a.txt': 'a' }), 'not_xlsx', { fileName: 'rows.xlsx' });
    await refused('<html><table><tr><td>1</td></tr></table></html>', 'html', { fileName: 'rows.xls' });
    await refused(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2048)]), 'xls', {
      fileName: 'rows.xls',
    });
    await refused(Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919 + 13) & 7)), 'binary');
    await refused(Buffer.alloc(100_000), 'binary');
  });
  it('NUL bytes in a text', async () => {
    await refused(`${head}\r\n${line()}\0\0\r\n${line()}\r\n`, 'nul_bytes');
  });
  it('two encodings in one file', async () => {
    const gbk = iconv.encode(`${line({ CF_WSH: '示市监罚〔2026〕77号' })}\r\n`, 'gb18030');
    const mixed = Buffer.concat([Buffer.from(`${head}\r\n${line()}\r\n`), gbk]);
    await refused(mixed, 'encoding_mixed');
    await refused(
      Buffer.concat([Buffer.from(`${head}\r\n`), Buffer.from('ff81fe30a0ff', 'hex'), Buffer.from('\r\n')]),
      'encoding_unknown',
    );
  });
  it('a text that is cut off inside a quoted cell', async () => {
    const quoted = `${head}\r\n${line()}\r\n${line({ CF_SY: '第一行\n第二行' })}`;
    await refused(quoted.slice(0, quoted.indexOf('第二行') + 2), 'unterminated_quote');
  });
});

describe('workbooks', () => {
  it('cut off at any place', async () => {
    const whole = await workbook([penalty(300), penalty(301)]);
    for (const share of [0.2, 0.6, 0.98]) {
      await refused(whole.subarray(0, Math.floor(whole.length * share)), 'truncated', { fileName: 'rows.xlsx' });
    }
    const broken = Buffer.from(whole);
    // Inside the first deflated part: its checksum no longer fits.
    for (let at = 60; at < 90; at += 1) broken[at] = (broken[at] ?? 0) ^ 0x55;
    const before = await city.traces();
    const submission = await city.submit(broken, { fileName: 'rows.xlsx' });
    assert.equal(submission.state, 'failed');
    assert.match(submission.failure?.code ?? '', /^(corrupt|truncated|not_xlsx|unsafe_xml)$/);
    assert.deepEqual(await city.traces(), before);
  });
  it('with macros, by their part and by their type', async () => {
    const sheets = [{ xml: sheetData('<row r="1"><c r="A1" t="inlineStr"><is><t>CF_XDR_MC</t></is></c></row>') }];
    await refused(await workbookOf({ sheets, extra: { 'xl/vbaProject.bin': 'macro' } }), 'macro_workbook', {
      fileName: 'rows.xlsx',
    });
    await refused(
      await workbookOf({ sheets, contentType: 'application/vnd.ms-excel.sheet.macroEnabled.main+xml' }),
      'macro_workbook',
      { fileName: 'rows.xlsx' },
    );
  });
  it('with entities that would expand or fetch', async () => {
    const bomb =
      '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;&x;</t></is></c></row></sheetData></worksheet>';
    await refused(await workbookOf({ sheets: [{ xml: [bomb] }] }), 'unsafe_xml', { fileName: 'rows.xlsx' });
  });
});

describe('names of files', () => {
  it('are words to show, never a path', async () => {
    const names: [string, string][] = [
      ['../../etc/passwd', 'passwd'],
      ['..\\\\..\\\\windows\\\\system32\\\\rows.csv', 'rows.csv'],
      ['行\u202egnp.csv', '行gnp.csv'],
      ['a\u0007b\u001b[31m.csv', 'ab[31m.csv'],
      ['..', '未命名'],
      [`${'长'.repeat(400)}.csv`, '长'.repeat(200)],
    ];
    for (const [given, shown] of names) {
      served += 1;
      const submission = await city.submit(penaltyCsv([penalty(5000 + served)]), { fileName: given });
      assert.equal(submission.state, 'done', JSON.stringify(submission.failure));
      assert.equal(submission.fileName, shown);
      const download = await city.call('officer', 'GET', `/api/v1/submissions/${submission.id}/findings.xlsx`);
      assert.equal(download.statusCode, 200);
      assert.match(String(download.headers['content-disposition']), /^attachment; filename\*=UTF-8''[\w%.()!~*'-]+$/);
    }
  });
  it('hold no number of a person', async () => {
    served += 1;
    const submission = await city.submit(penaltyCsv([penalty(5000 + served)]), {
      fileName: '李某11010519491231002X的处罚.csv',
    });
    assert.doesNotMatch(submission.fileName, /11010519491231002X/);
  });
});

describe('the form around the file', () => {
  it('without a file, with two, with a field too long, without a form', async () => {
    const before = await city.traces();
    const { multipartOf } = await import('../support/http-city.ts');
    const send = (parts: Parameters<typeof multipartOf>[0]) =>
      city.call('officer', 'POST', '/api/v1/submissions', multipartOf(parts));
    assertProblem(await send([{ name: 'standard', content: 'penalty' }]), 400, 'invalid-request');
    const two = await send([
      { name: 'file', content: penaltyCsv([penalty(900)]), fileName: 'a.csv' },
      { name: 'file', content: 'x', fileName: 'b.csv' },
    ]);
    assert.ok([202, 413].includes(two.statusCode), two.body);
    const cut = multipartOf([{ name: 'file', content: penaltyCsv([penalty(901)]), fileName: 'a.csv' }]);
    const half = await city.call('officer', 'POST', '/api/v1/submissions', {
      ...cut,
      payload: cut.payload.subarray(0, cut.payload.length - 60),
    });
    assert.ok(half.statusCode >= 400 && half.statusCode < 500, `${half.statusCode} ${half.body}`);
    assertProblem(
      await city.call('officer', 'POST', '/api/v1/submissions', { payload: { file: 'x' } }),
      415,
      'unsupported-media-type',
    );
    assertProblem(
      await city.call('officer', 'POST', '/api/v1/submissions', {
        payload: 'x',
        headers: { 'content-type': 'multipart/form-data' },
      }),
      415,
      'unsupported-media-type',
    );
    const noFields = await city.upload(penaltyCsv([penalty(902)]), {
      fields: { standard: "penalty'; DROP TABLE core.record;--" },
    });
    assertProblem(noFields, 422, 'unprocessable');
    assert.deepEqual(await city.traces(), before);
  });
});
