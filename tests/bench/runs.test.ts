/** The benchmarks run: their figures are for the command, not for a test. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { benchCollect } from '../../bench/collect.ts';
import { loadConfig } from '../../server/src/platform/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'chengxin-bench-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

it('collect: every table that the pipeline writes can be filled by COPY alone', async () => {
  const config = loadConfig({ ...process.env, DATA_DIR: folder, LOG_LEVEL: 'warn' });
  const results = await benchCollect(config, { rows: [2_000], rounds: 1 });
  const ratio = results.find(({ what }) => what.endsWith('pipeline / COPY'));
  assert.ok(ratio && ratio.value > 0, JSON.stringify(results));
  assert.ok(results.some(({ what }) => what.startsWith('person.identifier')));
});
