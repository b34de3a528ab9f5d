/**
 * When a way of looking is put before the audit administrator. Pure: figures in, verdict out. A figure must pass the policy's
 * minimum and stand out from what is usual for this officer and for the colleagues; where nothing is known of either, the
 * minimum alone would accuse every newcomer, so it is doubled. Who is related to whom is never asked.
 */
import type { Detector } from '../policy/index.ts';

type Of<K extends Detector['kind']> = Extract<Detector, { kind: K }>;

export interface Usual {
  readonly own: number | null;
  readonly peers: number | null;
}

export interface Verdict {
  readonly alert: boolean;
  readonly threshold: number;
}

/** For somebody of whom nothing is known yet, nor of the body. */
const unknownFactor = 2;

/** The figure must reach the greatest of the bounds that are known. */
export function standsOut(
  figure: number,
  minimum: number,
  usual: Usual,
  times: { readonly own: number; readonly peers: number },
): Verdict {
  const bounds = [minimum];
  if (usual.own !== null) bounds.push(usual.own * times.own);
  if (usual.peers !== null) bounds.push(usual.peers * times.peers);
  if (usual.own === null && usual.peers === null) bounds.push(minimum * unknownFactor);
  const threshold = Math.max(...bounds);
  return { alert: figure >= threshold, threshold };
}

export function judgeManySubjects(
  rule: Of<'manySubjects'>,
  reader: { readonly subjects: number; readonly without_case: number },
  usual: Usual,
): Verdict {
  const figure = rule.withoutCase ? reader.without_case : reader.subjects;
  return standsOut(figure, rule.minimum, usual, { own: rule.timesOwn, peers: rule.timesPeers });
}

/** Somebody on the night shift has a usual night. */
export function judgeOddHours(rule: Of<'oddHours'>, oddHours: number, ownOdd: number | null): Verdict {
  const threshold = Math.max(rule.minimum, (ownOdd ?? 0) * rule.timesOwn);
  return { alert: oddHours >= threshold, threshold };
}

export const judgeRefused = (rule: Of<'refused'>, refused: number): Verdict => ({
  alert: refused >= rule.minimum,
  threshold: rule.minimum,
});

/** Hours of the day from `fromHour` to before `toHour`, over midnight. */
export function oddHoursOf(rule: Pick<Of<'oddHours'>, 'fromHour' | 'toHour'>): number[] {
  const { fromHour, toHour } = rule;
  return Array.from({ length: 24 }, (_, hour) => hour).filter((hour) =>
    fromHour <= toHour ? hour >= fromHour && hour < toHour : hour >= fromHour || hour < toHour,
  );
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface Place {
  /** The eight places of the organisation code (GB 11714) as a number. */
  readonly value: number;
  /** Its letters and the decimal number behind them: who counts by hand counts in tens. */
  readonly prefix: string;
  readonly decimal: number;
}

/** Null for what is no unified code. */
function placeOf(code: string): Place | null {
  const body = code.slice(8, 16).toUpperCase();
  if (code.length !== 18 || body.length !== 8) return null;
  let value = 0;
  for (const letter of body) {
    const at = alphabet.indexOf(letter);
    if (at < 0) return null;
    value = value * 36 + at;
  }
  const digits = /\d*$/.exec(body)?.[0] ?? '';
  return { value, prefix: body.slice(0, body.length - digits.length), decimal: Number(digits || '-1') };
}

/** How far it is from one to the next, counted either way; the nearer counts. */
function stepOf(from: Place, to: Place): number {
  const step = to.value - from.value;
  if (from.prefix !== to.prefix || from.decimal < 0 || to.decimal < 0) return step;
  const decimal = to.decimal - from.decimal;
  return Math.abs(decimal) < Math.abs(step) ? decimal : step;
}

/** Steps from one code to the next, in the order they were looked at, that are no longer than `gap` in one direction. */
export function longestRun(codes: readonly string[], gap: number): number {
  let longest = 0;
  let run = 0;
  let direction = 0;
  let before: Place | null = null;
  for (const code of codes) {
    const place = placeOf(code);
    if (place === null || place.value === before?.value) continue;
    const step: number = before === null ? Number.POSITIVE_INFINITY : stepOf(before, place);
    const near = Math.abs(step) <= gap;
    run = !near ? 0 : Math.sign(step) === direction ? run + 1 : 1;
    direction = near ? Math.sign(step) : 0;
    longest = Math.max(longest, run);
    before = place;
  }
  // A run of steps joins one code more.
  return longest === 0 ? 0 : longest + 1;
}

export function judgeSequence(
  rule: Of<'sequentialCodes'>,
  codes: readonly string[],
): Verdict & { readonly run: number } {
  const run = longestRun(codes, rule.gap);
  return { alert: run >= rule.minimum, threshold: rule.minimum, run };
}
