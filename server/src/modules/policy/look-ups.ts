/** Divisions and industries by code or name. */
import type { Divisions, Industries } from './types.ts';

type Division = Divisions['divisions'][number];
type Industry = Industries['industries'][number];

export function mapDivisions(rows: readonly Division[]): ReadonlyMap<string, Division> {
  return new Map(rows.map((row) => [row.code, row]));
}

export interface IndustryLookUp {
  find(codeOrName: string): { code: string; section: string; name: string } | undefined;
}

const MAX_TEXT = 100;

/** Names recur at several levels (农业 …): the widest class is meant, since the name says no more. */
export function mapIndustries(rows: readonly Industry[]): IndustryLookUp {
  const byText = new Map<string, Industry>();
  const ordered = [...rows].sort((a, b) => a.level - b.level);
  for (const row of ordered) byText.set(row.code, row);
  for (const row of ordered) if (!byText.has(row.name)) byText.set(row.name, row);
  for (const row of ordered) for (const alias of row.aliases ?? []) if (!byText.has(alias)) byText.set(alias, row);
  return {
    find(codeOrName) {
      if (codeOrName.length > MAX_TEXT) return undefined;
      const text = codeOrName.normalize('NFKC').trim().toUpperCase();
      const row = byText.get(codeOrName.trim()) ?? byText.get(text);
      return row && { code: row.code, section: row.section, name: row.name };
    },
  };
}
