/**
 * The key of a fact: item, deciding body, normalised document number, decision day and canonical subject (double
 * disclosure §4 rule 10, DESIGN §4). Sixteen bytes of SHA-256: 2^64 facts before two are likely to meet.
 */
import { hash } from 'node:crypto';

export interface RecordKeyParts {
  item: string;
  decidingBodyId: string;
  /** As normalised by the pipeline; null for facts without a document (registration). */
  documentNumber: string | null;
  decidedOn: string | null;
  canonicalSubjectId: string;
}

const KEY_BYTES = 16;

/** Brackets, blanks and width do not tell two documents apart. */
export function normaliseDocumentNumber(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\-_—–()[\]{}〔〕【】〈〉《》「」第号]/g, '')
    .toUpperCase();
}

export function recordKey(parts: RecordKeyParts): Buffer {
  const text = [
    parts.item,
    parts.decidingBodyId,
    parts.documentNumber === null ? '' : normaliseDocumentNumber(parts.documentNumber),
    parts.decidedOn ?? '',
    parts.canonicalSubjectId,
  ].join('\u001f');
  return hash('sha256', text, 'buffer').subarray(0, KEY_BYTES);
}

/** Digest of the normalised payload: two reports of one fact are the same when it is equal. */
export function payloadDigest(canonicalPayload: string): Buffer {
  return hash('sha256', canonicalPayload, 'buffer').subarray(0, KEY_BYTES);
}
