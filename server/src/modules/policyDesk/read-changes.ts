/** Changes as the desk shows them. */
import type { PolicyChangeList, PolicyChangeSummary, PolicyChangeView, PolicySimulationView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { may, scopeOf } from '../identity/index.ts';
import { seenChange } from './change-common.ts';
import { differencesOf } from './differences.ts';
import * as queries from './queries.ts';
import { answerOf, type ChangeState, commandsOf } from './state.ts';

const stateLabels: Readonly<Record<ChangeState, { zh: string; en: string }>> = {
  drafted: { zh: '起草中', en: 'Draft' },
  circulated: { zh: '征求意见', en: 'Circulated' },
  submitted: { zh: '待审批', en: 'Waiting for approval' },
  scheduled: { zh: '待生效', en: 'Scheduled' },
  active: { zh: '已生效', en: 'In force' },
  rolledBack: { zh: '已回退', en: 'Taken back' },
  discarded: { zh: '已撤销', en: 'Discarded' },
};
const maxRows = 500;

const summary = (row: queries.ChangeRow, files: readonly queries.FileRow[]): PolicyChangeSummary => ({
  id: row.change_id,
  title: row.title,
  state: row.state,
  stateLabel: stateLabels[row.state],
  files: files.map((file) => ({ kind: file.kind, key: file.key, name: file.body.name })),
  createdBy: row.created_name,
  createdAt: row.created_at,
  effectiveOn: row.effective_on,
});

export async function listChanges(
  ctx: AppContext,
  actor: Actor,
  page: { readonly limit?: number; readonly cursor?: string },
): Promise<PolicyChangeList> {
  const scope = scopeOf(actor, 'policyChange.read');
  const limit = page.limit ?? 50;
  const rows = await queries.changesPage(
    ctx.db.app,
    scope.kind === 'all' ? null : scope.bodyIds,
    page.cursor ?? null,
    limit + 1,
  );
  const shown = rows.slice(0, limit);
  const items = [];
  for (const row of shown) items.push(summary(row, await queries.filesOf(ctx.db.app, row.change_id)));
  return {
    items,
    nextCursor: rows.length > limit ? (shown.at(-1)?.change_id ?? null) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function readChange(ctx: AppContext, actor: Actor, id: string): Promise<PolicyChangeView> {
  const row = await seenChange(ctx, actor, id);
  const files = await queries.filesOf(ctx.db.app, id);
  const units = await queries.unitsOf(ctx.db.app, id);
  const office = may(actor, 'policyChange.draft');
  const simulation = await queries.simulationOf(ctx.db.app, id, row.digest);
  return {
    ...summary(row, files),
    reason: row.reason,
    version: row.version,
    replyDueOn: row.reply_due_on,
    answerNote: row.answer_note,
    approvedBy: row.approved_name,
    policySetId: row.policy_set_id,
    endReason: row.end_reason,
    differences: files.map((file) => differencesView(ctx, file)),
    // Units see their own answer and the change; what others said is for the office.
    units: units
      .filter((unit) => office || actor.scopeBodyIds.includes(unit.body_id))
      .map((unit) => ({
        bodyId: unit.body_id,
        name: unit.name,
        answer: answerOf(unit, row.reply_due_on, ctx.clock.today()),
        comment: unit.comment,
        toldAt: unit.told_at,
        remindedAt: unit.reminded_at,
      })),
    simulation: office && simulation ? (simulation.result as PolicySimulationView) : null,
    run: office ? runView(await queries.newestRun(ctx.db.app, id, simulatedRows)) : null,
    events: office
      ? (await queries.eventsOf(ctx.db.app, id)).map(({ at, kind, name, note }) => ({ at, kind, by: name, note }))
      : [],
    commands: office
      ? commandsOf(row.state).filter(
          (one) => one !== 'activate' && (one !== 'approve' || mayApprove(actor, row, files)),
        )
      : [],
  };
}

/** Rows that are tried while somebody waits; more run by themselves. */
export const simulatedRows = 5_000;

const runProblems: Readonly<Record<string, { zh: string; en: string }>> = {
  changed: {
    zh: '试运行期间变更的内容被修改，请重新试运行。',
    en: 'The draft was changed while it was tried. Try it again.',
  },
  error: {
    zh: '试运行没有完成，请重试；仍不成功请告知系统管理员。',
    en: 'It did not finish. Try again, or tell the administrator.',
  },
};

function runView(run: queries.RunRow | null): PolicyChangeView['run'] {
  if (!run) return null;
  return {
    id: run.simulation_id,
    state: run.state,
    rowLimit: run.row_limit,
    rowsDone: run.rows_done,
    recordsDone: run.records_done,
    askedAt: run.asked_at,
    finishedAt: run.finished_at,
    problem: run.problem === null ? null : (runProblems[run.problem] ?? runProblems.error ?? null),
  };
}

const mayApprove = (actor: Actor, row: queries.ChangeRow, files: readonly queries.FileRow[]): boolean =>
  may(actor, 'policyChange.approve') &&
  ![row.created_by, row.submitted_by, ...files.map((file) => file.changed_by)].includes(actor.accountId);

function differencesView(ctx: AppContext, file: queries.FileRow): PolicyChangeView['differences'][number] {
  const rows = differencesOf(file.base, file.body, ctx.policy());
  const departments = new Map<string, number>();
  for (const row of rows) for (const name of row.departments) departments.set(name, (departments.get(name) ?? 0) + 1);
  return {
    kind: file.kind,
    key: file.key,
    total: rows.length,
    rows: rows.slice(0, maxRows).map((one) => ({ ...one, departments: [...one.departments], cells: [...one.cells] })),
    departments: [...departments].map(([name, count]) => ({ name, rows: count })).sort((a, b) => b.rows - a.rows),
  };
}
