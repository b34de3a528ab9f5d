/** What a channel is: where a body's rows come from without anybody at the desk, and how far it has come. */
import type { FileFailure } from '../file-failures.ts';

export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What went wrong last, in words that say what to do. */
export interface ChannelProblem {
  readonly code: string;
  readonly message: Words;
  readonly fix: Words;
  readonly at: string;
}

export type ChannelKind = 'folder' | 'pull';
/** held: stands still until somebody decides (a source that was emptied). */
export type ChannelState = 'idle' | 'running' | 'failing' | 'held';

export interface ChannelRow {
  channel_id: string;
  body_id: string;
  body_name: string;
  kind: ChannelKind;
  name: string;
  standard: string | null;
  config: Record<string, unknown>;
  secret: string | null;
  enabled: boolean;
  state: ChannelState;
  watermark: PullMark | null;
  failures: number;
  last_error: ChannelProblem | null;
  last_run_at: string | null;
  last_success_at: string | null;
  next_run_at: string | null;
  compared_at: string | null;
  rows_taken: bigint;
  rows_withdrawn: bigint;
}

/** Where the next batch begins: behind this value of the watermark column, and behind these keys at that value. */
export interface PullMark {
  readonly value: string;
  readonly keys: readonly string[];
}

export type Engine = 'postgresql' | 'mysql';

export interface PullConfig {
  readonly engine: Engine;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** `schema.table` or `table`; a view serves as well. */
  readonly table: string;
  readonly user: string;
  readonly tls: boolean;
  /** Columns that tell one row from another. */
  readonly keyColumns: readonly string[];
  /** Column that grows with every change of a row (a time or a number). */
  readonly watermarkColumn: string;
  /** Column that marks a row as deleted; null where rows vanish or are never deleted. */
  readonly deletedColumn: string | null;
  /** compare: all keys are read from time to time and what vanished is withdrawn. */
  readonly deletes: 'none' | 'column' | 'compare';
  /** Column of the source → column code of the standard; columns that are named like a heading need none. */
  readonly columns: Readonly<Record<string, string>>;
  readonly batchRows: number;
  readonly everyMinutes: number;
  /** Rows younger than this are left for the next run: a long transaction there may still write earlier times. */
  readonly lagSeconds: number;
  readonly compareHours: number;
  /** More rows than this share vanished at once: nothing is withdrawn until somebody confirms. */
  readonly vanishLimit: number;
}

export type ItemState = 'waiting' | 'received' | 'done' | 'failed';
export interface ChannelItemRow {
  channel_id: string;
  item_id: string;
  name: string;
  state: ItemState;
  batch_no: string | null;
  submission_id: string | null;
  problem: ChannelProblem | FileFailure | null;
  seen_at: string;
  finished_at: string | null;
}
