/** A file that is downloaded and sent back unchanged is no change: every shipped file of every kind. */
import assert from 'node:assert/strict';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { repositoryRoot } from '../../platform/config.ts';
import { writeXlsx } from '../../platform/tabular/index.ts';
import { compilePolicy, loadPolicyFiles } from '../policy/index.ts';
import { differencesOf } from './differences.ts';
import { readWorkbook, templateOf } from './read-workbook.ts';
import { fromRows, isSheetKind, type SheetFile, toRows } from './sheets.ts';

const { files } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const policy = compilePolicy(files, 0, '');
const sheets = files.filter((file): file is SheetFile => isSheetKind(file.kind));

describe('sheets of policy', () => {
  it('give each shipped file back as it was', () => {
    assert.ok(sheets.length > 100, String(sheets.length));
    for (const file of sheets) {
      const rows = toRows(file, policy).map((cells, at) => ({ row: at + 3, cells }));
      const read = fromRows(file, rows, policy);
      assert.deepEqual(read.problems, [], `${file.kind}/${file.key}`);
      assert.deepEqual(read.file, file, `${file.kind}/${file.key}`);
      assert.deepEqual(differencesOf(file, read.file, policy), []);
    }
  });
  it('through a real workbook as well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chengxin-sheets-'));
    try {
      for (const kind of ['catalogue', 'dataStandard', 'codeTable', 'ruleSet', 'disclosure']) {
        const file = sheets.find((one) => one.kind === kind);
        assert.ok(file);
        const path = join(folder, `${kind}.xlsx`);
        await writeXlsx(createWriteStream(path), templateOf(file, policy));
        const read = await readWorkbook(path, file.kind);
        assert.equal(read.stated?.key, file.key);
        assert.deepEqual(fromRows(file, read.rows, policy), { file, problems: [] }, kind);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  it('say row and column of what is wrong', () => {
    const table = sheets.find((file) => file.kind === 'codeTable' && file.key === 'penalty-categories');
    assert.ok(table);
    const rows = toRows(table, policy).map((cells, at) => ({ row: at + 3, cells }));
    const twice = [...rows, { row: 99, cells: rows[0]?.cells ?? {} }];
    assert.match(fromRows(table, twice, policy).problems[0]?.zh ?? '', /与第3行重复/);
    const rules = sheets.find((file) => file.kind === 'ruleSet' && file.key === 'penalty');
    assert.ok(rules);
    const changed = toRows(rules, policy).map((cells, at) => ({ row: at + 3, cells }));
    changed[0] = { row: 3, cells: { ...changed[0]?.cells, require: '不存在的字段 > 0' } };
    const [problem] = fromRows(rules, changed, policy).problems;
    assert.equal(problem?.row, 3);
    assert.equal(problem?.column, '要求');
    assert.match(problem?.zh ?? '', /没有名为“不存在的字段”的字段/);
  });
});
