/**
 * Names as they are compared and searched. Pure; used for every row that is collected and every query, so that what is
 * stored and what is asked are always made the same way. A change here needs core.subject_name to be filled again.
 */
import { normaliseCode } from '@chengxin/identifiers';
import { pinyin } from 'pinyin-pro';

/** Longest name that is looked at, in UTF-16 units; the data standards allow 200 characters. */
export const maxNameLength = 400;

const OPEN = '（';
const CLOSE = '）';
// biome-ignore format: one kind a line
const brackets: Readonly<Record<string, string>> = {
  '(': OPEN, '[': OPEN, '{': OPEN, '【': OPEN, '〔': OPEN, '〖': OPEN, '〈': OPEN, '《': OPEN, '⟨': OPEN, '⦅': OPEN, '﹙': OPEN, '﹝': OPEN,
  ')': CLOSE, ']': CLOSE, '}': CLOSE, '】': CLOSE, '〕': CLOSE, '〗': CLOSE, '〉': CLOSE, '》': CLOSE, '⟩': CLOSE, '⦆': CLOSE, '﹚': CLOSE, '﹞': CLOSE,
};

/** Signs that typists and fonts mix up and that never tell two names apart, in one form; '' drops them. */
// biome-ignore format: one kind a line
const signs: Readonly<Record<string, string>> = {
  '•': '·', '・': '·', '‧': '·', '∙': '·', '⋅': '·', '●': '·', '﹒': '·', '․': '·', '᛫': '·', 'ㆍ': '·',
  '–': '-', '—': '-', '―': '-', '‐': '-', '‑': '-', '‒': '-', '−': '-', '﹣': '-', '─': '-', '－': '-',
  '“': '', '”': '', '‘': '', '’': '', '「': '', '」': '', '『': '', '』': '', '"': '', "'": '', '`': '', '＂': '', '＇': '', '´': '',
  '，': ',', '、': ',', '；': ';', '：': ':', '。': '.',
  '○': '〇', '◯': '〇', '⭕': '〇',
};

/**
 * Variants of one character under 第一批异体字整理表 (1955) that old registers and other keyboards still hold. Only
 * pairs that no register tells apart: 堃, 喆, 淼 and the like were restored for names and stay as they are.
 */
const variants: Readonly<Record<string, string>> = Object.fromEntries(
  (
    '峯峰 羣群 牀床 甦苏 裏里 鑛矿 菓果 煙烟 綫线 線线 粧妆 糉粽 麵面 麯曲 麴曲 幷并 竝并 傢家 堦阶 棃梨 槀稿 稾稿 崐昆 崑昆 崙仑 蘂蕊 ' +
    '箇个 個个 號号 滙汇 匯汇 廠厂 廣广 國国 華华 東东 業业 場场 興兴 車车 貿贸 電电 氣气 機机 術术 醫医 藥药 學学 園园 農农 鄉乡 鎮镇 ' +
    '縣县 聯联 實实 發发 會会 經经 營营 銷销 產产 運运 輸输 設设 計计 築筑 製制 臺台 灣湾'
  )
    .split(' ')
    .map((pair) => [pair.charAt(0), pair.charAt(1)]),
);

/** BMP character → its form; undefined = stays; '' = dropped. Characters that need NFKC are marked with `slow`. */
const slow = '\u0000';
const table: (string | undefined)[] = Array.from({ length: 0x10000 });

function fillTable(): void {
  for (let unit = 0; unit < 0x10000; unit++) table[unit] = slow;
  for (let unit = 0x3400; unit <= 0x9fff; unit++) table[unit] = undefined;
  for (let unit = 0x21; unit <= 0x7e; unit++) table[unit] = undefined;
  for (let unit = 0x61; unit <= 0x7a; unit++) table[unit] = String.fromCharCode(unit - 0x20);
  for (let unit = 0; unit <= 0x20; unit++) table[unit] = '';
  for (const unit of [0x7f, 0xa0, 0xad, 0x3000, 0xfeff]) table[unit] = '';
  table[0xb7] = undefined;
  table[0x3007] = undefined;
  table[OPEN.charCodeAt(0)] = undefined;
  table[CLOSE.charCodeAt(0)] = undefined;
  for (const forms of [brackets, signs, variants]) {
    for (const [from, to] of Object.entries(forms)) table[from.charCodeAt(0)] = to;
  }
  // Full-width ASCII takes the form of its half-width twin, brackets excepted (one form: full width).
  for (let unit = 0xff01; unit <= 0xff5e; unit++) {
    if (unit === 0xff08 || unit === 0xff09) continue;
    const half = unit - 0xfee0;
    table[unit] = table[half] ?? String.fromCharCode(half);
  }
}
fillTable();

const blank = /[\s\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}]/u;

/** Everything that the table does not know: NFKC, and again until it is stable (dropping a sign can join two others). */
function normaliseSlow(text: string): string {
  let current = text;
  for (let round = 0; round < 6; round++) {
    const folded = current.toWellFormed().replaceAll('\ufffd', '').normalize('NFKC').toUpperCase().normalize('NFKC');
    let out = '';
    for (const character of folded) {
      const form = character.length === 1 ? table[character.charCodeAt(0)] : slow;
      if (form === undefined) out += character;
      else if (form !== slow) out += form;
      else if (!blank.test(character)) out += character;
    }
    if (out === current) break;
    current = out;
  }
  return current;
}

/**
 * The form in which two spellings of one name are equal: half-width ASCII, upper-case Latin, full-width brackets, no
 * blanks, quotes or control characters, one middle dot and one dash, common variant characters. Idempotent, never
 * throws; text beyond 400 units is cut (no register holds such a name).
 */
export function normaliseName(raw: string): string {
  const text = raw.length > maxNameLength ? raw.slice(0, maxNameLength) : raw;
  let out = '';
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const form = table[text.charCodeAt(at)];
    if (form === undefined) continue;
    if (form === slow) return normaliseSlow(text);
    out += text.slice(from, at) + form;
    from = at + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** Initial of one character where only one is possible; `?` where readings differ and the word decides. */
const initialOf = new Map<string, string>();
const DEPENDS = '?';

function lookUpInitial(character: string): string {
  let initial: string;
  if (/^[A-Za-z0-9]$/.test(character)) initial = character.toLowerCase();
  else if (!/\p{Script=Han}/u.test(character)) initial = '';
  else {
    const readings = pinyin(character, { multiple: true, toneType: 'none', type: 'array', nonZh: 'removed' });
    const letters = new Set(readings.map((reading) => latinInitial(reading)));
    initial = letters.size > 1 ? DEPENDS : ([...letters][0] ?? '');
  }
  // Bounded by the number of characters that exist.
  initialOf.set(character, initial);
  return initial;
}

/** First letter without its tone mark (ê, ǹ …); '' for what is no Latin letter. */
function latinInitial(reading: string): string {
  const letter = reading.normalize('NFD').charAt(0).toLowerCase();
  return letter >= 'a' && letter <= 'z' ? letter : '';
}

/** Readings that depend on the word, by the characters around them; a bounded memo, emptied when full. */
const byContext = new Map<string, string>();
const maxContexts = 200_000;
const CONTEXT = 3;

function initialInWord(characters: readonly string[], at: number): string {
  const from = Math.max(0, at - CONTEXT);
  const window = characters.slice(from, at + CONTEXT + 1);
  const key = `${at - from}${window.join('')}`;
  const known = byContext.get(key);
  if (known !== undefined) return known;
  const readings = pinyin(window.join(''), { pattern: 'first', toneType: 'none', type: 'array' });
  const initial = latinInitial(readings[at - from] ?? '');
  if (byContext.size >= maxContexts) byContext.clear();
  byContext.set(key, initial);
  return initial;
}

/**
 * Pinyin initials, lower case: 示范市重庆小面 → sfscqxm. Latin letters and digits are kept, other signs have none.
 * Where a character's readings begin differently (重, 行, 长) pinyin-pro decides by the three characters on each side;
 * all others come from a map that is filled once per character, which makes bulk loads some ten times faster.
 */
export function nameInitials(name: string): string {
  let out = '';
  let characters: string[] | undefined;
  let index = 0;
  for (const character of name) {
    const initial = initialOf.get(character) ?? lookUpInitial(character);
    if (initial === DEPENDS) {
      characters ??= [...name];
      out += initialInWord(characters, index);
    } else out += initial;
    index++;
  }
  return out;
}

/** Distinct pairs of neighbouring code points. A single character is its own token, so that it is found as a whole name. */
export function characterPairs(normalised: string): string[] {
  const pairs = new Set<string>();
  let before = '';
  for (const character of normalised) {
    if (before !== '') pairs.add(before + character);
    before = character;
  }
  if (pairs.size === 0 && before !== '') pairs.add(before);
  return [...pairs];
}

/** `~` and a pair of initials: the tilde keeps them apart from pairs of Latin letters in the name itself. */
export function initialPairs(initials: string): string[] {
  const pairs = new Set<string>();
  for (let at = 0; at + 1 < initials.length; at++) pairs.add(`~${initials.slice(at, at + 2)}`);
  return [...pairs];
}

/** First position of the part of a unified code that tells subjects of one place apart: the organisation code (9–18). */
const CODE_BODY_FROM = 8;
export const codeGramLength = 4;

/**
 * `#` and four characters of a unified code's positions 9–18, so that a fragment is found wherever it stands: a
 * fragment that reaches four characters into this part ends in one of them. The region before it tells too little.
 */
export function codeTokens(unifiedCode: string): string[] {
  const grams = new Set<string>();
  for (let at = CODE_BODY_FROM; at + codeGramLength <= unifiedCode.length; at++) {
    grams.add(`#${unifiedCode.slice(at, at + codeGramLength)}`);
  }
  return [...grams];
}

/** Token that every code containing `fragment` has, if the fragment reaches four characters into positions 9–18. */
export function codeFragmentToken(fragment: string): string {
  return `#${fragment.slice(-codeGramLength)}`;
}

/**
 * Search tokens of a normalised name: pairs of characters, and pairs of pinyin initials prefixed with `~`. A name of
 * one character has itself as only token (a query of one character is refused, the whole name is found by equality).
 */
export function nameTokens(normalised: string, initials: string = nameInitials(normalised)): string[] {
  return [...characterPairs(normalised), ...initialPairs(initials)];
}

/** A code as somebody typed it, without what no text in the database can hold (NUL, half surrogate pairs). */
export function cleanCode(raw: string): string {
  return normaliseCode(raw.slice(0, maxNameLength).replaceAll('\0', '').toWellFormed());
}
