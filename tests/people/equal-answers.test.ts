/**
 * T1 (natural-persons §5): whatever is held about natural persons — good, bad or nothing — every endpoint that the public
 * reaches gives the same answer.
 */
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { citizenId } from '../support/persons.ts';
import {
  codeOf,
  csv,
  LICENCE_HEADER,
  licence,
  licenceCsv,
  PENALTY_HEADER,
  penalty,
  penaltyCsv,
} from '../support/rows.ts';

let city: HttpCity;
let superuser: pg.Client;
/** Names that organisations know too: a representative, a sole trader's operator, part of a name. */
const names = ['张三丰', '李婉清', '王小二', '示范市第1商贸有限公司', '欧阳望舒'];
const trader = codeOf(7001, '92');

before(async () => {
  city = await createHttpCity();
  superuser = new pg.Client({ connectionString: city.database.superuserUrl });
  await superuser.connect();
  const organisations = await city.submit(
    penaltyCsv([
      penalty(1),
      penalty(2, { CF_FRDB: '李婉清', CF_FR_ZJLX: '身份证', CF_FR_ZJHM: citizenId(1) }),
      penalty(3, {
        CF_XDR_MC: '王小二小吃店',
        CF_XDR_LB: '个体工商户',
        CF_XDR_SHXYM: trader,
        CF_FRDB: '王小二',
        CF_FR_ZJLX: '身份证',
        CF_FR_ZJHM: citizenId(2),
      }),
    ]),
  );
  assert.equal(organisations.counts.accepted, 3, JSON.stringify(organisations));
  await city.submit(licenceCsv([licence(1), licence(2)]));
});
after(async () => {
  await superuser.end();
  await city.close();
});

let address = 0;
/** Everything that anybody may ask, about a person of this name and number and about the organisations around. */
async function answers(name: string, number: string): Promise<Record<string, string>> {
  const q = encodeURIComponent;
  const code = codeOf(1001);
  const urls = [
    `/`,
    `/search?q=${q(name)}`,
    `/search?q=${number}`,
    `/search?q=${q(name.slice(0, 2))}`,
    `/s/${number}`,
    `/s/${q(name)}`,
    `/s/${code}`,
    `/s/${trader}`,
    `/s/${code}/credit-code`,
    `/s/${code}/records.xlsx`,
    `/verify/${number}`,
    `/api/v1/public/subjects?q=${q(name)}`,
    `/api/v1/public/subjects?q=${number}`,
    `/api/v1/public/subjects:suggest?q=${q(name)}`,
    `/api/v1/public/subjects/${number}`,
    `/api/v1/public/subjects/${number}/records`,
    `/api/v1/public/subjects/${number}/report.pdf`,
    `/api/v1/public/subjects/${code}`,
    `/api/v1/public/subjects/${code}/records`,
    `/api/v1/public/subjects/${trader}`,
    `/api/v1/public/subjects/${trader}/records`,
    `/api/v1/public/reports/verify/${number}`,
    `/api/v1/openapi.json`,
  ];
  // Routes have limits by address; each round is another visitor.
  address += 1;
  const remoteAddress = `10.0.${address >> 8}.${address & 255}`;
  const found: Record<string, string> = {};
  for (const url of urls) {
    const response = await city.call(null, 'GET', url, {
      remoteAddress,
      headers: { accept: url.startsWith('/api') ? 'application/json' : 'text/html' },
    });
    const text = response.body.replaceAll(/"requestId":"[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
    found[url] = `${response.statusCode} ${String(response.headers.etag ?? '')} ${text}`;
  }
  const report = await city.call(null, 'GET', `/api/v1/public/subjects/${trader}/report.pdf`, { remoteAddress });
  assert.equal(report.statusCode, 200);
  for (const url of ['/', `/s/${code}`, `/api/v1/public/subjects/${trader}/records`])
    assert.match(found[url] ?? '', /^200/, url);
  found.report = `${report.statusCode} ${String(report.headers['x-content-hash'])}`;
  return found;
}

interface Fact {
  readonly kind: 'licence' | 'penalty';
  readonly name: string;
  readonly serial: number;
}
const factOf: fc.Arbitrary<Fact> = fc.record({
  kind: fc.constantFrom('licence', 'penalty'),
  name: fc.constantFrom(...names),
  serial: fc.integer({ min: 10, max: 890 }),
});

async function report(facts: readonly Fact[]): Promise<void> {
  const licences = facts
    .filter((fact) => fact.kind === 'licence')
    .map(({ name, serial }) =>
      licence(serial, {
        XK_XDR_MC: name,
        XK_XDR_LB: '自然人',
        XK_XDR_SHXYM: '',
        XK_FRDB: '',
        XK_XDR_ZJLX: '身份证',
        XK_XDR_ZJHM: citizenId(serial),
      }),
    );
  const penalties = facts
    .filter((fact) => fact.kind === 'penalty')
    .map(({ name, serial }) =>
      penalty(serial, {
        CF_XDR_MC: name,
        CF_XDR_LB: '自然人',
        CF_XDR_SHXYM: '',
        CF_FRDB: '',
        CF_XDR_ZJLX: '身份证',
        CF_XDR_ZJHM: citizenId(serial),
      }),
    );
  if (licences.length > 0) await city.submit(csv(LICENCE_HEADER, licences));
  if (penalties.length > 0) await city.submit(csv(PENALTY_HEADER, penalties));
}

it('every public answer is the same with good, bad and no facts about a person', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(factOf, { minLength: 1, maxLength: 6 }), async (facts) => {
      const [first] = facts;
      assert.ok(first);
      const number = citizenId(first.serial);
      const before = await answers(first.name, number);
      await report(facts);
      // What a city that stores penalties on persons would hold, written past every rule.
      await superuser.query(
        `INSERT INTO person.identifier (token, kind, cipher, key_id, added_at, purpose, purpose_version, retain_until) VALUES ($1, 'citizenId', '\\x00', 'person-1', '2026-11-22', 'recordKeeping', 1, '2031-11-02') ON CONFLICT DO NOTHING`,
        [city.ctx.keys.token('citizenId', number)],
      );
      await superuser.query(
        `INSERT INTO person.record (token, record_id, item, key_hash, payload_hash, cipher, key_id, decided_on, deciding_body_id, source_body_id, submission_id, row_no, policy_set_id, retain_until, recorded_at, purpose, purpose_version)
         VALUES ($1, gen_random_uuid(), $2, decode(md5(random()::text), 'hex'), '\\x00', '\\x00', 'person-1', '2026-11-02', $3, $3, gen_random_uuid(), 2, 1, '2031-11-02', '2026-11-22', 'recordKeeping', 1)`,
        [city.ctx.keys.token('citizenId', number), first.kind, city.bodyId],
      );
      const held = await superuser.query<{ count: string }>('SELECT count(*) FROM person.record WHERE token = $1', [
        city.ctx.keys.token('citizenId', number),
      ]);
      assert.ok(Number(held.rows[0]?.count) > 0);
      assert.deepEqual(await answers(first.name, number), before);
      await superuser.query('DELETE FROM person.record');
      await superuser.query('DELETE FROM person.identifier');
      assert.deepEqual(await answers(first.name, number), before);
    }),
    { numRuns: 6, seed: 20261122 },
  );
});

it('and every answer to an officer about a person is that there is nothing', async () => {
  await report([{ kind: 'licence', name: '欧阳望舒', serial: 888 }]);
  const number = citizenId(888);
  for (const url of [
    `/api/v1/subjects/${number}?purpose=approval`,
    `/api/v1/subjects/${number}/records?purpose=approval`,
  ]) {
    assert.equal((await city.call('office', 'GET', url)).statusCode, 404, url);
  }
  assert.deepEqual(
    (await city.call('office', 'GET', `/api/v1/subjects?q=${encodeURIComponent('欧阳望舒')}`)).json().items,
    [],
  );
  assert.deepEqual((await city.call('office', 'GET', `/api/v1/subjects?q=${number}`)).json().items, []);
  assert.equal((await city.call('officer', 'GET', `/api/v1/subjects/lookup?code=${number}`)).json().found, false);
});
