/**
 * When the display of a record ends by itself nobody acts, so that nothing would tell its receivers. At each day change the
 * organisations that registered receivers looked at are evaluated: a record whose last day is over is published as expired,
 * effective at its day however late this runs (DESIGN §4).
 */
import type { AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { dayAfter, discloseRecord } from '../disclosure/index.ts';
import { factsFrom, payloadFields, type SubjectKind } from '../subjects/index.ts';
import { dueSubjects, liveFacts, setEvaluated, watchSubjects } from './expiry-queries.ts';
import {
  eventsOf,
  firstLook,
  moveProgress,
  predecessorsOf,
  progressOf,
  startProgress,
  subjectsLookedAt,
} from './feed-queries.ts';
import { receiversInForce } from './receiver-queries.ts';

const task = 'looks';
const pageSize = 200;
/** A look is dated before it is committed: the last minutes are read once more. Milliseconds. */
const overlapMs = 10 * 60_000;
/** Of the log at once, so that a statement stays short however much was logged. Milliseconds. */
const windowMs = 7 * 86_400_000;

/** One window of the log. False when it is read to its end. */
async function takeInWindow(ctx: AppContext, bodyIds: readonly string[]): Promise<boolean> {
  const known = await progressOf(ctx.db.app, task);
  const now = ctx.clock.now();
  const from = known?.upTo ?? (await firstLook(ctx.db.audit));
  if (known === null) await startProgress(ctx.db.app, task, { position: '0' });
  if (from === null) return false;
  const end = new Date(Math.min(Date.parse(from) + windowMs, Date.parse(now))).toISOString();
  const actions = [
    ...new Set(
      ctx
        .policy()
        .exchange()
        .looks.map((rule) => rule.action),
    ),
  ];
  const since = new Date(Date.parse(from) - overlapMs).toISOString();
  const found = await subjectsLookedAt(ctx.db.audit, bodyIds, since, end, actions);
  const position = known?.position ?? '0';
  return withTransaction(ctx.db.app, async (tx) => {
    const to = { position: String(BigInt(position) + 1n), upTo: end };
    if ((await moveProgress(tx, task, position, to)) === 0) return false;
    await watchSubjects(tx, found, ctx.clock.today());
    return end < now;
  });
}

/** Takes in whom the registered receivers looked at; a new receiver makes it begin again (see `lookFromTheBeginning`). */
async function takeInLooks(ctx: AppContext, signal?: AbortSignal): Promise<void> {
  const receivers = await receiversInForce(ctx.db.app);
  const bodies = [...new Set(receivers.map((row) => row.body_id))];
  if (bodies.length === 0) return;
  const lines = await predecessorsOf(ctx.db.app, bodies);
  const bodyIds = [...bodies, ...lines.map((line) => line.body_id)];
  while (!signal?.aborted && (await takeInWindow(ctx, bodyIds)));
}

interface Evaluated {
  readonly expired: readonly { readonly subjectId: string; readonly recordId: string; readonly effectiveOn: string }[];
  readonly nextOn: string;
}

/** Nothing of it ends; the row stays, since it says up to which day it was evaluated. */
const never = '9999-12-31';

async function evaluate(ctx: AppContext, subjectId: string, evaluatedOn: string): Promise<Evaluated> {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const rows = await liveFacts(ctx.db.app, subjectId, payloadFields(policy));
  const events = await eventsOf(ctx.db.app, [...new Set(rows.map((row) => row.subject_id))]);
  const expired: { subjectId: string; recordId: string; effectiveOn: string }[] = [];
  let nextOn = never;
  for (const row of rows) {
    const own = events.filter((event) => event.record_id === row.record_id);
    const facts = factsFrom(policy, row, row.subject_kind as SubjectKind);
    const { state, until } = discloseRecord({ ...facts, counterpartyPerson: false }, own, today, policy);
    if (until === null) continue;
    const effectiveOn = dayAfter(until);
    if (state === 'expired' && effectiveOn > evaluatedOn && effectiveOn <= today)
      expired.push({ subjectId: row.subject_id, recordId: row.record_id, effectiveOn });
    else if (effectiveOn > today && effectiveOn < nextOn) nextOn = effectiveOn;
  }
  return { expired, nextOn };
}

async function evaluateOne(ctx: AppContext, subjectId: string, evaluatedOn: string): Promise<number> {
  const { expired, nextOn } = await evaluate(ctx, subjectId, evaluatedOn);
  return withTransaction(ctx.db.app, async (tx) => {
    const row = { subjectId, from: evaluatedOn, on: ctx.clock.today(), nextOn };
    if ((await setEvaluated(tx, row)) === 0) return 0;
    await publish(
      tx,
      ctx,
      expired.map((one) => ({
        kind: 'record.expired',
        subjectId: one.subjectId,
        payload: { recordId: one.recordId, effectiveOn: one.effectiveOn },
      })),
    );
    return expired.length;
  });
}

/** Returns how many records were published as expired. */
export async function expireRecords(ctx: AppContext, signal?: AbortSignal): Promise<number> {
  await takeInLooks(ctx, signal);
  let expired = 0;
  for (;;) {
    const due = await dueSubjects(ctx.db.app, ctx.clock.today(), pageSize);
    for (const row of due) {
      if (signal?.aborted) return expired;
      expired += await evaluateOne(ctx, row.subject_id, row.evaluated_on);
    }
    if (due.length < pageSize) return expired;
  }
}
