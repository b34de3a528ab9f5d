/** The table of rules of repair names tests that exist. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { repositoryRoot } from '../../server/src/platform/config.ts';

it('every rule of repair and display names a test that is there', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/concepts/repair.md'), 'utf8');
  const rows = [...page.matchAll(/\| `([^`]+\.test\.ts)` › `([^`]+)` \|/g)];
  assert.ok(rows.length >= 20, `${rows.length} rows`);
  const missing = rows.flatMap(([, file = '', name = '']) => {
    const path = join(repositoryRoot, file);
    if (!existsSync(path)) return [file];
    // The name of a test or of a group, or how it begins.
    const found = ["'", '"', '`'].some((quote) => readFileSync(path, 'utf8').includes(`(${quote}${name}`));
    return found ? [] : [`${file} › ${name}`];
  });
  assert.deepEqual(missing, []);
});
