/** The same from the shell: exit codes 0 done, 1 findings or refusals, 2 usage, 3 environment; nothing half-written. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { one, sql } from '../../server/src/platform/db.ts';
import { workbookOf } from '../../server/src/platform/tabular/tabular-testing.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';
import { runCommand } from '../support/command.ts';
import { assertWords } from '../support/http-city.ts';
import { DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

let database: TestDatabase;
let folder: string;
let dataDir: string;
before(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = mkdtempSync(join(tmpdir(), 'chengxin-command-'));
  dataDir = join(folder, 'data');
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

let files = 0;
function file(content: string | Buffer, name = `rows-${++files}.csv`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const collect = (path: string, ...more: string[]) =>
  runCommand(database, dataDir, 'collect', path, '--standard', 'penalty', '--org', DEPARTMENT.code, '--json', ...more);
const records = async (): Promise<bigint> =>
  (
    await one<{ count: bigint }>(
      database.databases.app,
      sql`SELECT (SELECT count(*) FROM core.record) + (SELECT count(*) FROM core.subject) AS count`,
    )
  ).count;
function noLeftovers(): void {
  const below = (name: string): string[] => {
    try {
      return readdirSync(join(dataDir, name), { recursive: true, encoding: 'utf8' });
    } catch {
      return [];
    }
  };
  assert.deepEqual(below('tmp'), []);
  assert.deepEqual(
    below('files').filter((name) => name.endsWith('.part')),
    [],
  );
}

describe('./chengxin collect', () => {
  it('a file that cannot be used: 1, with the reason and the remedy as JSON', async () => {
    const cases: [string, string][] = [
      [file(''), 'empty'],
      [
        file(await workbookOf({ sheets: [{ xml: '<sheetData/>' }], extra: { 'xl/vbaProject.bin': 'x' } }), 'a.xlsx'),
        'macro_workbook',
      ],
    ];
    for (const [path, code] of cases) {
      const ended = await collect(path);
      assert.equal(ended.code, 1, ended.out + ended.err);
      const result = JSON.parse(ended.out);
      assert.deepEqual([result.state, result.failure.code, result.rows, result.accepted], ['failed', code, 0, 0]);
      assertWords(result.failure.message, code);
      assertWords(result.failure.fix, code);
    }
    assert.equal(await records(), 0n);
    noLeftovers();
  });
  it('rows that cannot be used: 1, the others are recorded, every finding is in a file', async () => {
    const ended = await collect(
      file(
        penaltyCsv([penalty(1), penalty(2, { CF_JDRQ: '2021-02-30' }), penalty(3, { CF_SY: "=cmd|' /C calc'!A0" })]),
      ),
    );
    assert.equal(ended.code, 1, ended.err);
    const result = JSON.parse(ended.out);
    assert.deepEqual([result.rows, result.accepted, result.refused], [3, 1, 2]);
    assert.deepEqual(
      result.findings
        .filter((finding: { severity: string }) => finding.severity === 'refuse')
        .map((finding: { row: number; rule: string }) => [finding.row, finding.rule]),
      [
        [3, 'type-date'],
        [4, 'formula-cell'],
      ],
    );
    for (const finding of result.findings) assert.ok(finding.message && finding.fix);
    assert.ok(result.findingsFile.startsWith(dataDir));
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(result.findingsFile, 'utf8');
    assert.match(text, /2021-02-30/);
    assert.doesNotMatch(text, /(^|,|")=cmd/m, 'no formula comes alive in it');
    noLeftovers();
  });
  it('wrong words: 2; what is not there: 3; what is not known: 1', async () => {
    const before = await records();
    const good = file(penaltyCsv([penalty(5)]));
    assert.equal((await runCommand(database, dataDir, 'collect', good)).code, 2, 'without --org');
    const missing = await collect(join(folder, 'nothing.csv'));
    assert.equal(missing.code, 3, missing.err);
    assertWords(JSON.parse(missing.out).error, 'nothing.csv');
    for (const [standard, org] of [
      ['nothing', DEPARTMENT.code],
      ['penalty', "'; DROP TABLE core.body; --"],
    ] as const) {
      const ended = await runCommand(
        database,
        dataDir,
        'collect',
        good,
        '--standard',
        standard,
        '--org',
        org,
        '--json',
      );
      assert.equal(ended.code, 1, ended.err);
      assertWords(JSON.parse(ended.out).error, standard);
    }
    assert.equal(await records(), before);
    noLeftovers();
  });
  it('names of files are names: a folder, control characters, option-like', async () => {
    mkdirSync(join(folder, 'sub'), { recursive: true });
    const odd = join(folder, 'sub', '行\u001b[31m\u202e政.csv');
    writeFileSync(odd, penaltyCsv([penalty(6)]));
    const ended = await collect(odd);
    assert.equal(ended.code, 0, ended.err + ended.out);
    const kept = await one<{ file_name: string }>(
      database.databases.app,
      sql`SELECT file_name FROM core.submission ORDER BY received_at DESC, submission_id DESC LIMIT 1`,
    );
    assert.equal(kept.file_name, '行[31m政.csv');
  });
});
