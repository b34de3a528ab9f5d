/** What a template asks for, checked; and its text with the places filled. Values stay values: nothing is read as markup. */
import { withoutPersonNumbers } from '../../platform/access-log/index.ts';
import { isPlainDate } from '../../platform/clock.ts';
import { DomainError } from '../../platform/errors.ts';
import type { PaperField, PaperTemplate } from '../policy/index.ts';
import type { PaperTexts } from './types.ts';
import { chineseDay } from './words.ts';

interface Problem {
  readonly field: string;
  readonly zh: string;
  readonly en: string;
}

/** Control and formatting characters turn text round or hide it; line breaks stay where a field has several lines. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const tidy = (field: PaperField, value: string): string =>
  value
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replace(unseen, ' ').trim())
    .join(field.kind === 'text' || field.kind === 'table' ? '\n' : ' ')
    .trim();

function problemOf(field: PaperField, value: string): Problem | null {
  const at = `body/fields/${field.key}`;
  if (value === '')
    return field.required ? { field: at, zh: `请填写“${field.label.zh}”`, en: `fill in "${field.label.en}"` } : null;
  if ([...value].length > field.maxLength)
    return { field: at, zh: `最多 ${field.maxLength} 字`, en: `${field.maxLength} characters at most` };
  if (field.kind === 'date' && !isPlainDate(value))
    return { field: at, zh: '日期应形如 2026-03-02', en: 'a day like 2026-03-02' };
  // A paper goes to many hands; the register of persons is elsewhere (natural-persons G7).
  if (withoutPersonNumbers(value) !== value)
    return { field: at, zh: '请勿填写公民身份号码', en: "a person's number may not stand here" };
  return null;
}

/** Throws `unprocessable` with every field that is wrong. */
export function checkFields(template: PaperTemplate, given: Readonly<Record<string, string>>): Record<string, string> {
  const problems: Problem[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(given))
    if (!template.fields.some(({ key }) => key === name))
      problems.push({
        field: `body/fields/${name.slice(0, 80)}`,
        zh: '文书没有这一项',
        en: 'the paper has no such field',
      });
  for (const field of template.fields) {
    const value = tidy(field, Object.hasOwn(given, field.key) ? (given[field.key] ?? '') : '');
    const problem = problemOf(field, value);
    if (problem) problems.push(problem);
    values[field.key] = value;
  }
  if (problems.length > 0)
    throw new DomainError('unprocessable', {
      zh: '文书内容不完整，请按提示修改。',
      en: 'The paper is not complete. See the fields.',
      details: problems.slice(0, 50),
    });
  return values;
}

export interface PaperText {
  readonly title: string;
  /** Paragraphs in order; the first without indent where it names whom it is for. */
  readonly paragraphs: readonly (string | string[][])[];
  readonly annex: readonly (string | string[][])[];
  readonly rows: readonly { readonly label: string; readonly value: string }[];
}

/** Lines of cells divided by |; every line is as long as the first. */
function cellsOf(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const wide = lines[0]?.split('|').length ?? 0;
  return lines.map((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return Array.from({ length: wide }, (_, at) => cells[at] ?? '');
  });
}

/** Whether the annex is meant to hold a table. */
const hasTable = (template: PaperTemplate): boolean =>
  (template.annex ?? []).some((line) =>
    template.fields.some(({ key, kind }) => kind === 'table' && line === `{${key}}`),
  );

/** Filled once: a value that looks like a place is printed as it is. */
export function paperText(template: PaperTemplate, texts: PaperTexts): PaperText {
  const kinds = new Map(template.fields.map((field) => [field.key, field.kind]));
  const textOf = (name: string): string => {
    const own = Object.hasOwn(texts.given, name) ? texts.given[name] : undefined;
    const value = own ?? (Object.hasOwn(texts.facts, name) ? texts.facts[name] : undefined) ?? '';
    return kinds.get(name) === 'date' ? chineseDay(value) : value;
  };
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (_, name: string) => textOf(name));
  const tableOf = (text: string): string[][] | null => {
    const name = /^\{(\w+)\}$/.exec(text)?.[1];
    return name !== undefined && kinds.get(name) === 'table' ? cellsOf(textOf(name)) : null;
  };
  const partsOf = (lines: readonly string[]): (string | string[][])[] =>
    lines
      .flatMap((text): (string | string[][])[] => {
        const table = tableOf(text);
        if (table) return table.length > 1 ? [table] : [];
        return fill(text).split('\n');
      })
      .filter((part) => typeof part !== 'string' || part.trim() !== '');
  const annex = partsOf(template.annex ?? []);
  return {
    title: template.title,
    paragraphs: partsOf(template.paragraphs),
    // A heading over nothing is no annex: what it would hold goes as a file.
    annex: annex.some((part) => typeof part !== 'string') || !hasTable(template) ? annex : [],
    rows: (template.rows ?? []).map(({ label, value }) => ({ label, value: fill(value) })),
  };
}
