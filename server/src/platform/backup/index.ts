export { type BackupComparison, type BackupDifference, compareBackups } from './compare-backups.ts';
export {
  backUpKeys,
  isKeyBackup,
  type KeyBackupRecord,
  keyFingerprints,
  readKeyBackupRecord,
  restoreKeys,
  sameKeys,
} from './keys.ts';
export { type Manifest, readManifest, type TableEntry } from './manifest.ts';
export {
  type RestoreHook,
  type RestoreHookInput,
  type RestoreOptions,
  type RestoreResult,
  registerRestoreHook,
  restoreBackup,
  restoredChannel,
} from './restore-backup.ts';
export { type BackupOptions, writeBackup } from './write-backup.ts';
