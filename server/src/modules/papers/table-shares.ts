/** How wide the columns of a table in a paper are. Pure; the same in Word and in PDF. */

/** A code or a receipt number of this many characters does not fit into an equal column, and has no place to break. */
const long = /[!-~]{13,}/;
const widest = 24;
const narrowest = 4;

/** A Chinese character is as wide as two others. */
const halves = (text: string): number => [...text].reduce((sum, character) => sum + (character < '\u2e80' ? 1 : 2), 0);

/** Beyond this the figures are short and the name needs the more room. */
const manyColumns = 8;

/**
 * Parts of the whole. The second column names whom a line is about and is the widest of otherwise equal ones; where a cell holds
 * a code, each column has what its longest cell asks for, within bounds.
 */
export function columnShares(table: readonly (readonly string[])[]): number[] {
  const wide = table[0]?.length ?? 0;
  const columns = Array.from({ length: wide }, (_, at) => table.map((row) => row[at] ?? ''));
  const asked = columns.some((cells) => cells.slice(1).some((cell) => long.test(cell)))
    ? columns.map((cells) => Math.min(widest, Math.max(narrowest, ...cells.map(halves))))
    : columns.map((_, at) => (at === 1 && wide > 2 ? (wide > manyColumns ? 3.4 : 2.2) : 1));
  const whole = asked.reduce((sum, one) => sum + one, 0);
  return asked.map((one) => one / whole);
}
