/** Pull from MySQL and MariaDB. */
import mysql from 'mysql2/promise';
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
import { markOf } from './postgres.ts';

/** DATE, TIMESTAMP and DATETIME of the protocol. */
const TIMES: ReadonlySet<number> = new Set([7, 10, 12]);

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** Errors that the server numbers as the caller's own; whatever else broke may pass by itself. */
const LASTING = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_TABLEACCESS_DENIED_ERROR',
  'ER_COLUMNACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_NO_SUCH_TABLE',
  'ER_BAD_FIELD_ERROR',
  'ER_PARSE_ERROR',
  'ER_NOT_SUPPORTED_AUTH_MODE',
]);

function failureOf(error: unknown): Error {
  const code = (error as { code?: string }).code ?? '';
  const message = error instanceof Error ? error.message : String(error);
  return LASTING.has(code)
    ? new SourceUnusable(message, { cause: error })
    : new SourceUnavailable(message, { cause: error });
}

const asText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
};

export async function connectMysql(config: PullConfig, password: string): Promise<SourceConnection> {
  const connection = await mysql
    .createConnection({
      host: config.host,
      port: config.port,
      database: config.database,
      user: config.user,
      password,
      charset: 'utf8mb4',
      connectTimeout: connectTimeoutMs,
      // Dates, decimals and big numbers stay the texts that they are.
      dateStrings: true,
      decimalNumbers: false,
      supportBigNumbers: true,
      bigNumberStrings: true,
      multipleStatements: false,
      // A server must not be able to ask this client for files (LOAD DATA LOCAL).
      flags: ['-LOCAL_FILES'],
      ...(config.tls ? { ssl: { rejectUnauthorized: true } } : {}),
    })
    .catch((error: unknown) => {
      throw failureOf(error);
    });
  connection.on('error', () => undefined);
  const run = async (text: string, values: readonly string[] = []): Promise<SourceRow[]> => {
    try {
      const [rows] = await connection.query({ sql: text, values: [...values], timeout: statementTimeoutMs + 5_000 });
      return (rows as Record<string, unknown>[]).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asText(value)])),
      );
    } catch (error) {
      throw failureOf(error);
    }
  };
  await limit(connection);
  const table = tableParts(config.table).map(quote).join('.');
  const keys = config.keyColumns.map((name) => quote(columnName(name)));
  const mark = quote(columnName(config.watermarkColumn));
  const order = [mark, ...keys].join(', ');
  let young: string | null = null;
  /** For a column of times: rows younger than the lag, by the clock of the source, wait. Numbers have no lag. */
  const lag = async (): Promise<string> => {
    if (young !== null || config.lagSeconds === 0) return young ?? '';
    try {
      const [, fields] = await connection.query(`SELECT ${mark} FROM ${table} LIMIT 0`);
      const time = TIMES.has(fields?.[0]?.columnType ?? -1);
      young = time ? `AND ${mark} < NOW(6) - INTERVAL ${config.lagSeconds} SECOND` : '';
      return young;
    } catch (error) {
      throw failureOf(error);
    }
  };
  return {
    async columns() {
      try {
        const [, fields] = await connection.query(`SELECT * FROM ${table} LIMIT 0`);
        return (fields ?? []).map((field) => field.name);
      } catch (error) {
        throw failureOf(error);
      }
    },
    async rowsAfter(after, rowLimit) {
      const [behind, values] = after ? behindRow([mark, ...keys], [after.value, ...after.keys]) : ['TRUE', []];
      const young = await lag();
      const rows = await run(
        `SELECT * FROM ${table} WHERE ${mark} IS NOT NULL AND ${behind} ${young} ORDER BY ${order} LIMIT ${rowLimit}`,
        values,
      );
      return { rows, mark: markOf(rows.at(-1), config) };
    },
    async keysAfter(after, rowLimit) {
      const [behind, values] = after ? behindRow(keys, after) : ['TRUE', []];
      const rows = await run(
        `SELECT ${keys.join(', ')} FROM ${table} WHERE ${behind} ORDER BY ${keys.join(', ')} LIMIT ${rowLimit}`,
        values,
      );
      return rows.map((row) => config.keyColumns.map((name) => row[name] ?? ''));
    },
    async close() {
      await connection.end().catch(() => connection.destroy());
    },
  };
}

/** (a, b) > (x, y), spelled out: MySQL does not use an index for the row comparison. */
function behindRow(columns: readonly string[], values: readonly string[]): [string, string[]] {
  const parts: string[] = [];
  const bound: string[] = [];
  columns.forEach((column, at) => {
    const equal = columns.slice(0, at).map((before) => `${before} = ?`);
    parts.push(`(${[...equal, `${column} > ?`].join(' AND ')})`);
    bound.push(...values.slice(0, at), values[at] ?? '');
  });
  return [`(${parts.join(' OR ')})`, bound];
}

/** Read-only and with a time limit for every statement; MariaDB and MySQL name the limit differently. */
async function limit(connection: mysql.Connection): Promise<void> {
  try {
    await connection.query('SET SESSION TRANSACTION READ ONLY');
    await connection
      .query(`SET SESSION max_statement_time = ${statementTimeoutMs / 1000}`)
      .catch(() => connection.query(`SET SESSION max_execution_time = ${statementTimeoutMs}`));
  } catch (error) {
    connection.destroy();
    throw failureOf(error);
  }
}
