/**
 * What a pull needs of a database, and nothing more: another engine is one more file beside these. Connections are
 * read-only, every statement has a time limit, every answer a limit of rows.
 */
import type { Engine, PullConfig, PullMark } from '../types.ts';

/** A row of the source: every column as text, the way its own session prints it; null where it is empty. */
export type SourceRow = Readonly<Record<string, string | null>>;

export interface SourceBatch {
  readonly rows: readonly SourceRow[];
  /** Watermark of the last row; null when there is none. */
  readonly mark: PullMark | null;
}

export interface SourceConnection {
  /** Names of the columns, in order. */
  columns(): Promise<readonly string[]>;
  /** Rows behind the mark, in the order of watermark and keys. */
  rowsAfter(mark: PullMark | null, limit: number): Promise<SourceBatch>;
  /** Keys only, in their own order, behind the given ones. */
  keysAfter(after: readonly string[] | null, limit: number): Promise<readonly (readonly string[])[]>;
  close(): Promise<void>;
}

export type SourceConnector = (config: PullConfig, password: string) => Promise<SourceConnection>;

/** The source cannot be reached, or broke off: safe to try again, since nothing of the batch was taken. */
export class SourceUnavailable extends Error {}
/** The table, a column or a right is missing: somebody must look. */
export class SourceUnusable extends Error {}

export const connectTimeoutMs = 10_000;
export const statementTimeoutMs = 60_000;

const NAME = /^[\p{L}_][\p{L}\p{N}_$#]{0,127}$/u;

/** Parts of `schema.table`, each a plain name: names come from the office and never reach SQL unquoted. */
export function tableParts(table: string): string[] {
  const parts = table.split('.');
  if (parts.length > 3 || !parts.every((part) => NAME.test(part))) throw new SourceUnusable(`table name ${table}`);
  return parts;
}

export function columnName(name: string): string {
  if (!NAME.test(name)) throw new SourceUnusable(`column name ${name}`);
  return name;
}

export type Connectors = Readonly<Record<Engine, SourceConnector>>;
