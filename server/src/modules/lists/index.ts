/** Lists: who is on which, by which document and until when; recognised elsewhere and reported, or here as a case. */
export type { EntryState, RemovalKind } from './entry.ts';
export { type Exemption, exemptionsOf } from './exemptions.ts';
export { announceExpired } from './expire-entries.ts';
export { followRecords } from './follow-records.ts';
export { listJobs } from './jobs.ts';
export { listingDesk } from './listing-desk.ts';
export { listingKind } from './listing-kind.ts';
export { allEntriesOf, listsAsOf, liveEntriesOf, oneEntry, type StandingEntry } from './read-entries.ts';
export { readAnnounced, readPublicEntries, readPublicLists } from './read-lists.ts';
export { leaveSeriousList } from './removal-hook.ts';
export { listRoutes } from './routes.ts';
export { listingProcedure } from './state.ts';
