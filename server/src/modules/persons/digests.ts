/** Digests that stand for what was erased. A token is a keyed hash: without the key nobody gets from a digest to a person. */
import { createHash } from 'node:crypto';

const UNIT = '\u001f';
const digest = (...parts: string[]): string => createHash('sha256').update(parts.join(UNIT)).digest('hex');

export const personDigest = (token: string): string => digest('person', token);
export const recordDigest = (token: string, recordId: string): string => digest('record', token, recordId);
export const fileDigest = (submissionId: string, rowNo: number): string => digest('file', submissionId, String(rowNo));
export const rowDigest = (scope: string, id: string): string => digest(scope, id);

/** Over the digests of a run in order: anybody with the ledger computes it again. */
export const proofOf = (digests: readonly string[]): string => digest('run', ...[...digests].sort());
