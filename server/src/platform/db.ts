import pg from 'pg';
import type { Config, DatabaseRole, DatabaseUrls } from './config.ts';
import { databaseRoles } from './config.ts';
import { acquireCluster, type ClusterLease, type LeaseKind } from './embedded-postgres/cluster.ts';

export type Pool = pg.Pool;
/** Anything that runs a statement: a pool, or the client of a transaction. */
export type Queryable = Pick<pg.Pool | pg.PoolClient, 'query'>;
export type Transaction = pg.PoolClient;

export interface Databases {
  readonly app: Pool;
  readonly person: Pool;
  readonly log: Pool;
  readonly sealer: Pool;
  readonly audit: Pool;
  readonly migrator: Pool;
  readonly urls: DatabaseUrls;
  /** The login name behind each role, as migrations need it for `${role:app}`. */
  readonly roles: Readonly<Record<DatabaseRole, string>>;
  /** Ends the pools and gives back the lease of the embedded server. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Who holds the embedded server: the long-running server or a command. */
  readonly kind?: LeaseKind;
  readonly applicationName?: string;
  readonly onNotice?: (zh: string, en: string) => void;
}

const pad = (text: string): string => `${text}000`.slice(0, 3);

/** `2026-01-02 03:04:05.1+00` (sessions run in UTC) → `2026-01-02T03:04:05.100Z`. */
function instantFromText(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d+))?\+00$/.exec(text);
  if (!match) return text; // infinity, BC
  return `${match[1]}T${match[2]}.${pad(match[3] ?? '')}Z`;
}

type Parser = (text: string) => unknown;

function arrayOf(parse: Parser): Parser {
  const split: unknown = pg.types.getTypeParser(1009 as never, 'text'); // text[], missing in the typings
  const each = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(each) : value === null ? null : parse(String(value));
  return (text) => (typeof split === 'function' ? each(split(text)) : text);
}

const asText: Parser = (text) => text;
const asBigint: Parser = (text) => BigInt(text);
const parsers: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [20, asBigint], // int8
  [1016, arrayOf(asBigint)],
  [1082, asText], // date: node-postgres would shift it by a time zone
  [1182, arrayOf(asText)],
  [1114, asText], // timestamp
  [1115, arrayOf(asText)],
  [1184, instantFromText], // timestamptz
  [1185, arrayOf(instantFromText)],
  [1186, asText], // interval
  [1187, arrayOf(asText)],
  [1700, asText], // numeric
  [1231, arrayOf(asText)],
]);

/** DATE and numeric as text, int8 as bigint, timestamptz as an ISO instant in UTC with milliseconds. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: string) {
    const own = parsers.get(oid);
    return own && format !== 'binary' ? own : pg.types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text');
  },
} as pg.CustomTypesConfig;

const poolSizes: Readonly<Record<DatabaseRole, number>> = {
  app: 20,
  person: 5,
  log: 8,
  sealer: 2,
  audit: 3,
  migrator: 3,
};

/** Milliseconds. The migrator's statements (indexes, backup copies) may take as long as they need. */
const statementTimeouts: Readonly<Record<DatabaseRole, number>> = {
  app: 60_000,
  person: 30_000,
  log: 10_000,
  sealer: 60_000,
  audit: 60_000,
  migrator: 0,
};

export function createPool(url: string, role: DatabaseRole, applicationName = 'chengxin', max?: number): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: max ?? poolSizes[role],
    application_name: `${applicationName}:${role}`,
    statement_timeout: statementTimeouts[role],
    idle_in_transaction_session_timeout: role === 'migrator' ? 0 : 120_000,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    types: typeParsers,
    options: '-c TimeZone=UTC -c DateStyle=ISO,YMD -c IntervalStyle=iso_8601',
  });
  // A connection that dies while idle must not end the process; the next query opens another.
  pool.on('error', () => undefined);
  return pool;
}

/** The login in `postgresql://login:password@host/database`; node's URL does not take every host that libpq does. */
export function loginOf(url: string): string {
  const match = /^postgres(?:ql)?:\/\/([^:@/?]*)/.exec(url);
  return decodeURIComponent(match?.[1] ?? '') || (process.env.PGUSER ?? 'postgres');
}

const END_TIMEOUT_MS = 5000;

/** A client that was never given back must not keep the process from ending. */
async function endPools(pools: readonly Pool[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, END_TIMEOUT_MS);
  });
  await Promise.race([Promise.all(pools.map((pool) => pool.end())), late]);
  clearTimeout(timer);
}

/** Pools for the given addresses, opened at first use. */
export function databasesFor(urls: DatabaseUrls, applicationName?: string, onClose?: () => Promise<void>): Databases {
  const pools = new Map<DatabaseRole, Pool>();
  const get = (role: DatabaseRole): Pool => {
    let pool = pools.get(role);
    if (!pool) {
      if (closing) throw new Error('the databases are closed');
      pool = createPool(urls[role], role, applicationName);
      pools.set(role, pool);
    }
    return pool;
  };
  const roles = Object.fromEntries(databaseRoles.map((role) => [role, loginOf(urls[role])]));
  let closing: Promise<void> | undefined;
  return {
    get app() {
      return get('app');
    },
    get person() {
      return get('person');
    },
    get log() {
      return get('log');
    },
    get sealer() {
      return get('sealer');
    },
    get audit() {
      return get('audit');
    },
    get migrator() {
      return get('migrator');
    },
    urls,
    roles: roles as Record<DatabaseRole, string>,
    close() {
      closing ??= endPools([...pools.values()]).then(() => onClose?.());
      return closing;
    },
  };
}

/** Opens the configured databases; starts (or joins) the embedded server when there is no DATABASE_URL. */
export async function openDatabases(config: Config, options: OpenOptions = {}): Promise<Databases> {
  if (config.database.kind === 'own') return databasesFor(config.database.urls, options.applicationName);
  const lease: ClusterLease = await acquireCluster({
    root: config.root,
    dataDir: config.dataDir,
    kind: options.kind ?? 'command',
    ...(options.onNotice ? { onNotice: options.onNotice } : {}),
  });
  return databasesFor(lease.urls, options.applicationName, () => lease.release());
}

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
}

/** Runs `work` in one transaction: commits when it returns, rolls back when it throws. */
export async function withTransaction<T>(
  pool: Pool,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const client = await pool.connect();
  let broken = false;
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  try {
    const isolation = options.isolation ? ` ISOLATION LEVEL ${options.isolation.toUpperCase()}` : '';
    await client.query(`BEGIN${isolation}${options.readOnly ? ' READ ONLY' : ''}`);
    const result = await work(client);
    const end = await client.query('COMMIT');
    // A transaction in which a statement failed answers COMMIT with ROLLBACK and no error.
    if (end.command === 'ROLLBACK') throw new Error('the transaction had failed and was rolled back');
    return result;
  } catch (error) {
    try {
      await client.query('ROLLBACK');
    } catch {
      broken = true;
    }
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
}

export { execute, ident, join, maybeOne, one, prepared, query, type Runner, raw, type Sql, sql } from './sql.ts';
