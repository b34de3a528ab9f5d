/** The rule editor: a rule in words, tried while it is written, put into a draft beside what others write. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PolicyChangeView, PolicyRuleCells, PolicyRuleSetView, PolicyRuleTrial } from '@chengxin/contract';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { assertProblem, createHttpCity, type HttpCity } from '../support/http-city.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let second: Record<string, string>;
const blank: PolicyRuleCells = {
  id: 'penalty-remark-needed',
  severity: '提示',
  field: 'BZ',
  when: '',
  require: '【BZ】 不为空',
  messageZh: '备注应填写。',
  messageEn: '',
  fixZh: '请填写备注。',
  fixEn: '',
  caseFinding: 'CF_WSH=甲',
  caseNone: 'BZ=已核对',
  basis: '',
  confirmed: '',
};
const rules = '/api/v1/policy-rules';

const ok = <T>(response: { statusCode: number; body: string }, status = 200): T => {
  assert.equal(response.statusCode, status, response.body);
  return JSON.parse(response.body);
};
const setOf = async (change?: string): Promise<PolicyRuleSetView> =>
  ok(await city.call('office', 'GET', `${rules}/penalty${change ? `?change=${change}` : ''}`));
const attempt = async (rule: Partial<PolicyRuleCells>, sample = false): Promise<PolicyRuleTrial> =>
  ok(
    await city.call('office', 'POST', `${rules}/penalty/trial`, {
      payload: { rule: { ...blank, ...rule }, standard: 'penalty', sample },
    }),
  );
const draft = async (): Promise<string> =>
  ok<{ id: string }>(
    await city.call('office', 'POST', '/api/v1/policy-changes', {
      payload: { title: '备注规则', reason: '办公会议定' },
    }),
    201,
  ).id;

before(async () => {
  city = await createHttpCity({ now: '2026-11-02T02:00:00Z' });
  await addTestAccount(city.ctx, 'office2', ['creditOffice'], city.officeBodyId);
  second = await signInAs(city.app, 'office2');
});
after(async () => city?.close());

describe('the rule editor', () => {
  it('says each rule in words that it reads back', async () => {
    const sets = ok<{ items: { key: string; standards: { key: string }[] }[] }>(
      await city.call('office', 'GET', rules),
    );
    assert.ok(sets.items.find(({ key }) => key === 'penalty')?.standards.some(({ key }) => key === 'penalty'));
    const set = await setOf();
    assert.ok(set.rules.length > 3);
    for (const rule of set.rules.filter(({ builtin }) => !builtin).slice(0, 8)) {
      const trial = await attempt(rule.cells);
      assert.deepEqual(trial.problems, [], rule.cells.id);
      assert.deepEqual(trial.said, { when: rule.cells.when, require: rule.cells.require });
      assert.ok(trial.cases.every((one) => one.ok));
    }
    const category = set.names.find(({ code }) => code === 'CF_CFLB');
    assert.ok(category?.values.includes('罚款'));
  });
  it('says what is wrong at the word, and what to write instead', async () => {
    const one = async (cells: Partial<PolicyRuleCells>) => {
      const { problems } = await attempt(cells);
      assert.ok(problems[0], JSON.stringify(cells));
      return problems[0];
    };
    const part = (text: string, { at, to }: { at: number | null; to: number | null }): string =>
      text.slice((at ?? 1) - 1, (to ?? 1) - 1);
    const when = '处罚种别 包含 “罚款”';
    const unknown = await one({ when });
    assert.equal(unknown.column, 'when');
    assert.equal(part(when, unknown), '处罚种别');
    assert.ok(unknown.instead.includes('处罚类别'), unknown.instead.join());
    const value = '处罚类别 包含 “罚金”';
    const coded = await one({ when: value });
    assert.match(coded.zh, /代码表中没有“罚金”/);
    assert.ok(coded.instead.includes('“罚款”'), coded.instead.join());
    assert.equal(part(value, coded), '“罚金”');
    const typed = '处罚决定日期 包含 “甲”';
    assert.equal((await one({ require: typed })).column, 'require');
    assert.match((await one({ require: '恒不成立', caseNone: '' })).zh, /全部行/);
    const against = await attempt({
      id: 'penalty-remark-empty',
      require: '【BZ】 为空',
      caseFinding: '',
      caseNone: '',
    });
    assert.deepEqual(against.problems, []);
    assert.equal((await one({ fixZh: '' })).column, 'fixZh');
    assert.equal((await one({ caseNone: '没有这个=甲' })).column, 'caseNone');
  });
  it('runs the rows beside a rule and shows rows of what was reported, without persons', async () => {
    const number = '110101199003078515';
    await city.submit(
      penaltyCsv([
        penalty(1, { BZ: '' }),
        penalty(2, { BZ: '已核对' }),
        penalty(3, { BZ: `经办人${number}` }),
        { ...penalty(4, { BZ: '' }), CF_XDR_LB: '自然人', CF_XDR_MC: '赵某某' },
      ]),
    );
    const trial = await attempt({ caseNone: 'BZ=已核对\nCF_WSH=乙' }, true);
    assert.deepEqual(
      trial.cases.map(({ expects, found, ok: right }) => [expects, found, right]),
      [
        ['finding', true, true],
        ['none', false, true],
        ['none', true, false],
      ],
    );
    const { sample } = trial;
    assert.ok(sample);
    // The row on a natural person was taken out of the file when it was received: nobody can look at it here.
    assert.deepEqual([sample.rows, sample.applies, sample.found, sample.kept, sample.personRows], [3, 3, 1, 2, 0]);
    assert.ok(sample.columns.some(({ key }) => key === 'BZ'));
    assert.ok(!JSON.stringify(sample).includes(number));
    assert.ok(!JSON.stringify(sample).includes('赵某某'));
    assert.ok(sample.shown.every((row) => row.values.length === sample.columns.length));
    const narrow = await attempt({ when: '处罚类别 包含 “吊销许可证件”' }, true);
    assert.equal(narrow.sample?.applies, 0);
    assertProblem(
      await city.call('officer', 'POST', `${rules}/penalty/trial`, { payload: { rule: blank, sample: true } }),
      403,
      'forbidden',
    );
  });
  it('puts rules into a draft beside those of a colleague, who is told of the same rule', async () => {
    const id = await draft();
    const save = (rule: PolicyRuleCells, was: object | null, headers?: Record<string, string>) => {
      const url = `/api/v1/policy-changes/${id}/rules/penalty`;
      const payload = { rule, was };
      return headers
        ? city.inject({ method: 'PUT', url, headers, payload })
        : city.call('office', 'PUT', url, { payload });
    };
    const saved = ok<PolicyChangeView>(await save(blank, null));
    assert.deepEqual(
      saved.differences.map((one) => [one.key, one.total, one.rows[0]?.how]),
      [['penalty', 1, 'added']],
    );
    assert.match(assertProblem(await save(blank, null), 409, 'conflict').detail, /已有编号/);
    const read = (await setOf(id)).rules.find((rule) => rule.cells.id === blank.id);
    assert.ok(read);
    assert.equal(
      (await setOf()).rules.find((rule) => rule.cells.id === blank.id),
      undefined,
    );
    // A rule that contradicts one of the draft is told of while it is written.
    const opposite = { ...blank, id: 'penalty-remark-empty', require: '【BZ】 为空', caseFinding: '', caseNone: '' };
    const contrary = ok<PolicyRuleTrial>(
      await city.call('office', 'POST', `${rules}/penalty/trial`, {
        payload: { rule: opposite, change: id, sample: false },
      }),
    );
    assert.match(contrary.problems[0]?.zh ?? '', /与规则 penalty-remark-needed 矛盾/);
    const was = { id: blank.id, hash: read.hash };
    // Two have the same rule open: the second is told; another rule is nobody's business.
    ok(await save({ ...blank, messageZh: '请填备注。' }, was));
    assert.match(
      assertProblem(await save({ ...blank, messageZh: '备注不能为空。' }, was, second), 409, 'conflict').detail,
      /已被他人修改/,
    );
    const other = (await setOf(id)).rules.find((rule) => !rule.builtin && rule.cells.id !== blank.id);
    assert.ok(other);
    const both = ok<PolicyChangeView>(
      await save({ ...other.cells, fixZh: '请核对。' }, { id: other.cells.id, hash: other.hash }, second),
    );
    assert.equal(both.differences[0]?.total, 2);
    assertProblem(await save({ ...blank, id: 'x', require: '恒不成立', caseNone: '' }, null), 422, 'unprocessable');
    assertProblem(await save({ ...blank, id: 'y', caseNone: 'CF_WSH=乙' }, null), 422, 'unprocessable');
  });
});
