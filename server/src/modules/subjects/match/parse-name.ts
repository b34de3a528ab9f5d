/**
 * Reads a name apart as the rules on names of enterprises build it (企业名称登记管理规定 2020, art. 6: 行政区划, 字号,
 * 行业或经营特点, 组织形式), with what real files add: brackets, branches, junk at the end. Pure; never throws.
 */
import { normaliseName } from '../names.ts';
import { type FoundPlace, type Place, placeAt } from './places.ts';
import { branchWords, type FormClass, formOf, longestTrade, tradeWords } from './words.ts';

export interface ParsedName {
  /** As names are compared (names.ts). */
  readonly normalised: string;
  /** Places at the beginning and in brackets, widest first. */
  readonly places: readonly Place[];
  /** Short form of the narrowest place; '' without. */
  readonly place: string;
  /** Town, township or street after the place, without its suffix; '' without. */
  readonly town: string;
  /** 字号. */
  readonly mark: string;
  /** 行业或经营特点. */
  readonly trade: string;
  /** Mark and trade. */
  readonly body: string;
  readonly form: string;
  readonly formClass: FormClass;
  /** What stands before the branch: its organisation's whole name; null for what is no branch. */
  readonly head: string | null;
  /** Place and kind of a branch: 烟台福山分公司; '' without. */
  readonly branch: string;
  /** The name without brackets that are no place, and without junk at the end. */
  readonly plain: string;
}

const junk = /(?:查看更多|更多|拟|等|[=＝?？!！.,;:·\-_~*#&/\\|<>0-9]+)+$/u;
const bracketed = /（([^（）]*)）/gu;
const branchAt = new RegExp(
  `^(.{2,}?(?:公司|集团|厂|合作社|银行|企业))([^（）]{0,16}?(?:${branchWords})|(?<=公司)[^（）]{1,16}(?:厂|店|站|部|中心))$`,
  'u',
);
const town = /^([\p{Script=Han}]{1,4}?)(街道办事处|街道|镇|乡|苏木)/u;
const maxPlaces = 4;
/** A mark has two characters at least, however many of the name could be trade. */
const shortestMark = 2;

function withoutBrackets(normalised: string): { text: string; inner: string[] } {
  const inner: string[] = [];
  const text = normalised.replace(bracketed, (_all, words: string) => {
    inner.push(words);
    return '';
  });
  return { text: text.replace(/[（）]/g, ''), inner };
}

function readPlaces(text: string): { places: Place[]; at: number } {
  const places: Place[] = [];
  let at = 0;
  while (places.length < maxPlaces) {
    const found: FoundPlace | null = placeAt(text, at, places.at(-1) ?? null);
    // A name is more than its place: 海阳 alone, or 临清公司, keeps it as its mark.
    if (!found || formOf(`-${text.slice(at + found.length)}`).form.length + 2 > text.length - at - found.length + 1)
      break;
    places.push(found.place);
    at += found.length;
  }
  return { places, at };
}

/** Where the trade begins: the earliest place from which the rest is nothing but words of trades. */
function splitBody(body: string): number {
  const reach: boolean[] = Array.from({ length: body.length + 1 });
  reach[body.length] = true;
  for (let at = body.length - 1; at >= shortestMark; at--) {
    for (let length = Math.min(longestTrade, body.length - at); length >= 1 && !reach[at]; length--) {
      if (reach[at + length] && tradeWords.has(body.slice(at, at + length))) reach[at] = true;
    }
  }
  for (let at = shortestMark; at < body.length; at++) if (reach[at]) return at;
  return Math.min(body.length, body.length > 3 ? shortestMark : body.length);
}

function parse(normalised: string): ParsedName {
  const { text, inner } = withoutBrackets(normalised);
  let plain = text.replace(junk, '');
  if ([...plain].length < 2) plain = text;
  const split = branchAt.exec(plain);
  const head = split?.[1] && formOf(split[1]).form !== '' ? split[1] : null;
  const base = head ?? plain;
  const { form, kind } = formOf(base);
  const stem = base.slice(0, base.length - form.length);
  const { places, at } = readPlaces(stem);
  for (const words of inner) {
    const found = placeAt(words, 0, null);
    if (found && found.length === words.length) places.push(found.place);
  }
  let rest = stem.slice(at);
  const place = places.at(-1)?.short ?? '';
  const settlement = town.exec(rest);
  let townName = '';
  if (settlement?.[1] && rest.length - settlement[0].length >= shortestMark) {
    townName = settlement[1];
    rest = rest.slice(settlement[0].length);
  }
  const cut = splitBody(rest);
  return {
    normalised,
    places,
    place,
    town: townName,
    mark: rest.slice(0, cut),
    trade: rest.slice(cut),
    body: rest,
    form,
    formClass: kind,
    head,
    branch: head === null ? '' : (split?.[2] ?? ''),
    plain,
  };
}

/** Candidates recur from query to query; emptied when full. */
const memo = new Map<string, ParsedName>();
const maxMemo = 20_000;

export function parseNormalised(normalised: string): ParsedName {
  const known = memo.get(normalised);
  if (known) return known;
  const parsed = parse(normalised);
  if (memo.size >= maxMemo) memo.clear();
  memo.set(normalised, parsed);
  return parsed;
}

export const parseName = (raw: string): ParsedName => parseNormalised(normaliseName(raw));

/** A name in its parts, as they stand: for whoever makes names of the same kind. */
export function nameParts(raw: string): { prefix: string; mark: string; trade: string; form: string } {
  const { plain, head, body, mark, trade, form } = parseName(raw);
  const base = head ?? plain;
  const at = base.lastIndexOf(body + form);
  return { prefix: at > 0 ? base.slice(0, at) : '', mark, trade, form };
}
