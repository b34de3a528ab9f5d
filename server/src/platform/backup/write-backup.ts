/**
 * A logical backup of a running database: every table of one snapshot (REPEATABLE READ) by COPY, with the files. It needs
 * no tools of PostgreSQL and reads back into any version of it.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { typeParsers } from '../db.ts';
import { DomainError, EnvironmentError } from '../errors.ts';
import { appliedMigrations } from '../migrate.ts';
import {
  copyOutSql,
  defaultsOf,
  ourSchemas,
  partitionsOf,
  schemaFingerprint,
  sequencesOf,
  type TableInfo,
  tablesOf,
} from './catalog.ts';
import { backUpFiles } from './files.ts';
import { backUpKeys, keyFingerprints } from './keys.ts';
import { type Chunk, FORMAT, type Manifest, manifestName, type TableEntry, tableLabel } from './manifest.ts';
import { RowDigest } from './row-digest.ts';

const CHUNK_BYTES = 64 * 1024 * 1024;
export const sessionOptions =
  '-c TimeZone=UTC -c DateStyle=ISO,YMD -c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=1 -c row_security=off -c statement_timeout=0';
/** Held in the database by the one backup or restore that may run. */
export const BACKUP_LOCK = '(20140614, 3)';

export interface BackupOptions {
  /** The folder to make; must not exist, or be empty. */
  readonly target: string;
  /** The migrator's address: it owns everything. */
  readonly url: string;
  readonly filesDir: string;
  readonly keysDir: string;
  readonly dataDir: string;
  readonly withKeys: boolean;
  /** Version of the program, for the manifest. */
  readonly program: string;
  /** ISO instant. */
  readonly at: string;
  readonly onProgress?: (zh: string, en: string) => void;
}

export async function openBackupClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'chengxin:backup',
    options: sessionOptions,
    types: typeParsers,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export async function takeBackupLock(client: pg.Client): Promise<void> {
  const result = await client.query<{ yes: boolean }>(`SELECT pg_try_advisory_lock${BACKUP_LOCK} AS yes`);
  if (result.rows[0]?.yes) return;
  throw new DomainError('conflict', {
    zh: '另一个备份或恢复正在进行，请等它结束后再试。',
    en: 'Another backup or restore is running. Wait until it has ended and try again.',
  });
}

/** The target is only ever seen complete: it is written as `DIR.tmp` and renamed. */
function prepareTarget(target: string): string {
  if (existsSync(target)) {
    let empty = false;
    try {
      empty = readdirSync(target).length === 0;
    } catch {
      // a file of that name
    }
    if (!empty) {
      throw new DomainError('conflict', {
        zh: `${target} 已存在且不为空，不会覆盖。请换一个目录名。`,
        en: `${target} exists and is not empty. It will not be overwritten; choose another name.`,
      });
    }
  }
  const temporary = `${target}.tmp`;
  try {
    mkdirSync(dirname(target), { recursive: true });
    // We hold the lock: whatever is there was left by a backup that did not end.
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new EnvironmentError(
      `无法在 ${dirname(target)} 中建立备份目录（${code}），请检查权限和磁盘空间。`,
      `The backup folder cannot be made in ${dirname(target)} (${code}). Check permissions and disk space.`,
      error,
    );
  }
  return temporary;
}

/** One compressed piece being written. */
class ChunkWriter {
  readonly name: string;
  #raw = 0;
  #bytes = 0;
  readonly #hash = createHash('sha256');
  readonly #zstd: ZstdCompress;
  readonly #done: Promise<void>;
  #failed: unknown;

  constructor(folder: string, name: string) {
    this.name = name;
    this.#zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } });
    const meter = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#hash.update(chunk);
        this.#bytes += chunk.length;
        done(null, chunk);
      },
    });
    this.#done = pipeline(this.#zstd, meter, createWriteStream(join(folder, name), { mode: 0o600, flush: true }));
    this.#done.catch((error: unknown) => {
      this.#failed = error;
    });
  }

  get rawBytes(): number {
    return this.#raw;
  }

  async write(data: Buffer): Promise<void> {
    if (this.#failed) throw this.#failed;
    this.#raw += data.length;
    if (!this.#zstd.write(data)) await Promise.race([once(this.#zstd, 'drain'), this.#done]);
  }

  async end(): Promise<Chunk> {
    this.#zstd.end();
    await this.#done;
    return { file: this.name, bytes: this.#bytes, rawBytes: this.#raw, sha256: this.#hash.digest('hex') };
  }
}

async function backUpTable(client: pg.Client, folder: string, table: TableInfo): Promise<TableEntry> {
  const digest = new RowDigest();
  const chunks: Chunk[] = [];
  let writer: ChunkWriter | null = null;
  const open = (): ChunkWriter => {
    const number = String(chunks.length + 1).padStart(5, '0');
    return new ChunkWriter(folder, `tables/${table.schema}.${table.name}.${number}.zst`);
  };
  for await (const piece of client.query(copyTo(copyOutSql(table)))) {
    const data: Buffer = piece;
    digest.update(data);
    writer ??= open();
    // Cut between rows: at the last line end of a piece that makes the chunk large enough.
    const cut: number = writer.rawBytes + data.length >= CHUNK_BYTES ? data.lastIndexOf(10) + 1 : 0;
    if (cut === 0) {
      await writer.write(data);
      continue;
    }
    await writer.write(data.subarray(0, cut));
    chunks.push(await writer.end());
    writer = null;
    if (cut < data.length) {
      writer = open();
      await writer.write(data.subarray(cut));
    }
  }
  if (writer) chunks.push(await writer.end());
  return { ...table, rows: digest.rows, digest: digest.digest(), chunks };
}

async function backUpDatabase(
  client: pg.Client,
  folder: string,
  onProgress: NonNullable<BackupOptions['onProgress']>,
): Promise<
  Pick<
    Manifest,
    'server' | 'migrations' | 'schemas' | 'schemaFingerprint' | 'tables' | 'partitions' | 'sequences' | 'defaults'
  >
> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const migrations = await appliedMigrations(client);
  if (migrations.length === 0) {
    throw new EnvironmentError(
      '数据库是空的，没有可备份的内容。',
      'The database is empty; there is nothing to back up.',
    );
  }
  const version = await client.query<{ server_version: string }>('SHOW server_version');
  const schemas = await ourSchemas(client);
  const tables: TableEntry[] = [];
  await mkdir(join(folder, 'tables'), { mode: 0o700 });
  for (const table of await tablesOf(client, schemas)) {
    const entry = await backUpTable(client, folder, table);
    tables.push(entry);
    if (entry.rows > 100_000)
      onProgress(`已备份 ${tableLabel(table)}：${entry.rows} 行`, `${tableLabel(table)}: ${entry.rows} rows`);
  }
  const rest = {
    server: version.rows[0]?.server_version ?? '',
    migrations,
    schemas,
    schemaFingerprint: await schemaFingerprint(client, schemas),
    tables,
    partitions: await partitionsOf(client, schemas),
    sequences: await sequencesOf(client, schemas),
    defaults: await defaultsOf(client, schemas),
  };
  await client.query('COMMIT');
  return rest;
}

/** Writes the backup and returns its manifest. Whatever goes wrong, `target` is not there afterwards. */
export async function writeBackup(options: BackupOptions): Promise<Manifest> {
  const target = resolve(options.target);
  const client = await openBackupClient(options.url);
  try {
    await takeBackupLock(client);
    const folder = prepareTarget(target);
    try {
      const database = await backUpDatabase(client, folder, options.onProgress ?? (() => undefined));
      // After the snapshot: every file that its rows name is on the disk by now (they are written before their rows).
      const files = await backUpFiles(options.filesDir, folder);
      if (options.withKeys) {
        backUpKeys({
          keysDir: options.keysDir,
          dataDir: options.dataDir,
          target: join(folder, 'keys'),
          at: options.at,
        });
      }
      const manifest: Manifest = {
        format: FORMAT,
        kind: 'full',
        createdAt: options.at,
        program: options.program,
        ...database,
        files,
        keyFingerprints: keyFingerprints(options.keysDir),
        keysIncluded: options.withKeys,
      };
      writeFileSync(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600, flush: true });
      if (existsSync(target)) rmdirSync(target);
      renameSync(folder, target);
      return manifest;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}
