/**
 * Which names are worth comparing? A probe is a set of search tokens that a name must all have. Each kind of error
 * leaves some tokens whole: a wrong character two pairs less, a homophone all initials, another town or trade the mark.
 * So a handful of conjunctions over the index that search uses reaches what can be reached, at bounded cost. Pure.
 */
import { characterPairs, initialPairs, nameInitials } from '../names.ts';
import type { TokenStatistics } from '../token-statistics.ts';
import type { ParsedName } from './parse-name.ts';
import { spellingsOf } from './places.ts';

export interface Probe {
  readonly tokens: readonly string[];
  readonly limit: number;
}

/** Tokens a probe: the rarest ones decide, more of them only cost. */
const maxTokens = 6;
/** A probe is left out when its rarest token has more rows than this, or the tokens together probably do. */
const maxPosting = 60_000;
const maxExpected = 2_500;
const maxProbes = 48;
const probeLimit = 100;
const markLimit = 500;
/** Characters of the body of which each in turn is taken for wrong. */
const maxErrors = 9;

const shareOf = (statistics: TokenStatistics, token: string): number => statistics.share.get(token) ?? statistics.rest;

function rarest(tokens: Iterable<string>, statistics: TokenStatistics, count: number): string[] {
  return [...new Set(tokens)].sort((a, b) => shareOf(statistics, a) - shareOf(statistics, b)).slice(0, count);
}

function affordable(tokens: readonly string[], statistics: TokenStatistics): boolean {
  if (tokens.length === 0) return false;
  const shares = tokens.map((token) => shareOf(statistics, token));
  const { rows } = statistics;
  // Neighbouring pairs come together: each further one counts for its root only.
  const expected = shares
    .sort((a, b) => a - b)
    .reduce((product, share, at) => product * (at === 0 ? share : Math.sqrt(share)), rows);
  return (shares[0] ?? 1) * rows <= maxPosting && expected <= maxExpected;
}

/** Pairs of the text that the character at `at` is no part of. */
function pairsWithout(text: string, at: number): string[] {
  const out: string[] = [];
  for (let from = 0; from + 1 < text.length; from++)
    if (from !== at && from + 1 !== at) out.push(text.slice(from, from + 2));
  return out;
}

const pairsOf = (text: string): string[] => (text.length >= 2 ? characterPairs(text) : []);

/** Pairs of initials without those that the letter at `at` is part of. */
function initialsWithout(initials: string, at: number): string[] {
  return [...initialPairs(initials.slice(0, at)), ...initialPairs(initials.slice(at + 1))];
}

/** The probes of a name, most telling first; at most `maxProbes`. */
export function probesOf(name: ParsedName, statistics: TokenStatistics): Probe[] {
  const out = new Map<string, Probe>();
  const add = (tokens: Iterable<string>, limit = probeLimit): void => {
    const chosen = rarest(tokens, statistics, maxTokens);
    if (!affordable(chosen, statistics)) return;
    const key = chosen.toSorted().join('\n');
    if (!out.has(key)) out.set(key, { tokens: chosen, limit });
  };
  const { body, mark, trade } = name;
  const place = pairsOf(name.place).slice(0, 2);
  const initials = nameInitials(body);
  const bodyPairs = pairsOf(body);
  const markPairs = pairsOf(mark);
  const tradePairs = pairsOf(trade + name.form.slice(0, 1));
  add(bodyPairs);
  add([...markPairs, ...place], markLimit);
  add(markPairs, markLimit);
  add([...markPairs, ...tradePairs.slice(0, 1)]);
  if (initials.length >= 3) {
    add([...initialPairs(initials), ...place]);
    add(initialPairs(initials));
  }
  // The joint of place and mark, and of mark and trade, each with the other side.
  add([...pairsOf(name.place.slice(-1) + mark.slice(0, 1)), ...tradePairs, ...place]);
  const errors = Math.min(body.length, maxErrors);
  const framed = body + name.form.slice(0, 1);
  for (let at = 0; at < errors; at++) {
    const left = pairsWithout(framed, at);
    add([...left, ...place]);
    if (body.length >= 5) add(left);
    if (initials.length === body.length && at < 4)
      add([...initialsWithout(initials + nameInitials(name.form.slice(0, 1)), at), ...place]);
  }
  // A place that is misspelt or new: what is left of it, with the mark.
  const start = name.plain.slice(0, 2);
  add([...pairsOf(start), ...markPairs], markLimit);
  add([...place, ...tradePairs]);
  // Several errors at once: two pairs that are left, whichever they are.
  const few = rarest([...bodyPairs, ...pairsOf(name.town)], statistics, 5);
  for (let at = 0; at < few.length; at++) {
    add([few[at] ?? '', ...place]);
    for (let next = at + 1; next < few.length; next++) add([few[at] ?? '', few[next] ?? '']);
  }
  return [...out.values()].slice(0, maxProbes);
}

/** Other spellings of the whole name that are looked up as they stand. Bounded. */
export function spellings(name: ParsedName): string[] {
  const out = new Set([name.normalised, name.plain]);
  if (name.head !== null) out.add(name.head);
  const narrow = name.places.at(-1);
  const rest = name.town === '' ? name.body + name.form : null;
  if (rest !== null) {
    const forms = name.formClass === 'company' ? [name.form, '有限公司', '有限责任公司', '股份有限公司'] : [name.form];
    const places = narrow ? spellingsOf(narrow) : [''];
    for (const place of places)
      for (const form of forms) out.add(place + name.body + form + (name.branch && name.head ? name.branch : ''));
    for (const form of forms) out.add(name.body + form);
  }
  out.delete('');
  return [...out].slice(0, 40);
}
