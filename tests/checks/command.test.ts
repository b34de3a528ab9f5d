/** `./chengxin check FILE`: a list goes the way of every list, with a sheet or a code a line. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { one, sql } from '../../server/src/platform/db.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';
import { runCommand } from '../support/command.ts';
import { codeOf, DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

let database: TestDatabase;
let folder: string;
before(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = mkdtempSync(join(tmpdir(), 'chengxin-check-'));
});
after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...words: string[]) => runCommand(database, join(folder, 'data'), ...words);
function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const stated = ['--matter', 'PY-HONOURS', '--purpose', 'honours', '--json'];

it('a sheet and a code a line are batches with their document; a person is counted, what is unknown is said', async () => {
  const row = penalty(5301);
  const [code, name] = [row.CF_XDR_SHXYM ?? '', row.CF_XDR_MC ?? ''];
  const { code: collected } = await run(
    'collect',
    file('rows.csv', penaltyCsv([row])),
    '--standard',
    'penalty',
    '--org',
    DEPARTMENT.code,
    '--json',
  );
  assert.equal(collected, 0);
  const sheet = file('名单.csv', `单位名称,统一社会信用代码\n${name},\n,${codeOf(99_001)}\n张三,11010519491231002X\n`);
  const asked = await run('check', sheet, ...stated, '--case', '示评〔2026〕7号', '--list', '候选企业');
  assert.equal(asked.code, 1, asked.err);
  const told = JSON.parse(asked.out);
  assert.deepEqual([told.results.length, told.refused.length, told.persons], [1, 1, 1]);
  assert.equal(told.results[0].code, code);
  assert.equal(told.receipt, told.receipts[0]);
  assert.match(told.refused[0].problem, /不能据此认为/);
  const lines = await run(
    'check',
    file('codes.txt', `\uFEFF${code}\n${code}\n`),
    ...stated,
    '--case',
    '示评〔2026〕8号',
  );
  assert.equal(lines.code, 0, lines.err);
  const again = JSON.parse(lines.out);
  assert.deepEqual([again.results.length, again.repeated], [1, 1]);
  const { n } = await one<{ n: number }>(
    database.databases.app,
    sql`SELECT count(*)::int AS n FROM checks.batch WHERE state = 'done'`,
  );
  assert.equal(n, 2);
});
