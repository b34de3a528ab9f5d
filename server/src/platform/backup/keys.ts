/** The keys, backed up apart from the data (DESIGN §10): whoever finds one of the two can read nothing. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../errors.ts';

const keyRecordName = 'key-backup.json';
const listName = 'keys.json';

function keyFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && !entry.name.endsWith('.tmp'))
    .map((entry) => entry.name)
    .sort();
}

/** The first eight bytes of each key's digest: enough to compare, nothing to guess a random key from. */
export function keyFingerprints(folder: string): Record<string, string> {
  return Object.fromEntries(
    keyFiles(folder).map((name) => {
      const digest = createHash('sha256')
        .update('chengxin key fingerprint\0')
        .update(readFileSync(join(folder, name)));
      return [name, digest.digest('hex').slice(0, 16)];
    }),
  );
}

export interface KeyBackupRecord {
  readonly at: string;
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** When the keys were last backed up, and which; for doctor. */
export function readKeyBackupRecord(dataDir: string): KeyBackupRecord | null {
  try {
    return JSON.parse(readFileSync(join(dataDir, keyRecordName), 'utf8')) as KeyBackupRecord;
  } catch {
    return null;
  }
}

function recordKeyBackup(dataDir: string, at: string, fingerprints: Record<string, string>): void {
  const path = join(dataDir, keyRecordName);
  writeFileSync(`${path}.tmp`, `${JSON.stringify({ at, fingerprints } satisfies KeyBackupRecord)}\n`, { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** Copies the keys into `target` (made by the caller) and remembers that it was done. Returns their names. */
export function backUpKeys(input: { keysDir: string; dataDir: string; target: string; at: string }): string[] {
  const names = keyFiles(input.keysDir);
  if (names.length === 0) {
    throw new EnvironmentError(
      `${input.keysDir} 中还没有密钥（首次启动时生成），无可备份。`,
      `There are no keys in ${input.keysDir} yet (the first start makes them), so there is nothing to back up.`,
    );
  }
  mkdirSync(input.target, { recursive: true, mode: 0o700 });
  for (const name of names) {
    copyFileSync(join(input.keysDir, name), join(input.target, name));
    chmodSync(join(input.target, name), 0o600);
  }
  const fingerprints = keyFingerprints(input.keysDir);
  writeFileSync(join(input.target, listName), `${JSON.stringify({ at: input.at, fingerprints }, null, 2)}\n`, {
    mode: 0o600,
  });
  recordKeyBackup(input.dataDir, input.at, fingerprints);
  return names;
}

/** Whether a folder holds a key backup. */
export const isKeyBackup = (folder: string): boolean => existsSync(join(folder, listName));

export function sameKeys(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  return Object.entries(left).every(([name, fingerprint]) => right[name] === fingerprint);
}

/** Puts the backed-up keys in place. Other keys that are there are refused, or moved aside with `replace`. */
export function restoreKeys(input: { source: string; keysDir: string; replace: boolean; at: string }): string[] {
  const { fingerprints } = JSON.parse(readFileSync(join(input.source, listName), 'utf8')) as KeyBackupRecord;
  const names = Object.keys(fingerprints);
  if (!sameKeys(fingerprints, keyFingerprints(input.source))) {
    throw new EnvironmentError(
      `${input.source} 中的密钥与其清单不符，未恢复。`,
      `The keys in ${input.source} do not match their list. They were not restored.`,
    );
  }
  const present = keyFingerprints(input.keysDir);
  if (Object.keys(present).length > 0) {
    if (sameKeys(fingerprints, present)) return names;
    if (!input.replace) {
      throw new EnvironmentError(
        `${input.keysDir} 中已有另一套密钥。覆盖会使用它加密的内容无法读取；确需更换请加 --replace（原密钥会移到旁边保存）。`,
        `There are other keys in ${input.keysDir}. Replacing them makes what they encrypted unreadable; if you mean it, add --replace (they are moved aside, not deleted).`,
      );
    }
    renameSync(input.keysDir, `${input.keysDir}.before-${input.at.replaceAll(/[^0-9]/g, '').slice(0, 14)}`);
  }
  const temporary = `${input.keysDir}.restoring`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  for (const name of names) {
    copyFileSync(join(input.source, name), join(temporary, name));
    chmodSync(join(temporary, name), 0o600);
  }
  rmSync(input.keysDir, { recursive: true, force: true });
  renameSync(temporary, input.keysDir);
  return names;
}
