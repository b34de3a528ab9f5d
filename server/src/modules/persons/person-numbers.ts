/** Numbers of persons in what is not meant to hold any: blacked out before anything is written (natural-persons G22). Pure. */
import { looksLikePersonIdentifier } from '@chengxin/identifiers';

/** What such a number has at least, also full width or grouped: worth a closer look. */
const MANY_DIGITS = /(?:[0-9\uff10-\uff19][-\s\uff0d]?){14}/;

/** The text without them. `keepCodes`: in columns of codes, one that also passes as a unified code is taken for that. */
export function withoutNumbers(text: string, keepCodes = false): string {
  if (text.length < 15 || !MANY_DIGITS.test(text)) return text;
  let out = '';
  let from = 0;
  for (const range of looksLikePersonIdentifier(text)) {
    if (keepCodes && range.alsoUnifiedCode) continue;
    out += `${text.slice(from, range.start)}[证件号已隐去]`;
    from = range.end;
  }
  return out + text.slice(from);
}
