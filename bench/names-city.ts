/**
 * A million names for `bench match` and `bench search`: the real ones of a file given on the command line, and made ones
 * of the same towns, trades and forms, with marks put together from the same characters at the same places. What the
 * file teaches is learnt when it runs; without a file the words of the demonstration city do.
 */
import { createReadStream } from 'node:fs';
import { makeUnifiedCode } from '@chengxin/identifiers';
import { COMPANY_FORMS, COMPANY_TRADES, DISTRICTS, FIRST, SECOND } from '../server/src/demo/words.ts';
import { nameParts, normaliseName } from '../server/src/modules/subjects/index.ts';
import { readCsvRows } from './read-csv.ts';

export interface NamedSubject {
  readonly name: string;
  readonly code: string;
  readonly formerNames: readonly string[];
}

/** A column of the register's own export (DESIGN §7: `--standard registration`). */
export async function readRegister(path: string): Promise<NamedSubject[]> {
  const out = new Map<string, NamedSubject>();
  for await (const row of readCsvRows(createReadStream(path))) {
    const name = (row.企业名称 ?? '').trim();
    const code = (row.统一社会信用代码 ?? '').trim();
    if (name === '' || !/^[0-9A-Z]{18}$/.test(code) || out.has(code)) continue;
    const formerNames = (row.曾用名 ?? '')
      .split(/[;；]/)
      .map((former) => former.trim())
      .filter((former) => former !== '');
    out.set(code, { name, code, formerNames });
  }
  return [...out.values()];
}

/** mulberry32: the same seed makes the same city. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Learnt {
  readonly prefixes: readonly string[];
  readonly first: readonly string[];
  readonly later: readonly string[];
  readonly lengths: readonly number[];
  readonly trades: readonly string[];
  readonly forms: readonly string[];
  readonly regions: readonly string[];
}

const builtIn = (): Learnt => ({
  prefixes: DISTRICTS.flatMap((district) => [`示范市${district.name}`, '示范市', '示范']),
  first: FIRST,
  later: SECOND,
  lengths: [2, 2, 2, 2, 3],
  trades: COMPANY_TRADES.map((trade) => trade.word),
  forms: COMPANY_FORMS.map((form) => form.form),
  regions: DISTRICTS.map((district) => district.region),
});

/** Lists with repetition: drawing evenly from them keeps the file's distribution. */
function learn(subjects: readonly NamedSubject[]): Learnt {
  if (subjects.length === 0) return builtIn();
  const learnt = {
    prefixes: [] as string[],
    first: [] as string[],
    later: [] as string[],
    lengths: [] as number[],
    trades: [] as string[],
    forms: [] as string[],
    regions: [] as string[],
  };
  for (const { name, code } of subjects) {
    const { prefix, mark, trade, form } = nameParts(name);
    const [head, ...tail] = [...mark];
    if (!head || tail.length === 0 || tail.length > 4) continue;
    learnt.prefixes.push(prefix);
    learnt.first.push(head);
    learnt.later.push(...tail);
    learnt.lengths.push(tail.length + 1);
    if (trade !== '') learnt.trades.push(trade);
    learnt.forms.push(form);
    learnt.regions.push(code.slice(2, 8));
  }
  return learnt.first.length >= 50 ? learnt : builtIn();
}

const BODY = '0123456789ABCDEFGHJKLMNPQRTUWXY';
/** One subject of eight had another name earlier; in the real file it is one of four or five. */
const FORMER_SHARE = 0.2;

function organisationBody(at: number): string {
  let rest = at;
  let out = '';
  for (let place = 0; place < 6; place++) {
    out = (BODY[rest % BODY.length] ?? '0') + out;
    rest = Math.floor(rest / BODY.length);
  }
  return `M9${out}`;
}

/** `count` subjects, none with a name or code of the real ones, or with a name that was `written`. */
export function* makeNames(
  real: readonly NamedSubject[],
  count: number,
  seed = 7,
  written: readonly string[] = [],
): Generator<NamedSubject> {
  const learnt = learn(real);
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const taken = new Set(
    [...written, ...real.flatMap((subject) => [subject.name, ...subject.formerNames])].map(normaliseName),
  );
  const mark = (): string => {
    let text = pick(learnt.first);
    for (let length = pick(learnt.lengths); length > 1; length--) text += pick(learnt.later);
    return text;
  };
  const make = (own: string): string => `${pick(learnt.prefixes)}${own}${pick(learnt.trades)}${pick(learnt.forms)}`;
  for (let at = 0; at < count; ) {
    const own = mark();
    const name = make(own);
    if (taken.has(normaliseName(name))) continue;
    const former = random() < FORMER_SHARE ? make(random() < 0.6 ? own : mark()) : null;
    const formerNames = former !== null && former !== name && !taken.has(normaliseName(former)) ? [former] : [];
    yield { name, code: makeUnifiedCode('91', pick(learnt.regions), organisationBody(at)), formerNames };
    at++;
  }
}
