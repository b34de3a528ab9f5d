/** Pull from PostgreSQL and its family. */
import pg from 'pg';
import type { PullConfig } from '../types.ts';
import {
  columnName,
  connectTimeoutMs,
  type SourceConnection,
  type SourceRow,
  SourceUnavailable,
  SourceUnusable,
  statementTimeoutMs,
  tableParts,
} from './connector.ts';

const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Everything as the server prints it: dates and numbers of a source are not made into values of JavaScript on the way. */
const asText = { getTypeParser: () => (text: string | Buffer) => String(text) } as unknown as pg.CustomTypesConfig;

/** Classes 08 (connection), 53 (resources), 57 (operator) and errors of the socket pass by themselves. */
function failureOf(error: unknown): Error {
  const code = (error as { code?: string }).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  if (/^(08|53|57|40)/.test(code) || !/^[0-9A-Z]{5}$/.test(code))
    return new SourceUnavailable(message, { cause: error });
  return new SourceUnusable(message, { cause: error });
}

export async function connectPostgres(config: PullConfig, password: string): Promise<SourceConnection> {
  const client = new pg.Client({
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    password,
    ssl: config.tls ? { rejectUnauthorized: true } : false,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 5_000,
    application_name: 'chengxin-pull',
    types: asText,
    options: '-c default_transaction_read_only=on -c DateStyle=ISO,YMD',
  });
  // A source that goes away between two statements is told by the next one.
  client.on('error', () => undefined);
  const run = async (text: string, values: readonly unknown[] = []): Promise<SourceRow[]> => {
    try {
      return (await client.query(text, [...values])).rows as SourceRow[];
    } catch (error) {
      throw failureOf(error);
    }
  };
  try {
    await client.connect();
  } catch (error) {
    throw failureOf(error);
  }
  const table = tableParts(config.table).map(quote).join('.');
  const keys = config.keyColumns.map((name) => quote(columnName(name)));
  const mark = quote(columnName(config.watermarkColumn));
  const order = [mark, ...keys].join(', ');
  let young: string | null = null;
  /** For a column of times: rows younger than the lag, by the clock of the source, wait. Numbers have no lag. */
  const lag = async (): Promise<string> => {
    if (young !== null || config.lagSeconds === 0) return young ?? '';
    try {
      const oid = (await client.query(`SELECT ${mark} FROM ${table} LIMIT 0`)).fields[0]?.dataTypeID;
      const past = `clock_timestamp() - interval '${config.lagSeconds} seconds'`;
      young =
        oid === TIMESTAMPTZ ? `AND ${mark} < ${past}` : oid === TIMESTAMP ? `AND ${mark} < (${past})::timestamp` : '';
      return young;
    } catch (error) {
      throw failureOf(error);
    }
  };
  return {
    async columns() {
      try {
        return (await client.query(`SELECT * FROM ${table} LIMIT 0`)).fields.map((field) => field.name);
      } catch (error) {
        throw failureOf(error);
      }
    },
    async rowsAfter(after, limit) {
      // A row comparison in the types of the columns themselves; the lag counts by the clock of the source.
      const behind = after
        ? `AND (${order}) > (${[after.value, ...after.keys].map((_, at) => `$${at + 1}`).join(', ')})`
        : '';
      const young = await lag();
      const rows = await run(
        `SELECT * FROM ${table} WHERE ${mark} IS NOT NULL ${behind} ${young} ORDER BY ${order} LIMIT ${limit}`,
        after ? [after.value, ...after.keys] : [],
      );
      return { rows, mark: markOf(rows.at(-1), config) };
    },
    async keysAfter(after, limit) {
      const behind = after ? `WHERE (${keys.join(', ')}) > (${after.map((_, at) => `$${at + 1}`).join(', ')})` : '';
      const rows = await run(
        `SELECT ${keys.join(', ')} FROM ${table} ${behind} ORDER BY ${keys.join(', ')} LIMIT ${limit}`,
        after ?? [],
      );
      return rows.map((row) => config.keyColumns.map((name) => row[name] ?? ''));
    },
    async close() {
      await client.end().catch(() => undefined);
    },
  };
}

export function markOf(row: SourceRow | undefined, config: PullConfig) {
  if (!row) return null;
  return { value: row[config.watermarkColumn] ?? '', keys: config.keyColumns.map((name) => row[name] ?? '') };
}
