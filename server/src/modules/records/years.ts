/**
 * Years of records (DESIGN §4: a partition for each year of recording). The years ahead are made before they begin; old
 * ones may be moved to slower and cheaper storage. A moved year is read and corrected as before: only a record's
 * superseded_at ever changes, and nothing new is written there.
 */
import type { Clock } from '../../platform/clock.ts';
import { execute, ident, one, type Pool, query, raw, sql, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { partitionSizes, type RelationSize } from '../../platform/relation-sizes.ts';

/** This year and the next two: an installation whose jobs stand still for a year goes on recording. */
const YEARS_AHEAD = 3;
/** A move waits at most this long for those who read the year, and gives up rather than make others queue behind it. */
const LOCK_WAIT = "SET LOCAL lock_timeout = '5s'";
const NO_TIME_LIMIT = 'SET LOCAL statement_timeout = 0';

const yearOf = (clock: Clock): number => Number(clock.today().slice(0, 4));

/** Returns how many partitions were made. At start and monthly. */
export async function ensureYears(app: Pool, clock: Clock): Promise<number> {
  const row = await one<{ made: number }>(app, sql`SELECT core.ensure_years(${yearOf(clock)}, ${YEARS_AHEAD}) AS made`);
  return row.made;
}

export interface YearView extends RelationSize {
  readonly year: number;
}

export async function listYears(migrator: Pool): Promise<YearView[]> {
  const sizes = await partitionSizes(migrator, 'core.record');
  return sizes.flatMap((size) => {
    const year = Number(/^record_(\d{4})$/.exec(size.name)?.[1]);
    return Number.isNaN(year) ? [] : [{ ...size, year }];
  });
}

async function indexesOf(migrator: Pool, table: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    migrator,
    sql`SELECT x.relname AS name FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = to_regclass(${`core.${table}`})`,
  );
  return rows.map((row) => row.name);
}

/**
 * Moves a year that has ended, with its indexes, to a tablespace of the server, and freezes it so that no vacuum has to
 * read it again. The year cannot be read while it is copied. Errors: not-found, unprocessable (the year goes on, no such
 * tablespace), conflict (somebody read it for longer than the move waits).
 */
export async function moveYear(migrator: Pool, clock: Clock, year: number, tablespace: string): Promise<YearView> {
  const known = (await listYears(migrator)).find((entry) => entry.year === year);
  if (!known) throw new DomainError('not-found');
  if (year >= yearOf(clock))
    throw new DomainError('unprocessable', {
      zh: `${year} 年还在写入，只能迁移已经结束的年份。`,
      en: `${year} is still written to. Only a year that has ended can be moved.`,
    });
  const found = await query(migrator, sql`SELECT 1 AS found FROM pg_tablespace WHERE spcname = ${tablespace}`);
  if (found.length === 0)
    throw new DomainError('unprocessable', {
      zh: `服务器上没有表空间 ${tablespace}，请先由数据库管理员建立并授权（docs/operate/size.md）。`,
      en: `The server has no tablespace ${tablespace}. Have the database administrator make it and grant it first (docs/operate/size.md).`,
    });
  const indexes = await indexesOf(migrator, known.name);
  try {
    await withTransaction(migrator, async (tx) => {
      await execute(tx, raw(LOCK_WAIT));
      await execute(tx, raw(NO_TIME_LIMIT));
      const to = ident(tablespace);
      await execute(tx, sql`ALTER TABLE ${ident('core', known.name)} SET TABLESPACE ${to}`);
      for (const index of indexes) await execute(tx, sql`ALTER INDEX ${ident('core', index)} SET TABLESPACE ${to}`);
    });
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error;
    throw new DomainError('conflict', {
      zh: `${year} 年的记录正在被使用，没有移动。请在空闲时段再试。`,
      en: `The records of ${year} are in use; nothing was moved. Try again in a quiet hour.`,
    });
  }
  await execute(migrator, sql`VACUUM (FREEZE, ANALYZE) ${ident('core', known.name)}`);
  const moved = (await listYears(migrator)).find((entry) => entry.year === year);
  return moved ?? known;
}
