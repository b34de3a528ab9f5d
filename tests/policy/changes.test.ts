/** A rule and a catalogue change by sheet: differences, trial, second approval, dated start, roll-back; records keep their rules. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PolicyChangeView } from '@chengxin/contract';
import { activateDue } from '../../server/src/modules/policyDesk/index.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { assertProblem, createHttpCity, findingsOf, type HttpCity, multipartOf } from '../support/http-city.ts';
import { policySheet, type SheetRow, sheetUpload } from '../support/policy-sheets.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let second: Record<string, string>;
const base = '/api/v1/policy-changes';
const rule = 'penalty-remark-needed';
const newRule: SheetRow = {
  规则编号: rule,
  处理: '提示',
  指向字段: 'BZ',
  要求: '【BZ】 不为空',
  问题提示: '备注应填写。',
  处理建议: '请填写备注。',
  应报出的示例: 'CF_WSH=甲',
  不应报出的示例: 'BZ=已核对',
};

async function draft(title = '增加备注规则'): Promise<string> {
  const made = await city.call('office', 'POST', base, { payload: { title, reason: '办公会议定' } });
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}
const put = async (id: string, kind: string, key: string, sheet: Buffer) =>
  city.call('office', 'PUT', `${base}/${id}/files/${kind}/${key}`, sheetUpload(sheet));
async function act(id: string, command: string, given: object = {}, by: Record<string, string> | null = null) {
  const read = await city.call('office', 'GET', `${base}/${id}`);
  const payload = { command, version: read.json().version, ...given };
  return by
    ? city.inject({ method: 'POST', url: `${base}/${id}/commands`, headers: by, payload })
    : city.call('office', 'POST', `${base}/${id}/commands`, { payload });
}
const ok = (response: { statusCode: number; body: string }): PolicyChangeView => {
  assert.equal(response.statusCode, 200, response.body);
  return JSON.parse(response.body);
};
const addRule = () => policySheet(city.ctx, 'ruleSet', 'penalty', (rows) => [...rows, newRule]);
async function signAgain(): Promise<void> {
  for (const login of ['office', 'officer'] as const)
    Object.assign(city.sessions[login], await signInAs(city.app, login));
  second = await signInAs(city.app, 'office2');
}
const rulesFound = async (id: string): Promise<string[]> => (await findingsOf(city, id)).map((one) => one.rule);

before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  await addTestAccount(city.ctx, 'office2', ['creditOffice'], city.officeBodyId);
  second = await signInAs(city.app, 'office2');
});
after(async () => city?.close());

describe('a policy change', () => {
  it('goes from a sheet into force on its day and back, and records keep the rules of theirs', async () => {
    const old = await city.submit(penaltyCsv([penalty(1, { BZ: '' })]));
    assert.ok(!(await rulesFound(old.id)).includes(rule));
    const id = await draft();
    const uploaded = ok(await put(id, 'ruleSet', 'penalty', await addRule()));
    assert.equal(uploaded.differences[0]?.total, 1);
    assert.equal(uploaded.differences[0]?.rows[0]?.how, 'added');
    assert.equal(uploaded.differences[0]?.rows[0]?.key, rule);
    const catalogue = await policySheet(city.ctx, 'catalogue', 'national', (rows) =>
      rows.map((row, at) => (at === rows.length - 1 ? { ...row, 更新周期: '每月' } : row)),
    );
    assert.equal(ok(await put(id, 'catalogue', 'national', catalogue)).differences.length, 2);
    ok(await act(id, 'circulate', { bodyIds: [city.bodyId, city.otherBodyId], replyDueOn: '2026-11-03' }));
    ok(await city.call('officer', 'POST', `${base}/${id}/answer`, { payload: { answer: 'confirmed' } }));
    const tried = ok(await city.call('office', 'POST', `${base}/${id}/simulation`));
    assert.deepEqual(
      tried.simulation?.rules.map(({ rule: name, appear, vanish }) => ({ name, appear, vanish })),
      [{ name: rule, appear: 1, vanish: 0 }],
    );
    assertProblem(await act(id, 'submit'), 409, 'conflict');
    city.clock.set('2026-11-04T02:00:00Z');
    await signAgain();
    const submitted = ok(await act(id, 'submit'));
    assert.deepEqual(submitted.units.map((unit) => unit.answer).sort(), ['confirmed', 'notConfirmed']);
    // Nobody approves what they wrote; nothing begins in the past.
    assertProblem(await act(id, 'approve', { effectiveOn: '2026-11-05' }), 403, 'forbidden');
    assertProblem(await act(id, 'approve', { effectiveOn: '2026-11-03' }, second), 422, 'unprocessable');
    assert.equal(ok(await act(id, 'approve', { effectiveOn: '2026-11-05' }, second)).state, 'scheduled');
    const between = await city.submit(penaltyCsv([penalty(2, { BZ: '' })]));
    assert.ok(!(await rulesFound(between.id)).includes(rule));

    city.clock.set('2026-11-05T02:00:00Z');
    await signAgain();
    await activateDue(city.ctx);
    assert.equal((await city.call('office', 'GET', `${base}/${id}`)).json().state, 'active');
    const under = await city.submit(penaltyCsv([penalty(3, { BZ: '' })]));
    assert.ok((await rulesFound(under.id)).includes(rule));

    // Taken back on the day it began, after rows were judged by it: new rows follow the restored rules, old ones read theirs.
    assertProblem(await act(id, 'rollBack'), 422, 'unprocessable');
    assert.equal(ok(await act(id, 'rollBack', { note: '误报过多' })).state, 'rolledBack');
    const last = await city.submit(penaltyCsv([penalty(4, { BZ: '' })]));
    assert.ok(!(await rulesFound(last.id)).includes(rule));
    const [kept] = (await findingsOf(city, under.id)).filter((one) => one.rule === rule);
    assert.equal(kept?.message.zh, '备注应填写。');
    const sets = await Promise.all(
      [old, under, last].map(
        async (one) => (await city.call('officer', 'GET', `/api/v1/submissions/${one.id}`)).json().policySetId,
      ),
    );
    assert.equal(new Set(sets).size, 3);
  });
  it('meets another clerk’s change of the same rules', async () => {
    const one = await draft();
    const other = await draft('另一项');
    const sheet = await addRule();
    ok(await put(one, 'ruleSet', 'penalty', sheet));
    ok(await put(other, 'ruleSet', 'penalty', sheet));
    for (const id of [one, other]) {
      ok(await act(id, 'circulate'));
      ok(await city.call('office', 'POST', `${base}/${id}/simulation`));
    }
    ok(await act(one, 'submit'));
    ok(await act(one, 'approve', { effectiveOn: '2026-11-05' }, second));
    assert.match(assertProblem(await act(other, 'submit'), 409, 'conflict').detail, /已由另一项变更更新/);
    assert.match(
      assertProblem(await put(await draft(), 'ruleSet', 'penalty', sheet), 409, 'conflict').detail,
      /最新模板/,
    );
    ok(await act(one, 'rollBack', { note: '试验' }));
  });
  it('refuses sheets that cannot be used, with words and places', async () => {
    const id = await draft();
    const bad = async (change: (rows: SheetRow[]) => SheetRow[], words: RegExp) => {
      const answer = await put(id, 'ruleSet', 'penalty', await policySheet(city.ctx, 'ruleSet', 'penalty', change));
      assert.match(assertProblem(answer, 422, 'unprocessable').detail, words);
    };
    await bad((rows) => [...rows, rows[0] ?? {}], /与第3行重复/);
    await bad((rows) => [...rows, { ...newRule, 要求: '没有的栏目 > 0' }], /没有名为“没有的栏目”的字段/);
    await bad((rows) => [...rows, { ...newRule, 不应报出的示例: 'CF_WSH=甲' }], /应当没有问题/);
    await bad((rows) => [...rows, { ...newRule, 要求: '恒不成立', 应报出的示例: '', 不应报出的示例: '' }], /全部行/);
    await bad(
      (rows) => [
        ...rows,
        { ...newRule, 应报出的示例: '', 不应报出的示例: '' },
        { ...newRule, 规则编号: 'penalty-remark-empty', 要求: '【BZ】 为空', 应报出的示例: '', 不应报出的示例: '' },
      ],
      /矛盾/,
    );
    const csv = multipartOf([
      { name: 'file', content: '规则编号,处理,问题提示,处理建议\na,b,c,d\n', fileName: 'a.csv' },
    ]);
    const missing = await city.call('office', 'PUT', `${base}/${id}/files/ruleSet/penalty`, csv);
    assert.match(assertProblem(missing, 422, 'unprocessable').detail, /缺少列：要求/);
  });
});
