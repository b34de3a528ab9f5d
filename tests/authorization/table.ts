/** All rows, from one file a module: `rows/*.ts`, each of which exports `rows`. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Case, page, type Rows } from './format.ts';

export type Row = Case | readonly Case[];

const folder = join(import.meta.dirname, 'rows');

export interface Table {
  /** Route → its row, in the order of the files. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Route → the name of its file. */
  readonly modules: ReadonlyMap<string, string>;
}

/** Throws when two files hold the same route. */
export async function readTable(): Promise<Table> {
  const rows = new Map<string, Row>();
  const modules = new Map<string, string>();
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .sort()) {
    const made = (await import(join(folder, file))) as { rows?: Rows };
    if (!made.rows) throw new Error(`tests/authorization/rows/${file} exports no rows`);
    for (const [route, row] of Object.entries(made.rows)) {
      if (rows.has(route)) throw new Error(`${route} is in ${modules.get(route)} and in ${file}`);
      rows.set(route, row);
      modules.set(route, file);
    }
  }
  return { rows, modules };
}

/** Files of the portal, whose names carry a digest, and the pages of help. */
const openPatterns: readonly RegExp[] = [/^GET \/(assets|portal|static)\/[\w.-]+$/, /^GET \/help\/[\w-]+$/];

export function rowOf(table: Table, route: string): Row | undefined {
  const own = table.rows.get(route);
  if (own) return own;
  return openPatterns.some((pattern) => pattern.test(route)) ? page(route.slice('GET '.length)) : undefined;
}
