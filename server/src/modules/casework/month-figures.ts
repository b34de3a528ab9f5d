/** Objections and repairs that ended within a span of days, by the body whose record they were about: for the rates of quality. */
import type { AppContext } from '../../context.ts';
import type { PlainDateString } from '../../platform/clock.ts';
import { query, type Runner, sql } from '../../platform/db.ts';
import type { CaseFigure } from '../quality/index.ts';

interface EndedCase {
  readonly procedure: string;
  readonly body_id: string;
  readonly from_on: PlainDateString;
  readonly to_on: PlainDateString;
  readonly paused: number;
  readonly upheld: boolean;
}

const objectionEnds = ['uphold', 'upholdPartly', 'dismiss', 'leaveUndetermined'];
const repairEnds = ['approve', 'reject', 'refuseAcceptance'];
const maxCases = 200_000;

/** An objection counts from its acceptance, a repair from being forwarded; where there was none, from the beginning. */
async function endedCases(client: Runner, from: string, to: string): Promise<EndedCase[]> {
  return query<EndedCase>(
    client,
    sql`SELECT * FROM (
          SELECT c.procedure, coalesce(r.source_body_id, c.handler_body_id) AS body_id, max(e.effective_on) AS to_on,
                 coalesce((SELECT min(b.effective_on) FROM casework.event b WHERE b.subject_id = c.subject_id AND b.case_id = c.case_id
                    AND b.name = CASE c.procedure WHEN 'objection' THEN 'accept' ELSE 'forward' END), min((c.opened_at AT TIME ZONE 'Asia/Shanghai')::date)) AS from_on,
                 coalesce((SELECT max((k->>'pausedDays')::int) FROM jsonb_array_elements(c.clocks) k), 0) AS paused,
                 bool_or(e.name IN ('uphold', 'upholdPartly')) AS upheld
          FROM casework.case c JOIN casework.event e ON e.subject_id = c.subject_id AND e.case_id = c.case_id
          LEFT JOIN core.record r ON r.subject_id = c.subject_id AND r.record_id = c.record_id
          WHERE e.kind = 'command' AND ((c.procedure = 'objection' AND e.name = ANY(${objectionEnds}::text[]))
                                     OR (c.procedure = 'repair' AND e.name = ANY(${repairEnds}::text[])))
          GROUP BY c.subject_id, c.case_id, c.procedure, c.handler_body_id, c.clocks, r.source_body_id) AS ended
        WHERE to_on BETWEEN ${from} AND ${to} ORDER BY body_id LIMIT ${maxCases}`,
  );
}

/** @param from first day, @param to last day, both counted */
export async function endedFigures(
  ctx: Pick<AppContext, 'db' | 'policy'>,
  from: string,
  to: string,
): Promise<CaseFigure[]> {
  const policy = ctx.policy();
  const { repairWorkingDays } = policy.quality();
  const bodies = new Map<string, { -readonly [K in keyof CaseFigure]: CaseFigure[K] }>();
  for (const ended of await endedCases(ctx.db.app, from, to)) {
    const row = bodies.get(ended.body_id) ?? {
      bodyId: ended.body_id,
      objections: 0,
      objectionDays: 0,
      upheld: 0,
      repairs: 0,
      repairsOnTime: 0,
    };
    bodies.set(ended.body_id, row);
    const between = ended.to_on <= ended.from_on ? 0 : policy.workingDaysBetween(ended.from_on, ended.to_on).days;
    const days = Math.max(0, between - ended.paused);
    if (ended.procedure === 'objection') {
      row.objections += 1;
      row.objectionDays += days;
      if (ended.upheld) row.upheld += 1;
    } else {
      row.repairs += 1;
      if (days <= repairWorkingDays) row.repairsOnTime += 1;
    }
  }
  return [...bodies.values()];
}
