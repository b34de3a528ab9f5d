/** What one person may never combine, tried with raw SQL by the application's own login; and two acting at once. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Actor, Role } from '../../context.ts';
import { one, query, sql, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { addTestAccount, createTestContext, type TestContext, testPassword } from '../../testing-context.ts';
import { createAccount, createBody, grantRole } from '../identity/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { disableAccount } from './change-account.ts';
import { askForRole, decideRole, revokeRole } from './role-requests.ts';

const rules = { grantMaxDays: null, unused: { flagAfterDays: 60, disableAfterDays: 90 } };
let world: TestContext;
let bodyId: string;
before(async () => {
  world = await createTestContext({ policy: { accounts: () => rules } as unknown as PolicyRuntime });
  const body = await createBody(world.ctx.db.app, world.ctx.clock, { kind: 'department', name: '测试局', code: null });
  bodyId = body.bodyId;
});
after(() => world.close());

const db = () => world.ctx.db.app;
const now = () => world.ctx.clock.now();
const actor = (accountId: string, role: Role): Actor => ({
  kind: 'account',
  accountId,
  name: role,
  roles: [role],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: newId(),
});
const setHolder = (accountId: string, holderId: string) =>
  query(db(), sql`update identity.account set holder_id = ${holderId} where account_id = ${accountId}`);
const holderOf = async (accountId: string): Promise<string> =>
  (await one<{ holder_id: string }>(db(), sql`select holder_id from identity.account where account_id = ${accountId}`))
    .holder_id;
const give = (accountId: string, role: Role) =>
  query(
    db(),
    sql`insert into identity.account_role (account_id, role, granted_at, holder_id)
        select account_id, ${role}, ${now()}, holder_id from identity.account where account_id = ${accountId}`,
  );
let serial = 0;
const account = async (...roles: Role[]): Promise<string> => {
  serial += 1;
  const made = await createAccount(db(), world.ctx.clock, {
    login: `person-${serial}`,
    name: `人员 ${serial}`,
    roles,
    rolesLater: true,
    bodyId: roles.includes('departmentOfficer') ? bodyId : null,
    password: testPassword,
  });
  return made.accountId;
};
const administrators: readonly Role[] = ['systemAdmin', 'securityAdmin', 'auditAdmin'];

describe('one person, one side, in the database', () => {
  for (const first of administrators) {
    for (const second of [
      ...administrators.filter((role) => role !== first),
      'departmentOfficer',
      'creditOffice',
    ] as Role[]) {
      it(`${first} never has ${second}, through another account either`, async () => {
        const one = await account(first);
        await assert.rejects(give(one, second), {
          code: second === 'departmentOfficer' || second === 'creditOffice' ? '23503' : '23505',
        });
        const two = await account();
        await setHolder(two, await holderOf(one));
        await assert.rejects(give(two, second), /account_role_one_(side|administrator)/);
        // And the reverse: roles first, the same person afterwards.
        const three = await account(second);
        await assert.rejects(setHolder(three, await holderOf(one)), /account_role_one_(side|administrator)/);
        // Moving the side away from under a role is no way either.
        await assert.rejects(
          query(db(), sql`update identity.holder set side = 'business' where holder_id = ${await holderOf(one)}`),
          { code: '23503' },
        );
      });
    }
  }
  it('the same administrator role twice through two accounts of one person is refused', async () => {
    const one = await account('auditAdmin');
    const two = await account();
    await setHolder(two, await holderOf(one));
    await assert.rejects(give(two, 'auditAdmin'), { code: '23505' });
    await assert.rejects(grantRole(db(), two, 'auditAdmin', { by: null, at: now() }), { code: 'conflict' });
  });
  it('a business person may have several business roles and accounts', async () => {
    const one = await account('creditOffice');
    const two = await account();
    await setHolder(two, await holderOf(one));
    await give(two, 'accountManager');
  });
  it('a person whose roles ended may come to another side', async () => {
    await account('auditAdmin');
    const one = await account('auditAdmin');
    await query(db(), sql`delete from identity.account_role where account_id = ${one}`);
    await grantRole(db(), one, 'creditOffice', { by: null, at: now() });
  });
  it("an administrator's grant has no last day; a vendor's account has one; who left stays off", async () => {
    const one = await account('auditAdmin');
    await assert.rejects(
      query(db(), sql`update identity.account_role set expires_on = '2030-01-01' where account_id = ${one}`),
      /permission denied|account_role_administrator_stays/,
    );
    const two = await account();
    await assert.rejects(query(db(), sql`update identity.account set kind = 'vendor' where account_id = ${two}`), {
      code: '23514',
    });
    await assert.rejects(
      query(db(), sql`update identity.account set departed_at = ${now()} where account_id = ${two}`),
      { code: '23514' },
    );
  });
});

describe('four eyes on a role, in the database', () => {
  const request = async (accountId: string, by: string): Promise<string> => {
    const id = newId();
    await query(
      db(),
      sql`insert into identity.role_request (request_id, account_id, holder_id, role, reason, state, requested_by, requested_holder, requested_at)
          values (${id}, ${accountId}, ${await holderOf(accountId)}, 'creditOffice', 'x', 'waiting', ${by}, ${await holderOf(by)}, ${now()})`,
    );
    return id;
  };
  const decide = async (id: string, by: string) =>
    query(
      db(),
      sql`update identity.role_request set state = 'approved', decided_by = ${by}, decided_holder = ${await holderOf(by)}, decided_at = ${now()}
          where request_id = ${id}`,
    );
  it('nobody asks for the own role, decides what they asked, or decides about themselves', async () => {
    const [asks, gets, decides] = [await account(), await account(), await account()];
    await assert.rejects(request(gets, gets), /role_request_not_own/);
    const id = await request(gets, asks);
    await assert.rejects(decide(id, asks), /role_request_four_eyes/);
    await assert.rejects(decide(id, gets), /role_request_four_eyes/);
    await decide(id, decides);
  });
  it('two accounts of one person are one pair of eyes', async () => {
    const [asks, gets, second] = [await account(), await account(), await account()];
    const id = await request(gets, asks);
    await setHolder(second, await holderOf(asks));
    await assert.rejects(decide(id, second), /role_request_four_eyes/);
    // Nor with a holder that is not the account's.
    await assert.rejects(
      query(
        db(),
        sql`update identity.role_request set state = 'approved', decided_by = ${second}, decided_holder = ${newId()}, decided_at = ${now()}
            where request_id = ${id}`,
      ),
      { code: '23503' },
    );
    // Nor becomes one person afterwards who asked and decided.
    const other = await account();
    await decide(id, other);
    await assert.rejects(setHolder(other, await holderOf(asks)), { code: '23514' });
  });
  it('an account gives a role only with an approved request for that account and role', async () => {
    const [asks, gets, decides] = [await account(), await account(), await account()];
    const id = await request(gets, asks);
    const grant = (accountId: string, role: Role, requestId: string | null) =>
      query(
        db(),
        sql`insert into identity.account_role (account_id, role, granted_at, granted_by, holder_id, request_id)
            select account_id, ${role}, ${now()}, ${decides}, holder_id, ${requestId} from identity.account where account_id = ${accountId}`,
      );
    await query(db(), sql`update identity.holder set side = 'business' where holder_id = ${await holderOf(gets)}`);
    await assert.rejects(grant(gets, 'creditOffice', null), /account_role_asked/);
    await assert.rejects(grant(gets, 'creditOffice', id), /account_role_approved/);
    await decide(id, decides);
    await assert.rejects(grant(gets, 'accountManager', id), /account_role_approved/);
    await assert.rejects(grant(asks, 'creditOffice', id), /account_role/);
    await grant(gets, 'creditOffice', id);
    // What was decided stays decided while the grant rests on it.
    await assert.rejects(
      query(
        db(),
        sql`update identity.role_request set state = 'withdrawn', decided_by = null, decided_holder = null, decided_at = null where request_id = ${id}`,
      ),
      { code: '23503' },
    );
  });
});

describe('the last administrator stays', () => {
  const ofRole = async (role: Role): Promise<string[]> =>
    (
      await query<{ account_id: string }>(
        db(),
        sql`select r.account_id from identity.account_role r join identity.account a on a.account_id = r.account_id
            where r.role = ${role} and a.standing order by a.created_at`,
      )
    ).map((row) => row.account_id);
  /** Leaves exactly `count` of a role. */
  const leave = async (role: Role, count: number): Promise<string[]> => {
    const all = await ofRole(role);
    while (all.length < count) all.push(await account(role));
    for (const extra of all.slice(count)) {
      await query(
        db(),
        sql`update identity.administrator_seat set account_id = ${all[0]} where role = ${role} and account_id = ${extra}`,
      );
      await query(db(), sql`delete from identity.account_role where account_id = ${extra}`);
    }
    await query(db(), sql`update identity.administrator_seat set account_id = ${all[0]} where role = ${role}`);
    return all.slice(0, count);
  };

  it('raw SQL cannot disable, end, or take the role of the one who keeps the seat, nor empty the seat', async () => {
    const [last] = await leave('securityAdmin', 1);
    for (const statement of [
      sql`update identity.account set disabled_at = ${now()}, disabled_reason = 'request' where account_id = ${last}`,
      sql`update identity.account set active_until = '2030-01-01' where account_id = ${last}`,
      sql`delete from identity.account_role where account_id = ${last}`,
    ])
      await assert.rejects(query(db(), statement), /administrator_seat/);
    for (const statement of [
      sql`delete from identity.administrator_seat where role = 'securityAdmin'`,
      sql`update identity.administrator_seat set standing = false where role = 'securityAdmin'`,
    ])
      await assert.rejects(query(db(), statement), /permission denied/);
    const officer = await account('creditOffice');
    await assert.rejects(
      query(db(), sql`update identity.administrator_seat set account_id = ${officer} where role = 'securityAdmin'`),
      { code: '23503' },
    );
  });
  it('with two, either may go; with one, none', async () => {
    const [first, second] = await leave('auditAdmin', 2);
    const system = await account('systemAdmin');
    const act = (id: string) =>
      withTransaction(db(), (tx) => disableAccount(world.ctx, tx, actor(system, 'systemAdmin'), id, '测试'));
    await act(first ?? '');
    await assert.rejects(act(second ?? ''), { code: 'conflict' });
    const security = (await ofRole('securityAdmin'))[0] ?? '';
    await assert.rejects(
      withTransaction(db(), (tx) =>
        revokeRole(world.ctx, tx, actor(security, 'securityAdmin'), second ?? '', 'auditAdmin', '测试'),
      ),
      { code: 'conflict' },
    );
    assert.deepEqual(await ofRole('auditAdmin'), [second]);
  });
  it('two who disable each other at once: exactly one goes, in thirty rounds', async () => {
    for (let round = 0; round < 30; round += 1) {
      const [one, two] = (await leave('systemAdmin', 2)) as [string, string];
      const disable = (by: string, whom: string) =>
        withTransaction(db(), (tx) => disableAccount(world.ctx, tx, actor(by, 'systemAdmin'), whom, '同时'));
      const results = await Promise.allSettled([disable(one, two), disable(two, one)]);
      const left = await ofRole('systemAdmin');
      assert.ok(left.length >= 1, `round ${round}: nobody is left`);
      assert.equal(results.filter((result) => result.status === 'fulfilled').length, 2 - left.length);
      await query(
        db(),
        sql`update identity.account set disabled_at = null, disabled_reason = null where account_id = any(${[one, two]})`,
      );
    }
  });
  it('a disabling and a revocation at once leave one', async () => {
    const [security] = await leave('securityAdmin', 1);
    for (let round = 0; round < 15; round += 1) {
      const [one, two] = (await leave('auditAdmin', 2)) as [string, string];
      const system = (await leave('systemAdmin', 1))[0] ?? '';
      await Promise.allSettled([
        withTransaction(db(), (tx) => disableAccount(world.ctx, tx, actor(system, 'systemAdmin'), one, '同时')),
        withTransaction(db(), (tx) =>
          revokeRole(world.ctx, tx, actor(security ?? '', 'securityAdmin'), two, 'auditAdmin', '同时'),
        ),
      ]);
      assert.equal((await ofRole('auditAdmin')).length, 1);
      await query(
        db(),
        sql`update identity.account set disabled_at = null, disabled_reason = null where account_id = ${one}`,
      );
    }
  });
});

describe('roles through the operations', () => {
  it('asked by one, decided once by another, never by oneself', async () => {
    const { accountId: officer } = await addTestAccount(world.ctx, 'wants-more', ['departmentOfficer']);
    const [system, one, two] = [
      await account('systemAdmin'),
      await account('securityAdmin'),
      await account('securityAdmin'),
    ];
    const ask = { accountId: officer, role: 'accountManager' as Role, expiresOn: null, reason: '工作需要' };
    const inTx = <T>(work: (tx: Parameters<Parameters<typeof withTransaction>[1]>[0]) => Promise<T>) =>
      withTransaction(db(), work);
    // The security administrator who asked does not decide.
    const own = await inTx((tx) => askForRole(world.ctx, tx, actor(one, 'securityAdmin'), ask));
    await assert.rejects(
      inTx((tx) => decideRole(world.ctx, tx, actor(one, 'securityAdmin'), own, { approve: true })),
      { code: 'forbidden' },
    );
    await assert.rejects(
      inTx((tx) => decideRole(world.ctx, tx, actor(system, 'systemAdmin'), own, { approve: true })),
      { code: 'forbidden' },
    );
    await assert.rejects(
      inTx((tx) => askForRole(world.ctx, tx, actor(system, 'systemAdmin'), ask)),
      { code: 'conflict' },
    );
    const decide = (by: string, approve: boolean) =>
      inTx((tx) => decideRole(world.ctx, tx, actor(by, 'securityAdmin'), own, { approve, note: '同时' }));
    const third = await account('securityAdmin');
    const results = await Promise.allSettled([decide(two, true), decide(third, false)]);
    assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
    await assert.rejects(
      inTx((tx) => askForRole(world.ctx, tx, actor(two, 'securityAdmin'), { ...ask, accountId: two })),
      { code: 'forbidden' },
    );
    // A security administrator makes no accounts, an audit administrator nothing at all.
    await assert.rejects(
      inTx((tx) => disableAccount(world.ctx, tx, actor(two, 'securityAdmin'), officer, '测试')),
      { code: 'forbidden' },
    );
    const audit = await account('auditAdmin');
    await assert.rejects(
      inTx((tx) => askForRole(world.ctx, tx, actor(audit, 'auditAdmin'), ask)),
      { code: 'forbidden' },
    );
  });
});
