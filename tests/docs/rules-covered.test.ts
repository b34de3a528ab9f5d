/** Each table of rules names the test that covers the rule: the file is there, and a test of that name is in it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const root = new URL('../../', import.meta.url);
/** Tables beside each other: one a topic. A topic that has no table yet is no failure of this test. */
const tables = ['docs/reference/rules-objections.md', 'docs/reference/rules-repair.md'].filter((path) =>
  existsSync(new URL(path, root)),
);

interface Named {
  readonly table: string;
  readonly rule: string;
  readonly file: string;
  readonly name: string;
}

/** Rows `| rule | … | `file` › name |`; several tests stand in one cell with `<br>` between them. */
function namedTests(table: string): { rows: number; named: Named[]; without: string[] } {
  const lines = readFileSync(new URL(table, root), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (Rule|---)/.test(line));
  const named: Named[] = [];
  const without: string[] = [];
  for (const line of lines) {
    const cells = line.split('|').map((cell) => cell.trim());
    const rule = cells[1] ?? '';
    const tests = [...(cells.at(-2) ?? '').matchAll(/`([^`]+\.test\.ts)` › ([^<|]+)/g)];
    if (tests.length === 0) without.push(rule);
    for (const [, file = '', name = ''] of tests) named.push({ table, rule, file, name: name.trim() });
  }
  return { rows: lines.length, named, without };
}

/** As it stands in the source: quotes may be escaped there. */
const holds = (source: string, name: string): boolean =>
  source.includes(name) || source.includes(name.replaceAll("'", "\\'"));

describe('every rule in the tables of rules', () => {
  it('is covered by a test that exists, or says plainly that it is not', () => {
    assert.ok(tables.length > 0, 'no table was found');
    for (const table of tables) {
      const { rows, named, without } = namedTests(table);
      assert.ok(rows > 5, `${table} has ${rows} rows: the reader is broken`);
      const open = without.filter((rule) => !/\(open\)$/.test(rule));
      assert.deepEqual(open, [], `${table}: rules without a test are marked (open)`);
      const missing = named.filter(({ file, name }) => {
        const path = new URL(file, root);
        return !existsSync(path) || !holds(readFileSync(path, 'utf8'), name);
      });
      assert.deepEqual(
        missing.map(({ rule, file, name }) => `${rule}: ${file} › ${name}`),
        [],
        table,
      );
    }
  });
});
