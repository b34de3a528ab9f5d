/** Cases in the database: opened, moved by commands, looked at by the clock; each with its effects in one transaction. */
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import { addDays, type PlainDateString } from '../../platform/clock.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { platformActor } from '../identity/index.ts';
import {
  type Applied,
  answerExtension,
  applyCommand,
  askExtension,
  beginCase,
  type CaseEvent,
  type CaseState,
  type Command,
  giveTo,
  passTime,
  type Rules,
} from './apply-command.ts';
import { dueOf } from './clocks.ts';
import type { Procedure } from './procedure.ts';
import {
  type CaseRow,
  casesToLookAt,
  eventOfKey,
  insertCase,
  insertEvent,
  lockCase,
  type StoredEvent,
  updateCase,
} from './queries.ts';
import { endTasks, openTask } from './superior-tasks.ts';
import { tellParties } from './tell-parties.ts';
import { refusalWords } from './words.ts';

/** A procedure with what its events do beyond the case. The effects run in the transaction of the event. */
export interface CaseKind {
  readonly procedure: Procedure;
  /** May change who handles the case and its facts. */
  readonly effects: (
    tx: Transaction,
    ctx: AppContext,
    row: CaseRow,
    event: StoredEvent,
  ) => Promise<Partial<Pick<CaseRow, 'handler_body_id' | 'assignee_id' | 'facts' | 'number'>>>;
}

async function rulesOf(ctx: AppContext, kind: CaseKind, policySetId: number): Promise<Rules> {
  const policy = policySetId === ctx.policy().setId ? ctx.policy() : await ctx.policySet(policySetId);
  // The days are those of the submission; the calendar is today's, since a year's holidays become official later.
  return { procedure: kind.procedure, policy: policy.procedure(kind.procedure.key), calendar: ctx.policy() };
}

const stateOf = (row: CaseRow): CaseState => ({
  state: row.state,
  lastAt: row.last_at,
  events: row.events,
  clocks: row.clocks,
  extension: row.extension,
});

/** When an open clock is due, and when the job has to look: at a reminder, or on the day after a deadline. */
function daysOf(rules: Rules, state: CaseState): { due_on: PlainDateString | null; look_on: PlainDateString | null } {
  const dues: PlainDateString[] = [];
  const looks: PlainDateString[] = [];
  for (const clock of state.clocks) {
    const due = dueOf(clock, rules.calendar);
    if (!due) continue;
    dues.push(due.on);
    if (clock.escalatedFor === due.on) continue;
    looks.push(addDays(due.on, 1));
    const remindDays = rules.policy.clocks.find(({ key }) => key === clock.key)?.remindDays ?? 0;
    if (remindDays > 0 && clock.remindedOn === null)
      looks.push(rules.calendar.addWorkingDays(due.on, -remindDays).on as PlainDateString);
  }
  return { due_on: dues.sort()[0] ?? null, look_on: looks.sort()[0] ?? null };
}

function rowAfter(rules: Rules, row: CaseRow, next: CaseState): CaseRow {
  const escalated = next.clocks.filter((clock) => clock.endedOn === null && clock.escalatedFor !== null);
  return {
    ...row,
    ...daysOf(rules, next),
    state: next.state,
    closed: rules.procedure.closed.includes(next.state),
    clocks: next.clocks,
    extension: next.extension,
    events: next.events,
    last_at: next.lastAt,
    escalated_on: escalated.map((clock) => clock.escalatedFor).sort()[0] ?? null,
  };
}

export interface OpenCase {
  readonly subjectId: string;
  readonly handlerBodyId: string;
  readonly recordId?: string | null;
  readonly upstreamNumber?: string | null;
  /** Without person identifiers. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly party: string;
  readonly note?: string | null;
}

/** Opens a case in the caller's transaction. */
export async function openCase(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  input: OpenCase,
): Promise<CaseRow> {
  const policySetId = ctx.policy().setId;
  const rules = await rulesOf(ctx, kind, policySetId);
  const now = ctx.clock.now();
  const begun = beginCase(rules, now);
  const opened: StoredEvent = {
    seq: 1,
    kind: 'opened',
    name: 'open',
    from: begun.state,
    to: begun.state,
    party: input.party,
    by: actor.accountId,
    reason: null,
    note: input.note ?? null,
    data: null,
    effectiveOn: ctx.clock.today(),
    recordedAt: begun.lastAt,
    clockBehind: false,
  };
  const row: CaseRow = {
    ...rowAfter(rules, blank(kind, input, policySetId, actor, begun), { ...begun, events: 1 }),
    number: null,
  };
  const change = await kind.effects(tx, ctx, row, opened);
  const complete = { ...row, ...change };
  await insertCase(tx, complete);
  await insertEvent(tx, complete, opened, null);
  await tell(tx, ctx, actor, complete, opened);
  await tellParties(tx, ctx, complete, opened);
  return complete;
}

/**
 * Running clocks count from an earlier day: the case was open elsewhere before it came here, and a deadline does not begin anew
 * because the office changed its system. What is missed by then escalates with the next look of the clock; nothing lapses.
 */
export async function carryClocks(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  caseId: string,
  since: PlainDateString,
): Promise<CaseRow> {
  const row = await lockCase(tx, caseId);
  if (!row || row.procedure !== kind.procedure.key) throw new DomainError('not-found');
  const rules = await rulesOf(ctx, kind, row.policy_set_id);
  const clocks = row.clocks.map((clock) =>
    clock.endedOn === null && since < clock.startedOn ? { ...clock, startedOn: since } : clock,
  );
  const carried = rowAfter(rules, row, { ...stateOf(row), clocks });
  if ((await updateCase(tx, carried, row.events)) !== 1) throw new DomainError('conflict');
  await writeAccess(tx, ctx, actor, {
    action: 'case.carryClocks',
    resourceKind: 'case',
    resourceId: caseId,
    subjectId: row.subject_id,
    caseNumber: row.number,
    detail: { procedure: row.procedure, since, dueOn: carried.due_on },
  });
  return carried;
}

function blank(kind: CaseKind, input: OpenCase, policySetId: number, actor: Actor, begun: CaseState): CaseRow {
  return {
    subject_id: input.subjectId,
    case_id: newId(),
    procedure: kind.procedure.key,
    number: null,
    state: begun.state,
    closed: false,
    handler_body_id: input.handlerBodyId,
    assignee_id: null,
    escalated_on: null,
    record_id: input.recordId ?? null,
    upstream_number: input.upstreamNumber ?? null,
    facts: input.facts,
    clocks: begun.clocks,
    extension: null,
    events: 0,
    last_at: begun.lastAt,
    due_on: null,
    look_on: null,
    policy_set_id: policySetId,
    opened_by: actor.accountId,
    opened_at: begun.lastAt,
  };
}

async function tell(tx: Transaction, ctx: AppContext, actor: Actor, row: CaseRow, event: StoredEvent): Promise<void> {
  await writeAccess(tx, ctx, actor, {
    action: `case.${event.kind === 'command' ? event.name : event.kind}`,
    resourceKind: 'case',
    resourceId: row.case_id,
    subjectId: row.subject_id,
    caseNumber: row.number,
    detail: {
      procedure: row.procedure,
      seq: event.seq,
      from: event.from,
      to: event.to,
      party: event.party,
      reason: event.reason,
    },
  });
  await publish(tx, ctx, [
    {
      kind: 'case.event',
      subjectId: row.subject_id,
      payload: { caseId: row.case_id, procedure: row.procedure, seq: event.seq, kind: event.kind, state: event.to },
    },
  ]);
}

/** Keeps what happened: each event with its effects, then the case, guarded by the number of events it had. */
async function keep(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  rules: Rules,
  before: CaseRow,
  happened: { readonly next: CaseState; readonly events: readonly CaseEvent[] },
  given: {
    readonly data: Readonly<Record<string, unknown>> | null;
    readonly key: string | null;
    /** To whom it is given. */
    readonly to?: Pick<CaseRow, 'assignee_id' | 'handler_body_id'>;
  },
): Promise<CaseRow> {
  let row = rowAfter(rules, before, happened.next);
  for (const [at, event] of happened.events.entries()) {
    const last = at === happened.events.length - 1;
    const stored: StoredEvent = { ...event, data: last ? given.data : null };
    row = afterEffects(row, stored.kind === 'assigned' ? (given.to ?? {}) : await kind.effects(tx, ctx, row, stored));
    await insertEvent(tx, row, stored, last ? given.key : null);
    await tell(tx, ctx, actor, row, stored);
    if (stored.kind === 'escalation') await openTask(tx, row, stored);
    await tellParties(tx, ctx, row, stored);
  }
  if (before.escalated_on !== null || row.escalated_on !== null) await endTasks(tx, row);
  if ((await updateCase(tx, row, before.events)) !== 1) throw new DomainError('conflict');
  return row;
}

/** Whoever had it at one body has it no more when another body has to act. */
function afterEffects(row: CaseRow, change: Partial<CaseRow>): CaseRow {
  const moved = change.handler_body_id !== undefined && change.handler_body_id !== row.handler_body_id;
  return { ...row, ...(moved ? { assignee_id: null } : {}), ...change };
}

const nothingGiven = { data: null, key: null };

/** Locks the case and lets missed deadlines take effect first, so that a late command meets the case as it is. */
async function current(
  tx: Transaction,
  ctx: AppContext,
  kind: CaseKind,
  caseId: string,
): Promise<{ rules: Rules; row: CaseRow }> {
  const row = await lockCase(tx, caseId);
  if (!row || row.procedure !== kind.procedure.key) throw new DomainError('not-found');
  const rules = await rulesOf(ctx, kind, row.policy_set_id);
  const passed = passTime(rules, stateOf(row), ctx.clock.now());
  if (passed.events.length === 0) return { rules, row };
  return { rules, row: await keep(tx, ctx, platformActor('clock'), kind, rules, row, passed, nothingGiven) };
}

export interface CaseCommand extends Omit<Command, 'by'> {
  /** The same key again answers with the case as it is and does nothing. */
  readonly key?: string | null;
  /** What the command decides or brings, kept with the event. Without person identifiers. */
  readonly data?: Readonly<Record<string, unknown>> | null;
  /** Refused as a conflict when the case has moved on since the caller saw it. */
  readonly expectedEvents?: number;
}

/** Gives a command in the caller's transaction. The caller has authorised the actor as the party. */
export async function actOnCase(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  caseId: string,
  command: CaseCommand,
): Promise<CaseRow> {
  return change(tx, ctx, actor, kind, caseId, command, (rules, state) =>
    applyCommand(rules, state, { ...command, by: actor.accountId }, ctx.clock.now()),
  );
}

type Key = Pick<CaseCommand, 'key' | 'data' | 'expectedEvents'>;

async function change(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  caseId: string,
  given: Key,
  apply: (rules: Rules, state: CaseState) => Applied,
): Promise<CaseRow> {
  const { rules, row } = await current(tx, ctx, kind, caseId);
  const key = given.key ?? null;
  if (key !== null && (await eventOfKey(tx, row, key))) return row;
  if (given.expectedEvents !== undefined && given.expectedEvents !== row.events) throw new DomainError('conflict');
  const applied = apply(rules, stateOf(row));
  if (!applied.ok) throw refusalWords(applied.refusal);
  return keep(tx, ctx, actor, kind, rules, row, applied, { data: given.data ?? null, key });
}

export async function askForExtension(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  caseId: string,
  ask: { readonly clock: string; readonly reason: string } & Key,
): Promise<CaseRow> {
  const request = { clock: ask.clock, by: actor.accountId ?? '', reason: ask.reason };
  return change(tx, ctx, actor, kind, caseId, ask, (rules, state) =>
    askExtension(rules, state, request, ctx.clock.now()),
  );
}

export async function decideExtension(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  caseId: string,
  decide: { readonly granted: boolean } & Key,
): Promise<CaseRow> {
  return change(tx, ctx, actor, kind, caseId, decide, (rules, state) =>
    answerExtension(rules, state, decide.granted, actor.accountId ?? '', ctx.clock.now()),
  );
}

/** Gives a case to a person of the body, or back to its queue, in the caller's transaction. Given twice, kept once. */
export async function giveCase(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  kind: CaseKind,
  caseId: string,
  to: { readonly accountId: string | null; readonly bodyId?: string | undefined; readonly note?: string | undefined },
  key: string | null,
): Promise<CaseRow> {
  const { rules, row } = await current(tx, ctx, kind, caseId);
  if (key !== null && (await eventOfKey(tx, row, key))) return row;
  const next = { assignee_id: to.accountId, handler_body_id: to.bodyId ?? row.handler_body_id };
  if (row.assignee_id === next.assignee_id && row.handler_body_id === next.handler_body_id) return row;
  if (row.closed) throw refusalWords('notInThisState');
  const given = giveTo(stateOf(row), { by: actor.accountId, note: to.note ?? null }, ctx.clock.now());
  const data = { accountId: next.assignee_id, bodyId: next.handler_body_id, from: row.assignee_id };
  return keep(tx, ctx, actor, kind, rules, row, given, { data, key, to: next });
}

const pageSize = 200;
const maxLooked = 100_000;

/** Looks at every case whose day has come. Each in a transaction of its own; one that fails does not hold up the rest. */
export async function lookAtClocks(ctx: AppContext, kinds: readonly CaseKind[], signal?: AbortSignal): Promise<number> {
  const byKey = new Map(kinds.map((kind) => [kind.procedure.key, kind]));
  const failed = new Set<string>();
  let looked = 0;
  while (looked < maxLooked && !signal?.aborted) {
    const rows = await casesToLookAt(ctx.db.app, ctx.clock.today(), pageSize + failed.size);
    const waiting = rows.filter((row) => !failed.has(row.case_id));
    if (waiting.length === 0) break;
    for (const { case_id } of waiting) {
      looked++;
      try {
        await withTransaction(ctx.db.app, (tx) => lookAt(tx, ctx, byKey, case_id));
      } catch (error) {
        failed.add(case_id);
        ctx.log.error({ err: error, caseId: case_id }, 'the clock of a case could not be looked at');
      }
    }
  }
  if (failed.size > 0) throw new Error(`the clocks of ${failed.size} cases could not be looked at`);
  return looked;
}

async function lookAt(
  tx: Transaction,
  ctx: AppContext,
  kinds: ReadonlyMap<string, CaseKind>,
  caseId: string,
): Promise<void> {
  const row = await lockCase(tx, caseId);
  const kind = row && kinds.get(row.procedure);
  if (!row) return;
  if (!kind) throw new Error(`no procedure ${row.procedure}`);
  const { row: after, rules } = await current(tx, ctx, kind, caseId);
  // Nothing happened although its day had come: a calendar that became official moved the deadline.
  if (after.events === row.events) {
    const moved = { ...after, ...daysOf(rules, stateOf(after)) };
    if (moved.look_on !== null && moved.look_on <= ctx.clock.today())
      throw new Error('a clock would be looked at for ever');
    await updateCase(tx, moved, after.events);
  }
}
