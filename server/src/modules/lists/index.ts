/** Lists: who is on which, by which document and until when; recognised elsewhere and reported, or here as a case. */
export type { EntryState, RemovalKind } from './entry.ts';
export { allEntriesOf, listsAsOf, liveEntriesOf, oneEntry, type StandingEntry } from './read-entries.ts';
