/** SQL of closed months, their files and letters. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { execute, maybeOne, one, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { Month } from './month.ts';
import type { MonthFigures } from './types.ts';

/** 0: closed already. */
export async function insertMonth(
  tx: Transaction,
  row: {
    readonly month: Month;
    readonly policySetId: number;
    readonly figures: MonthFigures;
    readonly hash: string;
    readonly by: string;
    readonly at: Instant;
  },
): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO quality.month (month, policy_set_id, figures, hash, closed_by, closed_at)
        VALUES (${row.month}, ${row.policySetId}, ${JSON.stringify(row.figures)}::jsonb, ${row.hash}, ${row.by}, ${row.at}) ON CONFLICT (month) DO NOTHING`,
  );
}

/** The file that papers of the period belong to; made at its first use. */
export async function fileOf(tx: Transaction, kind: 'month' | 'year', period: string, newId: string): Promise<string> {
  await execute(
    tx,
    sql`INSERT INTO quality.file (file_id, kind, period) VALUES (${newId}, ${kind}, ${period}) ON CONFLICT (kind, period) DO NOTHING`,
  );
  return (
    await one<{ file_id: string }>(
      tx,
      sql`SELECT file_id FROM quality.file WHERE kind = ${kind} AND period = ${period}`,
    )
  ).file_id;
}

export async function loadFile(
  client: Runner,
  fileId: string,
): Promise<{ kind: 'month' | 'year'; period: string } | null> {
  return maybeOne(client, sql`SELECT kind, period FROM quality.file WHERE file_id = ${fileId}`);
}

export interface LetterRow {
  readonly letter_id: string;
  readonly kind: 'supervision' | 'risk';
  readonly month: Month;
  readonly body_id: string;
  readonly reasons: { zh: string; en: string }[];
  readonly reply_due: PlainDateString;
  readonly created_at: Instant;
  readonly reply: string | null;
  readonly replied_at: Instant | null;
  readonly closing: string | null;
  readonly closed_at: Instant | null;
  readonly paper_id: string | null;
  readonly number: string | null;
  readonly paper_state: string | null;
  readonly first_by: string | null;
  readonly first_at: Instant | null;
  readonly second_by: string | null;
  readonly second_at: Instant | null;
  readonly sealed_at: Instant | null;
}

const letters = sql`SELECT l.letter_id, l.kind, l.month, l.body_id, l.reasons, l.reply_due, l.created_at, l.reply, l.replied_at, l.closing, l.closed_at,
    p.paper_id, p.number, p.state AS paper_state, first.name AS first_by, p.first_at, second.name AS second_by, p.second_at, p.sealed_at
  FROM quality.letter l LEFT JOIN papers.paper p ON p.case_id = l.letter_id AND p.state <> 'voided'
    LEFT JOIN identity.account first ON first.account_id = p.first_by LEFT JOIN identity.account second ON second.account_id = p.second_by`;

export async function loadLetter(client: Runner, letterId: string): Promise<LetterRow | null> {
  return maybeOne<LetterRow>(client, sql`${letters} WHERE l.letter_id = ${letterId} LIMIT 1`);
}

export async function listLetterRows(
  client: Runner,
  filter: { readonly bodies: readonly string[] | null; readonly month: Month | null; readonly open: boolean },
  after: { readonly at: string; readonly id: string } | null,
  limit: number,
): Promise<LetterRow[]> {
  return query<LetterRow>(
    client,
    sql`${letters} WHERE (${filter.bodies}::uuid[] IS NULL OR l.body_id = ANY(${filter.bodies}::uuid[]))
          AND (${filter.month}::text IS NULL OR l.month = ${filter.month}) AND (NOT ${filter.open}::boolean OR l.closed_at IS NULL)
          AND (${after?.id ?? null}::uuid IS NULL OR (l.created_at, l.letter_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY l.created_at DESC, l.letter_id DESC LIMIT ${limit}`,
  );
}

/** Null: the body has one of this kind for the month. */
export async function insertLetter(
  tx: Transaction,
  row: {
    readonly id: string;
    readonly kind: 'supervision' | 'risk';
    readonly month: Month;
    readonly bodyId: string;
    readonly reasons: readonly { zh: string; en: string }[];
    readonly replyDue: string;
    readonly by: string;
    readonly at: Instant;
  },
): Promise<boolean> {
  return (
    (await execute(
      tx,
      sql`INSERT INTO quality.letter (letter_id, kind, month, body_id, reasons, reply_due, created_by, created_at)
          VALUES (${row.id}, ${row.kind}, ${row.month}, ${row.bodyId}, ${JSON.stringify(row.reasons)}::jsonb, ${row.replyDue}, ${row.by}, ${row.at})
          ON CONFLICT (month, body_id, kind) DO NOTHING`,
    )) === 1
  );
}

/** 0: it stands elsewhere. */
export async function keepReply(
  tx: Transaction,
  letterId: string,
  reply: string,
  by: string,
  at: Instant,
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE quality.letter SET reply = ${reply}, replied_by = ${by}, replied_at = ${at} WHERE letter_id = ${letterId} AND closed_at IS NULL`,
  );
}
export async function keepClosing(
  tx: Transaction,
  letterId: string,
  closing: string,
  by: string,
  at: Instant,
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE quality.letter SET closing = ${closing}, closed_by = ${by}, closed_at = ${at}
        WHERE letter_id = ${letterId} AND closed_at IS NULL AND reply IS NOT NULL`,
  );
}

export async function unansweredLetters(client: Runner, today: PlainDateString, limit: number): Promise<LetterRow[]> {
  return query<LetterRow>(
    client,
    sql`${letters} WHERE l.closed_at IS NULL AND l.reply IS NULL AND l.reply_due < ${today} AND l.reminded_on IS NULL ORDER BY l.reply_due LIMIT ${limit}`,
  );
}
export async function noteReminded(tx: Transaction, letterId: string, on: PlainDateString): Promise<number> {
  return execute(
    tx,
    sql`UPDATE quality.letter SET reminded_on = ${on} WHERE letter_id = ${letterId} AND reminded_on IS NULL`,
  );
}

export interface YearLetters {
  readonly supervision: number;
  readonly risk: number;
  readonly replied: number;
  readonly closed: number;
}
export async function lettersOfYear(client: Runner, year: string): Promise<YearLetters> {
  return one<YearLetters>(
    client,
    sql`SELECT (count(*) FILTER (WHERE kind = 'supervision'))::int AS supervision, (count(*) FILTER (WHERE kind = 'risk'))::int AS risk,
               count(reply)::int AS replied, count(closed_at)::int AS closed FROM quality.letter WHERE left(month, 4) = ${year}`,
  );
}
export async function letterCounts(client: Runner, months: readonly Month[]): Promise<Map<Month, number>> {
  const rows = await query<{ month: Month; n: number }>(
    client,
    sql`SELECT month, count(*)::int AS n FROM quality.letter WHERE month = ANY(${months}::text[]) GROUP BY month`,
  );
  return new Map(rows.map((row) => [row.month, row.n]));
}
export async function fileIdOf(client: Runner, kind: 'month' | 'year', period: string): Promise<string | null> {
  return (
    (
      await maybeOne<{ file_id: string }>(
        client,
        sql`SELECT file_id FROM quality.file WHERE kind = ${kind} AND period = ${period}`,
      )
    )?.file_id ?? null
  );
}
