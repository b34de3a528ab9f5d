import type { Bilingual } from './types.ts';

/** Words of a rule with its placeholders filled; what a finding does not give is a dash. */
export function fillWords(words: Bilingual, given: Readonly<Record<string, string | null | undefined>>): Bilingual {
  const fill = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return value === undefined || value === null || value === '' ? '—' : value;
    });
  return { zh: fill(words.zh), en: fill(words.en) };
}

/** Placeholders that the words of rules may use. */
export const placeholders: ReadonlySet<string> = new Set([
  ...['field', 'value', 'newValue', 'zh', 'en', 'suggestion', 'limit', 'length', 'cells', 'columns'],
  ...['name', 'byCode', 'byName', 'row'],
]);

/** A basis as one line: 《document》（number）article. */
export function basisLine(basis: { document: string; number?: string; article?: string }): string {
  return `《${basis.document}》${basis.number === undefined ? '' : `（${basis.number}）`}${basis.article ?? ''}`;
}
