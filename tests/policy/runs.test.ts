/** Trials that run by themselves, what the public would see, and units that are asked, reminded and shown when silent. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { PolicyChangeView } from '@chengxin/contract';
import {
  goOn,
  policiesOf,
  remindUnits,
  resultOf,
  runSimulation,
  type SheetFile,
  startOf,
} from '../../server/src/modules/policyDesk/index.ts';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { assertProblem, createHttpCity, type HttpCity } from '../support/http-city.ts';
import { policySheet, type SheetRow, sheetUpload } from '../support/policy-sheets.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let folder: string;
const base = '/api/v1/policy-changes';
const newRule: SheetRow = {
  规则编号: 'penalty-remark-needed',
  处理: '提示',
  指向字段: 'BZ',
  要求: '【BZ】 不为空',
  问题提示: '备注应填写。',
  处理建议: '请填写备注。',
};
const ok = (response: { statusCode: number; body: string }, status = 200): PolicyChangeView => {
  assert.equal(response.statusCode, status, response.body);
  return JSON.parse(response.body);
};
const read = async (id: string): Promise<PolicyChangeView> => ok(await city.call('office', 'GET', `${base}/${id}`));
const addRule = () => policySheet(city.ctx, 'ruleSet', 'penalty', (rows) => [...rows, newRule]);
async function draftWith(kind: string, key: string, sheet: Buffer): Promise<string> {
  const payload = { title: '增加备注规则', reason: '办公会议定' };
  const { id } = ok(await city.call('office', 'POST', base, { payload }), 201);
  ok(await city.call('office', 'PUT', `${base}/${id}/files/${kind}/${key}`, sheetUpload(sheet)));
  return id;
}
const begin = (id: string, rows = 10_000) => city.call('office', 'POST', `${base}/${id}/simulation?rows=${rows}`);
const act = async (id: string, command: string, given: object = {}) =>
  city.call('office', 'POST', `${base}/${id}/commands`, {
    payload: { command, version: (await read(id)).version, ...given },
  });
const runOf = async (id: string): Promise<string> =>
  (
    await one<{ id: string }>(
      city.ctx.db.app,
      sql`SELECT simulation_id AS id FROM policy.simulation WHERE change_id = ${id} ORDER BY asked_at DESC, simulation_id DESC LIMIT 1`,
    )
  ).id;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chengxin-runs-'));
  mkdirSync(join(folder, 'own'));
  // A city that wants to be told why a change goes on without an answer.
  writeFileSync(
    join(folder, 'own', 'circulation.yaml'),
    `kind: circulation
key: default
name: { zh: 征求意见规则, en: Circulation }
basis: [{ document: 本市规定 }]
confirmed: false
body: { remindWorkingDays: 1, silence: explain }
`,
  );
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    env: { POLICY_DIR: join(folder, 'own') },
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  await addTestAccount(city.ctx, 'office2', ['creditOffice'], city.officeBodyId);
  for (const at of [0, 1, 2])
    await city.submit(
      penaltyCsv([1, 2, 3, 4].map((row) => penalty(at * 10 + row, { BZ: row % 2 === 0 ? '' : '已核对' }))),
    );
});
after(async () => {
  await city?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a trial that runs by itself', () => {
  it('says the same wherever it was interrupted', async () => {
    const id = await draftWith('ruleSet', 'penalty', await addRule());
    const { body } = await one<{ body: SheetFile }>(
      city.ctx.db.app,
      sql`SELECT body FROM policy.change_file WHERE change_id = ${id}`,
    );
    const policies = policiesOf(city.ctx, [body]);
    const whole = resultOf(await goOn(city.ctx, policies, startOf([body]), { limit: 100, records: 100 }));
    assert.deepEqual([whole.rows, whole.submissions, whole.complete], [12, 3, true]);
    assert.equal(whole.rules[0]?.appear, 6);
    for (const every of [1, 2, 3, 5, 7]) {
      let state = startOf([body]);
      let slices = 0;
      while (state.phase !== 'done') {
        let left = every;
        const pause = (): boolean => --left < 0;
        // As a crash leaves it: what was kept is plain data.
        state = JSON.parse(JSON.stringify(await goOn(city.ctx, policies, state, { limit: 100, records: 100, pause })));
        slices += 1;
        assert.ok(slices < 100);
      }
      assert.ok(slices > 1);
      const { samples: _, ...counts } = resultOf(state);
      const { samples: __, ...wanted } = whole;
      assert.deepEqual({ ...counts, submissions: 3 }, wanted, `every ${every} rows`);
    }
  });
  it('goes on after a stop of the server, keeps its result, and can be stopped for good', async () => {
    const id = await draftWith('ruleSet', 'penalty', await addRule());
    assert.equal(ok(await begin(id)).run?.state, 'waiting');
    assert.match(assertProblem(await begin(id), 409, 'conflict').detail, /正在试运行/);
    const run = await runOf(id);
    await assert.rejects(runSimulation(city.ctx, run, { signal: AbortSignal.abort(), lastAttempt: false }));
    assert.equal((await read(id)).run?.state, 'running');
    await runSimulation(city.ctx, run);
    const done = await read(id);
    assert.equal(done.run?.state, 'done');
    assert.equal(done.run?.rowsDone, 12);
    assert.equal(done.simulation?.rules[0]?.appear, 6);
    await runSimulation(city.ctx, run);
    assert.deepEqual((await read(id)).simulation, done.simulation);
    ok(await begin(id));
    assert.equal(ok(await city.call('office', 'DELETE', `${base}/${id}/simulation`)).run?.state, 'cancelled');
    await runSimulation(city.ctx, await runOf(id));
    assert.equal((await read(id)).run?.state, 'cancelled');
    assertProblem(await city.call('office', 'DELETE', `${base}/${id}/simulation`), 409, 'conflict');
    assertProblem(await city.call('officer', 'DELETE', `${base}/${id}/simulation`), 403, 'forbidden');
  });
  it('fails with words when the draft is changed under it', async () => {
    const id = await draftWith('ruleSet', 'penalty', await addRule());
    ok(await begin(id));
    const sheet = await policySheet(city.ctx, 'ruleSet', 'penalty', (rows) => [
      ...rows,
      { ...newRule, 问题提示: '请填备注。' },
    ]);
    ok(await city.call('office', 'PUT', `${base}/${id}/files/ruleSet/penalty`, sheetUpload(sheet)));
    await runSimulation(city.ctx, await runOf(id));
    const { run } = await read(id);
    assert.equal(run?.state, 'failed');
    assert.match(run?.problem?.zh ?? '', /重新试运行/);
  });
  it('says which records the public would see no more, and of whom', async () => {
    const rows = await policySheet(city.ctx, 'catalogue', 'national', (given) =>
      given.map((row) => (row.数据标准 === 'penalty' ? { ...row, 公开属性: '政务共享' } : row)),
    );
    const id = await draftWith('catalogue', 'national', rows);
    const { simulation } = ok(await city.call('office', 'POST', `${base}/${id}/simulation`));
    assert.ok(simulation?.records?.complete);
    assert.equal(simulation.records.read, 12);
    const [hidden] = simulation.records.changes;
    assert.ok(hidden && hidden.hide > 0 && hidden.show === 0, JSON.stringify(simulation.records));
    const shown = await query(city.ctx.db.app, sql`SELECT 1 FROM core.record WHERE superseded_at IS NULL`);
    assert.equal(hidden.hide, shown.length);
    const regime = city.ctx.policy().disclosureRegimes('penalty').at(-1);
    assert.ok(regime);
    const shorter = await policySheet(city.ctx, 'disclosure', regime.key, (given) =>
      given.map((row) => (row.行类型 === '程度' ? { ...row, 最短公示月数: '1', 最长公示月数: '2' } : row)),
    );
    const other = await draftWith('disclosure', regime.key, shorter);
    const tried = ok(await city.call('office', 'POST', `${base}/${other}/simulation`)).simulation?.records;
    assert.ok(tried && tried.changes.length > 0, JSON.stringify(tried));
    assert.ok(tried.changes.every((one) => one.longer === 0 && one.show === 0));
  });
});

describe('units that are asked', () => {
  const notices = async (topic: string): Promise<number> =>
    (await query(city.ctx.db.app, sql`SELECT 1 FROM notices.notice WHERE topic = ${topic}`)).length;

  it('are told at once, reminded once, and their silence is shown and must be explained here', async () => {
    const id = await draftWith('ruleSet', 'penalty', await addRule());
    ok(await city.call('office', 'POST', `${base}/${id}/simulation`));
    const asked = ok(
      await act(id, 'circulate', { bodyIds: [city.bodyId, city.otherBodyId], replyDueOn: '2026-11-05' }),
    );
    assert.ok(asked.units.every((unit) => unit.toldAt !== null && unit.remindedAt === null));
    assert.equal(await notices('policy.circulated'), 2);
    assert.equal(await remindUnits(city.ctx), 0);
    const answer = { payload: { answer: 'confirmed' } };
    ok(await city.call('officer', 'POST', `${base}/${id}/answer`, answer));
    city.clock.set('2026-11-04T02:00:00Z');
    assert.equal(await remindUnits(city.ctx), 1, 'only the one that has not answered');
    assert.equal(await remindUnits(city.ctx), 0, 'once');
    assert.equal(await notices('policy.reminder'), 1);
    city.clock.set('2026-11-06T02:00:00Z');
    Object.assign(city.sessions.office, await signInAs(city.app, 'office'));
    assert.equal(await remindUnits(city.ctx), 1);
    assert.equal(await remindUnits(city.ctx), 0, 'once');
    assert.equal(await notices('policy.silent'), 1);
    assert.deepEqual((await read(id)).units.map((unit) => unit.answer).sort(), ['confirmed', 'notConfirmed']);
    assert.match(assertProblem(await act(id, 'submit'), 422, 'unprocessable').detail, /为何继续办理/);
    assert.equal(ok(await act(id, 'submit', { note: '已电话核实。' })).state, 'submitted');
  });
});
