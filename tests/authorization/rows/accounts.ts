/** Accounts: made by the system administrator and managers, roles granted by the security administrator, read by the auditor. */
import { createBody } from '../../../server/src/modules/identity/index.ts';
import { execute, one, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { addTestAccount } from '../../../server/src/testing-context.ts';
import { multipartOf } from '../../support/http-city.ts';
import { at, type Expect, type Fixture, type Rows } from '../format.ts';
import { once } from '../once.ts';

const readers: Expect = { manager: 'ok', system: 'ok', security: 'ok', audit: 'ok' };
const keepers: Expect = { manager: 'ok', system: 'ok' };
/** Of a body that the manager does not reach. */
const keepersElsewhere: Expect = { manager: 'hidden', system: 'ok' };

let serial = 0;
const login = (): string => `made-${++serial}`;
const number = (): string => `N${String(100_000 + serial)}`;

/** An officer of the manager's body, or of another. */
async function officer({ city }: Fixture, elsewhere = false): Promise<string> {
  const { accountId } = await addTestAccount(
    city.ctx,
    login(),
    ['departmentOfficer'],
    elsewhere ? city.otherBodyId : city.bodyId,
  );
  return accountId;
}

const reason = { reason: '测试' };
const act = (path: string, payload: object, expect: Expect = keepers, elsewhere = false) => ({
  ...(elsewhere ? { when: 'another body’s' } : {}),
  expect,
  request: async (_who: string, made: Fixture) => ({
    url: `/api/v1/accounts/${await officer(made, elsewhere)}/${path}`,
    payload,
  }),
});

async function waitingRequest(made: Fixture): Promise<string> {
  const accountId = await officer(made);
  const answer = await made.city.call('system', 'POST', '/api/v1/role-requests', {
    payload: { accountId, role: 'accountManager', ...reason },
  });
  return answer.json().id;
}

async function campaign({ city }: Fixture): Promise<string> {
  await execute(
    city.ctx.db.migrator,
    sql`UPDATE identity.recertification SET state = 'closed' WHERE state <> 'closed'`,
  );
  const answer = await city.call('security', 'POST', '/api/v1/recertifications', { payload: { name: '年度确认' } });
  return answer.json().id;
}

const sheet = () => multipartOf([{ name: 'file', content: '操作,登录名,姓名\n停用,nobody,无\n', fileName: 'a.csv' }]);
const dutySheet = () =>
  multipartOf([{ name: 'file', content: '日期,班次,登录名\n2026-12-01,白班,nobody\n', fileName: 'a.csv' }]);

export const rows: Rows = {
  'GET /api/v1/accounts': { expect: readers, ...at('/api/v1/accounts') },
  'GET /api/v1/accounts.xlsx': { expect: readers, ...at('/api/v1/accounts.xlsx') },
  'GET /api/v1/accounts/counts': { expect: readers, ...at('/api/v1/accounts/counts') },
  'GET /api/v1/accounts/template': { expect: keepers, ...at('/api/v1/accounts/template') },
  'GET /api/v1/accounts/:id': [
    { expect: readers, request: async (_who, made) => ({ url: `/api/v1/accounts/${await officer(made)}` }) },
    {
      when: 'another body’s',
      expect: { ...readers, manager: 'hidden' },
      request: async (_who, made) => ({ url: `/api/v1/accounts/${await officer(made, true)}` }),
    },
  ],
  'GET /api/v1/accounts/:id/events': {
    expect: { ...readers, manager: 'hidden' },
    request: async (_who, made) => ({ url: `/api/v1/accounts/${await officer(made, true)}/events` }),
  },
  'GET /api/v1/organisation': { expect: readers, ...at('/api/v1/organisation') },
  'POST /api/v1/bodies': {
    expect: { system: 'ok' },
    request: async (_who, { city }) => {
      const parent = await createBody(city.ctx.db.app, city.clock, {
        kind: 'city',
        name: `城市 ${login()}`,
        code: null,
      });
      return {
        url: '/api/v1/bodies',
        payload: { kind: 'district', name: `新区 ${login()}`, parentId: parent.bodyId },
      };
    },
  },
  'POST /api/v1/accounts': [
    {
      expect: keepers,
      request: (_who, { city }) => ({
        url: '/api/v1/accounts',
        payload: { login: login(), name: '新人', bodyId: city.bodyId, holderNumber: number() },
      }),
    },
    {
      when: 'in a body that the manager does not reach',
      expect: keepersElsewhere,
      request: (_who, { city }) => ({
        url: '/api/v1/accounts',
        payload: { login: login(), name: '新人', bodyId: city.otherBodyId, holderNumber: number() },
      }),
    },
  ],
  'POST /api/v1/accounts/me/holder': {
    expect: {
      officer: 'ok',
      stranger: 'ok',
      representative: 'ok',
      otherRepresentative: 'ok',
      reader: 'ok',
      otherReader: 'ok',
      manager: 'ok',
      office: 'ok',
      system: 'ok',
      security: 'ok',
      audit: 'ok',
    },
    request: () => {
      serial += 1;
      return { url: '/api/v1/accounts/me/holder', payload: { number: number() } };
    },
  },
  'POST /api/v1/accounts/imports': {
    expect: keepers,
    request: () => ({ url: '/api/v1/accounts/imports?mode=check', ...sheet() }),
  },
  'POST /api/v1/accounts::batch': {
    expect: keepers,
    request: async (_who, made) => ({
      url: '/api/v1/accounts:batch',
      payload: { accountIds: [await officer(made)], act: 'disable', ...reason },
    }),
  },
  'POST /api/v1/accounts/:id/disable': [act('disable', reason), act('disable', reason, keepersElsewhere, true)],
  'POST /api/v1/accounts/:id/enable': {
    expect: keepersElsewhere,
    request: async (_who, made) => {
      const id = await officer(made, true);
      await execute(
        made.city.ctx.db.app,
        sql`UPDATE identity.account SET disabled_at = ${made.city.clock.now()}, disabled_reason = 'request' WHERE account_id = ${id}`,
      );
      return { url: `/api/v1/accounts/${id}/enable`, payload: reason };
    },
  },
  'POST /api/v1/accounts/:id/password': [act('password', reason), act('password', reason, keepersElsewhere, true)],
  'POST /api/v1/accounts/:id/name': [
    act('name', { name: '改名' }),
    act('name', { name: '改名' }, keepersElsewhere, true),
  ],
  'POST /api/v1/accounts/:id/transfer': [
    {
      expect: { system: 'ok', manager: 'hidden' },
      request: async (_who, made) => ({
        url: `/api/v1/accounts/${await officer(made)}/transfer`,
        payload: { bodyId: made.city.otherBodyId, ...reason },
      }),
    },
    {
      when: 'to a body that does not exist',
      expect: { system: 'hidden', manager: 'hidden' },
      request: async (_who, made) => ({
        url: `/api/v1/accounts/${await officer(made)}/transfer`,
        payload: { bodyId: newId(), ...reason },
      }),
    },
  ],
  'POST /api/v1/accounts/:id/hand-over': [
    {
      expect: keepers,
      request: async (_who, made) => ({
        url: `/api/v1/accounts/${await officer(made)}/hand-over`,
        payload: { successorId: await officer(made), ...reason },
      }),
    },
    {
      when: 'to somebody of another body',
      expect: keepersElsewhere,
      request: async (_who, made) => ({
        url: `/api/v1/accounts/${await officer(made)}/hand-over`,
        payload: { successorId: await officer(made, true), ...reason },
      }),
    },
  ],
  'POST /api/v1/accounts/:id/departure': [
    act('departure', { on: '2026-12-31', ...reason }),
    act('departure', { on: '2026-12-31', ...reason }, keepersElsewhere, true),
  ],
  'POST /api/v1/accounts/:id/roles::revoke': act(
    'roles:revoke',
    { role: 'departmentOfficer', ...reason },
    { security: 'ok' },
  ),
  'GET /api/v1/role-requests': { expect: readers, ...at('/api/v1/role-requests') },
  'POST /api/v1/role-requests': [
    {
      expect: { system: 'ok', security: 'ok', manager: 'forbidden' },
      request: async (_who, made) => ({
        url: '/api/v1/role-requests',
        payload: { accountId: await officer(made), role: 'accountManager', ...reason },
      }),
    },
    {
      when: 'for somebody whom the manager does not reach',
      expect: { system: 'ok', security: 'ok', manager: 'hidden' },
      request: async (_who, made) => ({
        url: '/api/v1/role-requests',
        payload: { accountId: await officer(made, true), role: 'accountManager', ...reason },
      }),
    },
  ],
  'POST /api/v1/role-requests/:id/decision': {
    expect: { security: 'ok' },
    request: async (_who, made) => ({
      url: `/api/v1/role-requests/${await waitingRequest(made)}/decision`,
      payload: { approve: true },
    }),
  },
  'POST /api/v1/role-requests/:id/withdrawal': {
    // Only who asked takes it back: here the system administrator did.
    expect: { system: 'ok', security: 'forbidden', manager: 'forbidden' },
    request: async (_who, made) => ({ url: `/api/v1/role-requests/${await waitingRequest(made)}/withdrawal` }),
  },
  'GET /api/v1/recertifications': { expect: readers, ...at('/api/v1/recertifications') },
  'POST /api/v1/recertifications': {
    expect: { security: 'ok' },
    request: async (_who, made) => {
      await campaign(made);
      await execute(
        made.city.ctx.db.migrator,
        sql`UPDATE identity.recertification SET state = 'closed' WHERE state <> 'closed'`,
      );
      return { url: '/api/v1/recertifications', payload: { name: '年度确认' } };
    },
  },
  'GET /api/v1/recertifications/:id/items': {
    expect: readers,
    request: async (_who, made) => ({
      url: `/api/v1/recertifications/${await once(made, 'campaign', campaign)}/items`,
    }),
  },
  'POST /api/v1/recertifications/:id/items::decide': {
    expect: keepers,
    request: async (_who, made) => {
      const id = await officer(made);
      return {
        url: `/api/v1/recertifications/${await campaign(made)}/items:decide`,
        payload: { accountIds: [id], needed: true },
      };
    },
  },
  'GET /api/v1/deputies': {
    expect: { officer: 'ok', stranger: 'ok', office: 'ok', ...keepers },
    ...at('/api/v1/deputies'),
  },
  'GET /api/v1/colleagues': {
    expect: { officer: 'ok', stranger: 'ok', office: 'ok', ...keepers },
    ...at('/api/v1/colleagues'),
  },
  'POST /api/v1/deputies': {
    when: 'of the manager’s body',
    expect: { officer: 'hidden', stranger: 'hidden', office: 'hidden', ...keepers },
    request: async (_who, made) => ({
      url: '/api/v1/deputies',
      payload: {
        absentId: await officer(made),
        deputyId: await officer(made),
        fromOn: '2026-11-22',
        toOn: '2026-11-30',
        ...reason,
      },
    }),
  },
  'POST /api/v1/deputies/:id/end': {
    expect: { officer: 'hidden', stranger: 'hidden', office: 'hidden', ...keepers },
    request: async (_who, made) => {
      const answer = await made.city.call('system', 'POST', '/api/v1/deputies', {
        payload: {
          absentId: await officer(made),
          deputyId: await officer(made),
          fromOn: '2026-11-22',
          toOn: '2026-11-30',
          ...reason,
        },
      });
      return { url: `/api/v1/deputies/${answer.json().id}/end` };
    },
  },
  'POST /api/v1/session/deputy': [
    {
      expect: { officer: 'ok', stranger: 'ok', office: 'ok', ...keepers },
      request: () => ({ url: '/api/v1/session/deputy', payload: { deputyId: null } }),
    },
    {
      when: 'of somebody else',
      expect: { officer: 'hidden', stranger: 'hidden', office: 'hidden', manager: 'hidden', system: 'hidden' },
      request: () => ({ url: '/api/v1/session/deputy', payload: { deputyId: newId() } }),
    },
  ],
  'GET /api/v1/duty-roster': {
    expect: { officer: 'ok', stranger: 'ok', office: 'ok', ...keepers },
    ...at('/api/v1/duty-roster'),
  },
  'GET /api/v1/duty-roster/template': { expect: { office: 'ok', ...keepers }, ...at('/api/v1/duty-roster/template') },
  'POST /api/v1/duty-roster': {
    expect: { office: 'hidden', ...keepers },
    request: async (_who, made) => ({
      url: '/api/v1/duty-roster',
      payload: {
        bodyId: made.city.bodyId,
        onDate: '2026-12-01',
        shift: 'day',
        accountId: await officer(made),
        phone: '0536-8000000',
      },
    }),
  },
  'DELETE /api/v1/duty-roster/:id': {
    expect: { office: 'hidden', ...keepers },
    request: async (_who, made) => {
      const accountId = await officer(made);
      await made.city.call('system', 'POST', '/api/v1/duty-roster', {
        payload: { bodyId: made.city.bodyId, onDate: '2026-12-02', shift: 'night', accountId },
      });
      const { duty_id: id } = await one<{ duty_id: string }>(
        made.city.ctx.db.app,
        sql`SELECT duty_id FROM identity.duty WHERE account_id = ${accountId}`,
      );
      return { url: `/api/v1/duty-roster/${id}` };
    },
  },
  'POST /api/v1/duty-roster/imports': {
    expect: { office: 'ok', ...keepers },
    request: () => ({ url: '/api/v1/duty-roster/imports?mode=check', ...dutySheet() }),
  },
};
