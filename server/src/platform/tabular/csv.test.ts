import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { BatchBuilder, unpackBatch } from './batch-builder.ts';
import { looksLikeFormula, neutralise, unneutralise } from './cell-text.ts';
import { CsvTokenizer } from './csv-tokenizer.ts';
import { TabularError } from './errors.ts';
import { widthProblem } from './header.ts';
import { withLimits } from './limits.ts';
import { fileOf, readAll, readCsvHere, testFolder, writtenFile } from './tabular-testing.ts';
import type { TableRow } from './types.ts';
import { csvPieces, writeCsv } from './write-csv.ts';

const folder = testFolder();
const HEADER = '行政相对人名称,统一社会信用代码,处罚内容';
const LINE = '青岛荣鑫混凝土有限公司,913702146612977105,罚款贰仟元整';

function cellsOf(rows: readonly TableRow[]): string[][] {
  return rows.map((row) => row.cells);
}

/** Reads text cut into pieces of a size, without a worker. */
function tokenize(text: string, pieceChars: number, undo = true): TableRow[] {
  const limits = withLimits();
  const out = new BatchBuilder({ limits, batchRows: 1000 });
  const tokenizer = new CsvTokenizer(out, { delimiter: ',', limits, unneutralise: undo, rowsBefore: 0 });
  for (let i = 0; i < text.length; i += pieceChars) tokenizer.push(text.slice(i, i + pieceChars), false);
  tokenizer.push('', true);
  out.flush();
  return [...out.drain()].flatMap(unpackBatch);
}

function refusal(code: TabularError['code'], row?: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TabularError, String(error));
    assert.equal(error.code, code);
    if (row !== undefined) assert.equal(error.details.row, row);
    for (const words of [error.zh, error.en, error.fixZh, error.fixEn])
      assert.ok(words.length > 5 && !words.includes('undefined'), words);
    return true;
  };
}

test('encodings: the same rows whatever the file is written in', async () => {
  const text = `${HEADER}\r\n${LINE}\r\n`;
  const expected = [HEADER.split(','), LINE.split(',')];
  const cases: [string, Buffer][] = [
    ['utf-8', Buffer.from(text)],
    ['utf-8-bom', Buffer.from(`\ufeff${text}`)],
    ['gb18030', iconv.encode(text, 'gbk')],
    ['utf-16le', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['utf-16be', Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
  ];
  for (const [encoding, bytes] of cases) {
    const { info, rows } = await readAll(fileOf(folder, bytes));
    assert.equal(info.encoding, encoding);
    assert.deepEqual(cellsOf(rows), expected, encoding);
  }
});

test('GB18030: every two-byte character whose trail byte is ASCII, and four-byte ones, come back', async () => {
  const names = ['镕', '喆', '碁', '嘅', '丂', '亐', '㐂', '𠮷', '䶮', 'ḿ'].map((c) => `${c}公司,“${c}”,1`);
  const text = `${HEADER}\n${names.join('\n')}\n`;
  const { rows, info } = await readAll(fileOf(folder, iconv.encode(text, 'gb18030')));
  assert.equal(info.encoding, 'gb18030');
  assert.deepEqual(
    cellsOf(rows),
    text
      .trim()
      .split('\n')
      .map((line) => line.split(',')),
  );
});

test('a file joined from UTF-8 and GBK is refused with the row where the encoding changes', async () => {
  const utf8 = Buffer.from(`${HEADER}\n"青岛\n荣鑫",1,罚款\n\n${LINE}\n`);
  const gbk = iconv.encode(`${LINE}\n${LINE}\n`, 'gbk');
  await assert.rejects(readAll(fileOf(folder, Buffer.concat([utf8, gbk]))), refusal('encoding_mixed', 5));
  await assert.rejects(readAll(fileOf(folder, Buffer.concat([gbk, utf8]))), refusal('encoding_mixed', 3));
  const bom = Buffer.from('\ufeffa,b\n');
  await assert.rejects(readAll(fileOf(folder, Buffer.concat([bom, gbk]))), refusal('encoding_mixed', 2));
});

test('a character cut in two inside a row flags the cell; at the end of the file it is a cut file', async () => {
  const bytes = Buffer.from(`${HEADER}\n${LINE}\n`);
  const cut = Buffer.concat([
    bytes,
    Buffer.from('青岛市市场监督管理局'.repeat(3)).subarray(0, -1),
    Buffer.from(',1,罚款\n'),
    bytes,
  ]);
  const { rows } = await readAll(fileOf(folder, cut));
  assert.deepEqual(rows[2]?.flags, [{ column: 0, kind: 'invalid-character', value: 'U+FFFD' }]);
  assert.equal(rows[3]?.flags, undefined);
  await assert.rejects(
    readAll(fileOf(folder, Buffer.from(`${HEADER}\n${LINE}`).subarray(0, -1))),
    refusal('truncated', 2),
  );
});

test('what is in no known encoding is refused', async () => {
  await assert.rejects(readAll(fileOf(folder, Buffer.from([0x61, 0xff, 0xff, 0x0a]))), refusal('encoding_unknown', 1));
});

test('delimiters: semicolon, tab, the sep= line; a full-width comma is text', async () => {
  for (const delimiter of [';', '\t', '|', ',']) {
    const text = `a${delimiter}b，c${delimiter}d\n1${delimiter}"x,y;z"${delimiter}3\n`;
    const { rows, info } = await readAll(fileOf(folder, text));
    assert.equal(info.delimiter, delimiter);
    assert.deepEqual(cellsOf(rows), [
      ['a', 'b，c', 'd'],
      ['1', 'x,y;z', '3'],
    ]);
  }
  const tabs = 'a\tb\n一,二,三,四\t1\n一,二,三,四,五\t2\n';
  assert.equal((await readAll(fileOf(folder, tabs))).info.delimiter, '\t');
  const { rows } = await readAll(fileOf(folder, 'sep=;\r\na;b,c\r\n'));
  assert.deepEqual(rows, [{ rowNumber: 2, cells: ['a', 'b,c'] }]);
});

test('quotes, line ends, blank lines and ragged rows, in pieces of every size', () => {
  const text = 'a,"b ""x""",c\r\n\r\n,,\n"1\n2",3\r4,5,6,7\n"z" ,"q"w,\r\n';
  const expected: TableRow[] = [
    { rowNumber: 1, cells: ['a', 'b "x"', 'c'] },
    { rowNumber: 4, cells: ['1\n2', '3'] },
    { rowNumber: 5, cells: ['4', '5', '6', '7'] },
    { rowNumber: 6, cells: ['z', 'qw', ''], flags: [{ column: 1, kind: 'bad-quote', value: '' }] },
  ];
  for (let size = 1; size <= text.length; size++) assert.deepEqual(tokenize(text, size), expected, `pieces of ${size}`);
  const [, short, long] = expected as [TableRow, TableRow, TableRow, TableRow];
  assert.deepEqual(widthProblem(short, 3, 'csv'), { kind: 'short', cells: 2, columns: 3 });
  assert.equal(widthProblem(short, 3, 'xlsx'), undefined);
  assert.deepEqual(widthProblem(long, 3, 'csv'), { kind: 'long', cells: 4, columns: 3 });
  assert.equal(widthProblem({ rowNumber: 1, cells: ['a', '', ' '] }, 1, 'csv'), undefined);
});

test('refusals of text files', async () => {
  const refused: [string | Buffer, TabularError['code'], number?][] = [
    ['', 'empty'],
    ['\ufeff', 'empty'],
    [' \n,,,\n\n', 'empty'],
    ['a,b\n1,"cut', 'unterminated_quote', 2],
    ['a,b\n"1\n2",3\n4,\u0000\n', 'nul_bytes', 3],
    [Buffer.from('\ufeffa\n\u0000\n', 'utf16le'), 'nul_bytes', 2],
    [Buffer.from('\ufeffab', 'utf16le').subarray(0, -1), 'truncated'],
    [Array.from({ length: 300 }, (_, i) => `c${i}`).join(','), 'too_many_columns', 1],
    [Buffer.from('%PDF-1.7\n'), 'pdf'],
    ['\n<html><table></table></html>', 'html'],
    ['<?xml version="1.0"?><Workbook/>', 'html'],
    [Buffer.from(`\ufeff<TABLE>`, 'utf16le'), 'html'],
    [Buffer.from('89504e470d0a1a0a', 'hex'), 'binary'],
    [Buffer.alloc(64), 'binary'],
  ];
  for (const [bytes, code, row] of refused) await assert.rejects(readAll(fileOf(folder, bytes)), refusal(code, row));
  await assert.rejects(readAll('/nonexistent/file'), refusal('unreadable'));
  await assert.rejects(readAll(folder), refusal('unreadable'));
  await assert.rejects(readAll(fileOf(folder, 'a\n1\n2\n3\n'), { limits: { maxRows: 3 } }), refusal('too_many_rows'));
  const open = `a,b\n"${'x,y\n'.repeat(20_000)}`;
  await assert.rejects(
    readAll(fileOf(folder, open), { limits: { maxRecordChars: 50_000 } }),
    refusal('record_too_long', 2),
  );
});

test('empty cells beyond the last column do not count', async () => {
  const { rows } = await readAll(fileOf(folder, `a,b${','.repeat(400)}\n1,2\n`));
  assert.equal(rows[0]?.cells.length, 200);
});

test('a cell of 10,000 characters is cut and flagged, never through a surrogate pair', async () => {
  const { rows } = await readAll(fileOf(folder, `a,b\n${'长'.repeat(10_000)},${'x'.repeat(5999)}𠮷\n`));
  assert.equal(rows[1]?.cells[0]?.length, 6000);
  assert.equal(rows[1]?.cells[1]?.length, 5999);
  assert.deepEqual(rows[1]?.flags, [
    { column: 0, kind: 'truncated', value: '10000' },
    { column: 1, kind: 'truncated', value: '6001' },
  ]);
});

test('a lone surrogate and control characters flag the cell', async () => {
  const bytes = Buffer.from('\ufeffa,b\nx\ud800y,p\u000bq\n', 'utf16le');
  const { rows } = await readAll(fileOf(folder, bytes));
  assert.deepEqual(rows[1], {
    rowNumber: 2,
    cells: ['x\ufffdy', 'p\u000bq'],
    flags: [
      { column: 0, kind: 'invalid-character', value: 'U+D800' },
      { column: 1, kind: 'invalid-character', value: 'U+000B' },
    ],
  });
  const cesu = Buffer.concat([
    Buffer.from(`${HEADER}\n青岛荣鑫混凝土`),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from('有限公司,1,2\n'),
  ]);
  assert.equal((await readAll(fileOf(folder, cesu))).rows[1]?.flags?.[0]?.kind, 'invalid-character');
});

test('formulas are flagged; dashes, numbers and telephone numbers are not', async () => {
  const { rows } = await readAll(fileOf(folder, `a,b,c\n=cmd|' /C calc'!A0,-5.2,- 无\n`));
  assert.deepEqual(rows[1]?.flags, [{ column: 0, kind: 'formula', value: "=cmd|' /C calc'!A0" }]);
  for (const text of ["=cmd|' /C calc'!A0", "+cmd|' /C'!A0", '-SUM(A1)', '@SUM(1)', '=1+1'])
    assert.ok(looksLikeFormula(text), text);
  for (const text of ['-', '--', '=', '-5', '+86 532 8888', '@某人', '-(无)', ''])
    assert.ok(!looksLikeFormula(text), text);
});

test('neutralise and unneutralise are inverse', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '1', '.', 'a', '中') }),
      (text) => {
        assert.equal(unneutralise(neutralise(text)), text);
        assert.ok(!/^[=@\t\r]/.test(neutralise(text)));
      },
    ),
  );
});

const cell = fc.string({
  unit: fc.constantFrom('a', '1', ',', ';', '"', '\n', '\r', "'", '=', '+', '-', '@', '\t', ' ', '中', '𠮷', '\ufeff'),
  maxLength: 6,
});
const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 });

test('property: what writeCsv writes is read back the same', async () => {
  await fc.assert(
    fc.asyncProperty(table, fc.boolean(), fc.integer({ min: 1, max: 20 }), async (rows, guard, size) => {
      const [header = [], ...rest] = rows;
      let text = '';
      for await (const piece of csvPieces(header, rest, { neutralise: guard })) text += piece;
      const back = tokenize(text.slice(1), size, guard);
      const expected = rows
        .map((cells, index) => ({ rowNumber: index + 1, cells }))
        .filter((row) => row.cells.some((text) => text.trim() !== ''));
      assert.deepEqual(
        back.map(({ rowNumber, cells }) => ({ rowNumber, cells })),
        expected,
      );
    }),
    { numRuns: 300 },
  );
});

test('writeCsv: byte order mark, CRLF, quotes and the formula guard, through a file', async () => {
  const rows = [
    ['=1+1', 'x,"y"'],
    ['-5', '长\n行'],
  ];
  const path = await writtenFile(folder, (stream) => writeCsv(stream, ['甲', '乙'], rows));
  const { info, rows: back } = await readAll(path);
  assert.equal(info.encoding, 'utf-8-bom');
  assert.deepEqual(cellsOf(back), [['甲', '乙'], ...rows]);
  let text = '';
  for await (const piece of csvPieces(['甲', '乙'], rows)) text += piece;
  assert.equal(text, '\ufeff甲,乙\r\n\'=1+1,"x,""y"""\r\n-5,"长\n行"\r\n');
});

test('property: arbitrary bytes are read or refused in our words', async () => {
  const bytes = fc.array(
    fc.oneof(fc.constantFrom(0x22, 0x2c, 0x0a, 0x0d, 0x31, 0x3d), fc.integer({ min: 0, max: 255 })),
    { minLength: 1, maxLength: 60 },
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      const path = fileOf(folder, Uint8Array.from(content));
      await readCsvHere(path).catch((error: unknown) => assert.ok(error instanceof TabularError, String(error)));
    }),
    { numRuns: 400 },
  );
});
