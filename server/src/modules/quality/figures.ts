/** The figures of a month: frozen where it was closed, counted from the rows where it is open. */
import { createHash } from 'node:crypto';
import type { AppContext } from '../../context.ts';
import type { Runner } from '../../platform/db.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { daysOf, dutyDays, earliestInTime, firstDay, lastDay, type Month, spanOf } from './month.ts';
import {
  type ClosedMonth,
  closedMonth,
  dutyFigures,
  lastCodeCount,
  type RowsAsked,
  rowFigures,
  sampleFigures,
} from './queries.ts';
import type { MonthFigures, QualityPorts } from './types.ts';

export function rowsAsked(policy: PolicyRuntime, month: Month): RowsAsked {
  const { dueWorkingDays, dueStandards, codeRules } = policy.quality();
  const arrivals = daysOf(month);
  const standards = policy.standards();
  return {
    ...spanOf(month),
    arrivals,
    cutoffs: arrivals.map((day) => earliestInTime(policy, day, dueWorkingDays)),
    dueStandards,
    codeRules,
    standards: standards.map(({ standard }) => standard),
    items: standards.map(({ item }) => item),
  };
}

export async function countMonth(
  ctx: Pick<AppContext, 'policy' | 'clock'>,
  client: Runner,
  ports: QualityPorts,
  month: Month,
): Promise<MonthFigures> {
  const policy = ctx.policy();
  const rows = await rowFigures(client, rowsAsked(policy, month));
  const due = dutyDays(month);
  const duties = await dutyFigures(client, month, due.days, due.from, ctx.clock.now(), policy.quality().dueStandards);
  const codes = await lastCodeCount(client, ctx.clock.today());
  return {
    rows,
    duties: duties.map(({ bodyId, standard, declared, arrived, fed }) => ({
      bodyId,
      standard,
      declared,
      arrived,
      fed,
    })),
    samples: await sampleFigures(client, month),
    cases: await ports.caseFigures(firstDay(month), lastDay(month)),
    codes: codes && {
      subjects: codes.subjects,
      shared: codes.shared,
      invalid: codes.invalid,
      mismatched: codes.mismatched,
    },
  };
}

export interface SeenMonth {
  readonly month: Month;
  readonly figures: MonthFigures;
  readonly closed: Pick<ClosedMonth, 'hash' | 'closed_at' | 'closed_by_name'> | null;
  /** Whose targets and warnings hold: those of the day on which it was closed. */
  readonly policy: PolicyRuntime;
}

export async function readMonth(
  ctx: Pick<AppContext, 'policy' | 'policySet' | 'clock'>,
  client: Runner,
  ports: QualityPorts,
  month: Month,
): Promise<SeenMonth> {
  const closed = await closedMonth(client, month);
  const policy = ctx.policy();
  if (!closed) return { month, figures: await countMonth(ctx, client, ports, month), closed: null, policy };
  return {
    month,
    figures: closed.figures as MonthFigures,
    closed,
    policy: closed.policy_set_id === policy.setId ? policy : await ctx.policySet(closed.policy_set_id),
  };
}

/** Keys in one order, so that the same figures have the same hash whatever the database did with them. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, ordered(part)]),
  );
}

export const hashFigures = (month: Month, figures: MonthFigures): string =>
  createHash('sha256')
    .update(JSON.stringify(ordered({ month, figures })))
    .digest('hex');

/** Figures of some bodies only; what is the city's own stays out. */
export function figuresOf(figures: MonthFigures, bodies: ReadonlySet<string>): MonthFigures {
  const own = <T extends { readonly bodyId: string }>(rows: readonly T[]): T[] =>
    rows.filter(({ bodyId }) => bodies.has(bodyId));
  return {
    rows: own(figures.rows),
    duties: own(figures.duties),
    samples: own(figures.samples),
    cases: own(figures.cases),
    codes: null,
  };
}
