import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { type CityContext, createCityContext } from '../../../../tests/support/context.ts';
import { one, query, sql } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { ensureYears, listYears, moveYear } from './index.ts';

let city: CityContext;
let superuser: pg.Client;
before(async () => {
  city = await createCityContext({ now: '2029-03-01T02:00:00Z' });
  superuser = new pg.Client({ connectionString: city.database.superuserUrl });
  await superuser.connect();
});
after(async () => {
  await superuser.end();
  await city.close();
});

describe('years of records', () => {
  it('are made ahead, once', async () => {
    assert.equal(await ensureYears(city.ctx.db.app, city.clock), 3);
    assert.equal(await ensureYears(city.ctx.db.app, city.clock), 0);
    const years = (await listYears(city.ctx.db.migrator)).map((entry) => entry.year);
    assert.deepEqual(years, [2025, 2026, 2027, 2028, 2029, 2030, 2031]);
    const indexes = (year: number) =>
      query<{ def: string }>(
        city.ctx.db.migrator,
        sql`SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', '') AS def FROM pg_index WHERE indrelid = to_regclass(${`core.record_${year}`}) ORDER BY 1`,
      );
    assert.deepEqual(await indexes(2031), await indexes(2026), 'as those of the first migration');
  });

  it('a year that has ended moves, is read and corrected as before; the others stay', async () => {
    const subjectId = newId();
    const recordId = newId();
    await superuser.query(
      `INSERT INTO core.record (subject_id, recorded_on, record_id, item, standard, deciding_body_id, source_body_id, categories, key_hash, payload_hash, payload, submission_id, row_no, policy_set_id, recorded_at)
       VALUES ($1, '2026-05-01', $2, 'penalty', 'penalty', $1, $1, '{}', '\\x00', '\\x00', '{}', $1, 1, 1, '2026-05-01')`,
      [subjectId, recordId],
    );
    const { migrator, app } = city.ctx.db;
    await assert.rejects(moveYear(migrator, city.clock, 2026, 'nowhere'), /nowhere/);
    await assert.rejects(moveYear(migrator, city.clock, 2029, 'pg_default'), /2029/);
    await assert.rejects(moveYear(migrator, city.clock, 1999, 'pg_default'));
    const name = `slow_${process.pid}`;
    await superuser.query('SET allow_in_place_tablespaces = on');
    await superuser.query(`CREATE TABLESPACE ${name} LOCATION ''`);
    try {
      await superuser.query(`GRANT CREATE ON TABLESPACE ${name} TO PUBLIC`);
      // Somebody reads the year: it is left where it is, and nobody has to queue behind the move.
      const reader = new pg.Client({ connectionString: city.database.superuserUrl });
      await reader.connect();
      await reader.query('BEGIN');
      await reader.query('SELECT FROM core.record_2026');
      await assert.rejects(moveYear(migrator, city.clock, 2026, name), { code: 'conflict' });
      await reader.end();
      const moved = await moveYear(migrator, city.clock, 2026, name);
      assert.equal(moved.tablespace, name);
      const spaces = await query<{ space: string | null }>(
        migrator,
        sql`SELECT t.spcname AS space FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid LEFT JOIN pg_tablespace t ON t.oid = x.reltablespace WHERE i.indrelid = 'core.record_2026'::regclass`,
      );
      assert.ok(spaces.length >= 4 && spaces.every(({ space }) => space === name));
      const changed = await app.query('UPDATE core.record SET superseded_at = $1 WHERE subject_id = $2', [
        city.clock.now(),
        subjectId,
      ]);
      assert.equal(changed.rowCount, 1);
      const row = await one<{ held: bigint }>(
        app,
        sql`SELECT count(*) AS held FROM core.record WHERE record_id = ${recordId}`,
      );
      assert.equal(Number(row.held), 1);
    } finally {
      await superuser.query('DROP TABLE core.record_2026');
      await superuser.query(`DROP TABLESPACE ${name}`);
    }
  });
});
