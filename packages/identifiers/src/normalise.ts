/** Blanks and dashes that people and spreadsheets put inside numbers; all are dropped. */
const isFiller = (unit: number): boolean =>
  unit === 0x20 || // blank
  (unit >= 0x09 && unit <= 0x0d) || // tab, line ends
  unit === 0xa0 || // no-break blank
  unit === 0x3000 || // full-width blank
  unit === 0xfeff || // byte order mark
  (unit >= 0x2000 && unit <= 0x200f) || // typographic and zero-width blanks
  unit === 0x2d || // hyphen
  (unit >= 0x2010 && unit <= 0x2015) || // hyphens and dashes
  unit === 0x2212 || // minus
  unit === 0xff0d || // full-width hyphen
  unit === 0xad; // soft hyphen

/** Longest raw text that is looked at; a longer one can be no identifier and only costs time. */
export const maxRawLength = 200;

/**
 * Normalises a code as typed: full-width forms to half-width, upper case, without blanks and hyphens.
 * Idempotent. Text beyond {@link maxRawLength} units is cut, which leaves it far longer than any identifier.
 */
export function normaliseCode(raw: string): string {
  let out = '';
  const end = Math.min(raw.length, maxRawLength);
  for (let i = 0; i < end; i++) {
    let unit = raw.charCodeAt(i);
    if (isFiller(unit)) continue;
    if (unit >= 0xff01 && unit <= 0xff5e) unit -= 0xfee0;
    if (unit >= 0x61 && unit <= 0x7a) unit -= 0x20;
    out += String.fromCharCode(unit);
  }
  return out;
}

const absentWords: ReadonlySet<string> = new Set(['', '/', '\\', '无', '暂无', '空', 'NULL', 'NONE', 'N/A', 'NA', '.']);

/** True for what real files hold in place of nothing: empty, `/`, 无, 空, NULL (double-disclosure notes §5). */
export const isAbsent = (normalised: string): boolean => absentWords.has(normalised);
