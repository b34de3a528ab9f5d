/** Records: facts about subjects, bitemporal, keyed and never overwritten. */

export { annotateRecord } from './annotate-record.ts';
export {
  type KeyState,
  openRecordPlanner,
  type RecordFacts,
  type RecordOutcome,
  type RecordPlan,
  type RecordPlanner,
} from './plan-records.ts';
export {
  type AnnotatedMatter,
  carryEvents,
  type NewRecordEvent,
  type RecordEventKind,
  recordEventKinds,
  writeRecordEvent,
} from './record-events.ts';
export {
  isKeyed,
  keyPartsOf,
  normaliseDocumentNumber,
  payloadDigest,
  payloadDigestHex,
  type RecordKeyParts,
  recordKey,
  recordKeyHex,
} from './record-key.ts';
export {
  type LiveRecord,
  loadRecord,
  type WithdrawOutcome,
  withdrawAs,
  withdrawIn,
  withdrawRecord,
} from './withdraw-record.ts';
export {
  publishSuperseded,
  recordColumns,
  recordKeyColumns,
  supersedeRecords,
  writeRecordPlan,
} from './write-records.ts';
export { ensureYears, listYears, moveYear, type YearView } from './years.ts';
