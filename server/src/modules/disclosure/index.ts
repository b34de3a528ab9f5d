/** Disclosure: whether the public may see a record, until when and why. Pure functions, no database. */
export { type CompiledDisclosure, compileDisclosure, type Transition, transitionOf } from './compile-disclosure.ts';
export { addMonths, chineseDay, dayAfter } from './dates.ts';
export { discloseRecord } from './disclose-record.ts';
export { type EventState, stateOfEvents } from './record-state.ts';
export type {
  Disclosure,
  DisclosureAnnotation,
  DisclosureFacts,
  DisclosureNote,
  DisclosureState,
  RecordEventFacts,
  RecordEventKind,
} from './types.ts';
