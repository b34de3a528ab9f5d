/**
 * Measures, checks and natural persons (natural-persons G1, G10, G15; T4 to T6 as far as they concern measures): the schema
 * has no place for a person, a person's number is neither answered nor kept, and no measure is applied without its document.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execute, one, query, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({ now: '2026-11-02T02:00:00Z' });
});
after(() => city.close());

const identity = '11010519491231002X';
const receipts = async (): Promise<number> =>
  (await one<{ n: number }>(city.ctx.db.app, sql`SELECT count(*)::int AS n FROM checks.receipt`)).n;

describe('measures and natural persons', () => {
  it('the schema of checks has no column for a person', async () => {
    const columns = await query<{ name: string }>(
      city.ctx.db.app,
      sql`SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'checks'`,
    );
    assert.ok(columns.length > 30);
    // `persons` counts the rows of a batch that were refused because they name one.
    for (const { name } of columns)
      if (name !== 'persons')
        assert.doesNotMatch(name, /person|citizen|identity|id_card|representative|holder|family|relative|token/);
  });

  it('a check of a person has no answer and no receipt, and its number stands nowhere', async () => {
    for (const who of [{ code: identity }, { name: identity }, { code: ` ${identity.toLowerCase()} ` }]) {
      const answer = await city.call('officer', 'POST', '/api/v1/checks', {
        payload: { ...who, matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕3号' },
      });
      assert.ok([400, 404, 422].includes(answer.statusCode), answer.body);
      assert.doesNotMatch(answer.body, new RegExp(identity, 'i'));
    }
    assert.equal(await receipts(), 0);
    const log = await query<{ row: string }>(
      city.ctx.db.audit,
      sql`SELECT to_jsonb(l)::text AS row FROM log.access_log l`,
    );
    assert.ok(log.length > 0);
    for (const { row } of log) assert.ok(!row.toUpperCase().includes(identity));
  });

  it('no measure of policy reaches a relative or names a person as its object', () => {
    const policy = JSON.stringify(city.ctx.policy().measures());
    assert.doesNotMatch(policy, /亲属|配偶|子女|家属/);
  });

  it('T6: a measure is not applied without its document, whoever writes the row', async () => {
    const hit = (state: string, document: string | null) =>
      execute(
        city.ctx.db.app,
        sql`INSERT INTO checks.hit (subject_id, hit_id, number, body_id, matter, entry_id, list, measure, force, due_on,
                                    checked_at, state, reason, document, answered_at)
            VALUES (${newId()}, ${newId()}, 'HC-T6', ${city.bodyId}, 'PY-HONOURS', ${newId()}, 'SX02', 'M07', 'required',
                    '2026-11-09', ${city.clock.now()}, ${state}, NULL, ${document}, ${city.clock.now()})`,
      );
    await assert.rejects(hit('applied', null), { code: '23514' });
    await assert.rejects(hit('applied', '  '), { code: '23514' });
    await hit('applied', '示市监罚〔2026〕3号');
  });

  it('what the shipped sources call a check knows no person as its subject', async () => {
    const routes = Object.keys((await city.call(null, 'GET', '/api/v1/openapi.json')).json().paths).filter((path) =>
      /\/(checks|measures)/.test(path),
    );
    assert.ok(routes.length >= 8, routes.join());
    for (const path of routes) assert.doesNotMatch(path, /person|people|citizen|individual/i);
  });
});
