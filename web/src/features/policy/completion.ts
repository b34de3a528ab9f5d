/** What may be written next in a condition: names of fields, comparisons that fit, values of the code table. Pure. */
import type { PolicyRuleSetView } from '@chengxin/contract';

export type Name = PolicyRuleSetView['names'][number];
export interface Suggestion {
  /** What is put in the place of the characters from `from` to the caret. */
  readonly insert: string;
  readonly label: string;
  readonly hint: string;
}
export interface Suggestions {
  readonly from: number;
  readonly items: readonly Suggestion[];
}

const shown = 8;
const usual: Readonly<Record<string, readonly string[]>> = {
  text: ['为', '不为', '为空', '不为空', '包含', '开头为', '属于（'],
  number: ['>', '≥', '<', '≤', '=', '为空', '不为空'],
  date: ['早于', '晚于', '不早于', '不晚于', '为空', '不为空'],
  list: ['包含', '为空', '不为空'],
};
const joiners = ['且', '或', '时，'];
const nothing: Suggestions = { from: 0, items: [] };

const comparisonsOf = (name: Name): readonly string[] => usual[name.type.en] ?? usual.text ?? [];

/** The name that stands last, and what was written behind it. */
function lastName(text: string, names: readonly Name[]): { name: Name; rest: string } | null {
  let best: { name: Name; at: number; end: number } | null = null;
  for (const name of names) {
    const at = text.lastIndexOf(name.written);
    if (at < 0) continue;
    const end = at + name.written.length;
    // 罚款金额 also holds 金额: the longer one that ends there was meant.
    if (!best || end > best.end || (end === best.end && at < best.at)) best = { name, at, end };
  }
  return best && { name: best.name, rest: text.slice(best.end) };
}

/** @param all with nothing written yet: names are offered because somebody asked for them */
export function suggest(text: string, caret: number, names: readonly Name[], all = false): Suggestions {
  const before = text.slice(0, caret);
  const word = /[^\s\u3000（）()，,、“”"【】〔〕<>=≤≥≠＜＞＝]*$/.exec(before)?.[0] ?? '';
  const from = caret - word.length;
  const last = lastName(before, names);
  const value = last && valuesFor(last, word, before, from);
  if (value) return value;
  if (last && last.rest.trim() === '' && word === '' && last.rest !== '')
    return {
      from,
      items: comparisonsOf(last.name).map((one) => ({ insert: `${one} `, label: one, hint: '' })),
    };
  if (word === '' && !all) return nothing;
  const opened = text[from - 1] === '【' || text[from - 1] === '〔' ? 1 : 0;
  const wanted = word.toLowerCase();
  const items = names
    .filter(
      (name) =>
        name.written !== word &&
        [name.written, name.label, name.code].some((each) => each.toLowerCase().includes(wanted)),
    )
    .sort((a, b) => Number(b.label.startsWith(word)) - Number(a.label.startsWith(word)))
    .slice(0, shown)
    .map((name) => ({ insert: `${name.written} `, label: name.written, hint: `${name.type.zh} ${name.code}` }));
  const joined = joiners.filter((one) => word !== '' && one.startsWith(word) && one !== word);
  return {
    from: from - opened,
    items: [...items, ...joined.map((one) => ({ insert: `${one} `, label: one, hint: '' }))],
  };
}

function valuesFor(last: { name: Name; rest: string }, word: string, before: string, from: number): Suggestions | null {
  const quote = before[from - 1] === '“' || before[from - 1] === '"' ? 1 : 0;
  const asks = /^\s*(为|不为|包含|开头为|属于[（(].*)\s*[“"]?[^“”"、（(]*$/.test(last.rest);
  if (!asks || last.name.values.length === 0) return null;
  const compared = /^(为|不为|包含|开头为)/.exec(word)?.[0] ?? '';
  const part = word.slice(compared.length);
  const items = last.name.values
    .filter((value) => value.includes(part))
    .slice(0, shown)
    .map((value) => ({ insert: `“${value}” `, label: value, hint: '' }));
  return items.length > 0 ? { from: from + compared.length - quote, items } : null;
}
