import type { SeverityClass } from '../policy/types.ts';
import type { DisclosureAnnotation, DisclosureNote, RecordEventFacts } from './types.ts';

/** What the events up to a day say about a record. Pure; the order of the input does not matter. */
export interface EventState {
  readonly erased: boolean;
  readonly withdrawn: boolean;
  readonly annulled: boolean;
  readonly repaired: boolean;
  readonly suspended: boolean;
  readonly masked: boolean;
  /** The day since which the state that stops disclosure holds. */
  readonly since: string | null;
  readonly severity: SeverityClass | null;
  readonly annotations: readonly DisclosureAnnotation[];
  readonly notes: readonly DisclosureNote[];
}

const quiet: EventState = Object.freeze({
  erased: false,
  withdrawn: false,
  annulled: false,
  repaired: false,
  suspended: false,
  masked: false,
  since: null,
  severity: null,
  annotations: Object.freeze([]),
  notes: Object.freeze([]),
});

const annotationOf: Readonly<Record<string, DisclosureAnnotation>> = {
  objection: 'objectionInProgress',
  review: 'reviewInProgress',
  litigation: 'litigationInProgress',
  reorganisation: 'reorganisationInProgress',
};

const severities: readonly string[] = ['minor', 'general', 'serious'];

function byTime(a: RecordEventFacts, b: RecordEventFacts): number {
  if (a.effectiveOn !== b.effectiveOn) return a.effectiveOn < b.effectiveOn ? -1 : 1;
  const at = a.recordedAt ?? '';
  const bt = b.recordedAt ?? '';
  return at === bt ? 0 : at < bt ? -1 : 1;
}

class OpenCases {
  readonly #cases = new Map<string, Set<string>>();

  apply(event: RecordEventFacts): void {
    const matter = typeof event.data?.matter === 'string' ? event.data.matter : 'objection';
    const id = typeof event.data?.case === 'string' ? event.data.case : '';
    const open = this.#cases.get(matter) ?? new Set<string>();
    if (event.kind === 'objectionOpened') open.add(id);
    else if (id === '') open.clear();
    else open.delete(id);
    this.#cases.set(matter, open);
  }

  annotations(): DisclosureAnnotation[] {
    const found: DisclosureAnnotation[] = [];
    for (const [matter, annotation] of Object.entries(annotationOf)) {
      if ((this.#cases.get(matter)?.size ?? 0) > 0) found.push(annotation);
    }
    return found;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function noteOf(event: RecordEventFacts): DisclosureNote | null {
  const kind = event.data?.note;
  const text = textOf(event.data?.text);
  if ((kind !== 'statement' && kind !== 'undetermined') || text === '') return null;
  return { kind, text, check: textOf(event.data?.check) || null, since: event.effectiveOn };
}

/** Folds the events that are in effect on the day `on`. */
export function stateOfEvents(events: readonly RecordEventFacts[], on: string): EventState {
  if (events.length === 0) return quiet;
  const due = events.filter((event) => event.effectiveOn <= on);
  if (due.length === 0) return quiet;
  if (due.length > 1) due.sort(byTime);
  const state = { ...quiet } as { -readonly [Key in keyof EventState]: EventState[Key] };
  const cases = new OpenCases();
  const notes = new Map<string, DisclosureNote>();
  for (const event of due) {
    switch (event.kind) {
      case 'erased':
      case 'withdrawn':
      case 'annulled':
        state[event.kind] = true;
        state.since = event.effectiveOn;
        break;
      case 'repaired':
        state.repaired = true;
        state.since = event.effectiveOn;
        break;
      case 'repairRevoked':
        state.repaired = false;
        break;
      case 'suspended':
        state.suspended = true;
        state.since = event.effectiveOn;
        break;
      case 'resumed':
        state.suspended = false;
        break;
      case 'masked':
        state.masked = true;
        state.since = event.effectiveOn;
        break;
      case 'unmasked':
        state.masked = false;
        break;
      case 'severityConfirmed': {
        const value = event.data?.severity;
        if (typeof value === 'string' && severities.includes(value)) state.severity = value as SeverityClass;
        break;
      }
      case 'objectionOpened':
      case 'objectionClosed':
        cases.apply(event);
        break;
      case 'noteAdded': {
        const note = noteOf(event);
        if (note) notes.set(textOf(event.data?.case), note);
        break;
      }
      case 'noteRemoved':
        notes.delete(textOf(event.data?.case));
        break;
    }
  }
  state.annotations = cases.annotations();
  state.notes = [...notes.values()];
  return state;
}
