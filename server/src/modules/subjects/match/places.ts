/** Places at the beginning of a name: 山东省阳信县, 菏泽市, 临清, 单县清水镇. Pure; built once from the division table. */
import { placeNames } from './place-names.ts';

export interface Place {
  /** Codes of all the places of that name, in all editions: 370181. */
  readonly codes: readonly string[];
  /** What is left when 省, 市, 县, 区 is dropped: the form that two spellings of the place share. */
  readonly short: string;
  /** True when the short form is common to several provinces (长安, 新华) or ends nothing (区 of a city): no place by itself. */
  readonly vague: boolean;
}

const SUFFIX = /(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|自治县|地区|省|市|县|区|盟|旗)$/;
const ZONE = /(?:经济技术|高新技术产业|高新|经济|产业)?开发区$/;

const longForms = new Map<string, Place>();
const shortForms = new Map<string, Place>();
let longest = 0;

function shortOf(name: string): string {
  if (ZONE.test(name)) return name;
  const short = name.replace(SUFFIX, '');
  return short.length >= 2 ? short : name;
}

function build(): void {
  const codesOf = new Map<string, Set<string>>();
  for (const entry of placeNames.trim().split(/\s+/)) {
    const code = entry.slice(0, 6);
    for (const name of entry.slice(6).split(',')) {
      const codes = codesOf.get(name) ?? new Set();
      codesOf.set(name, codes.add(code));
    }
  }
  const byShort = new Map<string, { codes: Set<string>; districtOnly: boolean }>();
  for (const [name, codes] of codesOf) {
    const short = shortOf(name);
    const entry = byShort.get(short) ?? { codes: new Set<string>(), districtOnly: true };
    for (const code of codes) entry.codes.add(code);
    entry.districtOnly &&= name.endsWith('区');
    byShort.set(short, entry);
  }
  for (const [name, own] of codesOf) {
    const short = shortOf(name);
    const codes = [...(byShort.get(short)?.codes ?? own)];
    longForms.set(name, { codes, short, vague: false });
    longest = Math.max(longest, name.length);
  }
  for (const [short, { codes, districtOnly }] of byShort) {
    const provinces = new Set([...codes].map((code) => code.slice(0, 2)));
    // A district is rarely meant by its short form alone, and a word that names places all over the country is a word.
    const vague = provinces.size > 1 || (districtOnly && short.length < 2);
    if (!longForms.has(short)) shortForms.set(short, { codes: [...codes], short, vague });
  }
}
build();

const within = (code: string, outer: string): boolean =>
  code !== outer &&
  (outer.endsWith('0000')
    ? code.startsWith(outer.slice(0, 2))
    : outer.endsWith('00') && code.startsWith(outer.slice(0, 4)));

/** True when one of the places lies in one of the others, or is one of them. */
export function placesTouch(a: readonly string[], b: readonly string[]): boolean {
  return a.some((one) => b.some((other) => one === other || within(one, other) || within(other, one)));
}

export interface FoundPlace {
  readonly place: Place;
  readonly length: number;
}

/** The longest place at `from`. `after`: the place before it, within which vague and short forms count too. */
export function placeAt(text: string, from: number, after: Place | null): FoundPlace | null {
  for (let length = Math.min(longest, text.length - from); length >= 2; length--) {
    const word = text.slice(from, from + length);
    const long = longForms.get(word);
    if (long) return { place: long, length };
    const short = shortForms.get(word);
    if (short && (after ? placesTouch(short.codes, after.codes) : !short.vague)) return { place: short, length };
  }
  return null;
}

/** Every spelling of a place that a name may begin with: 菏泽 and 菏泽市. Bounded by the table. */
export function spellingsOf(place: Place): string[] {
  const out = new Set([place.short]);
  for (const suffix of ['市', '县', '区', '省']) if (longForms.has(place.short + suffix)) out.add(place.short + suffix);
  return [...out];
}
