/** `npm run torture`: 50 kills of a load of 200,000 rows. TORTURE_ROWS, TORTURE_KILLS and TORTURE_SEED change that. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { tortureLoad } from './killed-load.ts';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);

it('every row once, however often process and server are killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-torture-'));
  try {
    const kills = number('TORTURE_KILLS', 50);
    const report = await tortureLoad({
      folder,
      rows: number('TORTURE_ROWS', 200_000),
      kills,
      seed: number('TORTURE_SEED', 1),
      onNote: (text) => process.stdout.write(`${text}\n`),
    });
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    assert.deepEqual(report.disturbed, report.undisturbed);
    assert.equal(report.disturbed.rowsTwice, '0');
    assert.equal(report.killed.process + report.killed.postgres, kills);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
