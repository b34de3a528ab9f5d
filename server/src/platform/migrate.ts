import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type DatabaseRole, databaseRoles } from './config.ts';
import { EnvironmentError } from './errors.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
  /** Marked `-- no-transaction`: its statements, parted by lines `-- next`, run one by one and must bear repetition. */
  readonly transaction: boolean;
}

export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

export interface MigrateOptions {
  /** The owner's address. */
  readonly url: string;
  /** The login behind each role, for `${role:app}`. */
  readonly roles: Readonly<Record<DatabaseRole, string>>;
  readonly directory: string;
  /** The highest number to apply; default: all. */
  readonly upTo?: number;
  readonly onApply?: (migration: Migration) => void;
}

export interface MigrateResult {
  readonly applied: readonly AppliedMigration[];
  readonly all: readonly AppliedMigration[];
}

/** Any two numbers will do, as long as every version of the program uses the same. */
const LOCK_KEYS = '(20140614, 1)';
const LOCK_TIMEOUT_MS = 900_000;
const FILE_NAME = /^(\d{4})-([a-z0-9][a-z0-9-]*)\.sql$/;

const migrationTable = `
  CREATE SCHEMA migration;
  REVOKE ALL ON SCHEMA migration FROM PUBLIC;
  CREATE TABLE migration.applied (
    number      integer PRIMARY KEY,
    name        text NOT NULL,
    sha256      text NOT NULL,
    applied_at  timestamptz NOT NULL,
    duration_ms integer NOT NULL
  )`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The migrations of a folder in their order. */
export function readMigrations(directory: string): Migration[] {
  if (!existsSync(directory)) return [];
  const migrations: Migration[] = [];
  for (const file of readdirSync(directory).sort()) {
    const match = FILE_NAME.exec(file);
    if (!match) continue;
    const sql = readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n');
    migrations.push({
      number: Number(match[1]),
      name: match[2] ?? '',
      sql,
      sha256: digest(sql),
      transaction: !/^-- no-transaction$/m.test(sql),
    });
  }
  migrations.forEach((migration, index) => {
    if (migrations[index + 1]?.number === migration.number) {
      throw new EnvironmentError(
        `${directory} 中有两个编号为 ${migration.number} 的迁移。`,
        `There are two migrations with the number ${migration.number} in ${directory}.`,
      );
    }
  });
  return migrations;
}

/** One digest of all migrations: names a template database. */
export function migrationsDigest(migrations: readonly Migration[]): string {
  return digest(migrations.map((migration) => `${migration.number} ${migration.sha256}`).join('\n'));
}

function withRoles(sql: string, roles: Readonly<Record<DatabaseRole, string>>): string {
  return sql.replaceAll(/\$\{([^}]*)\}/g, (whole, inside: string) => {
    const role = databaseRoles.find((name) => inside === `role:${name}`);
    if (!role) throw new Error(`unknown placeholder ${whole}`);
    return `"${roles[role].replaceAll('"', '""')}"`;
  });
}

async function lock(client: pg.Client): Promise<void> {
  const deadline = performance.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    // Trying, not waiting: a waiting statement would hold a snapshot, and CREATE INDEX CONCURRENTLY would wait for it.
    const result = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock${LOCK_KEYS} AS locked`);
    if (result.rows[0]?.locked) return;
    if (performance.now() > deadline) {
      throw new EnvironmentError(
        '另一个进程正在升级数据库，等待超时，请稍后再试。',
        'Another process is migrating the database, and the wait timed out. Try again later.',
      );
    }
    await sleep(200);
  }
}

async function prepare(client: pg.Client): Promise<void> {
  const version = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  if (Number(version.rows[0]?.server_version_num ?? 0) < 150_000) {
    throw new EnvironmentError('需要 PostgreSQL 15 或更高版本。', 'PostgreSQL 15 or later is required.');
  }
  const exists = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'migration'");
  if (exists.rows.length > 0) return;
  await client.query(`BEGIN; ${migrationTable}; COMMIT`);
}

function checkApplied(applied: readonly AppliedMigration[], known: readonly Migration[]): void {
  for (const row of applied) {
    const file = known.find((migration) => migration.number === row.number);
    const label = `${String(row.number).padStart(4, '0')}-${row.name}`;
    if (!file) {
      throw new EnvironmentError(
        `数据库比程序新：已执行的迁移 ${label} 不在本程序中。请升级程序，或恢复升级前的备份。`,
        `The database is newer than the program: migration ${label} was applied but is not part of it. Upgrade the program, or restore the backup from before the upgrade.`,
      );
    }
    if (file.sha256 !== row.sha256) {
      throw new EnvironmentError(
        `迁移 ${label} 执行后被改动，拒绝继续。请恢复原文件，把改动写成新的迁移。`,
        `Migration ${label} was changed after it had been applied. Restore the file and write the change as a new migration.`,
      );
    }
  }
  const highest = applied.at(-1)?.number ?? 0;
  const late = known.find(
    (migration) => migration.number < highest && !applied.some((row) => row.number === migration.number),
  );
  if (late) {
    throw new EnvironmentError(
      `迁移 ${late.number} 的编号小于已执行的 ${highest}，请改用更大的编号。`,
      `Migration ${late.number} has a lower number than ${highest}, which was applied already. Give it a higher one.`,
    );
  }
}

async function apply(client: pg.Client, migration: Migration, options: MigrateOptions): Promise<void> {
  const started = performance.now();
  const sql = withRoles(migration.sql, options.roles);
  try {
    if (migration.transaction) {
      await client.query('BEGIN');
      await client.query(sql);
      await record(client, migration, performance.now() - started);
      await client.query('COMMIT');
      return;
    }
    for (const statement of sql.split(/^-- next$/m)) await client.query(statement);
    await record(client, migration, performance.now() - started);
  } catch (error) {
    if (migration.transaction) await client.query('ROLLBACK').catch(() => undefined);
    throw migrationFailed(migration, sql, error);
  }
}

function migrationFailed(migration: Migration, sql: string, error: unknown): Error {
  const label = `${String(migration.number).padStart(4, '0')}-${migration.name}`;
  const position = error instanceof pg.DatabaseError && error.position ? Number(error.position) : 0;
  const line = position > 0 ? sql.slice(0, position).split('\n').length : 0;
  const message = error instanceof Error ? error.message : String(error);
  return new EnvironmentError(
    `迁移 ${label} 执行失败${line ? `（第 ${line} 行）` : ''}：${message}。数据库保持升级前的状态。`,
    `Migration ${label} failed${line ? ` (line ${line})` : ''}: ${message}. The database is as it was before it.`,
    error,
  );
}

async function record(client: pg.Client, migration: Migration, durationMs: number): Promise<void> {
  await client.query(
    'INSERT INTO migration.applied (number, name, sha256, applied_at, duration_ms) VALUES ($1, $2, $3, $4, $5)',
    [migration.number, migration.name, migration.sha256, new Date().toISOString(), Math.round(durationMs)],
  );
}

/** Brings the database up to date. Several processes may call it at once: one works, the others wait and find it done. */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const known = readMigrations(options.directory);
  const client = new pg.Client({ connectionString: options.url, application_name: 'chengxin:migrate' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await lock(client);
    await prepare(client);
    const before = await client.query<AppliedMigration>(
      'SELECT number, name, sha256 FROM migration.applied ORDER BY number',
    );
    checkApplied(before.rows, known);
    const done = new Set(before.rows.map((row) => row.number));
    const pending = known.filter(
      (one) => !done.has(one.number) && one.number <= (options.upTo ?? Number.POSITIVE_INFINITY),
    );
    for (const migration of pending) {
      options.onApply?.(migration);
      await apply(client, migration, options);
    }
    const brief = pending.map(({ number, name, sha256 }) => ({ number, name, sha256 }));
    return { applied: brief, all: [...before.rows, ...brief] };
  } finally {
    await client.end();
  }
}

/**
 * The migrations up to a level inside the caller's transaction, into a database without our schema: for a restore. Those
 * marked `-- no-transaction` do the same without CONCURRENTLY here: nobody else can see the tables yet.
 */
export async function applyInTransaction(
  client: pg.Client,
  options: Pick<MigrateOptions, 'roles' | 'directory'> & { readonly upTo: number },
): Promise<void> {
  await client.query(migrationTable);
  for (const migration of readMigrations(options.directory)) {
    if (migration.number > options.upTo) continue;
    const started = performance.now();
    const sql = withRoles(migration.sql, options.roles);
    await client.query(migration.transaction ? sql : sql.replaceAll(/\bCONCURRENTLY\b/gi, ''));
    await record(client, migration, performance.now() - started);
  }
}

/** What was applied, in order; empty for a database without our schema. */
export async function appliedMigrations(client: Pick<pg.Client, 'query'>): Promise<AppliedMigration[]> {
  const exists = await client.query("SELECT to_regclass('migration.applied') IS NOT NULL AS yes");
  if (!(exists.rows[0] as { yes: boolean } | undefined)?.yes) return [];
  const rows = await client.query<AppliedMigration>(
    'SELECT number, name, sha256 FROM migration.applied ORDER BY number',
  );
  return rows.rows;
}
