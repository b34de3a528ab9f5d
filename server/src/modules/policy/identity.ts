/** Canonical form and hash of policy: the same law has the same hash, whatever its file looked like. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { PolicyFile } from './types.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Canonical JSON, RFC 8785. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

export const hashOf = (value: unknown): string => sha256(canonicalJson(value));

const SHORT = 12;
/** Enough to tell the versions of one rule apart; findings keep it. */
export const shortHash = (value: unknown): string => hashOf(value).slice(0, SHORT);

/** One version in a set, as core.policy_set keeps it. */
export interface VersionRef {
  kind: string;
  key: string;
  hash: string;
  validFrom: string | null;
  /** Only where the file has one: sets of before stay what they were. */
  revision?: number;
}

export function versionOf(file: PolicyFile): VersionRef {
  const ref: VersionRef = { kind: file.kind, key: file.key, hash: hashOf(file), validFrom: file.validFrom ?? null };
  return file.revision === undefined ? ref : { ...ref, revision: file.revision };
}

const order = (ref: VersionRef): string => `${ref.kind}\u0000${ref.key}\u0000${ref.validFrom ?? ''}\u0000${ref.hash}`;

/** The versions of a set in a fixed order, and the digest that names the set. */
export function versionsOf(files: readonly PolicyFile[]): { versions: VersionRef[]; digest: string } {
  const versions = files.map(versionOf).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { versions, digest: hashOf(versions) };
}
