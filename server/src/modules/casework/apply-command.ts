/**
 * What a command, or the passing of a day, does to a case. Pure: the case and the day go in, the new case and what happened
 * come out, or why it cannot be.
 */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import { dayOf } from '../../platform/clock.ts';
import type { WorkingDays } from '../policy/index.ts';
import { beginClock, type CaseClock, dueOf, endClock, extendClock, pauseClock, resumeClock } from './clocks.ts';
import type { ClockPolicy, Procedure, ProcedurePolicy, Transition } from './procedure.ts';

export interface ExtensionRequest {
  readonly clock: string;
  readonly by: string;
  readonly reason: string;
}

export interface CaseState {
  readonly state: string;
  /** Of the last event; the next is never recorded before it. */
  readonly lastAt: Instant;
  readonly events: number;
  readonly clocks: readonly CaseClock[];
  readonly extension: ExtensionRequest | null;
}

export interface CaseEvent {
  readonly seq: number;
  readonly kind:
    | 'command'
    | 'reminder'
    | 'escalation'
    | 'extensionAsked'
    | 'extensionGranted'
    | 'extensionRefused'
    | 'assigned';
  /** The command, or the clock that it is about. */
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly party: string;
  readonly by: string | null;
  readonly reason: string | null;
  readonly note: string | null;
  /** The legal day: that of the act, or of the deadline when it was processed late. */
  readonly effectiveOn: PlainDateString;
  readonly recordedAt: Instant;
  /** The machine's clock stood behind the last event. */
  readonly clockBehind: boolean;
}

export interface Command {
  readonly command: string;
  readonly party: string;
  /** Account of the actor; null for a system or the clock. */
  readonly by: string | null;
  readonly reason?: string | null;
  readonly note?: string | null;
}

export type Refusal =
  | 'notInThisState'
  | 'notThisParty'
  | 'unknownCommand'
  | 'reasonMissing'
  | 'reasonUnknown'
  | 'noSuchClock'
  | 'alreadyExtended'
  | 'alreadyAsked'
  | 'tooLate'
  | 'nothingAsked'
  | 'ownRequest';

export type Applied =
  | { readonly ok: true; readonly next: CaseState; readonly events: readonly CaseEvent[] }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Rules {
  readonly procedure: Procedure;
  readonly policy: ProcedurePolicy;
  readonly calendar: Pick<WorkingDays, 'addWorkingDays' | 'workingDaysBetween'>;
}

interface Moment {
  readonly at: Instant;
  readonly on: PlainDateString;
  readonly behind: boolean;
}

const refuse = (refusal: Refusal): Applied => ({ ok: false, refusal });

/** Never before what was recorded last, whatever the machine's clock says. */
function momentOf(now: Instant, lastAt: Instant | null): Moment {
  const behind = lastAt !== null && now < lastAt;
  const at = behind ? lastAt : now;
  return { at, on: dayOf(at), behind };
}

const policyOf = (rules: Rules, key: string): ClockPolicy => {
  const found = rules.policy.clocks.find((clock) => clock.key === key);
  if (!found) throw new Error(`the policy of ${rules.procedure.key} has no clock ${key}`);
  return found;
};

const runsOf = (clocks: readonly CaseClock[], key: string): number =>
  clocks.filter((clock) => clock.key === key).length;
const openClock = (clocks: readonly CaseClock[], key: string): CaseClock | undefined =>
  clocks.find((clock) => clock.key === key && clock.endedOn === null);

/** The clocks as the state wants them from this day on. */
function clocksIn(rules: Rules, state: string, clocks: readonly CaseClock[], on: PlainDateString): CaseClock[] {
  let result = [...clocks];
  const replace = (old: CaseClock, next: CaseClock): void => {
    result = result.map((clock) => (clock === old ? next : clock));
  };
  for (const definition of rules.procedure.clocks) {
    const open = openClock(result, definition.key);
    const runs = definition.runsIn.includes(state);
    const pauses = definition.pausesIn?.includes(state) ?? false;
    if (runs && !open) result.push(beginClock(policyOf(rules, definition.key), on, runsOf(result, definition.key) + 1));
    else if (runs && open) replace(open, resumeClock(open, on, rules.calendar));
    else if (pauses && open) replace(open, pauseClock(open, on));
    else if (open) replace(open, endClock(open, on));
  }
  return result;
}

const eventOf = (
  state: CaseState,
  moment: Moment,
  over: Pick<CaseEvent, 'kind' | 'name' | 'to' | 'party'> & Partial<CaseEvent>,
): CaseEvent => ({
  seq: state.events + 1,
  from: state.state,
  by: null,
  reason: null,
  note: null,
  effectiveOn: moment.on,
  recordedAt: moment.at,
  clockBehind: moment.behind,
  ...over,
});

function after(state: CaseState, event: CaseEvent, change: Partial<CaseState>): CaseState {
  return { ...state, ...change, lastAt: event.recordedAt, events: event.seq };
}

/** A case at its beginning. */
export function beginCase(rules: Rules, now: Instant): CaseState {
  const { on, at } = momentOf(now, null);
  const { initial } = rules.procedure;
  return { state: initial, lastAt: at, events: 0, clocks: clocksIn(rules, initial, [], on), extension: null };
}

function checkReason(rules: Rules, step: Transition<string, string, string>, reason: string | null | undefined) {
  if (step.reasons === undefined) return null;
  if (!reason) return 'reasonMissing' as const;
  const known = rules.policy.reasons[step.reasons]?.some(({ key }) => key === reason);
  return known ? null : ('reasonUnknown' as const);
}

function move(
  rules: Rules,
  state: CaseState,
  step: Transition<string, string, string>,
  command: Command,
  moment: Moment,
  effectiveOn: PlainDateString,
): { next: CaseState; event: CaseEvent } {
  const event = eventOf(state, moment, {
    kind: 'command',
    name: step.command,
    to: step.to,
    party: command.party,
    by: command.by,
    reason: command.reason ?? null,
    note: command.note ?? null,
    effectiveOn,
  });
  const clocks = clocksIn(rules, step.to, state.clocks, effectiveOn);
  const asked = state.extension && openClock(clocks, state.extension.clock) ? state.extension : null;
  return { event, next: after(state, event, { state: step.to, clocks, extension: asked }) };
}

/** A command of a party. A late one is taken: the deadline was escalated, nothing was decided by silence. */
export function applyCommand(rules: Rules, state: CaseState, command: Command, now: Instant): Applied {
  const named = rules.procedure.transitions.filter((step) => step.command === command.command);
  if (named.length === 0) return refuse('unknownCommand');
  const step = named.find((one) => one.from.includes(state.state));
  if (!step) return refuse('notInThisState');
  if (command.party === 'clock' || !step.by.includes(command.party)) return refuse('notThisParty');
  const wrong = checkReason(rules, step, command.reason);
  if (wrong) return refuse(wrong);
  const moment = momentOf(now, state.lastAt);
  const { next, event } = move(rules, state, step, command, moment, moment.on);
  return { ok: true, next, events: [event] };
}

/** Asked by the handler while the clock runs and is not over; once. */
export function askExtension(rules: Rules, state: CaseState, request: ExtensionRequest, now: Instant): Applied {
  const clock = openClock(state.clocks, request.clock);
  if (!clock || clock.pausedOn !== null) return refuse('noSuchClock');
  if (state.extension) return refuse('alreadyAsked');
  if (extendClock(clock, policyOf(rules, clock.key)) === null) return refuse('alreadyExtended');
  if (request.reason.trim() === '') return refuse('reasonMissing');
  const moment = momentOf(now, state.lastAt);
  const due = dueOf(clock, rules.calendar);
  if (due && moment.on > due.on) return refuse('tooLate');
  const event = eventOf(state, moment, {
    kind: 'extensionAsked',
    name: clock.key,
    to: state.state,
    party: 'handler',
    by: request.by,
    note: request.reason,
  });
  return { ok: true, events: [event], next: after(state, event, { extension: request }) };
}

/** Given to somebody. Nothing moves and no clock changes: it is kept so that the history says who had it. */
export function giveTo(
  state: CaseState,
  given: { readonly by: string | null; readonly note: string | null },
  now: Instant,
) {
  const moment = momentOf(now, state.lastAt);
  const event = eventOf(state, moment, {
    kind: 'assigned',
    name: 'assign',
    to: state.state,
    party: 'handler',
    ...given,
  });
  return { next: after(state, event, {}), events: [event] };
}

/** Answered by another person than the one who asked. */
export function answerExtension(rules: Rules, state: CaseState, granted: boolean, by: string, now: Instant): Applied {
  const { extension } = state;
  if (!extension) return refuse('nothingAsked');
  if (extension.by === by) return refuse('ownRequest');
  const clock = openClock(state.clocks, extension.clock);
  const longer = clock && extendClock(clock, policyOf(rules, clock.key));
  if (!clock || !longer) return refuse('noSuchClock');
  const moment = momentOf(now, state.lastAt);
  const event = eventOf(state, moment, {
    kind: granted ? 'extensionGranted' : 'extensionRefused',
    name: clock.key,
    to: state.state,
    party: 'superior',
    by,
  });
  const clocks = granted ? state.clocks.map((one) => (one === clock ? longer : one)) : state.clocks;
  return { ok: true, events: [event], next: after(state, event, { extension: null, clocks }) };
}

function overdue(
  rules: Rules,
  state: CaseState,
  on: PlainDateString,
): { clock: CaseClock; due: PlainDateString } | null {
  const late = state.clocks
    .map((clock) => ({ clock, due: dueOf(clock, rules.calendar)?.on ?? null }))
    .filter((one): one is { clock: CaseClock; due: PlainDateString } => one.due !== null && one.due < on)
    .filter(({ clock, due }) => clock.escalatedFor !== due)
    .sort((a, b) => (a.due < b.due ? -1 : a.due > b.due ? 1 : a.clock.key < b.clock.key ? -1 : 1));
  return late[0] ?? null;
}

function runOut(rules: Rules, state: CaseState, late: { clock: CaseClock; due: PlainDateString }, moment: Moment) {
  const { onDue } = policyOf(rules, late.clock.key);
  if (onDue.kind === 'command') {
    const step = rules.procedure.transitions.find(
      (one) => one.command === onDue.command && one.from.includes(state.state) && one.by.includes('clock'),
    );
    if (step) return move(rules, state, step, { command: onDue.command, party: 'clock', by: null }, moment, late.due);
  }
  const event = eventOf(state, moment, {
    kind: 'escalation',
    name: late.clock.key,
    to: state.state,
    party: 'clock',
    effectiveOn: late.due,
  });
  const clocks = state.clocks.map((clock) => (clock === late.clock ? { ...clock, escalatedFor: late.due } : clock));
  return { event, next: after(state, event, { clocks }) };
}

/** Events that one passing of the clock may make of a case: more would be a procedure that turns in circles. */
const maxDueEvents = 20;

/**
 * What the passing of time does: deadlines that were missed, in their order, each effective on its day and recorded now,
 * however late the service comes to it; then reminders of those that are near. Doing it twice does nothing more.
 */
export function passTime(
  rules: Rules,
  state: CaseState,
  now: Instant,
): { next: CaseState; events: readonly CaseEvent[] } {
  const moment = momentOf(now, state.lastAt);
  const events: CaseEvent[] = [];
  let current = state;
  for (let late = overdue(rules, current, moment.on); late; late = overdue(rules, current, moment.on)) {
    if (events.length >= maxDueEvents) throw new Error(`the clocks of ${rules.procedure.key} turn in circles`);
    const { next, event } = runOut(rules, current, late, moment);
    events.push(event);
    current = next;
  }
  for (const clock of current.clocks) {
    const { remindDays } = policyOf(rules, clock.key);
    const due = dueOf(clock, rules.calendar);
    if (!due || remindDays === 0 || clock.remindedOn !== null || moment.on > due.on) continue;
    const from = rules.calendar.addWorkingDays(due.on, -remindDays).on;
    if (moment.on < from) continue;
    const event = eventOf(current, moment, { kind: 'reminder', name: clock.key, to: current.state, party: 'clock' });
    events.push(event);
    current = after(current, event, {
      clocks: current.clocks.map((one) => (one === clock ? { ...clock, remindedOn: moment.on } : one)),
    });
  }
  return { next: current, events };
}
