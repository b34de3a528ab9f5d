/** `./chengxin policy simulate` as a process of its own, on what a city has received: a sheet, a folder, and what is refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Ended, runCommand } from '../support/command.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { policySheet, type SheetRow } from '../support/policy-sheets.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let folder: string;
const rule: SheetRow = {
  规则编号: 'penalty-remark-needed',
  处理: '提示',
  指向字段: 'BZ',
  要求: '【BZ】 不为空',
  问题提示: '备注应填写。',
  处理建议: '请填写备注。',
};
const simulate = (...words: string[]): Promise<Ended> =>
  runCommand(city.database, city.ctx.config.dataDir, 'policy', 'simulate', ...words);
interface Result {
  rows: number;
  submissions: number;
  complete: boolean;
  rules: { rule: string; body: string; appear: number; vanish: number }[];
  files: { kind: string; key: string }[];
  problems: string[];
}
const read = ({ out, err }: Ended): Result => {
  assert.doesNotThrow(() => JSON.parse(out), `${out} ${err}`);
  return JSON.parse(out);
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chengxin-simulate-'));
  city = await createHttpCity({});
  await city.submit(penaltyCsv([penalty(1, { BZ: '' }), penalty(2, { BZ: '已核对' })]));
});
after(async () => {
  await city?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('policy simulate', () => {
  it('says which findings appear, for whom, and ends with 1', async () => {
    const sheet = join(folder, 'rules.xlsx');
    writeFileSync(sheet, await policySheet(city.ctx, 'ruleSet', 'penalty', (rows) => [...rows, rule]));
    const ended = await simulate(sheet, '--json');
    assert.equal(ended.code, 1, ended.err);
    const result = read(ended);
    assert.deepEqual(result.files, [{ kind: 'ruleSet', key: 'penalty' }]);
    assert.deepEqual([result.rows, result.submissions, result.complete], [2, 1, true]);
    assert.deepEqual(
      result.rules.map(({ appear, vanish, rule: id }) => ({ id, appear, vanish })),
      [{ id: 'penalty-remark-needed', appear: 1, vanish: 0 }],
    );
    assert.ok(result.rules[0]?.body);
    const words = await simulate(sheet);
    assert.match(words.out, /penalty-remark-needed .*\+1 {2}-0/);
  });
  it('ends with 0 where nothing changes, and reads a folder', async () => {
    const sheet = join(folder, 'same.xlsx');
    writeFileSync(sheet, await policySheet(city.ctx, 'ruleSet', 'penalty'));
    assert.equal((await simulate(sheet, '--json')).code, 0);
    const own = mkdtempSync(join(folder, 'city-'));
    writeFileSync(
      join(own, 'rules.yaml'),
      `kind: ruleSet
key: city-penalty
name: { zh: 本市规则, en: Rules of the city }
basis: []
confirmed: false
body:
  standards: [penalty]
  rules:
    - id: city-remark
      severity: warn
      field: BZ
      check: { kind: expression, require: { notEmpty: { field: BZ } } }
      message: { zh: 备注应填写。, en: A remark is missing. }
      fix: { zh: 请填写。, en: Fill it in. }
`,
    );
    const ended = await simulate(own, '--json', '--rows', '1');
    assert.equal(ended.code, 1, `${ended.out} ${ended.err}`);
    const result = read(ended);
    assert.deepEqual([result.rows, result.complete], [1, false]);
    assert.deepEqual(result.files, [{ kind: 'ruleSet', key: 'city-penalty' }]);
  });
  it('refuses what cannot be used with 1, and wrong use with 2', async () => {
    const sheet = join(folder, 'bad.xlsx');
    writeFileSync(
      sheet,
      await policySheet(city.ctx, 'ruleSet', 'penalty', (rows) => [...rows, { ...rule, 要求: '没有的栏目 > 0' }]),
    );
    const ended = await simulate(sheet, '--json');
    assert.equal(ended.code, 1);
    assert.match(read(ended).problems[0] ?? '', /没有名为“没有的栏目”的字段/);
    assert.equal((await simulate(join(folder, 'missing.xlsx'))).code, 2);
    assert.equal((await simulate(sheet, '--rows', 'many')).code, 2);
    const plain = join(folder, 'plain.csv');
    writeFileSync(plain, '规则编号,处理,要求,问题提示,处理建议\nx,提示,恒成立,甲,乙\n');
    assert.match(read(await simulate(plain, '--json')).problems[0] ?? '', /--kind/);
  });
});
