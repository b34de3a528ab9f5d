/** History of policy: every version with its days, approval, use and differences; the file of a day again as it was. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PolicyChangeView, PolicyFileList, PolicySetView, PolicyVersionList } from '@chengxin/contract';
import { parse } from 'yaml';
import { hashOf } from '../../server/src/modules/policy/index.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { assertProblem, createHttpCity, type HttpCity } from '../support/http-city.ts';
import { handMade, policySheet, presentRows, sheetUpload } from '../support/policy-sheets.ts';
import { penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let second: Record<string, string>;
const base = '/api/v1/policy-changes';
const versions = '/api/v1/policy-versions';
const ok = <T>(response: { statusCode: number; body: string }, status = 200): T => {
  assert.equal(response.statusCode, status, response.body);
  return JSON.parse(response.body);
};
const get = async <T>(url: string): Promise<T> => ok(await city.call('office', 'GET', url));
const yaml = async (query: string): Promise<unknown> => {
  const answer = await city.call('office', 'GET', `${versions}/ruleSet/penalty/file?format=yaml&${query}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return parse(answer.body);
};

async function change(title: string): Promise<string> {
  const { id } = ok<PolicyChangeView>(
    await city.call('office', 'POST', base, { payload: { title, reason: '办公会议定' } }),
    201,
  );
  const sheet = await policySheet(city.ctx, 'ruleSet', 'penalty', (rows) =>
    rows.map((row, at) => (at === 0 ? { ...row, 处理建议: `${title}。` } : row)),
  );
  ok(await city.call('office', 'PUT', `${base}/${id}/files/ruleSet/penalty`, sheetUpload(sheet)));
  ok(await city.call('office', 'POST', `${base}/${id}/simulation`));
  for (const command of ['circulate', 'submit']) {
    const { version } = await get<PolicyChangeView>(`${base}/${id}`);
    ok(await city.call('office', 'POST', `${base}/${id}/commands`, { payload: { command, version } }));
  }
  const { version } = await get<PolicyChangeView>(`${base}/${id}`);
  const payload = { command: 'approve', version, effectiveOn: city.clock.today() };
  ok(await city.inject({ method: 'POST', url: `${base}/${id}/commands`, headers: second, payload }));
  return id;
}
async function day(on: string): Promise<void> {
  city.clock.set(`${on}T02:00:00Z`);
  Object.assign(city.sessions.office, await signInAs(city.app, 'office'));
  Object.assign(city.sessions.officer, await signInAs(city.app, 'officer'));
  second = await signInAs(city.app, 'office2');
}

before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  await addTestAccount(city.ctx, 'office2', ['creditOffice'], city.officeBodyId);
  await day('2026-11-02');
});
after(async () => city?.close());

describe('the history of policy', () => {
  it('lists every version with approval, use and differences, and gives each back as it was', async () => {
    const first = city.ctx.policy().setId;
    await city.submit(penaltyCsv([penalty(1), penalty(2)]));
    await day('2026-11-04');
    const id = await change('第一次修改');
    await city.submit(penaltyCsv([penalty(3)]));
    const history = await get<PolicyVersionList>(`${versions}/ruleSet/penalty`);
    assert.equal(history.items.length, 2);
    const [now, old] = history.items;
    assert.ok(now && old);
    assert.deepEqual([now.current, old.current], [true, false]);
    assert.deepEqual([now.change?.id, old.change], [id, null]);
    assert.ok(now.change?.approvedBy);
    assert.equal(now.validFrom, '2026-11-04');
    assert.ok(old.supersededAt);
    assert.equal(now.differences?.total, 1);
    assert.equal(now.differences?.rows[0]?.how, 'changed');
    assert.equal(old.differences, null);
    assert.deepEqual([old.used.submissions, old.used.records, now.used.submissions, now.used.records], [1, 2, 1, 1]);
    assert.ok(old.sets.includes(first) && !now.sets.includes(first));
    // The file of a day, and of a hash: read back it has the hash of the version.
    assert.equal(hashOf(await yaml('on=2026-11-03')), old.hash);
    assert.equal(hashOf(await yaml('on=2026-11-04')), now.hash);
    assert.equal(hashOf(await yaml(`hash=${old.hash}`)), old.hash);
    const sheet = await city.call('office', 'GET', `${versions}/ruleSet/penalty/file?format=xlsx&on=2026-11-03`);
    assert.equal(sheet.statusCode, 200);
    assert.equal(sheet.rawPayload.subarray(0, 2).toString(), 'PK');
    const set = await get<PolicySetView>(`/api/v1/policy-sets/${first}`);
    assert.ok(set.versions.some((one) => one.kind === 'ruleSet' && one.hash === old.hash));
  });
  it('pages through the files and refuses what is not there', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: PolicyFileList = await get(
        `${versions}?limit=40${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
      );
      seen.push(...page.items.map(({ kind, key }) => `${kind} ${key}`));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.ok(seen.length > 100);
    assert.equal(new Set(seen).size, seen.length);
    const { items } = await get<PolicyFileList>(`${versions}?kind=catalogue`);
    assert.ok(items.length > 0 && items.every(({ kind }) => kind === 'catalogue'));
    for (const url of [
      `${versions}/ruleSet/nothing`,
      `${versions}/ruleSet/penalty/file?format=yaml&on=2001-01-01`,
      `${versions}/ruleSet/penalty/file?format=yaml&hash=${'0'.repeat(64)}`,
      '/api/v1/policy-sets/999999',
    ])
      assertProblem(await city.call('office', 'GET', url), 404, 'not-found');
    assertProblem(await city.call('office', 'GET', `${versions}/calendar/x/file?format=pdf`), 400, 'invalid-request');
    assertProblem(await city.call('officer', 'GET', versions), 403, 'forbidden');
  });
  it('refuses a change that would begin before the version it was drafted from', async () => {
    await day('2026-11-10');
    const { id } = ok<PolicyChangeView>(
      await city.call('office', 'POST', base, { payload: { title: '先后', reason: '办公会议定' } }),
      201,
    );
    const put = async (of: string, words: string) => {
      const sheet = await policySheet(city.ctx, 'codeTable', 'yes-no', (rows) =>
        rows.map((row, at) => (at === 0 ? { ...row, 英文名称: words } : row)),
      );
      return city.call('office', 'PUT', `${base}/${of}/files/codeTable/yes-no`, sheetUpload(sheet));
    };
    const advance = async (of: string, effectiveOn: string) => {
      ok(await city.call('office', 'POST', `${base}/${of}/simulation`));
      for (const command of ['circulate', 'submit']) {
        const { version } = await get<PolicyChangeView>(`${base}/${of}`);
        ok(await city.call('office', 'POST', `${base}/${of}/commands`, { payload: { command, version } }));
      }
      const { version } = await get<PolicyChangeView>(`${base}/${of}`);
      const payload = { command: 'approve', version, effectiveOn };
      return city.inject({ method: 'POST', url: `${base}/${of}/commands`, headers: second, payload });
    };
    ok(await put(id, 'Yes one'));
    ok(await advance(id, '2026-11-15'));
    const next = ok<PolicyChangeView>(
      await city.call('office', 'POST', base, { payload: { title: '后来', reason: '办公会议定' } }),
      201,
    ).id;
    // From the template in force it is overtaken; made by hand it is taken as a change of what is scheduled.
    assertProblem(await put(next, 'Yes two'), 409, 'conflict');
    const rows = (await presentRows(city.ctx, 'codeTable', 'yes-no')).map((row) => ({ ...row, 英文名称: 'Yes two' }));
    const sheet = sheetUpload(await handMade('是否代码', Object.keys(rows[0] ?? {}), rows));
    ok(await city.call('office', 'PUT', `${base}/${next}/files/codeTable/yes-no`, sheet));
    assert.match(assertProblem(await advance(next, '2026-11-12'), 409, 'conflict').detail, /不能早于 2026-11-15/);
    const { version } = await get<PolicyChangeView>(`${base}/${next}`);
    const payload = { command: 'approve', version, effectiveOn: '2026-11-15' };
    ok(await city.inject({ method: 'POST', url: `${base}/${next}/commands`, headers: second, payload }));
  });
});
