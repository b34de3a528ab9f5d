/** `policy diff`: a sheet from the shell is read by the same functions as on the desk. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { repositoryRoot } from '../../platform/config.ts';
import { runPolicyDiff } from './policy.ts';

it('says the rows that differ, or what is wrong with the sheet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-diff-'));
  const file = join(folder, 'table.csv');
  const folders = [join(repositoryRoot, 'policy')];
  try {
    writeFileSync(file, '代码值,中文名称,英文名称\n是,是,Yes\n待定,待定,Open\n');
    const { differences, problems } = await runPolicyDiff(folders, file, { kind: 'codeTable', key: 'yes-no' });
    assert.deepEqual(problems, []);
    assert.ok(differences.some((one) => one.how === 'added' && one.key === '待定'));
    writeFileSync(file, '代码值,中文名称\n甲,甲\n甲,乙\n');
    const wrong = await runPolicyDiff(folders, file, { kind: 'codeTable', key: 'yes-no' });
    assert.match(wrong.problems[0] ?? '', /重复/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
