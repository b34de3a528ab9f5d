/** What a backup says about itself: `manifest.json`, written last. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../errors.ts';
import type { AppliedMigration } from '../migrate.ts';

export const FORMAT = 1;
export const manifestName = 'manifest.json';

/** A piece of a table in COPY text format, compressed with zstd, cut between rows. */
export interface Chunk {
  readonly file: string;
  readonly bytes: number;
  readonly rawBytes: number;
  /** Of the compressed bytes. */
  readonly sha256: string;
}

export interface TableEntry {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Of the rows whatever their order: two databases with the same rows have the same digest. */
  readonly digest: string;
  readonly chunks: readonly Chunk[];
}

export interface PartitionEntry {
  readonly schema: string;
  readonly name: string;
  readonly parentSchema: string;
  readonly parent: string;
  /** `FOR VALUES …` as the catalog says it. */
  readonly bound: string;
}

export interface SequenceEntry {
  readonly schema: string;
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

/** A column default; some are changed after the migrations (the epoch of the log). */
export interface DefaultEntry {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly expression: string;
}

export interface FileEntry {
  /** Relative to the files folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface Manifest {
  readonly format: number;
  readonly kind: 'full';
  readonly createdAt: string;
  readonly program: string;
  readonly server: string;
  readonly migrations: readonly AppliedMigration[];
  /** Of the columns of all tables: tells two schemas apart. */
  readonly schemaFingerprint: string;
  readonly schemas: readonly string[];
  readonly tables: readonly TableEntry[];
  readonly partitions: readonly PartitionEntry[];
  readonly sequences: readonly SequenceEntry[];
  readonly defaults: readonly DefaultEntry[];
  readonly files: { readonly count: number; readonly bytes: number; readonly list: string; readonly sha256: string };
  /** First bytes of the digest of each key: tells whether a folder holds the keys that this backup needs. */
  readonly keyFingerprints: Readonly<Record<string, string>>;
  readonly keysIncluded: boolean;
}

export function readManifest(folder: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, manifestName), 'utf8'));
  } catch (error) {
    throw new EnvironmentError(
      `${folder} 不是完整的备份：缺少或无法读取 ${manifestName}。`,
      `${folder} is not a complete backup: ${manifestName} is missing or cannot be read.`,
      error,
    );
  }
  const format = typeof value === 'object' && value !== null && 'format' in value ? value.format : undefined;
  if (format !== FORMAT) {
    throw new EnvironmentError(
      `备份格式 ${String(format)} 不受支持（本程序支持 ${FORMAT}），请用制作它的版本恢复。`,
      `Backup format ${String(format)} is not supported (this program reads ${FORMAT}). Restore it with the version that made it.`,
    );
  }
  return value as Manifest;
}

export const tableLabel = (table: { schema: string; name: string }): string => `${table.schema}.${table.name}`;
