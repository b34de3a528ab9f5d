import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const entries = ['scripts/run.mjs', 'scripts/start.mjs', 'scripts/test.mjs', 'scripts/torture.mjs'];

/**
 * What runs before the Node of the lock file is there runs on the machine's own, which may be Node 20. A file joins this list
 * only after it was run there: one name that Node 20 does not export ends both commands of the README before their first word.
 */
const onAnyNode = ['lock', 'progress-page', 'say', 'tree', 'web-build'].map((name) => `scripts/lib/${name}.mjs`);
/** Exports and methods that came after Node 20. */
const younger = /\b(globSync|glob|enableCompileCache|styleText|registerHooks|withResolvers|groupBy|zstd\w*|sqlite)\b/;

function reached(from: string[]): string[] {
  const seen = new Set<string>();
  const open = [...from];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(join(root, file), 'utf8');
    for (const [, target] of text.matchAll(/\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)/g)) {
      if (target === undefined) continue;
      const path = relative(root, join(root, dirname(file), target));
      assert.ok(existsSync(join(root, path)), `${file} imports ${path}`);
      open.push(path);
    }
  }
  return [...seen].sort();
}

test('what runs on the machine’s own Node is known, and uses nothing younger than Node 20', () => {
  const files = reached(entries);
  assert.deepEqual(files, [...entries, ...onAnyNode].sort());
  for (const file of files) {
    assert.doesNotMatch(readFileSync(join(root, file), 'utf8'), younger, file);
  }
});
