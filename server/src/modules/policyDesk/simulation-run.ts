/**
 * A trial of more than fits while somebody waits: a job in slices. After each slice it keeps where it stands, so that a crash
 * costs one slice; it is stopped by whoever may draft, and fails when the draft was changed under it.
 */
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { JobRun } from '../../platform/jobs.ts';
import { authorize } from '../identity/index.ts';
import { accountOf, conflict, logged, seenChange, wrong } from './change-common.ts';
import * as queries from './queries.ts';
import { goOn, policiesOf, resultOf, type SimulationState, startOf } from './simulate.ts';

export const simulateTask = 'policyDesk.simulate';
/** Records read at most, and how long a slice takes. */
const maxRecords = 100_000;
const sliceMs = 5_000;

export async function startRun(ctx: AppContext, actor: Actor, id: string, rows: number): Promise<void> {
  authorize(actor, 'policyChange.draft');
  const row = await seenChange(ctx, actor, id);
  if ((await queries.filesOf(ctx.db.app, id)).length === 0)
    throw wrong('还没有上传任何表格。', 'No sheet was uploaded yet.');
  const [by, at] = [accountOf(actor), ctx.clock.now()];
  await withTransaction(ctx.db.app, async (tx) => {
    const simulationId = newId();
    if ((await queries.insertRun(tx, { simulationId, id, digest: row.digest, limit: rows, by, at })) !== 1)
      throw conflict(
        '这项变更正在试运行，请等它结束，或者先停止。',
        'A trial of this change is running; wait for it or stop it first.',
      );
    await ctx.jobs.enqueue(tx, simulateTask, { simulationId }, { key: `${simulateTask} ${simulationId}` });
    await logged(tx, ctx, actor, id, 'simulate', `${rows}`);
  });
}

export async function cancelRun(ctx: AppContext, actor: Actor, id: string): Promise<void> {
  authorize(actor, 'policyChange.draft');
  await seenChange(ctx, actor, id);
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await queries.cancelRuns(tx, id, ctx.clock.now())) === 0)
      throw conflict('没有正在进行的试运行。', 'No trial is running.');
    await logged(tx, ctx, actor, id, 'stopSimulation', null);
  });
}

/** One call goes on until the end, the stop of the server (the rest is run again), or until somebody stops it. */
export async function runSimulation(
  ctx: AppContext,
  simulationId: string,
  job?: Pick<JobRun, 'signal' | 'lastAttempt'>,
): Promise<void> {
  const run = await queries.runById(ctx.db.app, simulationId);
  if (!run || !['waiting', 'running'].includes(run.state)) return;
  const change = await queries.changeById(ctx.db.app, run.change_id);
  const files = (await queries.filesOf(ctx.db.app, run.change_id)).map((file) => file.body);
  const fail = async (problem: string): Promise<void> => {
    await queries.endRun(ctx.db.app, simulationId, { state: 'failed', at: ctx.clock.now(), problem });
  };
  if (change?.digest !== run.digest) return fail('changed');
  const policies = policiesOf(ctx, files);
  let state = (run.progress as SimulationState | null) ?? startOf(files);
  try {
    while (state.phase !== 'done') {
      const until = performance.now() + sliceMs;
      const pause = (): boolean => performance.now() > until || job?.signal.aborted === true;
      state = await goOn(ctx, policies, state, { limit: run.row_limit, records: maxRecords, pause });
      if ((await queries.keepProgress(ctx.db.app, simulationId, state, state.rows)) !== 1) return;
      if (state.phase !== 'done' && job?.signal.aborted) throw new Error('the server stops; the trial goes on later');
      const now = await queries.changeById(ctx.db.app, run.change_id);
      if (now?.digest !== run.digest) return fail('changed');
    }
  } catch (error) {
    if (job?.lastAttempt) await fail('error');
    throw error;
  }
  const result = resultOf(state);
  await queries.endRun(ctx.db.app, simulationId, { state: 'done', at: ctx.clock.now(), result, rowsDone: state.rows });
}
