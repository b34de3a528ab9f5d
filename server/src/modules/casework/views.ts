/** What a party reads of a case: clocks, history and what may be done now, the same for every procedure. */
import type {
  CaseClockView,
  CaseCommandView,
  CaseEventView,
  CaseItem,
  CaseRemedyView,
  CaseView,
} from '@chengxin/contract';
import type { PlainDateString } from '../../platform/clock.ts';
import { addDays } from '../../platform/clock.ts';
import { addMonths } from '../disclosure/index.ts';
import { type Bilingual, basisLine, type PolicyRuntime } from '../policy/index.ts';
import { type Due, dueOf } from './clocks.ts';
import type { Procedure } from './procedure.ts';
import type { CaseRow, StoredEvent } from './queries.ts';

/** How a command is asked for on a page. Absent: a plain button with an optional note. */
export interface CommandAsk {
  readonly note?: CaseCommandView['note'];
  readonly noteLabel?: Bilingual;
  readonly choices?: CaseCommandView['choices'];
  readonly confirm?: Bilingual;
  readonly tone?: CaseCommandView['tone'];
}

/** The words of a procedure. What has none is shown by its key, so that a slip is seen and nothing breaks. */
export interface CaseWords {
  readonly states: Readonly<Record<string, Bilingual>>;
  readonly commands: Readonly<Record<string, Bilingual>>;
  readonly parties: Readonly<Record<string, Bilingual>>;
  readonly clocks: Readonly<Record<string, Bilingual>>;
  readonly opened: Bilingual;
  readonly asks: Readonly<Record<string, CommandAsk>>;
}

const same = (text: string): Bilingual => ({ zh: text, en: text });

const eventWords: Readonly<Record<string, Bilingual>> = {
  reminder: { zh: '临期提醒', en: 'Reminder' },
  escalation: { zh: '逾期，已报上级', en: 'Overdue; the superior was told' },
  extensionAsked: { zh: '申请延期', en: 'Extension asked for' },
  extensionGranted: { zh: '同意延期', en: 'Extension granted' },
  extensionRefused: { zh: '不同意延期', en: 'Extension refused' },
  assigned: { zh: '分办', en: 'Assigned' },
};
const commonParties: Readonly<Record<string, Bilingual>> = {
  clock: { zh: '时限', en: 'The clock' },
  handler: { zh: '承办人', en: 'The handler' },
  superior: { zh: '负责人', en: 'The superior' },
};

export const partyWords = (words: CaseWords, party: string): Bilingual =>
  words.parties[party] ?? commonParties[party] ?? same(party);
export const stateWords = (words: CaseWords, state: string): Bilingual => words.states[state] ?? same(state);

/** The words of a reason of any of the closed sets. */
export function reasonWords(policy: PolicyRuntime, procedure: string, key: string | null): Bilingual | null {
  if (key === null) return null;
  const all = Object.values(policy.procedure(procedure).reasons).flat();
  return all.find((reason) => reason.key === key)?.name ?? same(key);
}

/** The clock that is due first: its day, and whether that may still move. */
export function nextDue(row: CaseRow, calendar: PolicyRuntime): Due | null {
  const dues = row.clocks.map((clock) => dueOf(clock, calendar)).filter((due): due is Due => due !== null);
  return dues.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0))[0] ?? null;
}

export interface CaseNames {
  readonly subjects: ReadonlyMap<string, { readonly name: string; readonly code: string | null }>;
  readonly bodies: ReadonlyMap<string, string>;
  /** A line about each record. */
  readonly records: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, string>;
}

/** @param kindSet the closed set that names the kinds of cases of this procedure */
export function caseItem(
  row: CaseRow,
  names: CaseNames,
  on: { readonly today: PlainDateString; readonly policy: PolicyRuntime; readonly words: CaseWords },
): CaseItem {
  const kind = typeof row.facts.kind === 'string' ? row.facts.kind : '';
  const due = nextDue(row, on.policy);
  return {
    id: row.case_id,
    procedure: row.procedure,
    number: row.number,
    state: row.state,
    stateLabel: stateWords(on.words, row.state),
    closed: row.closed,
    kind,
    kindLabel: reasonWords(on.policy, row.procedure, kind) ?? same(kind),
    subject: names.subjects.get(row.subject_id) ?? { name: '', code: null },
    recordId: row.record_id,
    about: row.record_id === null ? null : (names.records.get(row.record_id) ?? null),
    handler: names.bodies.get(row.handler_body_id) ?? '',
    assignee: row.assignee_id === null ? null : (names.accounts.get(row.assignee_id) ?? null),
    openedAt: row.opened_at,
    dueOn: due?.on ?? null,
    provisional: due?.provisional ?? false,
    overdue: due !== null && due.on < on.today,
    escalatedOn: row.escalated_on,
  };
}

/** @param pinned the policy under which the case was submitted; @param calendar today's */
export function clockViews(
  row: CaseRow,
  pinned: PolicyRuntime,
  calendar: PolicyRuntime,
  today: PlainDateString,
  words: CaseWords,
): CaseClockView[] {
  const rules = pinned.procedure(row.procedure).clocks;
  return row.clocks.map((clock) => {
    const due = dueOf(clock, calendar);
    const rule = rules.find(({ key }) => key === clock.key);
    return {
      key: clock.key,
      label: words.clocks[clock.key] ?? same(clock.key),
      startedOn: clock.startedOn,
      dueOn: due?.on ?? null,
      provisional: due?.provisional ?? false,
      paused: clock.pausedOn !== null && clock.endedOn === null,
      ended: clock.endedOn !== null,
      endedOn: clock.endedOn,
      overdue: due !== null && due.on < today,
      days: clock.days,
      extendedBy: clock.extendedBy,
      extendable: clock.endedOn === null && clock.extendedBy === 0 && (rule?.extendDays ?? 0) > 0,
      basis: rule ? basisLine(rule.basis) : '',
    };
  });
}

export function eventViews(
  row: CaseRow,
  events: readonly StoredEvent[],
  pinned: PolicyRuntime,
  words: CaseWords,
): CaseEventView[] {
  const label = (event: StoredEvent): Bilingual => {
    if (event.kind === 'opened') return words.opened;
    if (event.kind === 'command') return words.commands[event.name] ?? same(event.name);
    const clock = words.clocks[event.name];
    const what = eventWords[event.kind] ?? same(event.kind);
    return clock ? { zh: `${clock.zh}：${what.zh}`, en: `${clock.en}: ${what.en}` } : what;
  };
  return events.map((event) => ({
    seq: event.seq,
    kind: event.kind,
    label: label(event),
    party: partyWords(words, event.party),
    reason: reasonWords(pinned, row.procedure, event.reason),
    note: event.note,
    effectiveOn: event.effectiveOn,
    recordedAt: event.recordedAt,
  }));
}

/** The steps that this party may take in this state, with what each asks for. */
export function commandViews(
  procedure: Procedure,
  row: CaseRow,
  party: string,
  pinned: PolicyRuntime,
  words: CaseWords,
): CaseCommandView[] {
  const sets = pinned.procedure(row.procedure).reasons;
  return procedure.transitions
    .filter((step) => step.from.includes(row.state) && step.by.includes(party))
    .map((step) => {
      const ask = words.asks[step.command] ?? {};
      return {
        command: step.command,
        label: words.commands[step.command] ?? same(step.command),
        reasons: step.reasons === undefined ? null : [...(sets[step.reasons] ?? [])],
        note: ask.note ?? 'optional',
        noteLabel: ask.noteLabel ?? null,
        choices: [...(ask.choices ?? [])],
        confirm: ask.confirm ?? null,
        tone: ask.tone ?? 'plain',
      };
    });
}

/**
 * What the subject may still do about an outcome (行政复议法, 行政诉讼法): printed on every one. The day runs from the day on
 * which the decision was told.
 */
export function remedyViews(pinned: PolicyRuntime, procedure: string, decidedOn: PlainDateString): CaseRemedyView[] {
  return (pinned.procedure(procedure).remedies ?? []).map((remedy) => ({
    key: remedy.key,
    name: remedy.name,
    where: remedy.where,
    within: remedy.within,
    until:
      remedy.days !== undefined
        ? addDays(decidedOn, remedy.days)
        : remedy.months !== undefined
          ? addMonths(decidedOn, remedy.months)
          : null,
    basis: basisLine(remedy.basis),
    confirmed: remedy.confirmed ?? false,
  }));
}

/** Whether somebody of the handling body may ask for more time, or answer who did. */
export function extensionViews(
  row: CaseRow,
  clocks: readonly CaseClockView[],
  handling: boolean,
  accountId: string | null,
): CaseView['extension'] {
  if (!handling || row.closed) return { ask: false, answer: false };
  if (row.extension) return { ask: false, answer: row.extension.by !== accountId };
  return { ask: clocks.some((clock) => clock.extendable && !clock.paused && !clock.overdue), answer: false };
}
