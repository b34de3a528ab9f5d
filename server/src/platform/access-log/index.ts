export { type ArchiveProof, archivedRows, archiveFile, archiveMonth, removeMonth, verifyArchive } from './archive.ts';
export {
  type Checkpoint,
  checkpointFormat,
  issueCheckpoint,
  ownCheckpoint,
  parseCheckpoint,
  publishedCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint.ts';
export type { Finding, FindingKind } from './findings.ts';
export { type Change, type PlacedChange, publish, readFeed } from './outbox.ts';
export { monthsToArchive, restoreArchive } from './restore-archive.ts';
export { openSealKey } from './seal-key.ts';
export { type RoundResult, type Sealer, sealOnce, startSealer } from './sealer.ts';
export { checkpointOfLast, type Verification, verifyLog } from './verify.ts';
export {
  type AccessEntry,
  accessInsert,
  prepareAccessLog,
  unavailable,
  withAccess,
  withoutPersonNumbers,
  writeAccess,
  writeAccessAll,
  writeRefusal,
} from './write.ts';
