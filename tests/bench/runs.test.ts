/** The benchmarks run: their figures are for the command, not for a test. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { benchCheck } from '../../bench/check.ts';
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

it('check: its comparisons answer, no answer fails, and a batch is worked through', async () => {
  const config = loadConfig({ ...process.env, DATA_DIR: folder, LOG_LEVEL: 'warn' });
  const shape = { subjects: 300, entries: 30, seconds: 1, rounds: 1, batchRows: 500 };
  const results = await benchCheck(config, {
    size: 'small',
    shape,
    onNote: () => undefined,
    onEnd: () => undefined,
  });
  const figure = (start: string): number => results.find(({ what }) => what.startsWith(start))?.value ?? Number.NaN;
  for (const start of [
    'check, log durable',
    'route with the prepared SELECT',
    'empty route',
    'check / SELECT',
    'p99 of check',
  ])
    assert.ok(figure(start) > 0, `${start}: ${JSON.stringify(results)}`);
  assert.equal(figure('answers that failed'), 0);
  const batch = results.find(({ what }) => what.startsWith('batch of 500 rows'));
  // Every tenth subject is listed: of 500 rows over 300 subjects some hit.
  assert.match(batch?.what ?? '', /\([1-9]\d* hits\)/);
});
