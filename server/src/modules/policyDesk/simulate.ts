/**
 * What a change would have said of what was reported: which findings appear and vanish, and for whom; and for a catalogue or
 * a disclosure rule, which records the public would see or see no more. Done at once, or in slices that go on where they stood.
 */
import type { PolicySimulationView } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { type JudgedTo, judgeAgain } from '../collection/index.ts';
import type { PolicyFile, PolicyRuntime } from '../policy/index.ts';
import { displayPolicy, policyWith } from './change-files.ts';
import { changesDisplay, type RecordTally, walkRecords } from './simulate-records.ts';

const maxSamples = 50;
const maxGroups = 500;

/** Where a trial stands: plain data, kept between two slices. */
export interface SimulationState {
  readonly rows: number;
  readonly submissions: number;
  readonly unreadable: number;
  /** Of the rows; null = they are all read. */
  readonly to: JudgedTo | null;
  readonly rowsComplete: boolean;
  readonly rules: PolicySimulationView['rules'];
  readonly samples: PolicySimulationView['samples'];
  readonly records: RecordTally | null;
  readonly phase: 'rows' | 'records' | 'done';
}

export const startOf = (files: readonly PolicyFile[]): SimulationState => ({
  ...{ rows: 0, submissions: 0, unreadable: 0, to: null, rowsComplete: false, rules: [], samples: [] },
  records: changesDisplay(files) ? { read: 0, after: null, complete: false, changes: [] } : null,
  phase: 'rows',
});

export interface SimulationBounds {
  /** Rows in all, and records in all. */
  readonly limit: number;
  readonly records: number;
  /** Asked before each row: true = stop here. */
  readonly pause?: () => boolean;
}

interface Policies {
  readonly before: PolicyRuntime;
  readonly after: PolicyRuntime;
  /** As {@link displayPolicy} has it: a regime that begins stands beside those of before. */
  readonly display: PolicyRuntime;
}

export const policiesOf = (ctx: AppContext, files: readonly PolicyFile[]): Policies => ({
  before: ctx.policy(),
  after: policyWith(ctx, files),
  display: displayPolicy(ctx, files),
});

/** Goes on from a state until the bounds, the end, or until it is told to pause. */
export async function goOn(
  ctx: AppContext,
  policies: Policies,
  state: SimulationState,
  bounds: SimulationBounds,
): Promise<SimulationState> {
  const next = state.phase === 'rows' ? await rowsSlice(ctx, policies, state, bounds) : state;
  if (next.phase !== 'records' || next.records === null || bounds.pause?.() === true) return next;
  const records = await walkRecords(ctx, policies, next.records, bounds);
  const ended = records.complete || records.read >= bounds.records;
  return { ...next, records, phase: ended ? 'done' : 'records' };
}

async function rowsSlice(
  ctx: AppContext,
  policies: Policies,
  state: SimulationState,
  bounds: SimulationBounds,
): Promise<SimulationState> {
  const groups = new Map(state.rules.map((one) => [`${one.rule} ${one.body}`, { ...one }]));
  const samples = [...state.samples];
  const given = { limit: bounds.limit - state.rows, from: state.to, ...(bounds.pause ? { pause: bounds.pause } : {}) };
  const judged = await judgeAgain(ctx, policies, given, (row) => {
    const note = (rule: string, how: 'appear' | 'vanish'): void => {
      const key = `${rule} ${row.body}`;
      const group = groups.get(key) ?? { rule, body: row.body, appear: 0, vanish: 0 };
      group[how] += 1;
      if (groups.has(key) || groups.size < maxGroups) groups.set(key, group);
      if (samples.length < maxSamples)
        samples.push({ submissionId: row.submissionId, row: row.row, body: row.body, rule, how });
    };
    for (const rule of row.after) if (!row.before.includes(rule)) note(rule, 'appear');
    for (const rule of row.before) if (!row.after.includes(rule)) note(rule, 'vanish');
  });
  const rows = state.rows + judged.rows;
  const ended = judged.to === null || rows >= bounds.limit;
  return {
    ...state,
    rows,
    submissions: state.submissions + judged.submissions,
    unreadable: state.unreadable + judged.unreadable,
    to: judged.to,
    rowsComplete: judged.complete,
    rules: [...groups.values()].sort((a, b) => b.appear + b.vanish - a.appear - a.vanish),
    samples,
    phase: !ended ? 'rows' : state.records === null ? 'done' : 'records',
  };
}

export function resultOf(state: SimulationState): PolicySimulationView {
  const { rows, submissions, unreadable, rules, samples, rowsComplete, records } = state;
  return {
    ...{ rows, submissions, unreadable, complete: rowsComplete, rules, samples },
    records: records && { read: records.read, complete: records.complete, changes: records.changes },
  };
}

/** While somebody waits. */
export async function simulate(
  ctx: AppContext,
  files: readonly PolicyFile[],
  limit: number,
  records = 2_000,
): Promise<PolicySimulationView> {
  return resultOf(await goOn(ctx, policiesOf(ctx, files), startOf(files), { limit, records }));
}
