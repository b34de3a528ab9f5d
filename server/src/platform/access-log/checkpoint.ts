/**
 * Where the log stood at a moment, signed: to be published and kept where nobody of this machine reaches. A log that was cut,
 * rolled back or sealed again no longer holds the seal that the checkpoint names.
 */
import { createPublicKey } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../db.ts';
import { keyIdOf, openSealKey, readPublicKeys, type SealKey, verifies } from './seal-key.ts';
import { insertCheckpoint, lastSeal, latestCheckpoint, type StoredSeal } from './seal-queries.ts';

export const checkpointFormat = 'chengxin-log-checkpoint-1';

export interface CheckpointFacts {
  readonly sealNo: string;
  readonly sealHash: string;
  readonly epoch: number;
  readonly sealedAt: string;
  readonly issuedAt: string;
  readonly algorithm: string;
  readonly keyId: string;
}

export interface Checkpoint extends CheckpointFacts {
  readonly format: typeof checkpointFormat;
  readonly signature: string;
  /** So that an outsider can check it; what counts is whether the key is one of this installation's. */
  readonly publicKey: string;
}

function checkpointText(facts: CheckpointFacts): string {
  return JSON.stringify([
    checkpointFormat,
    facts.sealNo,
    facts.sealHash,
    facts.epoch,
    facts.sealedAt,
    facts.issuedAt,
    facts.algorithm,
    facts.keyId,
  ]);
}

export function makeCheckpoint(seal: StoredSeal, key: SealKey, issuedAt: string): Checkpoint {
  const facts: CheckpointFacts = {
    sealNo: seal.sealNo,
    sealHash: seal.sealHash,
    epoch: seal.epoch,
    sealedAt: seal.sealedAt,
    issuedAt,
    algorithm: key.algorithm,
    keyId: key.keyId,
  };
  return {
    format: checkpointFormat,
    ...facts,
    signature: key.sign(checkpointText(facts)),
    publicKey: key.publicPem,
  };
}

/** `unknownKey`: signed, but by no key of this installation. `forged`: the signature does not fit. */
export function judgeCheckpoint(
  checkpoint: Checkpoint,
  keys: ReturnType<typeof readPublicKeys>,
): 'good' | 'unknownKey' | 'forged' {
  if (keyIdOf(checkpoint.publicKey) !== checkpoint.keyId) return 'forged';
  const text = checkpointText(checkpoint);
  if (!verifies(createPublicKey(checkpoint.publicKey), text, checkpoint.signature)) return 'forged';
  return keys.has(checkpoint.keyId) ? 'good' : 'unknownKey';
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 2000;

/** Null for what is no checkpoint. Accepts the object itself or one that holds it under `checkpoint`. */
export function parseCheckpoint(value: unknown): Checkpoint | null {
  if (typeof value !== 'object' || value === null) return null;
  if ('checkpoint' in value) return parseCheckpoint(value.checkpoint);
  const found = value as Record<string, unknown>;
  const texts = ['sealHash', 'sealedAt', 'issuedAt', 'algorithm', 'keyId', 'signature', 'publicKey'];
  const fits =
    found.format === checkpointFormat &&
    isText(found.sealNo) &&
    /^\d{1,19}$/.test(found.sealNo) &&
    Number.isInteger(found.epoch) &&
    texts.every((name) => isText(found[name]));
  return fits ? (found as unknown as Checkpoint) : null;
}

const fileName = (checkpoint: Checkpoint): string => `log-checkpoint-${checkpoint.sealNo.padStart(12, '0')}.json`;

/** Whole or not at all: a copy of the folder never holds half a file. */
export function writeCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeFileSync(`${path}.part`, `${JSON.stringify(checkpoint, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${path}.part`, path);
}

/** A file, or the newest of a folder. Throws what reading throws; null when there is no checkpoint in it. */
export function readCheckpoint(path: string): Checkpoint | null {
  if (!statSync(path).isDirectory()) return parseCheckpoint(JSON.parse(readFileSync(path, 'utf8')));
  const [newest] = readdirSync(path)
    .filter((name) => /^log-checkpoint-\d+\.json$/.test(name))
    .sort()
    .reverse();
  return newest === undefined ? null : parseCheckpoint(JSON.parse(readFileSync(join(path, newest), 'utf8')));
}

/** The newest of this installation's own folder; null when there is none or it cannot be read. */
export function ownCheckpoint(folder: string): Checkpoint | null {
  try {
    return existsSync(folder) ? readCheckpoint(folder) : null;
  } catch {
    return null;
  }
}

type Issuing = Pick<AppContext, 'db' | 'clock' | 'config'>;

/** Signs where the log stands now, publishes it in the database and in the folder. Null while nothing is sealed. */
export async function issueCheckpoint(ctx: Issuing): Promise<Checkpoint | null> {
  const key = openSealKey(ctx.config.keysDir, ctx.config.logHash);
  const made = await withTransaction(ctx.db.sealer, async (tx) => {
    const seal = await lastSeal(tx);
    if (!seal) return null;
    const checkpoint = makeCheckpoint(seal, key, ctx.clock.now());
    await insertCheckpoint(tx, checkpoint);
    return checkpoint;
  });
  if (!made) return null;
  mkdirSync(ctx.config.checkpointDir, { recursive: true, mode: 0o755 });
  writeCheckpoint(join(ctx.config.checkpointDir, fileName(made)), made);
  return made;
}

/** The published one; null before the first. */
export async function publishedCheckpoint(ctx: Issuing): Promise<Checkpoint | null> {
  const row = await latestCheckpoint(ctx.db.app);
  if (!row) return null;
  const key = readPublicKeys(ctx.config.keysDir).get(row.keyId);
  const publicKey = key?.export({ type: 'spki', format: 'pem' }).toString() ?? '';
  return { format: checkpointFormat, ...row, publicKey };
}
