/**
 * Reads a backup back, in one transaction: until it commits, the database is as it was, whatever happens. What is there is
 * moved aside first and dropped last, so that a running server answers from it meanwhile.
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { DatabaseRole } from '../config.ts';
import { DomainError, EnvironmentError } from '../errors.ts';
import { applyInTransaction, readMigrations } from '../migrate.ts';
import {
  copyInSql,
  copyOutSql,
  defaultsOf,
  foreignKeysOf,
  identText,
  ourSchemas,
  partitionsOf,
  schemaFingerprint,
  tablesOf,
} from './catalog.ts';
import { damaged, removeOthers, restoreFiles } from './files.ts';
import { keyFingerprints, sameKeys } from './keys.ts';
import { type Chunk, type Manifest, readManifest, type TableEntry, tableLabel } from './manifest.ts';
import { RowDigest } from './row-digest.ts';
import { openBackupClient, takeBackupLock } from './write-backup.ts';

/** A running server listens for this and starts again on the restored data. */
export const restoredChannel = 'chengxin_restored';

export interface RestoreHookInput {
  /** The restoring transaction: the restored tables under their own names. */
  readonly client: pg.Client;
  readonly manifest: Manifest;
  /** The name under which a schema from before the restore can still be read, or null when there was none. */
  schemaBefore(name: string): string | null;
}

/**
 * Runs inside the restore, after the data are in and checked, before they count: an erasure that was carried out after
 * the backup was made is carried out again here.
 */
export type RestoreHook = (input: RestoreHookInput) => Promise<void>;

const hooks: RestoreHook[] = [];

export function registerRestoreHook(hook: RestoreHook): void {
  hooks.push(hook);
}

export interface RestoreOptions {
  readonly source: string;
  readonly url: string;
  readonly roles: Readonly<Record<DatabaseRole, string>>;
  readonly migrationsDirectory: string;
  readonly filesDir: string;
  readonly keysDir: string;
  /** Throw away what the database holds now. */
  readonly replace: boolean;
  /** Accept that other keys are in place than the backup was made with. */
  readonly otherKeys?: boolean;
  /** Whether the migrated database holds nothing that anybody would miss. */
  readonly isEmpty: (client: pg.Client) => Promise<boolean>;
  readonly onProgress?: (zh: string, en: string) => void;
}

export interface RestoreResult {
  readonly manifest: Manifest;
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  readonly filesRemoved: number;
  /** False: the keys of the backup are not in place yet. */
  readonly keysPresent: boolean;
}

function checkProgram(manifest: Manifest, directory: string): number {
  const known = readMigrations(directory);
  for (const applied of manifest.migrations) {
    const file = known.find((one) => one.number === applied.number);
    if (file?.sha256 === applied.sha256) continue;
    throw new EnvironmentError(
      `备份由不同的程序版本（${manifest.program}）制作：迁移 ${applied.number}-${applied.name} 在本程序中${file ? '内容不同' : '不存在'}。请用相同或更新的版本恢复。`,
      `The backup was made by another version of the program (${manifest.program}): migration ${applied.number}-${applied.name} is ${file ? 'different' : 'not known'} here. Restore it with the same version or a later one.`,
    );
  }
  return Math.max(...manifest.migrations.map((one) => one.number));
}

/** Sizes now, hashes while reading: a backup with a missing piece is refused before anything is touched. */
function checkChunks(manifest: Manifest, source: string): void {
  for (const chunk of manifest.tables.flatMap((table) => table.chunks)) {
    const path = resolve(source, chunk.file);
    if (!path.startsWith(`${resolve(source)}/tables/`)) throw damaged(chunk.file);
    if (statSync(path, { throwIfNoEntry: false })?.size !== chunk.bytes) throw damaged(chunk.file);
  }
}

function checkKeys(manifest: Manifest, options: RestoreOptions): boolean {
  const present = keyFingerprints(options.keysDir);
  if (Object.keys(present).length === 0) return Object.keys(manifest.keyFingerprints).length === 0;
  if (sameKeys(manifest.keyFingerprints, present)) return true;
  if (options.otherKeys) return false;
  throw new DomainError('conflict', {
    zh: `${options.keysDir} 中的密钥不是此备份的密钥，恢复后加密的文件和个人信息将无法读取。请先恢复密钥备份（./chengxin restore 密钥目录 --keys-only --replace），或加 --other-keys 仍要恢复。`,
    en: `The keys in ${options.keysDir} are not those of this backup: encrypted files and personal data could not be read. Restore the key backup first (./chengxin restore KEY_FOLDER --keys-only --replace), or add --other-keys to restore all the same.`,
  });
}

async function lockAndMoveAside(client: pg.Client, options: RestoreOptions): Promise<Map<string, string>> {
  await client.query('BEGIN');
  await client.query("SET LOCAL lock_timeout = '120s'");
  await client.query('SELECT pg_advisory_xact_lock(20140614, 1)'); // not while somebody migrates
  const aside = new Map<string, string>();
  const migrated = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'migration'");
  if (migrated.rows.length === 0) return aside;
  if (!options.replace && !(await options.isEmpty(client))) {
    throw new DomainError('conflict', {
      zh: '数据库中已有数据，不会覆盖。确需用备份替换现有数据请加 --replace（建议先做一次备份）。',
      en: 'The database holds data and will not be overwritten. To replace it with the backup add --replace (better make a backup first).',
    });
  }
  for (const schema of ['migration', ...(await ourSchemas(client))]) {
    const name = `${schema}__before_restore`.slice(0, 63);
    await client.query(`ALTER SCHEMA ${identText(schema)} RENAME TO ${identText(name)}`);
    aside.set(schema, name);
  }
  return aside;
}

async function makeSchema(client: pg.Client, manifest: Manifest, options: RestoreOptions): Promise<void> {
  const level = checkProgram(manifest, options.migrationsDirectory);
  await applyInTransaction(client, { roles: options.roles, directory: options.migrationsDirectory, upTo: level });
  const schemas = [...manifest.schemas];
  const present = new Set((await partitionsOf(client, schemas)).map(tableLabel));
  for (const partition of manifest.partitions) {
    if (present.has(tableLabel(partition))) continue;
    await client.query(
      `CREATE TABLE ${identText(partition.schema, partition.name)} PARTITION OF ${identText(partition.parentSchema, partition.parent)} ${partition.bound}`,
    );
  }
  const fingerprint = await schemaFingerprint(client, schemas);
  if (fingerprint !== manifest.schemaFingerprint) {
    throw new EnvironmentError(
      '备份的表结构与其迁移不符（备份前结构被手工改动过？），未恢复。',
      'The schema of the backup is not what its migrations make (was it changed by hand?). Nothing was restored.',
    );
  }
}

async function loadChunk(client: pg.Client, source: string, table: TableEntry, chunk: Chunk): Promise<void> {
  const hash = createHash('sha256');
  const meter = new Transform({
    transform(data: Buffer, _encoding, done) {
      hash.update(data);
      done(null, data);
    },
  });
  const sink = client.query(copyFrom(copyInSql(table)));
  await pipeline(createReadStream(join(source, chunk.file)), meter, createZstdDecompress(), sink);
  if (hash.digest('hex') !== chunk.sha256) throw damaged(chunk.file);
}

async function verifyTable(client: pg.Client, table: TableEntry): Promise<void> {
  const digest = new RowDigest();
  for await (const piece of client.query(copyTo(copyOutSql(table)))) digest.update(piece);
  if (digest.rows === table.rows && digest.digest() === table.digest) return;
  throw new EnvironmentError(
    `恢复后的 ${tableLabel(table)} 与备份不一致（${digest.rows} 行，应为 ${table.rows} 行），已全部回滚。`,
    `After the restore ${tableLabel(table)} differs from the backup (${digest.rows} rows instead of ${table.rows}). Everything was rolled back.`,
  );
}

async function loadTables(client: pg.Client, manifest: Manifest, options: RestoreOptions): Promise<void> {
  const schemas = [...manifest.schemas];
  const foreignKeys = await foreignKeysOf(client, schemas);
  for (const key of foreignKeys) {
    await client.query(`ALTER TABLE ${identText(key.schema, key.table)} DROP CONSTRAINT ${identText(key.name)}`);
  }
  // Rows that migrations put in are in the backup as well.
  const all = (await tablesOf(client, schemas)).map((table) => identText(table.schema, table.name));
  if (all.length > 0) await client.query(`TRUNCATE ${all.join(', ')}`);
  for (const table of manifest.tables) {
    const name = identText(table.schema, table.name);
    await client.query(`ALTER TABLE ${name} DISABLE TRIGGER USER`);
    for (const chunk of table.chunks) await loadChunk(client, options.source, table, chunk);
    await client.query(`ALTER TABLE ${name} ENABLE TRIGGER USER`);
    if (table.rows > 100_000)
      options.onProgress?.(`已恢复 ${tableLabel(table)}：${table.rows} 行`, `${tableLabel(table)}: ${table.rows} rows`);
  }
  for (const key of foreignKeys) {
    await client.query(
      `ALTER TABLE ${identText(key.schema, key.table)} ADD CONSTRAINT ${identText(key.name)} ${key.definition}`,
    );
  }
  for (const sequence of manifest.sequences) {
    await client.query('SELECT setval($1::regclass, $2::bigint, $3)', [
      identText(sequence.schema, sequence.name),
      sequence.lastValue,
      sequence.isCalled,
    ]);
  }
  await restoreDefaults(client, manifest);
  for (const table of manifest.tables) await verifyTable(client, table);
}

async function restoreDefaults(client: pg.Client, manifest: Manifest): Promise<void> {
  const key = (one: { schema: string; table: string; column: string }): string =>
    `${one.schema} ${one.table} ${one.column}`;
  const present = new Map((await defaultsOf(client, [...manifest.schemas])).map((one) => [key(one), one.expression]));
  for (const wanted of manifest.defaults) {
    if (present.get(key(wanted)) === wanted.expression) continue;
    await client.query(
      `ALTER TABLE ${identText(wanted.schema, wanted.table)} ALTER COLUMN ${identText(wanted.column)} SET DEFAULT ${wanted.expression}`,
    );
  }
}

/** Statistics for the planner: a freshly loaded table has none. */
async function analyze(client: pg.Client, manifest: Manifest): Promise<void> {
  for (const table of manifest.tables) {
    if (table.rows > 0) await client.query(`ANALYZE ${identText(table.schema, table.name)}`);
  }
}

/** Restores a backup. Throws DomainError when it refuses, EnvironmentError when it cannot; the data are then unchanged. */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const source = resolve(options.source);
  const resolved = { ...options, source };
  const manifest = readManifest(source);
  checkProgram(manifest, options.migrationsDirectory);
  checkChunks(manifest, source);
  const keysPresent = checkKeys(manifest, options);
  const client = await openBackupClient(options.url);
  try {
    await takeBackupLock(client);
    const aside = await lockAndMoveAside(client, resolved);
    await makeSchema(client, manifest, resolved);
    await loadTables(client, manifest, resolved);
    for (const hook of hooks) await hook({ client, manifest, schemaBefore: (name) => aside.get(name) ?? null });
    // Files are only added here; should the commit fail, they are merely unused.
    const keep = await restoreFiles(source, manifest.files.sha256, options.filesDir);
    for (const name of aside.values()) await client.query(`DROP SCHEMA ${identText(name)} CASCADE`);
    await client.query(`NOTIFY ${restoredChannel}`);
    await client.query('COMMIT');
    const filesRemoved = options.replace ? await removeOthers(options.filesDir, keep) : 0;
    await analyze(client, manifest);
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    return { manifest, tables: manifest.tables.length, rows, files: keep.size, filesRemoved, keysPresent };
  } finally {
    await client.end().catch(() => undefined);
  }
}
