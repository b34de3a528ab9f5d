import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { TabularError } from './errors.ts';
import { findHeader } from './header.ts';
import { openTable } from './open-table.ts';
import { sniffFile } from './sniff.ts';
import {
  fileOf,
  readAll,
  readXlsxHere,
  sheetData,
  testFolder,
  workbookOf,
  writtenFile,
  zipOf,
} from './tabular-testing.ts';
import { writeXlsx } from './write-xlsx.ts';

const folder = testFolder();

function refusal(code: TabularError['code']): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TabularError, String(error));
    assert.equal(error.code, code, error.message);
    for (const words of [error.zh, error.en, error.fixZh, error.fixEn]) assert.ok(!words.includes('undefined'), words);
    return true;
  };
}

async function fileOfSheet(rows: string, tail = '', styles?: string, workbookPr?: string): Promise<string> {
  return fileOf(folder, await workbookOf({ sheets: [{ xml: sheetData(rows, tail) }], styles, workbookPr }));
}

const inline = (ref: string, text: string): string => `<c r="${ref}" t="inlineStr"><is><t>${text}</t></is></c>`;

test('a workbook by exceljs: dates, formulas, rich text, errors, booleans, merges, sparse and hidden', async () => {
  const workbook = new ExcelJS.Workbook();
  workbook.addWorksheet('空表');
  workbook.addWorksheet('隐藏', { state: 'hidden' }).addRow(['不读']);
  const sheet = workbook.addWorksheet('处罚');
  sheet.addRow(['行政处罚信息表']);
  sheet.mergeCells('A1:D1');
  sheet.addRow(['名称', '日期', '金额', '说明']);
  const row = sheet.addRow(['青岛公司', new Date(Date.UTC(2021, 2, 1)), 0.1 + 0.2]);
  row.getCell(2).numFmt = 'yyyy"年"m"月"d"日";@';
  row.getCell(4).value = { richText: [{ text: '粗' }, { font: { bold: true }, text: '体<&>' }] };
  const second = sheet.getRow(6);
  second.getCell(2).value = new Date(Date.UTC(2021, 2, 1, 8, 30));
  second.getCell(2).numFmt = 'yyyy/m/d h:mm';
  second.getCell(3).value = { formula: 'SUM(C3)*2', result: 0.6 };
  second.getCell(4).value = { error: '#N/A' };
  second.getCell(5).value = true;
  second.getCell(6).value = { text: '链接', hyperlink: 'http://example.org/' };
  sheet.mergeCells('A3:A6');
  workbook.addWorksheet('其他').addRow(['不读']);
  const path = join(folder, 'excel.csv');
  await workbook.xlsx.writeFile(path);
  const { info, rows } = await readAll(path);
  assert.deepEqual(info, { ...info, kind: 'xlsx', sheetName: '处罚', unreadSheets: ['其他'] });
  assert.deepEqual(rows, [
    { rowNumber: 1, cells: ['行政处罚信息表'] },
    { rowNumber: 2, cells: ['名称', '日期', '金额', '说明'] },
    {
      rowNumber: 3,
      cells: ['青岛公司', '2021-03-01', '0.3', '粗体<&>'],
      flags: [{ column: 1, kind: 'date', value: '44256' }],
    },
    {
      rowNumber: 6,
      cells: ['青岛公司', '2021-03-01T08:30:00', '0.6', '#N/A', 'TRUE', '链接'],
      flags: [
        { column: 1, kind: 'date', value: '44256.3541666667' },
        { column: 2, kind: 'formula', value: 'SUM(C3)*2' },
        { column: 3, kind: 'error', value: '#N/A' },
        { column: 0, kind: 'merged', value: '' },
      ],
    },
  ]);
});

test('the sheet as WPS and old tools write it: prefix, no references, escapes, phonetic hints', async () => {
  const xml = `<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c><x:c/><x:c t="str"><x:f>A1</x:f><x:v>甲&amp;乙</x:v></x:c></x:row><x:row r="5"><x:c r="B5" t="b"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
  const strings = '<si><t>漢</t><rPh sb="0" eb="1"><t>かん</t></rPh></si>';
  const bytes = await workbookOf({ sheets: [{ xml: [xml] }], strings });
  const { rows } = await readAll(fileOf(folder, bytes));
  assert.deepEqual(rows, [
    { rowNumber: 1, cells: ['漢', '', '甲&乙'], flags: [{ column: 2, kind: 'formula', value: 'A1' }] },
    { rowNumber: 5, cells: ['', 'FALSE'] },
  ]);
  const path = await fileOfSheet(
    `<row r="1">${inline('A1', 'a_x000D_\nb&#x4E2D;_x005F_x0041_')}${inline('B1', '&#xD800;x')}${inline('C1', '_x0000_&#11;')}</row>`,
  );
  assert.deepEqual((await readAll(path)).rows, [
    {
      rowNumber: 1,
      cells: ['a\r\nb中_x0041_', '\ufffdx', '\ufffd\u000b'],
      flags: [
        { column: 1, kind: 'invalid-character', value: 'U+D800' },
        { column: 2, kind: 'invalid-character', value: 'U+0000' },
      ],
    },
  ]);
});

test('styles: the 1904 system, zero padding, long numbers', async () => {
  const styles =
    '<numFmts><numFmt numFmtId="170" formatCode="000000"/><numFmt numFmtId="171" formatCode="[$-804]yyyy&quot;年&quot;m&quot;月&quot;;@"/></numFmts>' +
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="31"/></cellXfs>';
  const cells = [
    's="0"><v>9.1370214661297696E+17',
    's="1"><v>1234',
    's="2"><v>42794',
    's="3"><v>42794',
    's="3"><v>-1',
    's="0"><v>1E-3',
  ]
    .map((cell, i) => `<c r="${'ABCDEF'[i]}1" ${cell}</v></c>`)
    .join('');
  const path = await fileOfSheet(`<row r="1">${cells}</row>`, '', styles, '<workbookPr date1904="1"/>');
  assert.deepEqual((await readAll(path)).rows[0], {
    rowNumber: 1,
    cells: ['913702146612977000', '001234', '2021-03-01', '2021-03-01', '-1', '0.001'],
    flags: [
      { column: 0, kind: 'lossy-number', value: '9.1370214661297696E+17' },
      { column: 2, kind: 'date', value: '42794' },
      { column: 3, kind: 'date', value: '42794' },
    ],
  });
});

test('a cell of 10,000 characters is cut and flagged', async () => {
  const path = await fileOfSheet(`<row r="1">${inline('A1', '长'.repeat(10_000))}</row>`);
  const [row] = (await readAll(path)).rows;
  assert.equal(row?.cells[0]?.length, 6000);
  assert.deepEqual(row?.flags, [{ column: 0, kind: 'truncated', value: '10000' }]);
});

test('a million phantom rows at the end are cheap', async () => {
  function* pieces(): Generator<string> {
    yield `<worksheet><sheetData><row r="1">${inline('A1', '名称')}</row><row r="2">${inline('A2', '公司')}</row>`;
    for (let row = 3; row < 1_000_000; row += 1000) {
      let piece = '';
      for (let i = row; i < row + 1000; i++)
        piece += `<row r="${i}" spans="1:3"><c r="A${i}" s="1"/><c r="B${i}" s="1"/></row>`;
      yield piece;
    }
    yield '</sheetData></worksheet>';
  }
  const { rows } = await readAll(fileOf(folder, await workbookOf({ sheets: [{ xml: pieces() }] })));
  assert.equal(rows.length, 2);
});

test('refusals of workbooks', async () => {
  const row = `<row r="1">${inline('A1', 'x')}</row>`;
  const sheets = [{ xml: sheetData(row) }];
  const good = await workbookOf({ sheets });
  const wide = Array.from({ length: 300 }, (_, i) => `<c t="inlineStr"><is><t>c${i}</t></is></c>`).join('');
  const repeated = (text: string, times: number): Iterable<string> => Array.from({ length: times }, () => text);
  const swapped = Buffer.from(good);
  swapped.writeUInt32LE(0xdeadbeef, swapped.lastIndexOf(Buffer.from('504b0102', 'hex')) + 16);
  const ole = Buffer.alloc(4096);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(ole);
  ole.writeUInt16LE(9, 30);
  const locked = Buffer.from(ole);
  Buffer.from('EncryptedPackage', 'utf16le').copy(locked, 1024);
  const macros = 'application/vnd.ms-excel.sheet.macroEnabled.main+xml';
  const refused: [string | Buffer, TabularError['code']][] = [
    [ole, 'xls'],
    [locked, 'password_protected'],
    [await workbookOf({ sheets, extra: { 'xl/vbaProject.bin': 'x' } }), 'macro_workbook'],
    [await workbookOf({ sheets, contentType: macros }), 'macro_workbook'],
    [await workbookOf({ sheets, contentType: 'application/vnd.ms-excel.sheet.binary.macroEnabled.main' }), 'xlsb'],
    [await zipOf({ 'a.txt': 'a' }), 'not_xlsx'],
    [await zipOf({ 'word/document.xml': 'a' }), 'not_xlsx'],
    [good.subarray(0, good.length - 200), 'truncated'],
    [good.subarray(0, 300), 'truncated'],
    [swapped, 'corrupt'],
    [await workbookOf({ sheets: [{ xml: sheetData(`<row r="1">${wide}</row>`) }] }), 'too_many_columns'],
    [await workbookOf({ sheets: [{ xml: '<sheetData/>' }] }), 'empty'],
    [await workbookOf({ sheets: [{ xml: sheetData(row), state: 'veryHidden' }] }), 'empty'],
    [await workbookOf({ sheets: [{ xml: repeated(' '.repeat(1 << 20), 32) }] }), 'zip_bomb'],
    [await workbookOf({ sheets, strings: ' '.repeat(32 << 20) }), 'zip_bomb'],
    [
      await workbookOf({
        sheets: [
          { xml: [`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>${sheetData(row)}</worksheet>`] },
        ],
      }),
      'unsafe_xml',
    ],
    [await workbookOf({ sheets, workbookPr: '<!-- -->' }), 'unsafe_xml'],
    [await workbookOf({ sheets: [{ xml: sheetData('<row r="1"><c r="A1" t="s"><v>7</v></c></row>') }] }), 'corrupt'],
    [
      await workbookOf({
        sheets: [{ xml: sheetData('<row r="1"><c r="B1"><v>7</v></c><c r="A1"><v>7</v></c></row>') }],
      }),
      'corrupt',
    ],
    [await workbookOf({ sheets: Array.from({ length: 101 }, () => ({ xml: sheetData(row) })) }), 'too_many_sheets'],
  ];
  for (const [index, [bytes, code]] of refused.entries()) {
    await assert.rejects(readAll(fileOf(folder, bytes)), refusal(code), `case ${index} ${code}`);
  }
  const entity = await fileOfSheet(`<row r="1">${inline('A1', '&lol;')}</row>`);
  await assert.rejects(readAll(entity), refusal('unsafe_xml'));
  const over = { limits: { maxUncompressedBytes: 100 } };
  await assert.rejects(readAll(fileOf(folder, good), over), refusal('zip_bomb'));
});

test('a file of 2 GB is refused by its size alone', async () => {
  const path = fileOf(folder, 'a,b\n');
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, 2 ** 31);
  closeSync(fd);
  const result = await sniffFile(path);
  assert.equal(result.kind, 'refused');
  assert.equal(result.kind === 'refused' && result.code, 'too_large');
  await assert.rejects(readAll(path), refusal('too_large'));
});

test('sniffFile says the kind by content', async () => {
  const book = await workbookOf({ sheets: [{ xml: sheetData('') }] });
  assert.equal((await sniffFile(fileOf(folder, book))).kind, 'xlsx');
  assert.equal((await sniffFile(fileOf(folder, 'a,b\n1,2\n'))).kind, 'csv');
  const result = await sniffFile(fileOf(folder, '%PDF-1.4'));
  assert.equal(result.kind === 'refused' && result.code, 'pdf');
});

const cellText = fc.string({
  unit: fc.constantFrom('a', '1', '<', '&', '>', '"', '_', 'x000D_', '_x0041', '\n', '\r', '=', ' ', '中', '𠮷', '0'),
  maxLength: 5,
});

test('property: what writeXlsx writes is read back the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(cellText, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 40 }),
      async (rows) => {
        const path = await writtenFile(folder, (stream) =>
          writeXlsx(stream, { sheets: [{ name: 'S', header: ['表头'], rows }] }),
        );
        const expected = rows
          .map((cells, index) => ({
            rowNumber: index + 2,
            cells: cells.slice(0, cells.findLastIndex((text) => text !== '') + 1),
          }))
          .filter((row) => row.cells.some((text) => text.trim() !== ''));
        assert.deepEqual((await readXlsxHere(path)).slice(1), expected);
      },
    ),
    { numRuns: 60 },
  );
});

test('writeXlsx: types, note, several sheets, forbidden characters; exceljs reads it', async () => {
  const code = '913702146612977105';
  const path = await writtenFile(folder, (stream) =>
    writeXlsx(stream, {
      sheets: [
        {
          name: '处罚/2021',
          header: ['代码', '金额', '日期'],
          columns: [{ width: 30 }, { type: 'number' }, { type: 'date' }],
          rows: [
            [code, '12.50', '2021-03-01'],
            [`=cmd|'x'!A0\u0001\ud800`, '1234567890123456', '2021-02-30'],
          ],
          note: '表格说明：<必填>',
        },
        { name: '处罚 2021', header: ['a'], rows: [] },
      ],
    }),
  );
  const { rows, info } = await readAll(path);
  assert.deepEqual([info.sheetName, info.unreadSheets], ['处罚 2021', ['处罚 2021 (2)']]);
  assert.deepEqual(
    rows.map((row) => row.cells),
    [
      ['代码', '金额', '日期'],
      ['表格说明：<必填>'],
      [code, '12.5', '2021-03-01'],
      ["=cmd|'x'!A0", '1234567890123456', '2021-02-30'],
    ],
  );
  assert.equal(rows[3]?.flags, undefined, 'text is never a formula');
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(path);
  const sheet = workbook.worksheets[0];
  assert.equal(sheet?.getCell('A3').value, code);
  assert.equal(sheet?.getCell('A3').numFmt, '@');
  assert.equal(sheet?.getCell('A1').font.bold, true);
  assert.deepEqual(sheet?.getCell('C3').value, new Date('2021-03-01'));
  assert.equal(sheet?.views[0]?.state, 'frozen');
});

test('findHeader looks at the first rows and loses none', async () => {
  const path = fileOf(
    folder,
    `标题\n\n名称,代码\n${Array.from({ length: 50 }, (_, i) => `公司${i},${i}`).join('\n')}\n`,
  );
  const match = (cells: string[]): number | null => (cells[0] === '名称' ? cells.length : null);
  const found = await findHeader(openTable(path, { batchRows: 7 }), match);
  assert.equal(found?.match, 2);
  assert.deepEqual([found?.header.rowNumber, found?.before.length], [3, 1]);
  const numbers: number[] = [];
  for await (const batch of found?.batches ?? []) numbers.push(...batch.rows.map((row) => row.rowNumber));
  assert.deepEqual(
    numbers,
    Array.from({ length: 50 }, (_, i) => i + 4),
  );
  assert.equal(await findHeader(openTable(path), () => null), undefined);
});

test('200,000 rows pass through a worker with a small heap; too small a heap is a clear refusal', async () => {
  const count = 200_000;
  function* rows(): Generator<string[]> {
    for (let i = 0; i < count; i++) yield [`公司${i}`, '91370214661297710', `${i}`];
  }
  const path = await writtenFile(folder, (stream) =>
    writeXlsx(stream, { sheets: [{ name: 'S', header: ['a', 'b', 'c'], rows: rows() }] }),
  );
  let seen = 0;
  for await (const batch of openTable(path, { maxHeapMib: 48 })) seen += batch.rows.length;
  assert.equal(seen, count + 1);
  function* items(): Generator<string> {
    yield '<sst>';
    for (let i = 0; i < 250; i++) {
      let piece = '';
      for (let j = 0; j < 1000; j++) piece += `<si><t>公司${i}之${j}，${((i * 7919 + j) * 104729) % 1000003}</t></si>`;
      yield piece;
    }
    yield '</sst>';
  }
  const strings = [...items()].join('').slice(5, -6);
  const bytes = await workbookOf({ sheets: [{ xml: sheetData(`<row r="1">${inline('A1', 'x')}</row>`) }], strings });
  await assert.rejects(readAll(fileOf(folder, bytes), { maxHeapMib: 16 }), refusal('out_of_memory'));
  await assert.rejects(
    readAll(fileOf(folder, bytes), { limits: { maxSharedStringsBytes: 1000 } }),
    refusal('too_many_strings'),
  );
});

test('stopping early, aborting and stalling end the worker', async () => {
  const path = join(folder, 'big.csv');
  writeFileSync(path, `a,b\n${'1,2\n'.repeat(100_000)}`);
  for await (const batch of openTable(path, { batchRows: 10 })) {
    assert.equal(batch.bytesTotal, readFileSync(path).length);
    break;
  }
  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const _ of openTable(path, { signal: abort.signal, batchRows: 10 })) abort.abort(new Error('stop'));
  }, /stop/);
  await assert.rejects(readAll(path, { stallMs: 1 }), refusal('timeout'));
  const table = openTable(path);
  await table.info();
  await table.close();
});

test('property: a workbook with damaged bytes is read or refused in our words, never anything else', async () => {
  const rows = Array.from({ length: 30 }, (_, i) => [`公司${i}`, `${i}`]);
  const path = await writtenFile(folder, (stream) =>
    writeXlsx(stream, { sheets: [{ name: 'S', header: ['a', 'b'], columns: [{}, { type: 'number' }], rows }] }),
  );
  const good = readFileSync(path);
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(damage, fc.integer({ min: 1, max: good.length }), fc.boolean(), async (changes, length, cut) => {
      const bytes = Buffer.from(cut ? good.subarray(0, length) : good);
      for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
      const damaged = fileOf(folder, bytes);
      await readXlsxHere(damaged).catch((error: unknown) => {
        assert.ok(error instanceof TabularError, String(error instanceof Error ? error.stack : error));
      });
      const sniffed = await sniffFile(damaged);
      assert.ok(sniffed.kind !== 'refused' || sniffed.error.zh.length > 0);
    }),
    { numRuns: 200 },
  );
});

test('XML made to be slow is read or refused at once', async () => {
  const names = 'a'.repeat(4_000_000);
  const sheet = { xml: sheetData(`<row r="1">${inline('A1', 'x')}</row>`) };
  const noise = `${names.slice(0, 100_000)}${'[$'.repeat(200_000)}`;
  const limits = { maxCompressionRatio: 100_000 };
  const made = [
    await workbookOf({ sheets: [sheet], workbookPr: `<workbookPr ${names}/>` }),
    await workbookOf({ sheets: [sheet], styles: '<cellXfs '.repeat(400_000) }),
    await workbookOf({ sheets: [sheet], styles: `<numFmt numFmtId="1" formatCode="${noise}"/>` }),
    await workbookOf({ sheets: [sheet], strings: `<si>${'<rPh '.repeat(800_000)}</si>` }),
  ];
  for (const bytes of made) {
    const read = await readAll(fileOf(folder, bytes), { limits, stallMs: 10_000 });
    assert.equal(read.rows.length, 1);
  }
});
