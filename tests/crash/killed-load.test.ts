/** The small form of `npm run torture`: process and PostgreSQL are killed three times in one load. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { tortureLoad } from '../torture/killed-load.ts';

it('three kills, every row once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-kills-'));
  try {
    const report = await tortureLoad({ folder, rows: 12_000, kills: 3, seed: 7 });
    assert.deepEqual(report.disturbed, report.undisturbed);
    assert.equal(report.disturbed.rowsTwice, '0');
    assert.ok(report.killed.postgres >= 1 && report.killed.process >= 1, JSON.stringify(report.killed));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
