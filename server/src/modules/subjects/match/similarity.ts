/** How alike two texts are, 0 to 1, symmetric: edit distance in which characters that sound or look alike cost less. Pure. */
import { soundsLike } from './sounds.ts';
import { looksAlike } from './words.ts';

const SAME_SOUND = 0.25;
const NEAR_SOUND = 0.45;
const SAME_SHAPE = 0.35;
/** Longer texts are cut: no name is longer, and the cost grows with the square. */
const maxLength = 80;

export function substitution(a: string, b: string): number {
  if (a === b) return 0;
  const sound = soundsLike(a, b);
  if (sound === 2) return SAME_SOUND;
  if (looksAlike(a, b)) return SAME_SHAPE;
  return sound === 1 ? NEAR_SOUND : 1;
}

/** 1 = equal, 0 = nothing in common. Two empty texts are equal. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const one = [...a].slice(0, maxLength);
  const other = [...b].slice(0, maxLength);
  const longer = Math.max(one.length, other.length);
  if (one.length === 0 || other.length === 0) return 0;
  let before = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      row.push(
        Math.min(
          (before[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (before[j - 1] ?? 0) + substitution(one[i - 1] ?? '', other[j - 1] ?? ''),
        ),
      );
    }
    before = row;
  }
  return 1 - (before[other.length] ?? longer) / longer;
}

/** Pairs of neighbouring characters that both have, of those that either has (Dice). Symmetric. */
export function sharedPairs(a: string, b: string): number {
  if (a === b) return 1;
  const pairs = (text: string): Set<string> => {
    const out = new Set<string>();
    for (let at = 0; at + 1 < text.length; at++) out.add(text.slice(at, at + 2));
    return out;
  };
  const [one, other] = [pairs(a), pairs(b)];
  if (one.size === 0 || other.size === 0) return 0;
  let shared = 0;
  for (const pair of one) if (other.has(pair)) shared++;
  return (2 * shared) / (one.size + other.size);
}
