/**
 * The reconciliation service against the Reconciliation Service API 0.2. Its published JSON schemas are not kept here;
 * `RECONCILIATION_SCHEMAS` names a folder with them (manifest.json, reconciliation-result-batch.json …), and every answer
 * is then held against them too. Without it the shapes below, written after the specification, hold.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { licence, licenceCsv } from '../support/rows.ts';

const base = '/api/v1/reconcile';
const folder = process.env.RECONCILIATION_SCHEMAS;
const text = { type: 'string' };
const named = { type: 'object', required: ['id', 'name'], properties: { id: text, name: text, description: text } };
const list = (items: object) => ({ type: 'array', items });
const shapes: Readonly<Record<string, object>> = {
  'manifest.json': {
    type: 'object',
    required: ['versions', 'name', 'identifierSpace', 'schemaSpace'],
    properties: {
      versions: { type: 'array', items: text, contains: { const: '0.2' } },
      view: { type: 'object', required: ['url'], properties: { url: { type: 'string', pattern: '\\{\\{id\\}\\}' } } },
      preview: { type: 'object', required: ['url', 'width', 'height'] },
      defaultTypes: list(named),
    },
  },
  'reconciliation-result-batch.json': {
    type: 'object',
    additionalProperties: {
      type: 'object',
      required: ['result'],
      properties: {
        result: list({
          type: 'object',
          required: ['id', 'name', 'score'],
          properties: {
            score: { type: 'number' },
            match: { type: 'boolean' },
            type: list(named),
            features: list({ type: 'object', required: ['id', 'value'] }),
          },
        }),
      },
    },
  },
  'suggest-entities-response.json': { type: 'object', required: ['result'], properties: { result: list(named) } },
  'suggest-properties-response.json': { type: 'object', required: ['result'], properties: { result: list(named) } },
  'suggest-types-response.json': { type: 'object', required: ['result'], properties: { result: list(named) } },
  'data-extension-property-proposal.json': {
    type: 'object',
    required: ['properties'],
    properties: { properties: list(named) },
  },
  'data-extension-response.json': {
    type: 'object',
    required: ['rows', 'meta'],
    properties: {
      meta: list(named),
      rows: {
        type: 'object',
        additionalProperties: { type: 'object', additionalProperties: list({ type: 'object', maxProperties: 2 }) },
      },
    },
  },
};

const published = new Ajv({ strict: false, allErrors: true });
formats.default(published);
if (folder) {
  for (const name of readdirSync(folder)) {
    const schema = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { $id?: string; $schema?: string };
    delete schema.$schema;
    published.addSchema(schema, name);
  }
}
const own = new Ajv({ strict: false, allErrors: true });

function follows(name: string, value: unknown): void {
  const shape = shapes[name] ?? assert.fail(name);
  assert.ok(own.validate(shape, value), `${name}: ${own.errorsText()}\n${JSON.stringify(value)}`);
  if (folder) assert.ok(published.validate(name, value), `published ${name}: ${published.errorsText()}`);
}

let city: HttpCity;
let code: string;
before(async () => {
  city = await createHttpCity();
  await city.submit(licenceCsv([licence(1)]));
  code = licence(1).XK_XDR_SHXYM ?? assert.fail('no code');
});
after(() => city.close());

const get = (path: string) => city.call(null, 'GET', `${base}${path}`);
const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  city.call(null, 'POST', base, {
    payload: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });

describe('Reconciliation Service API 0.2', () => {
  it('says what it is, to pages of any site', async () => {
    const answer = await get('');
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    follows('manifest.json', answer.json());
  });
  it('reconciles a batch, sent as a form or in the address, from another site too', async () => {
    const name = ((await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json() as { name: string }).name;
    const queries = JSON.stringify({
      q0: { query: name, limit: 3 },
      q1: { query: '没有这样的名称', type: 'enterprise' },
      q2: { properties: [{ pid: 'unifiedCode', v: code.toLowerCase() }] },
    });
    for (const answer of [
      await form({ queries }, { origin: 'http://127.0.0.1:3333' }),
      await get(`?queries=${encodeURIComponent(queries)}`),
    ]) {
      assert.equal(answer.statusCode, 200, answer.body);
      follows('reconciliation-result-batch.json', answer.json());
      const result = answer.json() as Record<string, { result: { id: string; match: boolean }[] }>;
      assert.equal(result.q0?.result[0]?.id, code);
      assert.ok((result.q0?.result.length ?? 9) <= 3);
      assert.deepEqual(
        result.q2?.result.map((one) => [one.id, one.match]),
        [[code, true]],
      );
    }
  });
  it('suggests entities, properties and types; nothing for a single character', async () => {
    const name = ((await city.call(null, 'GET', `/api/v1/public/subjects/${code}`)).json() as { name: string }).name;
    const entities = await get(`/suggest/entity?prefix=${encodeURIComponent(name.slice(0, 4))}`);
    follows('suggest-entities-response.json', entities.json());
    assert.deepEqual((await get('/suggest/entity?prefix=x')).json(), { result: [] });
    follows('suggest-types-response.json', (await get('/suggest/type?prefix=enter')).json());
    follows('suggest-properties-response.json', (await get('/suggest/property?prefix=code')).json());
    follows('data-extension-property-proposal.json', (await get('/properties?type=enterprise&limit=3')).json());
  });
  it('fetches what the public archive shows, and nothing of an unknown id', async () => {
    const extend = JSON.stringify({
      ids: [code, '00000000000000000X'],
      properties: [{ id: 'name' }, { id: 'establishedOn' }, { id: 'legalRepresentativeDocument' }],
    });
    const answer = await form({ extend });
    assert.equal(answer.statusCode, 200, answer.body);
    follows('data-extension-response.json', answer.json());
    const { rows } = answer.json() as { rows: Record<string, Record<string, object[]>> };
    assert.equal(rows[code]?.name?.length, 1);
    assert.deepEqual(rows[code]?.legalRepresentativeDocument, []);
    assert.deepEqual(rows['00000000000000000X']?.name, []);
  });
  it('shows a preview that may be framed and can run nothing', async () => {
    const answer = await get(`/preview?id=${code}`);
    assert.equal(answer.headers['x-frame-options'], undefined);
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'.*frame-ancestors \*/);
    assert.doesNotMatch(answer.body, /<script/);
    assert.equal((await get('/preview?id=nobody')).statusCode, 404);
  });
  it('refuses what is no query, and batches beyond the limit, with what to do', async () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`q${at}`, { query: 'x' }])));
    for (const queries of ['{', '[]', '{"q0":{}}', '{"q0":{"query":1}}', '{"q0":{"query":"x","sort":"y"}}', many]) {
      const answer = await form({ queries });
      assert.equal(answer.statusCode, 400, `${queries.slice(0, 40)} ${answer.body}`);
      assert.ok((answer.json() as { detail?: string }).detail);
    }
    assert.equal((await form({})).statusCode, 400);
    const rude = JSON.stringify({
      q0: { query: "'; DROP TABLE core.subject; --" },
      q1: { query: '%_%\u0000' },
      __proto__x: { query: '启'.repeat(400) },
    });
    assert.equal((await form({ queries: rude })).statusCode, 200);
  });
});
