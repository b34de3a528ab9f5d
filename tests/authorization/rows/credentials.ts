/** The own second factor and sessions, resets of lost factors. */
import { insertLink, insertRepresentation } from '../../../server/src/modules/credentials/provider-queries.ts';
import { requestReset } from '../../../server/src/modules/credentials/reset-factor.ts';
import { provideTotp } from '../../../server/src/modules/credentials/testing.ts';
import { createAccount, openSession } from '../../../server/src/modules/identity/index.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { actorWith } from '../../support/context.ts';
import { accounts } from '../../support/http-city.ts';
import { assertLicence } from '../../support/licence-authority.ts';
import { all, at, type Case, type Expect, type Fixture, type Rows, signedIn, type Who } from '../format.ts';

const administrators: Expect = { system: 'ok', security: 'ok' };
const unknown = '00000000-0000-7000-8000-00000000dead';
const onlyHidden = (expect: Expect): Expect =>
  Object.fromEntries(Object.keys(expect).map((who) => [who, 'hidden'])) as Expect;

let serial = 0;
/** Another account of the same role: what these requests do to a session must not meet the one that the table goes on with. */
async function another({ city }: Fixture, who: Who): Promise<{ accountId: string; cookie: string }> {
  const role = who === 'anonymous' ? 'departmentOfficer' : accounts[who];
  serial += 1;
  const { accountId } = await createAccount(city.ctx.db.app, city.clock, {
    login: `${who.toLowerCase()}-own-${serial}`,
    name: '另一账号',
    roles: [role],
    bodyId: city.bodyId,
    subjectId: role === 'companyRepresentative' ? newId() : null,
    password: null,
  });
  const opened = await openSession(city.ctx.db.app, city.ctx, accountId, null, ['password', 'certificate']);
  return { accountId, cookie: `chengxin=${opened.token}` };
}
const hasOwn = (who: Who): boolean => Object.hasOwn(signedIn, who);

/** A request about the own account that shows a code; `confirmed: false` for the one that is being enrolled. */
const withCode = (path: string, confirmed = true): Case => ({
  expect: signedIn,
  request: async (who, fixture) => {
    const url = `/api/v1/session/second-factor${path}`;
    if (!hasOwn(who)) return { url, payload: { code: '000000' } };
    const { accountId, cookie } = await another(fixture, who);
    const code = await provideTotp(fixture.city.ctx, accountId, confirmed);
    return { url, payload: { code }, headers: { cookie } };
  },
});
const own = (url: string): Case => ({
  expect: signedIn,
  request: async (who, fixture) =>
    hasOwn(who) ? { url, headers: { cookie: (await another(fixture, who)).cookie } } : { url },
});

/** Asked for by the other administrator. */
async function freshReset(who: Who, fixture: Fixture): Promise<string> {
  const { city } = fixture;
  const { accountId } = await another(fixture, 'officer');
  await provideTotp(city.ctx, accountId);
  const role = who === 'system' ? 'securityAdmin' : 'systemAdmin';
  const asker = await another(fixture, who === 'system' ? 'security' : 'system');
  return requestReset(city.ctx, actorWith([role], null, asker.accountId), `officer-own-${serial - 1}`, '手机遗失');
}

const keepers: Expect = { manager: 'ok', system: 'ok', security: 'ok' };
const clientInput = {
  name: '审批系统',
  scopes: ['body.read'],
  addresses: [],
  signatureRequired: false,
  contact: '信息科',
};
const newClient = (bodyId: string) => ({ ...clientInput, way: 'direct', bodyId });
async function freshClient({ city }: Fixture, bodyId = city.bodyId): Promise<string> {
  const made = await city.call('system', 'POST', '/api/v1/clients', { payload: newClient(bodyId) });
  return made.json().id;
}
/** About a client of the manager's body, and one of another. */
const aboutClient = (path: string, payload?: () => object): Case[] => [
  {
    expect: keepers,
    request: async (_who, fixture) => ({
      url: `/api/v1/clients/${await freshClient(fixture)}${path}`,
      ...(payload ? { payload: payload() } : {}),
    }),
  },
  {
    when: "of another's body",
    expect: { ...keepers, manager: 'hidden' },
    request: async (_who, fixture) => ({
      url: `/api/v1/clients/${await freshClient(fixture, fixture.city.otherBodyId)}${path}`,
      ...(payload ? { payload: payload() } : {}),
    }),
  },
];
async function freshLink({ city }: Fixture, accountId: string): Promise<string> {
  const linkId = newId();
  const at = city.clock.now();
  const claimHash = Buffer.from(linkId);
  await insertLink(city.ctx.db.app, { linkId, provider: 'licence', claimHash, accountId, by: accountId, at });
  return linkId;
}

export const rows: Rows = {
  'GET /api/v1/session/second-factor': { expect: signedIn, ...at('/api/v1/session/second-factor') },
  'POST /api/v1/session/second-factor': withCode(''),
  'POST /api/v1/session/second-factor::enrol': own('/api/v1/session/second-factor:enrol'),
  'POST /api/v1/session/second-factor::confirm': withCode(':confirm', false),
  'POST /api/v1/session/second-factor::recovery-codes': withCode(':recovery-codes'),
  'POST /api/v1/session/second-factor::remove': withCode(':remove'),
  'GET /api/v1/session/sessions': { expect: signedIn, ...at('/api/v1/session/sessions') },
  'POST /api/v1/session/sessions::end-others': own('/api/v1/session/sessions:end-others'),
  'DELETE /api/v1/session/sessions/:id': [
    {
      expect: signedIn,
      request: async (who, fixture) => {
        if (!hasOwn(who)) return { url: `/api/v1/session/sessions/${unknown}` };
        const { cookie } = await another(fixture, who);
        const list = await fixture.city.call(null, 'GET', '/api/v1/session/sessions', { headers: { cookie } });
        return { url: `/api/v1/session/sessions/${list.json().items[0].id}`, headers: { cookie } };
      },
    },
    {
      when: "another account's",
      expect: onlyHidden(signedIn),
      request: async (_who, fixture) => {
        const { cookie } = await another(fixture, 'officer');
        const list = await fixture.city.call(null, 'GET', '/api/v1/session/sessions', { headers: { cookie } });
        return { url: `/api/v1/session/sessions/${list.json().items[0].id}` };
      },
    },
  ],
  'GET /api/v1/factor-resets': { expect: administrators, ...at('/api/v1/factor-resets') },
  'POST /api/v1/factor-resets': [
    {
      expect: administrators,
      request: async (_who, fixture) => {
        const { accountId } = await another(fixture, 'officer');
        await provideTotp(fixture.city.ctx, accountId);
        return { url: '/api/v1/factor-resets', payload: { login: `officer-own-${serial}`, reason: '手机遗失' } };
      },
    },
    {
      when: 'for nobody',
      expect: onlyHidden(administrators),
      request: () => ({ url: '/api/v1/factor-resets', payload: { login: 'nobody-here', reason: '手机遗失' } }),
    },
  ],
  'POST /api/v1/factor-resets/:id/decide': [
    {
      expect: administrators,
      request: async (who, fixture) => ({
        url: `/api/v1/factor-resets/${Object.hasOwn(administrators, who) ? await freshReset(who, fixture) : unknown}/decide`,
        payload: { decision: 'done' },
      }),
    },
    {
      when: 'that is closed or unknown',
      expect: { system: 'conflict', security: 'conflict' },
      request: () => ({ url: `/api/v1/factor-resets/${unknown}/decide`, payload: { decision: 'done' } }),
    },
  ],
  'GET /api/v1/clients': { expect: keepers, ...at('/api/v1/clients') },
  'POST /api/v1/clients': [
    {
      expect: keepers,
      request: (_who, { city }) => ({ url: '/api/v1/clients', payload: newClient(city.bodyId) }),
    },
    {
      when: "for another's body",
      expect: { ...keepers, manager: 'hidden' },
      request: (_who, { city }) => ({ url: '/api/v1/clients', payload: newClient(city.otherBodyId) }),
    },
  ],
  'PUT /api/v1/clients/:id': aboutClient('', () => clientInput),
  'POST /api/v1/clients/:id/approve': {
    expect: { security: 'ok' },
    request: async (_who, fixture) => ({ url: `/api/v1/clients/${await freshClient(fixture)}/approve` }),
  },
  'POST /api/v1/clients/:id/revoke': aboutClient('/revoke'),
  'POST /api/v1/clients/:id/keys': aboutClient('/keys', () => ({ kind: 'bearer' })),
  'DELETE /api/v1/clients/:id/keys/:keyId': {
    expect: keepers,
    request: async (_who, fixture) => {
      const id = await freshClient(fixture);
      const key = await fixture.city.call('system', 'POST', `/api/v1/clients/${id}/keys`, {
        payload: { kind: 'bearer' },
      });
      return { url: `/api/v1/clients/${id}/keys/${key.json().id}` };
    },
  },
  'GET /api/v1/gateways': { expect: { security: 'ok' }, ...at('/api/v1/gateways') },
  'POST /api/v1/gateways': {
    expect: { security: 'ok' },
    request: () => ({ url: '/api/v1/gateways', payload: { name: '网关', addresses: ['10.7.0.1'] } }),
  },
  'POST /api/v1/gateways/:id/revoke': {
    expect: { security: 'ok' },
    request: async (_who, { city }) => {
      const made = await city.call('security', 'POST', '/api/v1/gateways', {
        payload: { name: '网关', addresses: ['10.7.0.1'] },
      });
      return { url: `/api/v1/gateways/${made.json().id}/revoke` };
    },
  },
  'GET /api/v1/public/sign-in-providers': { expect: all, ...at('/api/v1/public/sign-in-providers') },
  'POST /api/v1/session/providers/:key/begin': {
    expect: all,
    request: () => ({ url: '/api/v1/session/providers/licence/begin', payload: {} }),
  },
  'POST /api/v1/session/providers/:key/link': {
    expect: signedIn,
    request: () => ({ url: '/api/v1/session/providers/licence/link', payload: {} }),
  },
  'POST /api/v1/session/providers/:key/finish': {
    expect: all,
    request: async (_who, { city, code }) => {
      const begun = await city.call(null, 'POST', '/api/v1/session/providers/licence/begin', { payload: {} });
      const [attempt] = begun.cookies;
      const { state, challenge } = begun.json();
      const now = city.clock.now();
      return {
        url: '/api/v1/session/providers/licence/finish',
        payload: { state, assertion: await assertLicence({ challenge, unifiedCode: code, person: 'made-up-1', now }) },
        headers: { cookie: `${attempt?.name}=${attempt?.value}` },
      };
    },
  },
  // Whoever comes back without what was begun is sent to the door.
  'GET /api/v1/session/providers/:key/callback': {
    expect: all,
    ...at('/api/v1/session/providers/licence/callback?state=x'),
  },
  'GET /api/v1/session/links': { expect: signedIn, ...at('/api/v1/session/links') },
  'DELETE /api/v1/session/links/:id': [
    {
      expect: signedIn,
      request: async (who, fixture) => {
        if (!hasOwn(who)) return { url: `/api/v1/session/links/${unknown}` };
        const { accountId, cookie } = await another(fixture, who);
        return { url: `/api/v1/session/links/${await freshLink(fixture, accountId)}`, headers: { cookie } };
      },
    },
    {
      when: "another account's",
      expect: onlyHidden(signedIn),
      request: async (_who, fixture) => ({
        url: `/api/v1/session/links/${await freshLink(fixture, (await another(fixture, 'officer')).accountId)}`,
      }),
    },
  ],
  'GET /api/v1/representations': {
    expect: { representative: 'ok', otherRepresentative: 'ok' },
    ...at('/api/v1/representations'),
  },
  'POST /api/v1/representations/:id/revoke': {
    expect: { representative: 'ok', otherRepresentative: 'hidden' },
    request: async (_who, fixture) => {
      const { accountId } = await another(fixture, 'representative');
      const representationId = newId();
      await insertRepresentation(fixture.city.ctx.db.app, {
        representationId,
        accountId,
        subjectId: fixture.subjectId,
        provider: 'licence',
        proofDigest: 'digest',
        personToken: 'pt_made_up',
        at: fixture.city.clock.now(),
      });
      return { url: `/api/v1/representations/${representationId}/revoke` };
    },
  },
};
