/** A policy change from the first sheet to its roll-back. Every step is guarded by the version that was read. */
import type { PolicyChangeCommandRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize, findBody } from '../identity/index.ts';
import { contentHash, hashOf, problemsWith, releaseFile, withdrawReleases } from '../policy/index.ts';
import { accountOf, conflict, inForce, logged, seenChange, wrong } from './change-common.ts';
import { headFile, overtaken, problemsError } from './change-files.ts';
import { tellUnits } from './circulation.ts';
import { differencesOf } from './differences.ts';
import * as queries from './queries.ts';
import type { SheetFile } from './sheets.ts';
import { simulate } from './simulate.ts';
import { answerOf, type ChangeCommand, nextState } from './state.ts';

export async function draftChange(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  given: { readonly title: string; readonly reason: string },
): Promise<string> {
  authorize(actor, 'policyChange.draft');
  const id = newId();
  const by = accountOf(actor);
  await queries.insertChange(tx, { id, ...given, digest: hashOf([]), by, at: ctx.clock.now() });
  await logged(tx, ctx, actor, id, 'draft', null);
  return id;
}

export async function answerChange(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  id: string,
  given: { readonly answer: 'confirmed' | 'objected'; readonly comment?: string },
): Promise<void> {
  authorize(actor, 'policyChange.answer');
  await seenChange(ctx, actor, id);
  if (given.answer === 'objected' && (given.comment ?? '').trim() === '')
    throw wrong('提出异议请写明理由。', 'Say why you object.');
  const changed = await queries.answerUnit(tx, {
    id,
    bodyIds: actor.scopeBodyIds,
    answer: given.answer,
    comment: given.comment ?? null,
    by: accountOf(actor),
    at: ctx.clock.now(),
  });
  if (changed === 0) throw conflict('这项变更现在不征求意见。', 'This change does not ask for answers now.');
  await logged(tx, ctx, actor, id, given.answer, given.comment ?? null);
}

export async function simulateChange(ctx: AppContext, actor: Actor, id: string, limit: number): Promise<void> {
  authorize(actor, 'policyChange.draft');
  const row = await seenChange(ctx, actor, id);
  const files = await queries.filesOf(ctx.db.app, id);
  if (files.length === 0) throw wrong('还没有上传任何表格。', 'No sheet was uploaded yet.');
  const result = await simulate(
    ctx,
    files.map((file) => file.body),
    limit,
  );
  const [by, at] = [accountOf(actor), ctx.clock.now()];
  await withTransaction(ctx.db.app, async (tx) => {
    await queries.insertSimulation(tx, { simulationId: newId(), id, digest: row.digest, limit, by, at, result });
    await logged(tx, ctx, actor, id, 'simulate', null);
  });
}

type Given = Omit<PolicyChangeCommandRequest, 'command' | 'version'>;

/** One step of the change. Throws `conflict` where it is not the time for it, or somebody else was first. */
export async function actOnChange(
  ctx: AppContext,
  actor: Actor,
  id: string,
  request: PolicyChangeCommandRequest,
): Promise<void> {
  const { command, version, ...given } = request;
  authorize(actor, command === 'approve' || command === 'reject' ? 'policyChange.approve' : 'policyChange.draft');
  const row = await seenChange(ctx, actor, id);
  const name = command as ChangeCommand;
  const to = nextState(row.state, name);
  if (to === null)
    throw conflict('这项变更现在不能这样办理，请刷新后再看。', 'This cannot be done now. Load the page again.');
  if (row.version !== version)
    throw conflict('这项变更刚被他人改动，请刷新后再办。', 'Somebody else changed it just now. Load the page again.');
  const files = await queries.filesOf(ctx.db.app, id);
  const fields = await before(ctx, actor, row, files, name, given);
  const by = accountOf(actor);
  await withTransaction(ctx.db.app, async (tx) => {
    const changed = { ...fields, ...(row.state === 'submitted' && name === 'reject' ? { submitted_by: null } : {}) };
    if ((await queries.moveChange(tx, row, to, row.digest, changed, by, ctx.clock.now())) !== 1)
      throw new DomainError('conflict');
    if (name === 'circulate') {
      const bodyIds = [...new Set(given.bodyIds ?? [])];
      await queries.setUnits(tx, id, bodyIds);
      const { title } = row;
      if (bodyIds.length > 0 && given.replyDueOn)
        await tellUnits(tx, ctx, { id, title, replyDueOn: given.replyDueOn, by }, bodyIds);
    }
    if (name === 'approve') await release(tx, ctx, row, files, given.effectiveOn ?? '', (file) => file.body);
    if (name === 'cancel') await withdrawReleases(tx, id, ctx.clock.now());
    if (name === 'rollBack') await release(tx, ctx, row, files, ctx.clock.today(), (file) => file.base);
    await logged(tx, ctx, actor, id, name, given.note ?? null);
  });
  if (name === 'approve') await activateDue(ctx);
  if (name === 'rollBack') await ctx.reloadPolicy();
}

async function release(
  tx: Transaction,
  ctx: AppContext,
  row: queries.ChangeRow,
  files: readonly queries.FileRow[],
  effectiveOn: string,
  pick: (file: queries.FileRow) => SheetFile | null,
): Promise<void> {
  for (const one of files) {
    const file = pick(one);
    if (file) await releaseFile(tx, { changeId: row.change_id, file, effectiveOn, at: ctx.clock.now() });
  }
}

async function before(
  ctx: AppContext,
  actor: Actor,
  row: queries.ChangeRow,
  files: readonly queries.FileRow[],
  command: ChangeCommand,
  given: Given,
): Promise<queries.ChangeFields> {
  switch (command) {
    case 'circulate':
      return beforeCirculation(ctx, files, given);
    case 'submit':
      return beforeSubmission(ctx, actor, row, files, given);
    case 'approve':
      return beforeApproval(ctx, actor, row, files, given);
    case 'rollBack':
      for (const file of files) {
        const head = await headFile(ctx, file.kind, file.key);
        if (contentHash(head) !== contentHash(file.body))
          throw conflict(
            `${file.kind}/${file.key} 之后又有新的变更，请先回退后来的变更。`,
            `${file.kind}/${file.key} was changed again since; take back the later change first.`,
          );
      }
      return { end_reason: needed(given.note, '回退') };
    case 'reject':
      needed(given.note, '退回');
      return {};
    case 'cancel':
    case 'discard':
      return { end_reason: needed(given.note, '撤销') };
    default:
      return {};
  }
}

function needed(note: string | undefined, what: string): string {
  if ((note ?? '').trim() === '') throw wrong(`${what}请写明理由。`, 'Give the reason.');
  return (note ?? '').trim();
}

async function beforeCirculation(
  ctx: AppContext,
  files: readonly queries.FileRow[],
  given: Given,
): Promise<queries.ChangeFields> {
  if (files.every((file) => differencesOf(file.base, file.body, ctx.policy()).length === 0))
    throw wrong('上传的表格与现行政策没有差异。', 'The sheets are no different from what is in force.');
  for (const bodyId of given.bodyIds ?? []) {
    const body = await findBody(ctx.db.app, { bodyId });
    if (!body || body.closedOn !== null)
      throw wrong('征求意见的单位不存在或已撤销。', 'A unit that is to be asked does not exist or was closed.');
  }
  const asked = (given.bodyIds ?? []).length > 0;
  if (asked && (given.replyDueOn ?? '') < ctx.clock.today())
    throw wrong('请写明答复期限，且不能早于今天。', 'Give a day for answers that is not in the past.');
  return { reply_due_on: asked ? (given.replyDueOn ?? null) : null };
}

async function beforeSubmission(
  ctx: AppContext,
  actor: Actor,
  row: queries.ChangeRow,
  files: readonly queries.FileRow[],
  given: Given,
): Promise<queries.ChangeFields> {
  await notOvertaken(ctx, files);
  const units = await queries.unitsOf(ctx.db.app, row.change_id);
  const answers = units.map((unit) => ({ unit, answer: answerOf(unit, row.reply_due_on, ctx.clock.today()) }));
  const waiting = answers.filter((one) => one.answer === 'waiting').map((one) => one.unit.name);
  if (waiting.length > 0)
    throw conflict(
      `尚在征求意见：${waiting.slice(0, 5).join('、')}。期限（${row.reply_due_on}）过后可继续，届时标为“未确认”。`,
      `Still waiting for ${waiting.slice(0, 5).join(', ')} until ${row.reply_due_on}; after that you may go on and they are shown as not confirmed.`,
    );
  const silent = answers.filter((one) => one.answer === 'notConfirmed').map((one) => one.unit.name);
  const { silence } = ctx.policy().circulation();
  if (silent.length > 0 && silence === 'wait')
    throw conflict(
      `逾期未确认：${silent.slice(0, 5).join('、')}。本市规定须等其答复，请联系该单位，或者退回修改后另行征求意见。`,
      `Not confirmed: ${silent.slice(0, 5).join(', ')}. The rules of this city wait for them: ask them, or take the change back and ask others.`,
    );
  if (silent.length > 0 && silence === 'explain' && (given.note ?? '').trim() === '')
    throw wrong(
      `${silent.slice(0, 5).join('、')}逾期未确认，请写明为何继续办理。`,
      `${silent.slice(0, 5).join(', ')} did not answer; say why the change goes on.`,
    );
  if (answers.some((one) => one.answer === 'objected') && (given.note ?? '').trim() === '')
    throw wrong('有单位提出异议，请写明如何处理。', 'Units objected; say how that was dealt with.');
  if (!(await queries.simulationOf(ctx.db.app, row.change_id, row.digest)))
    throw conflict('请先在已报送的数据上试运行，再提交审批。', 'Try it on stored submissions first.');
  return { submitted_by: accountOf(actor), answer_note: given.note ?? null };
}

async function beforeApproval(
  ctx: AppContext,
  actor: Actor,
  row: queries.ChangeRow,
  files: readonly queries.FileRow[],
  given: Given,
): Promise<queries.ChangeFields> {
  const by = accountOf(actor);
  if (by === row.created_by || by === row.submitted_by || files.some((file) => file.changed_by === by))
    throw new DomainError('forbidden', {
      zh: '起草、修改或提交的人不能审批，请由另一位工作人员办理。',
      en: 'Whoever drafted, changed or submitted it cannot approve it; a second person does.',
    });
  if (given.effectiveOn === undefined || given.effectiveOn < ctx.clock.today())
    throw wrong('请写明生效日期，且不能早于今天。', 'Give a first day of effect that is not in the past.');
  await notOvertaken(ctx, files);
  await notBeforeHead(ctx, files, given.effectiveOn);
  const problems = problemsWith(
    inForce(ctx),
    files.map((file) => file.body),
  );
  if (problems.length > 0) throw problemsError(problems.map(({ path, zh, en }) => ({ field: path, zh, en })));
  return { approved_by: by, effective_on: given.effectiveOn };
}

/** A version that begins before one that is already scheduled would hold until that day only, and then be lost. */
async function notBeforeHead(ctx: AppContext, files: readonly queries.FileRow[], on: string): Promise<void> {
  for (const file of files) {
    const { validFrom } = await headFile(ctx, file.kind, file.key);
    if (validFrom !== undefined && validFrom > on)
      throw conflict(
        `${file.kind}/${file.key} 已有 ${validFrom} 起生效的版本，本变更是在它的内容上起草的，生效日期不能早于 ${validFrom}。`,
        `${file.kind}/${file.key} has a version that begins on ${validFrom}, and this one was drafted from it; it cannot begin before.`,
      );
  }
}

async function notOvertaken(ctx: AppContext, files: readonly queries.FileRow[]): Promise<void> {
  for (const file of files)
    if (hashOf(await headFile(ctx, file.kind, file.key)) !== file.base_hash) throw overtaken(file);
}

/** Changes whose day has come: the set of the day is made, and the change says which it is. Runs at approval and by the clock. */
export async function activateDue(ctx: AppContext): Promise<void> {
  const due = await queries.scheduledUpTo(ctx.db.app, ctx.clock.today());
  if (due.length === 0) return;
  await ctx.reloadPolicy();
  const { setId } = ctx.policy();
  for (const row of due)
    await withTransaction(ctx.db.app, async (tx) => {
      const at = ctx.clock.now();
      const moved = await queries.moveChange(tx, row, 'active', row.digest, { policy_set_id: setId }, null, at);
      if (moved === 1)
        await queries.insertEvent(tx, {
          eventId: newId(),
          id: row.change_id,
          at,
          kind: 'activate',
          by: null,
          note: `第 ${setId} 号政策集`,
        });
    });
}
