import type { BatchBuilder } from './batch-builder.ts';

/** Control characters other than tab and line breaks, the replacement character and the two non-characters. */
const INVALID = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffd-\uffff]/;
const NUL = /\u0000/g;

/** True when a text may hold something that `checkCharacters` would flag. One pass over a whole chunk is cheap. */
export function mayHaveInvalidCharacters(text: string): boolean {
  return INVALID.test(text) || !text.isWellFormed();
}

/** Flags lone surrogates and control characters, and makes the text well formed and free of NUL. */
export function checkCharacters(text: string, column: number, out: BatchBuilder): string {
  const wellFormed = text.isWellFormed();
  const found = INVALID.exec(text);
  if (wellFormed && found === null) return text;
  const unit = wellFormed && found !== null ? found[0].charCodeAt(0) : loneSurrogate(text);
  out.flag(column, 'invalid-character', `U+${unit.toString(16).toUpperCase().padStart(4, '0')}`);
  return text.toWellFormed().replace(NUL, '\ufffd');
}

function loneSurrogate(text: string): number {
  const index = /\p{Surrogate}/u.exec(text)?.index ?? 0;
  return text.charCodeAt(index);
}

/** Cuts a cell that is too long, never through a surrogate pair, and flags it. */
export function cutCell(text: string, maxChars: number, column: number, out: BatchBuilder): string {
  if (text.length <= maxChars) return text;
  out.flag(column, 'truncated', String(text.length));
  const last = text.charCodeAt(maxChars - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars);
}

/** DDE and function calls behind a sign: `+cmd|' /C calc'!A0`, `-SUM(`, `@HYPERLINK(`. */
const SIGNED_FORMULA = /^[+\-@][A-Za-z_][\w.]*[(|!]/;

/** True for text that a spreadsheet would take for a formula. A dash, a phone number or a negative number is none. */
export function looksLikeFormula(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === 0x3d) return text.length > 1;
  if (first !== 0x2b && first !== 0x2d && first !== 0x40) return false;
  return SIGNED_FORMULA.test(text);
}

const DANGEROUS = /^'*[=+\-@\t\r]/;
const PLAIN_NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const NEUTRALISED = /^'+[=+\-@\t\r]/;

/**
 * Puts `'` before text that a spreadsheet would evaluate (it starts with = + - @ tab or carriage return, perhaps after
 * further apostrophes), except plain signed numbers. `unneutralise` is its exact inverse.
 */
export function neutralise(text: string): string {
  return DANGEROUS.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text;
}

/** Takes one `'` away that `neutralise` had put. */
export function unneutralise(text: string): string {
  return NEUTRALISED.test(text) ? text.slice(1) : text;
}
