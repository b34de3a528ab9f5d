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
  /** Values of the standard's keyFields, in order; none for most. */
  further?: readonly string[];
}

const KEY_BYTES = 16;

/** Brackets, blanks and width do not tell two documents apart. */
export function normaliseDocumentNumber(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\-_—–()[\]{}〔〕【】〈〉《》「」第号]/g, '')
    .toUpperCase();
}

const keyText = (parts: RecordKeyParts): string =>
  [
    parts.item,
    parts.decidingBodyId,
    parts.documentNumber === null ? '' : normaliseDocumentNumber(parts.documentNumber),
    parts.decidedOn ?? '',
    parts.canonicalSubjectId,
    ...(parts.further ?? []),
  ].join('\u001f');

export function recordKey(parts: RecordKeyParts): Buffer {
  return hash('sha256', keyText(parts), 'buffer').subarray(0, KEY_BYTES);
}

/** The same as hexadecimal text: what the pipeline compares and writes, thousands a second. */
export const recordKeyHex = (parts: RecordKeyParts): string =>
  hash('sha256', keyText(parts), 'hex').slice(0, 2 * KEY_BYTES);

/** Digest of the normalised payload: two reports of one fact are the same when it is equal. */
export function payloadDigest(canonicalPayload: string): Buffer {
  return hash('sha256', canonicalPayload, 'buffer').subarray(0, KEY_BYTES);
}

export const payloadDigestHex = (canonicalPayload: string): string =>
  hash('sha256', canonicalPayload, 'hex').slice(0, 2 * KEY_BYTES);

/** What a standard says about keys. */
export interface KeyRule {
  item: string;
  keyRoles: readonly string[];
  keyFields?: readonly string[];
}

/** True for facts with a key of their own; the register has none but subject and source. */
export const isKeyed = (rule: KeyRule): boolean => rule.keyRoles.length > 0 || (rule.keyFields?.length ?? 0) > 0;

/**
 * The key of a fact without its subject. `item` of a standard that serves several is the standard's own: a corrected
 * grade or list stays the same fact though its item changes.
 */
export function keyPartsOf(
  rule: KeyRule,
  fact: {
    documentNumber: string | null;
    decidedOn: string | null;
    decidingBodyId: string;
    value: (code: string) => string | null;
  },
): Omit<RecordKeyParts, 'canonicalSubjectId'> {
  const has = (role: string): boolean => rule.keyRoles.includes(role);
  const parts = {
    item: rule.item,
    decidingBodyId: has('decidingBodyCode') ? fact.decidingBodyId : '',
    documentNumber: has('documentNumber') || has('certificateNumber') ? fact.documentNumber : null,
    decidedOn: has('decidedOn') ? fact.decidedOn : null,
  };
  const further = (rule.keyFields ?? []).map((code) => fact.value(code) ?? '');
  return further.length === 0 ? parts : { ...parts, further };
}
