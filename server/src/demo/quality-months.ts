/** The ended months of the demonstration: when its files came in, what was owed and confirmed, and what samples found. */
import type { AppContext } from '../context.ts';
import { addDays, toPlainDate } from '../platform/clock.ts';
import type { Transaction } from '../platform/db.ts';
import { newId } from '../platform/ids.ts';
import { DEPARTMENTS, type DepartmentKey } from './bodies.ts';
import { dayNumber, isoDay } from './days.ts';
import type { FilePlan } from './plan-city.ts';
import {
  decidedCounts,
  decisionsBetween,
  insertDuties,
  insertJudgedSample,
  type JudgedSample,
  type OwedMonth,
  placeArrivals,
} from './queries.ts';
import { endedMonths, habits, otherDuties, reportedMonths } from './reporting.ts';

export interface Reporter {
  readonly bodyId: string;
  /** Who sends and confirms for it: its officer, else the credit office. */
  readonly accountId: string;
}

/** In the morning, department after department. */
export const arrivalsOf = (files: readonly FilePlan[], batchOf: (file: FilePlan) => string) =>
  files.flatMap((file) => {
    const place = DEPARTMENTS.findIndex(({ key }) => key === file.body);
    const minute = String(7 + place * 3).padStart(2, '0');
    return file.arrives === null ? [] : [{ batchNo: batchOf(file), at: `${isoDay(file.arrives)}T01:${minute}:00Z` }];
  });

interface Month {
  readonly month: string;
  readonly first: string;
  readonly last: string;
}

function monthsBefore(asOf: string): Month[] {
  return endedMonths(dayNumber(asOf), reportedMonths).map((month) => {
    const first = `${month}-01`;
    const next = `${endedMonths(dayNumber(first) + 62, 1)[0]}-01`;
    return { month, first, last: addDays(toPlainDate(next), -1) };
  });
}

async function duties(
  ctx: AppContext,
  tx: Transaction,
  months: readonly Month[],
  reporters: ReadonlyMap<DepartmentKey, Reporter>,
): Promise<void> {
  const owed = new Map<string, OwedMonth>();
  const from = months.at(-1)?.month ?? '';
  const add = (bodyId: string, standard: string, said: OwedMonth['said']): void => {
    const known = owed.get(`${bodyId} ${standard}`);
    owed.set(`${bodyId} ${standard}`, { bodyId, standard, from, said: [...(known?.said ?? []), ...said] });
  };
  for (const [back, { month, first, last }] of months.entries()) {
    const counts = await decidedCounts(tx, first, last);
    // Said in the first days of the month after.
    const due = `${addDays(toPlainDate(last), 3)}T02:00:00Z`;
    const at = due < ctx.clock.now() ? due : ctx.clock.now();
    for (const [key, { bodyId, accountId: by }] of reporters) {
      for (const standard of ['licence', 'penalty']) {
        const held = counts.find((row) => row.body_id === bodyId && row.standard === standard)?.decisions ?? 0;
        const missing = back === 0 ? Math.ceil((held * habits[key].missing) / 100) : 0;
        add(bodyId, standard, [{ month, decisions: held + missing, by, at }]);
      }
      for (const { standard, said } of otherDuties.filter(({ body }) => body === key))
        add(bodyId, standard, said === 'zero' || back > 0 ? [{ month, decisions: 0, by, at }] : []);
    }
  }
  await insertDuties(tx, [...owed.values()]);
}

/** Calendar days after which a decision is late whatever the holidays of the demonstration's months. */
const surelyLate = 13;

async function samples(
  ctx: AppContext,
  tx: Transaction,
  { month, first, last }: Month,
  reporters: ReadonlyMap<DepartmentKey, Reporter>,
  by: string,
): Promise<void> {
  const common = { month, by, at: ctx.clock.now() };
  const bodies = [...reporters.values()].map(({ bodyId }) => bodyId);
  const assessed = await decisionsBetween(tx, { bodies, standard: 'penalty', first, last }, 40);
  const urban = reporters.get('urban')?.bodyId;
  const wrong = assessed.find(({ body_id }) => body_id === urban)?.record_id;
  const verdictOf = (row: (typeof assessed)[number]): JudgedSample['rows'][number]['verdict'] => {
    if (row.record_id === wrong) return 'wrong';
    return row.arrived_on > addDays(toPlainDate(row.decided_on), surelyLate) ? 'late' : 'same';
  };
  await insertJudgedSample(tx, {
    ...common,
    sampleId: newId(),
    kind: 'assessor',
    bodyId: null,
    standard: null,
    fileName: `第三方抽样核查表-${month}.xlsx`,
    rows: assessed.map((row) => ({
      ...row,
      standard: 'penalty',
      verdict: verdictOf(row),
      note: row.record_id === wrong ? '罚款金额与决定书不一致' : null,
    })),
  });
  const transport = reporters.get('transport')?.bodyId ?? '';
  const published = await decisionsBetween(tx, { bodies: [transport], standard: 'licence', first, last }, 30);
  // One more stands on the department's website and was never reported.
  const [one] = published;
  const hidden = one && { ...one, document_number: one.document_number.replace(/\d+号$/, '90017号') };
  await insertJudgedSample(tx, {
    ...common,
    sampleId: newId(),
    kind: 'website',
    bodyId: transport,
    standard: 'licence',
    fileName: `市交通运输局网站公示-${month}.csv`,
    rows: [
      ...published.map((row) => ({ ...row, standard: 'licence', verdict: 'same' as const, note: null })),
      ...(hidden
        ? [
            {
              ...hidden,
              standard: 'licence',
              record_id: null,
              arrived_on: null,
              verdict: 'concealed' as const,
              note: null,
            },
          ]
        : []),
    ],
  });
}

/** Arrivals first: what is late is seen by them. All in the caller's transaction. */
export async function layQualityMonths(
  ctx: AppContext,
  tx: Transaction,
  of: {
    readonly asOf: string;
    readonly arrivals: readonly { readonly batchNo: string; readonly at: string }[];
    readonly reporters: ReadonlyMap<DepartmentKey, Reporter>;
    readonly office: string;
  },
): Promise<void> {
  await placeArrivals(tx, of.arrivals);
  const months = monthsBefore(of.asOf);
  await duties(ctx, tx, months, of.reporters);
  const [latest] = months;
  if (latest) await samples(ctx, tx, latest, of.reporters, of.office);
}
