import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ReportContent } from './types.ts';

/** SHA-256 (hex) of the canonical JSON (RFC 8785) of the content: sections, cut-off and policy hashes. */
export function contentHash(content: ReportContent): string {
  const text = canonicalize(content);
  if (text === undefined) throw new TypeError('a report content is an object');
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
