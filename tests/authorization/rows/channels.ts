/** Channels, uploads in pieces, rows taken back. */
import { execute, sql } from '../../../server/src/platform/db.ts';
import { newId } from '../../../server/src/platform/ids.ts';
import { DEPARTMENT } from '../../support/rows.ts';
import {
  at,
  business,
  type Case,
  type Fixture,
  officeOnly,
  ofTheBody,
  ofTheBodyWithSystems,
  type Rows,
  whos,
  withSystems,
} from '../format.ts';

const tus = { 'tus-resumable': '1.0.0' };

/** A pull of the body of `officer`, paused or not. */
async function channel({ city }: Fixture, enabled = true): Promise<string> {
  const channelId = newId();
  await execute(
    city.ctx.db.app,
    sql`INSERT INTO core.channel (channel_id, body_id, kind, name, standard, config, enabled, state, created_at, updated_at)
        VALUES (${channelId}, ${city.bodyId}, 'pull', '取数', 'penalty', '{}'::jsonb, ${enabled}, 'idle', ${city.clock.now()}, ${city.clock.now()})`,
  );
  return channelId;
}
const onChannel = (path: string, payload?: object, enabled = true): Case => ({
  expect: ofTheBody,
  request: async (_who, fixture) => ({
    url: `/api/v1/channels/${await channel(fixture, enabled)}${path}`,
    ...(payload ? { payload } : {}),
  }),
});

/** An upload that whoever calls has begun; of a caller who may begin none, somebody else's. */
async function upload(who: (typeof whos)[number], { city }: Fixture): Promise<string> {
  const may = who === 'officer' || who === 'stranger' || who === 'office' || who === 'client' ? who : 'officer';
  const begun = await city.call(may, 'POST', '/api/v1/uploads', { headers: { ...tus, 'upload-length': '10' } });
  return begun.headers.location as string;
}

export const rows: Rows = {
  'GET /api/v1/channels': { expect: business, ...at('/api/v1/channels') },
  'POST /api/v1/channels': {
    expect: officeOnly,
    request: () => ({
      url: '/api/v1/channels',
      payload: {
        org: DEPARTMENT.code,
        name: '取数',
        standard: 'penalty',
        engine: 'postgresql',
        host: 'db.example.gov.cn',
        port: 5432,
        database: 'd',
        table: 't',
        user: 'u',
        password: 'p',
        keyColumns: ['id'],
        watermarkColumn: 'changed_at',
      },
    }),
  },
  'GET /api/v1/channels/:id': onChannel(''),
  'GET /api/v1/channels/:id/items': onChannel('/items'),
  'POST /api/v1/channels/:id/run': onChannel('/run', {}),
  'POST /api/v1/channels/:id/pause': onChannel('/pause'),
  'POST /api/v1/channels/:id/enable': onChannel('/enable', undefined, false),
  'GET /api/v1/submissions/:id/results': {
    expect: ofTheBodyWithSystems,
    request: (_who, { submission }) => ({ url: `/api/v1/submissions/${submission.id}/results` }),
  },
  'POST /api/v1/records::withdraw': {
    expect: ofTheBodyWithSystems,
    request: async (_who, { freshRecord }) => ({
      url: '/api/v1/records:withdraw',
      payload: {
        standard: 'penalty',
        org: DEPARTMENT.code,
        reason: '误报',
        records: [{ recordId: await freshRecord() }],
      },
    }),
  },
  'OPTIONS /api/v1/uploads': {
    expect: Object.fromEntries(whos.map((who) => [who, 'ok'])),
    ...at('/api/v1/uploads'),
  },
  'POST /api/v1/uploads': {
    expect: withSystems,
    request: () => ({ url: '/api/v1/uploads', headers: { ...tus, 'upload-length': '10' } }),
  },
  'GET /api/v1/uploads/:id': [
    { expect: withSystems, request: async (who, fixture) => ({ url: await upload(who, fixture) }) },
    {
      when: 'somebody else’s',
      expect: { officer: 'hidden', stranger: 'hidden', client: 'hidden', office: 'ok' },
      request: async (_who, fixture) => ({ url: await upload('office', fixture) }),
    },
  ],
  'PATCH /api/v1/uploads/:id': {
    expect: withSystems,
    request: async (who, fixture) => ({
      url: await upload(who, fixture),
      payload: Buffer.from('12345'),
      headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    }),
  },
  'DELETE /api/v1/uploads/:id': {
    expect: withSystems,
    request: async (who, fixture) => ({ url: await upload(who, fixture), headers: tus }),
  },
};
