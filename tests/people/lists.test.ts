/**
 * Lists and natural persons (natural-persons G10, G15, G16): no list can hold one. The schema has no place for a person, a
 * reported row about one becomes no entry, nothing public names one, and no paper, sheet or page of persons can be made.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { followRecords } from '../../server/src/modules/lists/index.ts';
import { one, query, sql } from '../../server/src/platform/db.ts';
import { sampleCsv, sampleRow } from '../support/catalogue-rows.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({ now: '2026-11-02T02:00:00Z' });
});
after(() => city.close());

const entries = async (): Promise<number> =>
  (await one<{ n: number }>(city.ctx.db.app, sql`SELECT count(*)::int AS n FROM lists.entry`)).n;

describe('lists and natural persons', () => {
  it('the schema of lists has no column for a person, and an entry names a subject of the register', async () => {
    const columns = await query<{ name: string }>(
      city.ctx.db.app,
      sql`SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'lists'`,
    );
    assert.ok(columns.length > 20);
    for (const { name } of columns)
      assert.doesNotMatch(name, /person|citizen|identity|id_card|representative|holder|family|relative|token/);
  });

  it('a court’s row about a natural person is barred and becomes no entry; one about a company does', async () => {
    const policy = city.ctx.policy();
    const standard = policy.standard('enforcement');
    const company = sampleRow(standard, policy, 901, {
      XXLB: '失信被执行人',
      FBRQ: '2026-10-20',
      LARQ: '2026-10-01',
      QXZ: '',
    });
    const person = { ...company, ZTMC: '王小明', TYSHXYDM: '', ZTLB: '自然人', AH: '（2026）示01执902号' };
    const done = await city.submit(sampleCsv(standard, [company, person]), { fields: { standard: 'enforcement' } });
    await followRecords(city.ctx);
    assert.equal(await entries(), 1, JSON.stringify(done.counts));
    const shown = await city.call(null, 'GET', '/api/v1/public/lists/SX01/entries');
    assert.equal(shown.json().items.length, 1, shown.body);
    assert.doesNotMatch(shown.body, /王小明/);
    // A court's list: its case number, and the court answers for the delivery.
    assert.match(shown.json().items[0].caseNumber, /^（2026）/);
    assert.equal(shown.json().items[0].attested, true);
    assert.match(String(shown.headers['x-robots-tag']), /noindex/);
    assert.match(String(shown.headers['cache-control']), /no-cache/);
  });

  it('nobody can be proposed by name or by an identity number', async () => {
    for (const code of ['11010519491231002X', '王小明王小明王小'])
      for (const list of ['SX02', 'GZ01', 'SH01']) {
        const answer = await city.call('officer', 'POST', '/api/v1/listings', {
          payload: {
            code,
            list,
            facts: '事实',
            legalBasis: '依据',
            evidence: '证据',
            basisDocument: '文书',
            criteria: ['listedConduct', 'heavierPenalty', 'repeated', 'noAdverse'],
          },
        });
        assert.ok([400, 404, 422].includes(answer.statusCode), answer.body);
      }
  });
});
