/** docs/operate/security.md names a test for each attack and each default; the tests it names are there, under those names. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { repositoryRoot } from '../../server/src/platform/config.ts';

const page = readFileSync(join(repositoryRoot, 'docs/operate/security.md'), 'utf8');
/** Apostrophes of the page and of the code. */
const plain = (text: string): string => text.replaceAll('’', "'").replaceAll("\\'", "'");

it('each line of the table names a test that exists', () => {
  const lines = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (Attack|Default) /.test(line));
  const problems: string[] = [];
  let named = 0;
  for (const line of lines) {
    const cells = line.split('|').map((cell) => cell.trim());
    const tests = cells.at(-2) ?? '';
    const found = [...tests.matchAll(/`([\w./-]+\.test\.ts)`(?: “([^”]+)”)?/g)];
    if (found.length === 0) problems.push(`no test: ${cells[1]}`);
    for (const [, path = '', name] of found) {
      named += 1;
      const file = join(repositoryRoot, path);
      if (!existsSync(file)) problems.push(`${path} is gone`);
      else if (name && !plain(readFileSync(file, 'utf8')).includes(plain(name)))
        problems.push(`${path}: “${name}” is gone`);
    }
  }
  assert.deepEqual(problems, []);
  assert.ok(lines.length > 25 && named > 35, `${lines.length} lines, ${named} tests`);
});
