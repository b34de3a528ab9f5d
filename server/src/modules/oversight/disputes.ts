/**
 * An organisation disputes a look: the body that looked answers within working days, not the officer who looked; the subject may
 * contest the answer before the audit administrator, who decides with reasons. Every step is an event and is logged.
 */
import type { DisputeView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize, may, type Permission } from '../identity/index.ts';
import { type DisputeAct, type DisputeParty, type DisputeState, isWaiting, nextDispute } from './dispute-state.ts';
import { disputeViews } from './dispute-views.ts';
import { groupOfRow, type LookGroup } from './log-queries.ts';
import { delayOf, groupKey, isActive, openLookId } from './looks.ts';
import { ownSubject } from './own-subject.ts';
import {
  type DisputeChange,
  type DisputeRow,
  delaysOf,
  disputeById,
  insertDispute,
  insertDisputeEvent,
  moveDispute,
} from './queries.ts';

const notFound = (): DomainError => new DomainError('not-found');

/** A look of the own organisation that is shown to it; 404 for any other, also for one that is shown later. */
async function ownLook(ctx: AppContext, ids: readonly string[], look: string): Promise<LookGroup> {
  const place = openLookId(look);
  if (!place) throw notFound();
  const target = { kind: 'subject', subjectIds: ids } as const;
  const group = await groupOfRow(ctx.db.audit, target, place, ctx.policy().oversight());
  if (!group) throw notFound();
  const hidden = (await delaysOf(ctx.db.app, ids)).filter((delay) => isActive(delay, ctx.clock.today()));
  if (delayOf(group, hidden)) throw notFound();
  return group;
}

const dueIn = (ctx: AppContext, days: number): string => ctx.policy().addWorkingDays(ctx.clock.today(), days).on;

/** Errors: forbidden, not-found (the look), conflict (disputed already), log-unavailable. */
export async function raiseDispute(
  ctx: AppContext,
  actor: Actor,
  input: { readonly look: string; readonly reason: string },
): Promise<DisputeView> {
  authorize(actor, 'access.own');
  const subject = await ownSubject(ctx.db.app, actor);
  const group = await ownLook(ctx, subject.ids, input.look);
  const { answerWorkingDays } = ctx.policy().oversight().disputes;
  const id = newId();
  await withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    const made = await insertDispute(tx, {
      id,
      subjectId: subject.subjectId,
      logId: group.log_id,
      look: {
        key: groupKey(group),
        at: group.last_at,
        times: group.times,
        action: group.action,
        actorKind: group.actor_kind,
        officer: group.actor_name,
        purpose: group.purpose,
        matter: group.matter,
        caseNumber: group.case_number,
      },
      bodyId: group.body_id,
      lookedBy: group.account_id,
      dueOn: dueIn(ctx, answerWorkingDays),
      reason: input.reason,
      by: actor.accountId ?? '',
      at,
      policySetId: ctx.policy().setId,
    });
    if (!made) {
      throw new DomainError('conflict', {
        zh: '这次查询已经提出过异议，请在“我的异议”中查看进展。',
        en: 'This look is disputed already. See how it stands among your disputes.',
      });
    }
    await record(tx, ctx, actor, {
      id,
      subjectId: subject.subjectId,
      act: 'raise',
      from: null,
      to: 'open',
      note: input.reason,
    });
  });
  return readDispute(ctx, actor, id);
}

interface Step {
  readonly id: string;
  readonly subjectId: string;
  readonly act: DisputeAct | 'raise';
  readonly from: DisputeState | null;
  readonly to: DisputeState;
  readonly note: string | null;
}

async function record(tx: Transaction, ctx: AppContext, actor: Actor | null, step: Step): Promise<void> {
  await insertDisputeEvent(tx, {
    id: newId(),
    disputeId: step.id,
    at: ctx.clock.now(),
    act: step.act,
    from: step.from,
    to: step.to,
    by: actor?.accountId ?? null,
    note: step.note,
  });
  await publish(tx, ctx, [
    {
      kind: 'oversight.dispute',
      subjectId: step.subjectId,
      payload: { disputeId: step.id, act: step.act, state: step.to },
    },
  ]);
  if (!actor) return;
  await writeAccess(tx, ctx, actor, {
    action: `oversight.dispute.${step.act}`,
    resourceKind: 'dispute',
    resourceId: step.id,
    subjectId: step.subjectId,
  });
}

/** In which part the caller stands to a dispute; HiddenError (404) when it is none of theirs. */
export async function partyOf(ctx: AppContext, actor: Actor, row: DisputeRow): Promise<DisputeParty> {
  if (may(actor, 'dispute.decide')) return 'audit';
  if (may(actor, 'access.own')) {
    const own = await ownSubject(ctx.db.app, actor);
    if (own.ids.includes(row.subject_id)) return 'subject';
    throw new HiddenError();
  }
  authorize(actor, 'dispute.answer', { bodyId: row.body_id });
  return 'body';
}

async function load(ctx: AppContext, id: string): Promise<DisputeRow> {
  const row = isId(id) ? await disputeById(ctx.db.app, id) : null;
  if (!row) throw notFound();
  return row;
}

interface Acting {
  readonly permission: Permission;
  readonly act: DisputeAct;
  readonly note: string;
  readonly change: (at: string, party: DisputeParty) => Omit<DisputeChange, 'state'>;
}

/** Nobody judges their own look. */
function refuseOwnLook(actor: Actor, row: DisputeRow, act: DisputeAct): void {
  if ((act !== 'answer' && act !== 'decide') || row.looked_by === null || row.looked_by !== actor.accountId) return;
  throw new DomainError('forbidden', {
    zh: '这次查询是您本人办理的，请由本单位其他人员答复。',
    en: 'You made this look yourself. Somebody else of your body answers.',
  });
}

async function step(ctx: AppContext, actor: Actor, id: string, acting: Acting): Promise<DisputeView> {
  authorize(actor, acting.permission);
  const row = await load(ctx, id);
  const party = await partyOf(ctx, actor, row);
  refuseOwnLook(actor, row, acting.act);
  const to = nextDispute(row.state, acting.act, party);
  if (to === null) throw new DomainError('conflict');
  await withTransaction(ctx.db.app, async (tx) => {
    const moved = await moveDispute(tx, id, row.state, { ...acting.change(ctx.clock.now(), party), state: to });
    if (moved === 0) throw new DomainError('conflict');
    await record(tx, ctx, actor, {
      id,
      subjectId: row.subject_id,
      act: acting.act,
      from: row.state,
      to,
      note: acting.note,
    });
  });
  return readDispute(ctx, actor, id);
}

/** The body's answer, or the audit administrator's in its place. Errors: forbidden, not-found, conflict. */
export function answerDispute(
  ctx: AppContext,
  actor: Actor,
  id: string,
  input: { readonly finding: 'justified' | 'unjustified'; readonly answer: string },
): Promise<DisputeView> {
  return step(ctx, actor, id, {
    permission: 'dispute.answer',
    act: 'answer',
    note: input.answer,
    change: (at) => ({ ...input, answeredBy: actor.accountId ?? '', answeredAt: at }),
  });
}

/** The subject does not agree with the answer: the audit administrator decides within the policy's days. */
export function contestDispute(ctx: AppContext, actor: Actor, id: string, note: string): Promise<DisputeView> {
  return step(ctx, actor, id, {
    permission: 'access.own',
    act: 'contest',
    note,
    change: () => ({ contest: note, dueOn: dueIn(ctx, ctx.policy().oversight().disputes.decideWorkingDays) }),
  });
}

export function decideDispute(
  ctx: AppContext,
  actor: Actor,
  id: string,
  input: { readonly outcome: 'upheld' | 'unfounded'; readonly decision: string },
): Promise<DisputeView> {
  return step(ctx, actor, id, {
    permission: 'dispute.decide',
    act: 'decide',
    note: input.decision,
    change: (at) => ({ ...input, decidedBy: actor.accountId ?? '', decidedAt: at, closedAt: at }),
  });
}

export function acceptAnswer(ctx: AppContext, actor: Actor, id: string, note: string): Promise<DisputeView> {
  return step(ctx, actor, id, { permission: 'access.own', act: 'accept', note, change: (at) => ({ closedAt: at }) });
}

export function withdrawDispute(ctx: AppContext, actor: Actor, id: string, note: string): Promise<DisputeView> {
  return step(ctx, actor, id, { permission: 'access.own', act: 'withdraw', note, change: (at) => ({ closedAt: at }) });
}

/** Errors: forbidden, not-found. */
export async function readDispute(ctx: AppContext, actor: Actor, id: string): Promise<DisputeView> {
  authorize(actor, 'dispute.read');
  const row = await load(ctx, id);
  const party = await partyOf(ctx, actor, row);
  const [view] = await disputeViews(ctx, actor, party, [row]);
  if (!view) throw notFound();
  return view;
}

/** What a deadline does to a dispute of the body: it goes to the audit administrator, who has days of their own. */
export async function escalateDispute(ctx: AppContext, row: DisputeRow): Promise<boolean> {
  const to = nextDispute(row.state, 'escalate', 'clock');
  if (to === null || !isWaiting(row.state)) return false;
  return withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    const dueOn = dueIn(ctx, ctx.policy().oversight().disputes.decideWorkingDays);
    if ((await moveDispute(tx, row.dispute_id, row.state, { state: to, dueOn, escalatedAt: at })) === 0) return false;
    await record(tx, ctx, null, {
      id: row.dispute_id,
      subjectId: row.subject_id,
      act: 'escalate',
      from: row.state,
      to,
      note: row.due_on,
    });
    return true;
  });
}
