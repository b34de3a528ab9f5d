import type pg from 'pg';

/** A statement in parts; every value becomes a bound parameter. Made with the `sql` tag. */
export interface Sql {
  readonly kind: 'sql';
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
  /** With a name it is prepared once per connection and then only executed. */
  readonly name?: string;
}

export interface Runner {
  query(config: pg.QueryConfig<unknown[]>): Promise<pg.QueryResult<pg.QueryResultRow>>;
}

function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'sql';
}

/**
 * sql`select … where id = ${id} and ${condition}`: values are bound, nested `sql`, `ident` and `raw` parts are placed
 * into the text.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  const texts: string[] = [strings[0] ?? ''];
  const bound: unknown[] = [];
  const append = (text: string): void => {
    texts[texts.length - 1] += text;
  };
  values.forEach((value, index) => {
    if (isSql(value)) {
      append(value.strings[0] ?? '');
      value.values.forEach((inner, at) => {
        bound.push(inner);
        texts.push(value.strings[at + 1] ?? '');
      });
    } else {
      bound.push(value);
      texts.push('');
    }
    append(strings[index + 1] ?? '');
  });
  return { kind: 'sql', strings: texts, values: bound };
}

/** A quoted identifier: `ident('schema', 'table')` → `"schema"."table"`. */
export function ident(...names: readonly string[]): Sql {
  return raw(names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.'));
}

/** SQL text as it stands. Only for constants of the program. */
export function raw(text: string): Sql {
  return { kind: 'sql', strings: [text], values: [] };
}

/** Parts with a separator (default `, `) between them; nothing for an empty list. */
export function join(parts: readonly Sql[], separator = ', '): Sql {
  const strings: string[] = [''];
  const values: unknown[] = [];
  parts.forEach((part, index) => {
    const lead = (index > 0 ? separator : '') + (part.strings[0] ?? '');
    strings[strings.length - 1] += lead;
    part.values.forEach((value, at) => {
      values.push(value);
      strings.push(part.strings[at + 1] ?? '');
    });
  });
  return { kind: 'sql', strings, values };
}

/** Gives a statement a name under which each connection prepares it once. */
export function prepared(name: string, statement: Sql): Sql {
  return { ...statement, name };
}

export function toQuery(statement: Sql): pg.QueryConfig<unknown[]> {
  let text = statement.strings[0] ?? '';
  for (let at = 1; at < statement.strings.length; at += 1) text += `$${at}${statement.strings[at] ?? ''}`;
  const config: pg.QueryConfig<unknown[]> = { text, values: [...statement.values] };
  if (statement.name !== undefined) config.name = statement.name;
  return config;
}

/** The rows. The caller states their shape: it must match the statement. */
export async function query<T extends object>(runner: Runner, statement: Sql): Promise<T[]> {
  const result = await runner.query(toQuery(statement));
  return result.rows as T[];
}

/** The only row; an error when there is none or more than one. */
export async function one<T extends object>(runner: Runner, statement: Sql): Promise<T> {
  const rows = await query<T>(runner, statement);
  const [row] = rows;
  if (rows.length !== 1 || row === undefined) throw new Error(`expected one row, got ${rows.length}`);
  return row;
}

/** The only row, or null; an error when there are several. */
export async function maybeOne<T extends object>(runner: Runner, statement: Sql): Promise<T | null> {
  const rows = await query<T>(runner, statement);
  if (rows.length > 1) throw new Error(`expected at most one row, got ${rows.length}`);
  return rows[0] ?? null;
}

/** The number of rows that the statement changed: 0 means that the expected state was not there. */
export async function execute(runner: Runner, statement: Sql): Promise<number> {
  const result = await runner.query(toQuery(statement));
  return result.rowCount ?? 0;
}
