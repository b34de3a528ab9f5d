/** SQL of the city's targets. */
import type { PlainDateString } from '../../platform/clock.ts';
import { one, query, type Runner, sql } from '../../platform/db.ts';

/** Cases that began and were decided on the same days and stood still equally long. */
export interface Span {
  readonly from_on: PlainDateString;
  readonly to_on: PlainDateString;
  readonly paused: number;
  readonly cases: number;
}

/** Pairs of days of a year or so: far fewer than cases. */
const maxSpans = 50_000;

export async function decidedSpans(
  client: Runner,
  target: { readonly procedures: readonly string[]; readonly from: string; readonly to: readonly string[] },
  since: PlainDateString,
): Promise<Span[]> {
  return query<Span>(
    client,
    sql`SELECT from_on, to_on, paused, count(*)::int AS cases FROM (
          SELECT (SELECT min(f.effective_on) FROM casework.event f
                   WHERE f.subject_id = c.subject_id AND f.case_id = c.case_id AND f.name = ${target.from}) AS from_on,
                 max(d.effective_on) AS to_on,
                 coalesce((SELECT max((k->>'pausedDays')::int) FROM jsonb_array_elements(c.clocks) k), 0) AS paused
          FROM casework.case c JOIN casework.event d ON d.subject_id = c.subject_id AND d.case_id = c.case_id
          WHERE c.procedure = ANY(${target.procedures}::text[]) AND d.kind = 'command' AND d.name = ANY(${target.to}::text[])
            AND d.effective_on > ${since}
          GROUP BY c.subject_id, c.case_id, c.clocks) AS decided
        WHERE from_on IS NOT NULL GROUP BY from_on, to_on, paused ORDER BY to_on DESC LIMIT ${maxSpans}`,
  );
}

export async function openCounts(
  client: Runner,
  procedures: readonly string[],
  today: PlainDateString,
): Promise<{ open: number; overdue: number }> {
  return one<{ open: number; overdue: number }>(
    client,
    sql`SELECT count(*)::int AS open, (count(*) FILTER (WHERE due_on < ${today}))::int AS overdue
        FROM casework.case WHERE procedure = ANY(${procedures}::text[]) AND NOT closed`,
  );
}

/** Records that stand: one row of the key table each. */
export async function standingRecords(client: Runner): Promise<number> {
  return Number((await one<{ n: string }>(client, sql`SELECT count(*) AS n FROM core.record_key`)).n);
}
