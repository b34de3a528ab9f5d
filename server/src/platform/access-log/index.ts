export { type Change, type PlacedChange, publish, readFeed } from './outbox.ts';
export { type RoundResult, type Sealer, sealOnce, startSealer } from './sealer.ts';
export { type Checkpoint, type Verification, verifyLog } from './verify.ts';
export {
  type AccessEntry,
  prepareAccessLog,
  withAccess,
  withoutPersonNumbers,
  writeAccess,
  writeAccessAll,
  writeRefusal,
} from './write.ts';
