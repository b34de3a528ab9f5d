/** Disputes as each party reads them: the subject sees the officer masked, the body and the audit administrator by name. */
import type { DisputeView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { type DisputeAct, type DisputeParty, type DisputeState, disputeActs, isWaiting } from './dispute-state.ts';
import { lookName } from './look-names.ts';
import { officerWords } from './looks.ts';
import { bodyNames, type DisputeRow, disputeEvents, type EventRow, subjectNames } from './queries.ts';
import { purposeName, whyWords } from './words.ts';

type OpenAct = Exclude<DisputeAct, 'escalate'>;
const openActs = (state: DisputeState, party: DisputeParty): OpenAct[] =>
  disputeActs(state, party).filter((act): act is OpenAct => act !== 'escalate');

const isPast = (row: DisputeRow, today: string): boolean =>
  isWaiting(row.state) && row.due_on !== null && row.due_on < today;

export async function disputeViews(
  ctx: AppContext,
  actor: Actor,
  party: DisputeParty,
  rows: readonly DisputeRow[],
): Promise<DisputeView[]> {
  const [subjects, bodies, events] = await Promise.all([
    subjectNames(ctx.db.app, [...new Set(rows.map((row) => row.subject_id))]),
    bodyNames(ctx.db.app, [...new Set(rows.flatMap((row) => (row.body_id ? [row.body_id] : [])))]),
    disputeEvents(
      ctx.db.app,
      rows.map((row) => row.dispute_id),
    ),
  ]);
  const byDispute = Map.groupBy(events, (event) => event.dispute_id);
  const today = ctx.clock.today();
  return rows.map((row) => {
    const own = row.looked_by !== null && row.looked_by === actor.accountId;
    return {
      id: row.dispute_id,
      state: row.state,
      subject: subjects.get(row.subject_id) ?? { name: '', code: null },
      body: row.body_id === null ? null : (bodies.get(row.body_id) ?? null),
      look: lookOf(ctx, party, row),
      reason: row.reason,
      raisedAt: row.raised_at,
      dueOn: row.due_on,
      overdue: isPast(row, today),
      finding: row.finding,
      answer: row.answer,
      answeredAt: row.answered_at,
      contest: row.contest,
      outcome: row.outcome,
      decision: row.decision,
      decidedAt: row.decided_at,
      acts: own ? [] : openActs(row.state, party),
      events: (byDispute.get(row.dispute_id) ?? []).map(eventView),
    };
  });
}

function lookOf(ctx: AppContext, party: DisputeParty, { look }: DisputeRow): DisputeView['look'] {
  const policy = ctx.policy();
  const { name } = lookName(policy.oversight(), look.action);
  const officer =
    party === 'subject'
      ? officerWords({ actor_kind: look.actorKind, actor_name: look.officer })
      : { zh: look.officer, en: look.officer };
  return {
    lastAt: look.at,
    times: look.times,
    what: name,
    officer,
    why: whyWords(name, purposeName(policy, look.purpose), look.matter, look.caseNumber),
  };
}

const eventView = (event: EventRow): DisputeView['events'][number] => ({
  at: event.at,
  act: event.act,
  state: event.to_state,
  note: event.act === 'escalate' ? null : event.note,
});
