/** After the decision a record is nowhere here: pages, interfaces, reports, desk, exports of the archive, earlier days. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createHttpCity } from '../support/http-city.ts';
import { createReceivingCity, type ReceivingCity, type Reported } from '../support/receiving-city.ts';

let city: ReceivingCity;
before(async () => {
  city = await createReceivingCity({ ports: 0 });
});
after(() => city.close());

const purpose = `purpose=approval&matter=${encodeURIComponent('建设工程施工许可')}&caseNumber=A-1`;

/** Every way in which somebody may come to a record, with what it answers. */
const surfaces = (
  of: Reported,
): readonly { name: string; who: 'officer' | 'stranger' | 'office' | null; url: string }[] => [
  { name: 'portal', who: null, url: `/s/${of.code}` },
  { name: 'public API', who: null, url: `/api/v1/public/subjects/${of.code}/records` },
  { name: 'public export', who: null, url: `/s/${of.code}/records.xlsx` },
  { name: 'home', who: null, url: '/' },
  { name: 'search', who: null, url: `/api/v1/public/subjects?q=${of.code}` },
  { name: 'desk of another body', who: 'stranger', url: `/api/v1/subjects/${of.code}/records?${purpose}` },
  { name: 'desk of the credit office', who: 'office', url: `/api/v1/subjects/${of.code}/records?${purpose}` },
  { name: 'origin', who: 'stranger', url: `/api/v1/records/${of.recordId}/lineage?${purpose}` },
];

async function holders(of: Reported): Promise<string[]> {
  const number = of.row.CF_WSH ?? '';
  const found: string[] = [];
  for (const surface of surfaces(of)) {
    const answer = await city.call(surface.who, 'GET', surface.url);
    const text = answer.rawPayload.toString('utf8');
    if (text.includes(number) || text.includes(of.recordId)) found.push(surface.name);
  }
  return found;
}

describe('after a repair', () => {
  it('the record is on no surface, also for whoever has the page of a moment ago', async () => {
    const of = await city.report();
    const before = await holders(of);
    for (const name of ['portal', 'public API', 'desk of another body', 'desk of the credit office', 'origin'])
      assert.ok(before.includes(name), `${name} shows it before: ${before.join(', ')}`);
    const page = await city.call(null, 'GET', `/s/${of.code}`);
    const list = await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/records`);
    for (const answer of [page, list]) {
      assert.match(String(answer.headers['cache-control']), /\bno-cache\b/);
      assert.match(String(answer.headers['x-robots-tag']), /noindex/);
    }
    const again = { headers: { 'if-none-match': String(page.headers.etag) } };
    assert.equal((await city.call(null, 'GET', `/s/${of.code}`, again)).statusCode, 304);
    await city.event(of, 'repaired');
    assert.deepEqual(await holders(of), []);
    assert.equal(
      (await city.call(null, 'GET', `/s/${of.code}`, again)).statusCode,
      200,
      'an old copy is not confirmed',
    );
    assert.equal(
      (await city.call('stranger', 'GET', `/api/v1/records/${of.recordId}/lineage?${purpose}`)).statusCode,
      404,
    );
  });
  it('an old report verifies with the words that information was updated since, on page and interface', async () => {
    const of = await city.report();
    const issued = await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/report.pdf`);
    assert.equal(issued.statusCode, 200);
    const number = String(issued.headers['x-report-number']);
    const verify = async () => (await city.call(null, 'GET', `/api/v1/public/reports/verify/${number}`)).json();
    assert.equal((await verify()).updatedSince, false);
    await city.event(of, 'repaired');
    assert.equal((await verify()).updatedSince, true);
    const page = await city.call(null, 'GET', `/verify/${number}`);
    assert.match(page.body, /更新/);
    assert.match(String(page.headers['x-robots-tag']), /noindex/);
    await city.event(of, 'repairRevoked');
    assert.equal((await verify()).updatedSince, false, 'it says again what it said');
  });
  it('an annulled one goes as well, a suspended one from the public', async () => {
    const annulled = await city.report();
    await city.event(annulled, 'annulled');
    assert.deepEqual(await holders(annulled), []);
    const suspended = await city.report();
    await city.event(suspended, 'suspended');
    const left = await holders(suspended);
    for (const name of ['portal', 'public API', 'public export', 'home']) assert.ok(!left.includes(name), name);
  });
});

describe('search engines and copying', () => {
  it('pages that say nothing of anybody may be indexed, the home page by its title, records never', async () => {
    const robots = async (url: string) => (await city.call(null, 'GET', url)).headers['x-robots-tag'];
    assert.equal(await robots('/about'), undefined);
    assert.equal(await robots('/'), 'noarchive, nosnippet');
    const { code } = await city.report();
    for (const url of [`/s/${code}`, `/s/${code}/records.xlsx`, `/search?q=${code}`, `/api/v1/public/subjects/${code}`])
      assert.match(String(await robots(url)), /noindex/, url);
  });
  it('one network reads so many records a day, over all ways together; others go on, and the next day it may again', async () => {
    const small = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000, recordsADay: 5 } } });
    try {
      const url = ['/s/none', '/api/v1/public/subjects/none', '/api/v1/public/subjects/none/records'];
      const from = async (remoteAddress: string, n: number) =>
        (await small.call(null, 'GET', url[n % 3] ?? '', { remoteAddress })).statusCode;
      for (let n = 0; n < 5; n += 1) assert.equal(await from('2001:db8:1:2::1', n), 404);
      const refused = await small.call(null, 'GET', url[1] ?? '', { remoteAddress: '2001:db8:1:2:ffff::9' });
      assert.equal(refused.statusCode, 429, 'the same network of 64 bits');
      assert.ok(Number(refused.headers['retry-after']) > 0);
      assert.match(refused.json().detail, /接口/);
      assert.equal(await from('2001:db8:1:3::1', 0), 404);
      assert.equal(await from('10.9.9.9', 0), 404);
      small.clock.advance({ days: 1 });
      assert.equal(await from('2001:db8:1:2::1', 0), 404);
      assert.equal((await small.call(null, 'GET', '/about', { remoteAddress: '2001:db8:1:2::1' })).statusCode, 200);
    } finally {
      await small.close();
    }
  });
});
