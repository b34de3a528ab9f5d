/** Purposes, exports of non-public information, the emergency switch. */
import assert from 'node:assert/strict';
import type { Login } from '../../support/http-city.ts';
import { all, at, business, type Expect, type Fixture, type Rows } from '../format.ts';

/** Whoever may read something that is not public. */
const readers: Expect = {
  ...business,
  representative: 'ok',
  otherRepresentative: 'ok',
  reader: 'ok',
  otherReader: 'ok',
};
const administrators: Expect = { system: 'ok', security: 'ok' };
const reason = '演练：关闭对外查询';
const wanted = { filter: { item: 'penalty' }, reason: '年度专项检查抽样', purpose: 'dailySupervision' };

/** An export that `officer` asked for; approved by the credit office where it is to be taken. */
async function exportRequest({ city }: Fixture, approved = false): Promise<string> {
  const made = await city.call('officer', 'POST', '/api/v1/exports', { payload: wanted });
  assert.equal(made.statusCode, 201, made.body);
  const { id } = made.json();
  if (approved) {
    const decided = await city.call('office', 'POST', `/api/v1/exports/${id}/approve`, { payload: {} });
    assert.equal(decided.statusCode, 200, decided.body);
  }
  return id;
}

/** A request of one administrator, which nobody else's precedes. */
async function switchRequest({ city }: Fixture, by: Login): Promise<string> {
  const state = await city.call('audit', 'GET', '/api/v1/emergency');
  for (const row of state.json().requests)
    if (row.state === 'waiting') await city.call('system', 'POST', `/api/v1/emergency/requests/${row.id}/withdraw`);
  const made = await city.call(by, 'POST', '/api/v1/emergency/requests', { payload: { closed: true, reason } });
  assert.equal(made.statusCode, 201, made.body);
  return made.json().id;
}

/** Outside reading is open for those who come after. */
async function openAgain({ city }: Fixture): Promise<void> {
  const state = (await city.call('audit', 'GET', '/api/v1/emergency')).json();
  if (!state.switches.find((row: { name: string }) => row.name === 'outsideReading').closed) return;
  const made = await city.call('system', 'POST', '/api/v1/emergency/requests', { payload: { closed: false, reason } });
  const opened = await city.call('security', 'POST', `/api/v1/emergency/requests/${made.json().id}/confirm`);
  assert.equal(opened.statusCode, 200, opened.body);
}
async function writable({ city }: Fixture): Promise<void> {
  await city.call('system', 'POST', '/api/v1/emergency/read-only', {
    payload: { readOnly: false, reason: '恢复写入，演练结束' },
  });
}

export const rows: Rows = {
  'GET /api/v1/purposes': { expect: readers, ...at('/api/v1/purposes?act=archive') },
  'GET /api/v1/public/state': { expect: all, ...at('/api/v1/public/state') },
  'GET /api/v1/emergency': { expect: { ...administrators, audit: 'ok' }, ...at('/api/v1/emergency') },
  'POST /api/v1/emergency/requests': {
    expect: administrators,
    request: async (who, fixture) => {
      await switchRequest(fixture, 'system');
      // Asked where none waits: the one before is withdrawn first.
      const state = await fixture.city.call('audit', 'GET', '/api/v1/emergency');
      for (const row of state.json().requests)
        if (row.state === 'waiting' && who !== 'anonymous')
          await fixture.city.call('system', 'POST', `/api/v1/emergency/requests/${row.id}/withdraw`);
      return { url: '/api/v1/emergency/requests', payload: { closed: true, reason } };
    },
  },
  'POST /api/v1/emergency/requests/:id/confirm': [
    {
      when: 'asked by the system administrator',
      expect: { security: 'ok', system: 'forbidden' },
      request: async (_who, fixture) => ({
        url: `/api/v1/emergency/requests/${await switchRequest(fixture, 'system')}/confirm`,
      }),
      after: openAgain,
    },
    {
      when: 'asked by the security administrator',
      expect: { security: 'forbidden', system: 'ok' },
      request: async (_who, fixture) => ({
        url: `/api/v1/emergency/requests/${await switchRequest(fixture, 'security')}/confirm`,
      }),
      after: openAgain,
    },
  ],
  'POST /api/v1/emergency/requests/:id/withdraw': {
    expect: administrators,
    request: async (_who, fixture) => ({
      url: `/api/v1/emergency/requests/${await switchRequest(fixture, 'security')}/withdraw`,
    }),
  },
  'POST /api/v1/emergency/read-only': {
    expect: { system: 'ok' },
    request: () => ({ url: '/api/v1/emergency/read-only', payload: { readOnly: true, reason: '进入只读，演练' } }),
    after: writable,
  },
  'GET /api/v1/exports': { expect: { ...business, audit: 'ok' }, ...at('/api/v1/exports') },
  'POST /api/v1/exports': [
    { when: 'for a purpose', expect: business, request: () => ({ url: '/api/v1/exports', payload: wanted }) },
    {
      when: 'for a purpose that exports nothing',
      expect: { officer: 'invalid', stranger: 'invalid', office: 'invalid' },
      request: () => ({ url: '/api/v1/exports', payload: { ...wanted, purpose: 'approval' } }),
    },
  ],
  'POST /api/v1/exports/:id/approve': {
    expect: { office: 'ok' },
    request: async (_who, fixture) => ({
      url: `/api/v1/exports/${await exportRequest(fixture)}/approve`,
      payload: {},
    }),
  },
  'POST /api/v1/exports/:id/refuse': {
    expect: { office: 'ok' },
    request: async (_who, fixture) => ({
      url: `/api/v1/exports/${await exportRequest(fixture)}/refuse`,
      payload: { note: '理由不充分' },
    }),
  },
  'POST /api/v1/exports/:id/withdraw': {
    expect: { officer: 'ok', stranger: 'hidden', office: 'hidden' },
    request: async (_who, fixture) => ({ url: `/api/v1/exports/${await exportRequest(fixture)}/withdraw` }),
  },
  'POST /api/v1/exports/:id/file': [
    {
      when: 'approved',
      expect: { officer: 'ok', stranger: 'hidden', office: 'hidden' },
      request: async (_who, fixture) => ({ url: `/api/v1/exports/${await exportRequest(fixture, true)}/file` }),
    },
    {
      when: 'not approved',
      expect: { officer: 'conflict', stranger: 'hidden', office: 'conflict' },
      request: async (_who, fixture) => ({ url: `/api/v1/exports/${await exportRequest(fixture)}/file` }),
    },
  ],
};
