/** An account's life over HTTP: made, asked for, granted, used, moved, represented, confirmed, left. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AccountState } from '@chengxin/contract';
import { onDutyOf, openTasks, runDaily } from '../../server/src/modules/accounts/index.ts';
import { ownTasks } from '../../server/src/modules/accounts/own-tasks.ts';
import { type AccountAct, mayAct, transitions } from '../../server/src/modules/accounts/state.ts';
import { createBody } from '../../server/src/modules/identity/index.ts';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { addTestAccount, testPassword } from '../../server/src/testing-context.ts';
import { createHttpCity, type HttpCity, type Login } from '../support/http-city.ts';

let city: HttpCity;
let serial = 0;
before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
});
after(() => city.close());

/** Sessions of the moment: the clock is moved by weeks here, and a session lasts for hours. */
const sessions = new Map<string, Record<string, string>>();
async function headersOf(login: Login): Promise<Record<string, string>> {
  const key = `${login} ${city.clock.now()}`;
  const known = sessions.get(key) ?? (await signIn(login, testPassword)).headers;
  sessions.set(key, known);
  return known;
}
const post = async (login: Login, url: string, payload: object, headers: Record<string, string> = {}) =>
  city.inject({
    method: 'POST',
    url: `/api/v1${url}`,
    payload,
    headers: { ...(await headersOf(login)), ...headers },
  });
const get = async (login: Login, url: string) => city.inject({ url: `/api/v1${url}`, headers: await headersOf(login) });
const reason = '工作需要';
let address = 0;
const signIn = async (
  login: string,
  password: string,
): Promise<{ status: number; headers: Record<string, string> }> => {
  address += 1;
  const host = 'localhost:8080';
  const answer = await city.inject({
    method: 'POST',
    url: '/api/v1/session',
    headers: { host, origin: `http://${host}` },
    payload: { login, password },
    remoteAddress: `10.9.${address >> 8}.${address & 255}`,
  });
  const [cookie] = answer.cookies;
  return {
    status: answer.statusCode,
    headers: cookie ? { cookie: `${cookie.name}=${cookie.value}`, origin: `http://${host}`, host } : {},
  };
};
const whoAmI = async (headers: Record<string, string>) => city.inject({ url: '/api/v1/session', headers });
const stateOf = async (id: string): Promise<AccountState> =>
  (await get('audit', `/accounts/${id}`)).json().account.state;

async function made(over: object = {}): Promise<{ id: string; login: string; password: string }> {
  serial += 1;
  const login = `life-${serial}`;
  const answer = await post('system', '/accounts', {
    login,
    name: `经办 ${serial}`,
    bodyId: city.bodyId,
    holderNumber: `LIFE${serial}`,
    roles: ['departmentOfficer'],
    ...over,
  });
  assert.equal(answer.statusCode, 201, answer.body);
  return { id: answer.json().account.id, login, password: answer.json().password };
}
async function grant(id: string): Promise<void> {
  const waiting = (await get('security', `/role-requests?account=${id}&state=waiting`)).json().items;
  for (const request of waiting) {
    const answer = await post('security', `/role-requests/${request.id}/decision`, { approve: true });
    assert.equal(answer.statusCode, 204, answer.body);
  }
}
const officer = async () => {
  const account = await made();
  await grant(account.id);
  return account;
};

describe('making an account', () => {
  it('gives a one-time password, no right before a second pair of eyes, and must be changed', async () => {
    const account = await made();
    const session = await signIn(account.login, account.password);
    assert.equal(session.status, 200);
    const view = (await whoAmI(session.headers)).json();
    assert.equal(view.mustChangePassword, true);
    assert.deepEqual(view.account.roles, []);
    await grant(account.id);
    assert.equal((await whoAmI(session.headers)).statusCode, 401, 'the session from before is over');
    const again = await signIn(account.login, account.password);
    assert.deepEqual((await whoAmI(again.headers)).json().account.roles, ['departmentOfficer']);
  });
  it('is done once for a key, and the repeated answer has no password; nothing keeps it', async () => {
    const payload = { login: 'once-only', name: '一次', bodyId: city.bodyId, holderNumber: 'ONCE1' };
    const first = await post('system', '/accounts', payload, { 'idempotency-key': 'once-only-1' });
    const second = await post('system', '/accounts', payload, { 'idempotency-key': 'once-only-1' });
    assert.equal(second.statusCode, 201, second.body);
    assert.equal(second.json().account.id, first.json().account.id);
    assert.equal(second.json().password, null);
    const { kept } = await one<{ kept: string }>(
      city.ctx.db.app,
      sql`SELECT string_agg(body::text, ' ') AS kept FROM platform.idempotency`,
    );
    assert.ok(!kept.includes(first.json().password));
  });
  it('keeps no personnel number anywhere', async () => {
    await made({ holderNumber: 'SECRETNUMBER77' });
    for (const table of [
      'identity.account',
      'identity.holder',
      'identity.account_event',
      'platform.idempotency',
      'log.access_log',
    ]) {
      const rows = await city.ctx.db.migrator.query(`SELECT t::text AS row FROM ${table} t`);
      assert.ok(!rows.rows.some((row: { row: string }) => row.row.includes('SECRETNUMBER77')), table);
    }
  });
  it('says which person it is: an officer does not become an administrator through a second account', async () => {
    const first = await officer();
    const second = await made({ bodyId: null, roles: ['auditAdmin'], holderNumber: `LIFE${serial}` });
    const [request] = (await get('security', `/role-requests?account=${second.id}`)).json().items;
    const answer = await post('security', `/role-requests/${request.id}/decision`, { approve: true });
    assert.equal(answer.statusCode, 409, answer.body);
    assert.match(answer.json().detail, /不能兼任/);
    const detail = (await get('audit', `/accounts/${first.id}`)).json();
    assert.deepEqual(
      detail.sameHolder.map((other: { login: string }) => other.login),
      [second.login],
    );
  });
  it('of a vendor is off, has an end, and cannot be an administrator', async () => {
    const refused = await post('system', '/accounts', {
      login: 'v-1',
      name: '外包',
      bodyId: city.bodyId,
      holderNumber: 'VEND1',
      kind: 'vendor',
    });
    assert.equal(refused.statusCode, 422);
    const late = await post('system', '/accounts', {
      login: 'v-1',
      name: '外包',
      bodyId: city.bodyId,
      holderNumber: 'VEND1',
      kind: 'vendor',
      activeUntil: '2028-01-01',
    });
    assert.equal(late.statusCode, 422);
    const vendor = await made({ kind: 'vendor', activeUntil: '2026-12-31', roles: [] });
    assert.equal(await stateOf(vendor.id), 'disabled');
    assert.equal((await signIn(vendor.login, vendor.password)).status, 401);
    assert.equal(
      (await post('system', '/role-requests', { accountId: vendor.id, role: 'auditAdmin', reason })).statusCode,
      422,
    );
    const on = await post('system', `/accounts/${vendor.id}/enable`, { reason, activeUntil: '2026-12-01' });
    assert.equal((await signIn(vendor.login, on.json().password)).status, 200);
    city.clock.set('2026-12-02T02:00:00Z');
    assert.equal((await signIn(vendor.login, on.json().password)).status, 401);
    assert.equal(await stateOf(vendor.id), 'expired');
    city.clock.set('2026-11-22T02:00:00Z');
  });
  it('whoever took over an account of the command line registers once, and not as a second administrator', async () => {
    const number = 'HOLDER-NO1'.replace('-', '');
    assert.equal((await post('system', '/accounts/me/holder', { number })).statusCode, 200);
    assert.equal((await post('system', '/accounts/me/holder', { number: 'OTHER1' })).statusCode, 409);
    const second = await post('audit', '/accounts/me/holder', { number });
    assert.equal(second.statusCode, 409, second.body);
    assert.equal((await post('audit', '/accounts/me/holder', { number: '!!' })).statusCode, 422);
  });
});

describe('changing an account', () => {
  it('ends the sessions at once when it is disabled; enabling needs a new password', async () => {
    const account = await officer();
    const session = await signIn(account.login, account.password);
    assert.equal((await post('system', `/accounts/${account.id}/disable`, { reason })).statusCode, 204);
    assert.equal((await whoAmI(session.headers)).statusCode, 401);
    assert.equal((await signIn(account.login, account.password)).status, 401);
    assert.equal((await post('system', `/accounts/${account.id}/disable`, { reason })).statusCode, 409);
    const on = await post('system', `/accounts/${account.id}/enable`, { reason });
    assert.equal((await signIn(account.login, account.password)).status, 401, 'the old password opens nothing');
    assert.equal((await signIn(account.login, on.json().password)).status, 200);
  });
  it('of an administrator: no password from another administrator', async () => {
    const { account_id: id } = await one<{ account_id: string }>(
      city.ctx.db.app,
      sql`SELECT account_id FROM identity.account WHERE login = 'security'`,
    );
    assert.equal((await post('system', `/accounts/${id}/password`, { reason })).statusCode, 403);
  });
  it('to another body takes the roles away and asks for them anew', async () => {
    const account = await officer();
    const moved = await post('system', `/accounts/${account.id}/transfer`, { bodyId: city.otherBodyId, reason });
    assert.equal(moved.statusCode, 204, moved.body);
    const view = (await get('audit', `/accounts/${account.id}`)).json().account;
    assert.deepEqual(view.roles, []);
    assert.deepEqual(view.waitingRoles, ['departmentOfficer']);
    assert.equal(view.body.id, city.otherBodyId);
  });
  it('many at once has a result for each; the own and the last administrator fail alone', async () => {
    const account = await officer();
    const ids = await query<{ account_id: string; login: string }>(
      city.ctx.db.app,
      sql`SELECT account_id, login FROM identity.account WHERE login IN ('system', 'audit') ORDER BY login`,
    );
    const answer = await post('system', '/accounts:batch', {
      accountIds: [account.id, ...ids.map((row) => row.account_id)],
      act: 'disable',
      reason,
    });
    assert.equal(answer.json().done, 1, answer.body);
    assert.equal(answer.json().items.filter((item: { ok: boolean }) => !item.ok).length, 2);
    assert.equal((await get('audit', '/accounts/counts')).statusCode, 200);
  });
  it('a manager keeps ordinary officers of its area, not its own account, nobody with more', async () => {
    const { account_id: own } = await one<{ account_id: string }>(
      city.ctx.db.app,
      sql`SELECT account_id FROM identity.account WHERE login = 'manager'`,
    );
    assert.equal((await post('manager', `/accounts/${own}/disable`, { reason })).statusCode, 403);
    assert.equal(
      (await post('manager', '/role-requests', { accountId: own, role: 'departmentOfficer', reason })).statusCode,
      403,
    );
    const { accountId: other } = await addTestAccount(city.ctx, 'second-manager', ['accountManager'], city.bodyId);
    assert.equal((await post('manager', `/accounts/${other}/disable`, { reason })).statusCode, 403);
    const vendor = await post('manager', '/accounts', {
      login: 'mv-1',
      name: '外包',
      bodyId: city.bodyId,
      holderNumber: 'MV01',
      kind: 'vendor',
      activeUntil: '2026-12-01',
    });
    assert.equal(vendor.statusCode, 404);
    const admin = await post('manager', '/accounts', {
      login: 'ma-1',
      name: '管理',
      bodyId: city.bodyId,
      holderNumber: 'MA01',
      roles: ['systemAdmin'],
    });
    assert.equal(admin.statusCode, 403);
    const { login } = { login: 'ma-1' };
    assert.equal(
      (await query(city.ctx.db.app, sql`SELECT 1 FROM identity.account WHERE login = ${login}`)).length,
      0,
      'nothing is left of it',
    );
    // A district's manager reaches the departments of the district.
    const district = await createBody(city.ctx.db.app, city.clock, { kind: 'district', name: '东区', code: null });
    const below = await createBody(city.ctx.db.app, city.clock, {
      kind: 'department',
      name: '东区住建局',
      code: null,
      parentId: district.bodyId,
    });
    await addTestAccount(city.ctx, 'east', ['accountManager'], district.bodyId);
    const session = await signIn('east', testPassword);
    const answer = await city.inject({
      method: 'POST',
      url: '/api/v1/accounts',
      headers: session.headers,
      payload: {
        login: 'east-1',
        name: '东区经办',
        bodyId: below.bodyId,
        holderNumber: 'EAST1',
        roles: ['departmentOfficer'],
      },
    });
    assert.equal(answer.statusCode, 201, answer.body);
    const list = (await city.inject({ url: '/api/v1/accounts?limit=200', headers: session.headers })).json().items;
    assert.deepEqual(
      list.map((row: { login: string }) => row.login),
      ['east', 'east-1'],
    );
  });
});

describe('deputies', () => {
  it('act with the role and body of the absent one, for the period, and stand in the log with both names', async () => {
    const { accountId: absent } = await addTestAccount(city.ctx, 'absent-a', ['departmentOfficer'], city.bodyId);
    const { accountId: deputy } = await addTestAccount(city.ctx, 'deputy-b', ['accountManager'], city.bodyId);
    const [a, b] = [await signIn('absent-a', testPassword), await signIn('deputy-b', testPassword)];
    const named = await city.inject({
      method: 'POST',
      url: '/api/v1/deputies',
      headers: a.headers,
      payload: { deputyId: deputy, fromOn: '2026-11-22', toOn: '2026-11-25', reason: '年休假' },
    });
    assert.equal(named.statusCode, 201, named.body);
    const act = (deputyId: string | null) =>
      city.inject({ method: 'POST', url: '/api/v1/session/deputy', headers: b.headers, payload: { deputyId } });
    assert.equal((await city.inject({ url: '/api/v1/records', headers: b.headers })).statusCode, 403);
    assert.equal((await act(named.json().id)).statusCode, 204);
    const view = (await whoAmI(b.headers)).json();
    assert.deepEqual(view.account.roles, ['departmentOfficer']);
    assert.equal(view.account.id, deputy);
    assert.equal(view.deputyFor.id, absent);
    const entered = await city.inject({ url: '/api/v1/records', headers: b.headers });
    assert.equal(entered.statusCode, 200, entered.body);
    assert.equal(
      (await city.inject({ method: 'DELETE', url: '/api/v1/session', headers: { ...b.headers } })).statusCode,
      204,
    );
    const [row] = await query<{ actor_name: string; account_id: string }>(
      city.ctx.db.audit,
      sql`SELECT actor_name, account_id FROM log.access_log WHERE account_id = ${deputy} AND action = 'session.signOut'`,
    );
    assert.equal(row?.actor_name, '测试 deputy-b（代 测试 absent-a）');
    // The period ends: the role is gone at the next request, without anybody doing anything.
    const c = await signIn('deputy-b', testPassword);
    await city.inject({
      method: 'POST',
      url: '/api/v1/session/deputy',
      headers: c.headers,
      payload: { deputyId: named.json().id },
    });
    city.clock.set('2026-11-25T16:30:00Z');
    const d = await signIn('deputy-b', testPassword);
    const late = await city.inject({
      method: 'POST',
      url: '/api/v1/session/deputy',
      headers: d.headers,
      payload: { deputyId: named.json().id },
    });
    assert.equal(late.statusCode, 409);
    city.clock.set('2026-11-22T02:00:00Z');
  });
  it('are never administrators, strangers, two at once, or the other accounts of the absent one', async () => {
    const { accountId: absent } = await addTestAccount(city.ctx, 'absent-c', ['departmentOfficer'], city.bodyId);
    const { accountId: fits } = await addTestAccount(city.ctx, 'deputy-d', ['departmentOfficer'], city.bodyId);
    const { accountId: audit } = await addTestAccount(city.ctx, 'audit-two', ['auditAdmin'], city.bodyId);
    const { accountId: stranger } = await addTestAccount(
      city.ctx,
      'stranger-e',
      ['departmentOfficer'],
      city.otherBodyId,
    );
    const name = (deputyId: string, over: object = {}) =>
      post('system', '/deputies', {
        absentId: absent,
        deputyId,
        fromOn: '2026-11-22',
        toOn: '2026-11-25',
        reason: '出差',
        ...over,
      });
    assert.equal((await name(audit)).statusCode, 422);
    assert.equal((await name(stranger)).statusCode, 404);
    assert.equal((await name(absent)).statusCode, 422);
    assert.equal((await name(fits, { toOn: '2027-11-25' })).statusCode, 422);
    assert.equal((await name(fits)).statusCode, 201);
    assert.equal((await name(fits)).statusCode, 409);
    // An administrator who somehow stands as deputy gets nothing: the session asks for a person of the business side.
    await query(
      city.ctx.db.app,
      sql`UPDATE identity.deputy SET deputy_account_id = ${audit} WHERE absent_id = ${absent}`,
    );
    const { deputy_id: id } = await one<{ deputy_id: string }>(
      city.ctx.db.app,
      sql`SELECT deputy_id FROM identity.deputy WHERE absent_id = ${absent}`,
    );
    const session = await signIn('audit-two', testPassword);
    await query(city.ctx.db.app, sql`UPDATE identity.session SET deputy_id = ${id} WHERE account_id = ${audit}`);
    assert.deepEqual((await whoAmI(session.headers)).json().account.roles, ['auditAdmin']);
  });
});

describe('what happens by itself', () => {
  const daily = () => runDaily(city.ctx, openTasks(ownTasks));
  it('on the day of departure the account ends and duty goes to the successor', async () => {
    const [leaver, follows] = [await officer(), await officer()];
    const planned = await post('system', '/duty-roster', {
      bodyId: city.bodyId,
      onDate: '2026-12-20',
      shift: 'day',
      accountId: leaver.id,
    });
    assert.equal(planned.statusCode, 204, planned.body);
    const without = await post('system', `/accounts/${leaver.id}/departure`, { on: '2026-12-10', reason });
    assert.equal(without.statusCode, 422, 'something is open');
    const recorded = await post('system', `/accounts/${leaver.id}/departure`, {
      on: '2026-12-10',
      successorId: follows.id,
      reason,
    });
    assert.deepEqual(recorded.json(), { departed: false });
    assert.equal(await stateOf(leaver.id), 'active');
    city.clock.set('2026-12-10T02:00:00Z');
    assert.equal((await signIn(leaver.login, leaver.password)).status, 401, 'off from the morning, before any job ran');
    await daily();
    await daily();
    assert.equal(await stateOf(leaver.id), 'departed');
    assert.equal((await post('system', `/accounts/${leaver.id}/enable`, { reason })).statusCode, 409);
    assert.deepEqual(
      (await onDutyOf(city.ctx.db.app, city.bodyId, '2026-12-20')).map((row) => row.accountId),
      [follows.id],
    );
    // The login is never given again.
    const again = await post('system', '/accounts', {
      login: leaver.login,
      name: '后来',
      bodyId: city.bodyId,
      holderNumber: 'LATER1',
    });
    assert.equal(again.statusCode, 409);
    city.clock.set('2026-11-22T02:00:00Z');
  });
  it('a role with a last day counts no more after it', async () => {
    const account = await made({ roles: [] });
    await post('system', '/role-requests', {
      accountId: account.id,
      role: 'departmentOfficer',
      expiresOn: '2026-11-30',
      reason,
    });
    await grant(account.id);
    const session = await signIn(account.login, account.password);
    assert.deepEqual((await whoAmI(session.headers)).json().account.roles, ['departmentOfficer']);
    city.clock.set('2026-12-01T02:00:00Z');
    const later = await signIn(account.login, account.password);
    assert.deepEqual((await whoAmI(later.headers)).json().account.roles, []);
    await daily();
    assert.deepEqual((await get('audit', `/accounts/${account.id}`)).json?.()?.account?.roles ?? [], []);
    city.clock.set('2026-11-22T02:00:00Z');
  });
  it('unused accounts are flagged, then disabled; administrators stay', async () => {
    const account = await officer();
    await query(
      city.ctx.db.app,
      sql`UPDATE identity.account SET created_at = '2026-09-10T00:00:00Z' WHERE account_id = ${account.id}`,
    );
    assert.equal((await get('audit', `/accounts/${account.id}`)).json().account.unused, true);
    await daily();
    assert.equal(await stateOf(account.id), 'active');
    await query(
      city.ctx.db.app,
      sql`UPDATE identity.account SET created_at = '2026-01-01T00:00:00Z', last_used_at = '2026-08-01T00:00:00Z' WHERE account_id = ${account.id} OR login = 'audit-two'`,
    );
    await daily();
    assert.equal(await stateOf(account.id), 'disabled');
    const { disabled_at: off } = await one<{ disabled_at: string | null }>(
      city.ctx.db.app,
      sql`SELECT disabled_at FROM identity.account WHERE login = 'audit-two'`,
    );
    assert.equal(off, null);
  });
  it('the yearly confirmation: confirmed stays, not needed goes, silence is escalated and then disabled', async () => {
    const [keeps, goes, silent] = [await officer(), await officer(), await officer()];
    const opened = await post('security', '/recertifications', { name: '2026 年度确认' });
    assert.equal(opened.statusCode, 201, opened.body);
    assert.equal((await post('security', '/recertifications', { name: '再来一次' })).statusCode, 409);
    const { id } = opened.json();
    const decide = (accountIds: string[], needed: boolean) =>
      post('manager', `/recertifications/${id}/items:decide`, { accountIds, needed });
    assert.equal((await decide([keeps.id], true)).json().done, 1);
    assert.equal((await decide([goes.id], false)).json().done, 1);
    assert.equal((await decide([keeps.id], false)).json().done, 0, 'decided once');
    const { account_id: own } = await one<{ account_id: string }>(
      city.ctx.db.app,
      sql`SELECT account_id FROM identity.account WHERE login = 'manager'`,
    );
    assert.equal((await decide([own], true)).json().done, 0, 'not the own');
    assert.equal(await stateOf(goes.id), 'disabled');
    const itemOf = async (account: string): Promise<string> =>
      (
        await one<{ state: string }>(
          city.ctx.db.app,
          sql`SELECT state FROM identity.recertification_item WHERE campaign_id = ${id} AND account_id = ${account}`,
        )
      ).state;
    const at = async (day: string): Promise<void> => {
      city.clock.set(`${day}T02:00:00Z`);
      await query(city.ctx.db.app, sql`UPDATE identity.account SET last_used_at = ${city.clock.now()}`);
      await daily();
    };
    await at('2026-12-22');
    assert.equal(await itemOf(silent.id), 'waiting');
    await at('2026-12-23');
    assert.equal(await itemOf(silent.id), 'escalated');
    await at('2027-01-02');
    await at('2027-01-02');
    assert.equal(await itemOf(silent.id), 'disabled');
    assert.equal(await itemOf(keeps.id), 'confirmed');
    const { state, reason: why } = await one<{ state: string; reason: string }>(
      city.ctx.db.app,
      sql`SELECT c.state, a.disabled_reason AS reason FROM identity.recertification c, identity.account a WHERE c.campaign_id = ${id} AND a.account_id = ${silent.id}`,
    );
    assert.deepEqual([state, why], ['closed', 'unconfirmed']);
    const { n } = await one<{ n: bigint }>(city.ctx.db.app, sql`SELECT count(*) AS n FROM identity.administrator_seat`);
    assert.equal(n, 3n);
    city.clock.set('2026-11-22T02:00:00Z');
  });
});

describe('the states, walked by the model', () => {
  it('answers each act as the table of states says', async () => {
    const { account_id: system } = await one<{ account_id: string }>(
      city.ctx.db.app,
      sql`SELECT account_id FROM identity.account WHERE login = 'system'`,
    );
    assert.ok(system);
    city.clock.set('2026-11-22T03:00:00Z');
    const acts: Record<string, object> = {
      disable: { reason },
      enable: { reason },
      password: { reason },
      name: { name: '改名' },
      departure: { on: '2026-11-22', reason },
    };
    const actOf: Record<string, AccountAct> = {
      disable: 'disable',
      enable: 'enable',
      password: 'resetPassword',
      name: 'rename',
      departure: 'depart',
    };
    let seed = 7;
    const next = (n: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % n;
    };
    for (let walk = 0; walk < 6; walk += 1) {
      const account = await made({ roles: [] });
      let state: AccountState = 'active';
      for (let step = 0; step < 10; step += 1) {
        // The act that ends all is rare, so that walks are long.
        const names = [
          'disable',
          'enable',
          'password',
          'name',
          'disable',
          'enable',
          ...(step > 6 ? ['departure'] : []),
        ];
        const name = names[next(names.length)] ?? 'name';
        const act = actOf[name] ?? 'rename';
        const answer = await post('system', `/accounts/${account.id}/${name}`, acts[name] ?? {});
        const allowed = mayAct(state, act);
        assert.equal(answer.statusCode < 300, allowed, `${state} → ${name}: ${answer.statusCode} ${answer.body}`);
        if (!allowed) assert.equal(answer.statusCode, 409);
        if (allowed) state = transitions[act].to ?? state;
        assert.equal(await stateOf(account.id), state);
      }
    }
  });
});
