/** Views of objections: a list and one with its clocks, history and what may be done now. */
import type { ObjectionItem, ObjectionRules, ObjectionView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { type CaseFilter, type CaseRow, dueOf, eventsOf, listCaseRows } from '../casework/index.ts';
import { authorize, may } from '../identity/index.ts';
import { type Bilingual, basisLine, type PolicyRuntime } from '../policy/index.ts';
import { objectionFor } from './act-on-objection.ts';
import { clusterOf, namesOf } from './queries.ts';
import { objectionProcedure } from './state.ts';
import { clockLabel, commandWords, eventLabel, partyLabel, stateLabel } from './words.ts';

type Names = Awaited<ReturnType<typeof namesOf>>;

const reasonLabel = (policy: PolicyRuntime, key: string | null): Bilingual | null => {
  if (key === null) return null;
  const all = Object.values(policy.procedure('objection').reasons).flat();
  return all.find((reason) => reason.key === key)?.name ?? { zh: key, en: key };
};
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function itemOf(ctx: AppContext, row: CaseRow, names: Names): ObjectionItem {
  const kind = text(row.facts.kind);
  return {
    id: row.case_id,
    number: row.number,
    state: row.state,
    stateLabel: stateLabel(row.state),
    closed: row.closed,
    kind,
    kindLabel: reasonLabel(ctx.policy(), kind) ?? { zh: kind, en: kind },
    subject: names.subjects.get(row.subject_id) ?? { name: '', code: null },
    recordId: row.record_id,
    handler: names.bodies.get(row.handler_body_id) ?? '',
    openedAt: row.opened_at,
    dueOn: row.due_on,
    overdue: row.due_on !== null && row.due_on < ctx.clock.today(),
    escalatedOn: row.escalated_on,
  };
}

export interface ListInput {
  readonly state?: string | undefined;
  readonly open?: boolean | undefined;
  readonly overdue?: boolean | undefined;
  readonly recordId?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** The organisation's own; what lies with a body of the actor; everything for the credit office. */
async function scopeFilter(
  ctx: AppContext,
  actor: Actor,
): Promise<Pick<CaseFilter, 'bodies' | 'subjects' | 'orOpenedBy'>> {
  authorize(actor, 'objection.read');
  if (may(actor, 'objection.handle')) return {};
  if (actor.roles.includes('companyRepresentative'))
    return { subjects: actor.subjectId ? await clusterOf(ctx.db.app, actor.subjectId) : [] };
  return { bodies: actor.scopeBodyIds, orOpenedBy: actor.accountId ?? undefined };
}

const defaultLimit = 50;

export async function listObjections(ctx: AppContext, actor: Actor, input: ListInput) {
  const scope = await scopeFilter(ctx, actor);
  const position = openPosition(ctx.keys, 'objections', input.cursor);
  const limit = input.limit ?? defaultLimit;
  const rows = await listCaseRows(
    ctx.db.app,
    {
      procedure: 'objection',
      ...scope,
      state: input.state,
      open: input.open,
      overdueOn: input.overdue ? ctx.clock.today() : undefined,
      recordId: input.recordId,
    },
    position && { openedAt: String(position[0]), caseId: String(position[1]) },
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const names = await namesOf(
    ctx.db.app,
    page.map((row) => row.subject_id),
    page.map((row) => row.handler_body_id),
  );
  const last = page.at(-1);
  return {
    items: page.map((row) => itemOf(ctx, row, names)),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'objections', [last.opened_at, last.case_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

function clocksOf(policy: PolicyRuntime, today: PolicyRuntime, row: CaseRow): ObjectionView['clocks'] {
  const rules = policy.procedure('objection').clocks;
  return row.clocks.map((clock) => {
    const due = dueOf(clock, today);
    const rule = rules.find(({ key }) => key === clock.key);
    return {
      key: clock.key,
      label: clockLabel(clock.key),
      startedOn: clock.startedOn,
      dueOn: due?.on ?? null,
      provisional: due?.provisional ?? false,
      paused: clock.pausedOn !== null,
      ended: clock.endedOn !== null,
      extendedBy: clock.extendedBy,
      basis: rule ? basisLine(rule.basis) : '',
    };
  });
}

export async function viewObjection(ctx: AppContext, actor: Actor, caseId: string): Promise<ObjectionView> {
  authorize(actor, 'objection.read');
  const { row, party } = await objectionFor(ctx, actor, caseId);
  const policy = await ctx.policySet(row.policy_set_id);
  const [names, events] = await Promise.all([
    namesOf(ctx.db.app, [row.subject_id], [row.handler_body_id]),
    eventsOf(ctx.db.app, row),
  ]);
  const steps = objectionProcedure.transitions.filter(
    (step) => (step.from as readonly string[]).includes(row.state) && step.by.includes(party),
  );
  return {
    ...itemOf(ctx, row, names),
    statement: text(row.facts.statement),
    wanted: text(row.facts.wanted),
    onBehalf: row.facts.onBehalf === true,
    events: row.events,
    extensionAsked: row.extension?.reason ?? null,
    clocks: clocksOf(policy, ctx.policy(), row),
    history: events.map((event) => ({
      seq: event.seq,
      label: eventLabel(event.kind, event.name),
      party: partyLabel(event.party),
      reason: reasonLabel(policy, event.reason),
      note: event.note,
      effectiveOn: event.effectiveOn,
      recordedAt: event.recordedAt,
    })),
    commands: steps.map((step) => ({
      command: step.command,
      label: commandWords[step.command],
      reasons: step.reasons ?? null,
    })),
  };
}

export function objectionRules(ctx: AppContext): ObjectionRules {
  const policy = ctx.policy().procedure('objection');
  return {
    clocks: policy.clocks.map((clock) => ({
      key: clock.key,
      label: clockLabel(clock.key),
      days: clock.days,
      extendDays: clock.extendDays,
      basis: basisLine(clock.basis),
    })),
    reasons: Object.fromEntries(Object.entries(policy.reasons).map(([name, list]) => [name, [...list]])),
  };
}
