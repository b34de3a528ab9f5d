/**
 * Pulls what changed in a department's table since the last time. A batch is read, written down as the file that it is,
 * and taken in together with the new watermark in one transaction; then the one pipeline works it off. Whatever breaks,
 * the next run goes on behind the last batch that was taken: nothing lost, nothing doubled.
 */
import { PassThrough } from 'node:stream';
import type { Actor, AppContext } from '../../../context.ts';
import { openSecret } from '../../../platform/crypto.ts';
import { withTransaction } from '../../../platform/db.ts';
import { DomainError } from '../../../platform/errors.ts';
import { writeCsv } from '../../../platform/tabular/index.ts';
import { processSubmission } from '../process-submission.ts';
import { receiveFile } from '../receive-file.ts';
import { problemOf } from './problems.ts';
import * as queries from './queries.ts';
import { type ColumnPlan, cellsOf, isDeleted, keyOfRow, planColumns } from './source-columns.ts';
import type { Connectors, SourceBatch, SourceConnection } from './sources/connector.ts';
import { connectors } from './sources/index.ts';
import type { ChannelProblem, ChannelRow, PullConfig } from './types.ts';
import { withdrawDeleted, withdrawReplaced } from './withdraw-pulled.ts';

/** Batches a run: a year that is sent again must not keep others waiting; the rest follows at once. */
const MAX_BATCHES = 200;
const KEYS_AT_ONCE = 5_000;
const MAX_KEYS = 50_000_000;
const FIRST_DATA_ROW = 2;
const MAX_BACKOFF_MINUTES = 60;
/** Fewer rows than this may vanish without anybody being asked. */
const SMALL = 20;

export interface PullOptions {
  /** Compare all keys now, whether it is due or not. */
  compare?: boolean;
  /** Somebody confirmed that what vanished is to be withdrawn. */
  confirm?: boolean;
  connectors?: Connectors;
  /** Called between the steps of a batch; tests stop there. */
  onStep?: (step: 'read' | 'taken' | 'processed') => Promise<void> | void;
}

export interface PullResult {
  ran: boolean;
  taken: number;
  withdrawn: number;
  problem: ChannelProblem | null;
}

/** A compare found more rows gone than the channel allows without a person's word. */
class TooManyVanished extends Error {
  readonly vanished: number;
  readonly known: number;
  constructor(vanished: number, known: number) {
    super(`${vanished} of ${known} rows vanished`);
    this.vanished = vanished;
    this.known = known;
  }
}

const later = (at: string, minutes: number): string => new Date(Date.parse(at) + minutes * 60_000).toISOString();
const batchPrefix = (channelId: string): string => `pull:${channelId}:`;

/** One run of a channel. Does nothing when another process runs it. Errors of the source end up on the channel, not here. */
export async function runPull(
  ctx: AppContext,
  actor: Actor,
  channelId: string,
  options: PullOptions = {},
): Promise<PullResult> {
  const release = await queries.lockChannel(ctx.db.app, channelId);
  if (!release) return { ran: false, taken: 0, withdrawn: 0, problem: null };
  try {
    const channel = await queries.loadChannel(ctx.db.app, channelId);
    if (!channel || channel.kind !== 'pull') return { ran: false, taken: 0, withdrawn: 0, problem: null };
    return await guarded(ctx, actor, channel, options);
  } finally {
    await release();
  }
}

async function guarded(ctx: AppContext, actor: Actor, channel: ChannelRow, options: PullOptions): Promise<PullResult> {
  const config = channel.config as unknown as PullConfig;
  await queries.beginRun(ctx.db.app, channel.channel_id, ctx.clock.now());
  const counts = { taken: 0, withdrawn: 0 };
  try {
    const more = await run(ctx, actor, channel, config, options, counts);
    const at = ctx.clock.now();
    const nextRunAt = more ? at : later(at, config.everyMinutes);
    await queries.endRun(ctx.db.app, channel.channel_id, { state: 'idle', problem: null, at, nextRunAt, failures: 0 });
    return { ran: true, ...counts, problem: null };
  } catch (error) {
    const at = ctx.clock.now();
    const failures = channel.failures + 1;
    const held = error instanceof TooManyVanished;
    const problem = held ? vanishedProblem(error, at) : problemOf(error, at);
    // The text of the error may hold a login or rows; its class is what the log gets.
    ctx.log.warn({ channel: channel.channel_id, problem: problem.code, error: (error as Error).name }, 'a pull failed');
    const wait = Math.min(2 ** Math.min(failures - 1, 6), MAX_BACKOFF_MINUTES);
    await queries.endRun(ctx.db.app, channel.channel_id, {
      state: held ? 'held' : 'failing',
      problem,
      at,
      nextRunAt: held ? null : later(at, wait),
      failures,
    });
    return { ran: true, ...counts, problem };
  }
}

function vanishedProblem(error: TooManyVanished, at: string): ChannelProblem {
  return {
    code: 'many-vanished',
    message: {
      zh: `来源表中一次少了 ${error.vanished} 行（共 ${error.known} 行），没有撤回任何记录。`,
      en: `${error.vanished} of ${error.known} rows vanished from the source at once; no record was withdrawn.`,
    },
    fix: {
      zh: '请与该单位核实：如是误清空或换表，请恢复后点“立即重试”；确属删除的，点“确认撤回”。',
      en: 'Ask the body: if the table was emptied or replaced by mistake, have it restored and retry; if they were deleted, confirm.',
    },
    at,
  };
}

/** The host was allowed when the channel was made; the operator may have taken it off the list since. */
export function requireAllowedHost(ctx: Pick<AppContext, 'config'>, config: Pick<PullConfig, 'host' | 'port'>): void {
  const host = config.host.includes(':') && !config.host.startsWith('[') ? `[${config.host}]` : config.host;
  if (ctx.config.pullHosts.includes(`${host.toLowerCase()}:${config.port}`)) return;
  throw new DomainError('unprocessable', {
    zh: `主机 ${config.host}:${config.port} 不在允许取数的名单中，请系统管理员在 PULL_HOSTS 中加入后重启。`,
    en: `The host ${config.host}:${config.port} is not among those that may be pulled from; the system administrator adds it to PULL_HOSTS and restarts.`,
  });
}

/** True when there is more than one run takes. */
async function run(
  ctx: AppContext,
  actor: Actor,
  channel: ChannelRow,
  config: PullConfig,
  options: PullOptions,
  counts: { taken: number; withdrawn: number },
): Promise<boolean> {
  // What a crash left half-way comes first: rows before the deletes that may be about them.
  for (const submissionId of await queries.unfinishedPulls(
    ctx.db.app,
    channel.body_id,
    batchPrefix(channel.channel_id),
  ))
    await processSubmission(ctx, submissionId);
  counts.withdrawn += await withdrawDeleted(ctx, actor, channel);
  requireAllowedHost(ctx, config);
  const source = await (options.connectors ?? connectors)[config.engine](
    config,
    channel.secret === null ? '' : openSecret(ctx.keys, channel.secret),
  );
  try {
    const standard = ctx.policy().standard(channel.standard ?? '');
    const plan = planColumns(await source.columns(), standard, config);
    let mark = channel.watermark;
    for (let batchNo = 0; batchNo < MAX_BATCHES; batchNo += 1) {
      const batch = await source.rowsAfter(mark, config.batchRows);
      if (batch.mark === null) break;
      await options.onStep?.('read');
      counts.taken += batch.rows.length;
      counts.withdrawn += await takeBatch(ctx, actor, { ...channel, watermark: mark }, config, plan, batch, options);
      mark = batch.mark;
      if (batchNo === MAX_BATCHES - 1) return true;
    }
    if (config.deletes === 'compare' && (options.compare || isCompareDue(channel, config, ctx.clock.now())))
      counts.withdrawn += await compareKeys(ctx, actor, channel, config, source, options.confirm ?? false);
    return false;
  } finally {
    await source.close();
  }
}

const isCompareDue = (channel: ChannelRow, config: PullConfig, now: string): boolean =>
  channel.compared_at === null || Date.parse(now) - Date.parse(channel.compared_at) >= config.compareHours * 3_600_000;

/** A token, since the key of a table may be somebody's number. */
const tokenOf = (ctx: AppContext, channelId: string, keys: readonly string[]): string =>
  ctx.keys.token(`source ${channelId}`, JSON.stringify(keys));

async function takeBatch(
  ctx: AppContext,
  actor: Actor,
  channel: ChannelRow,
  config: PullConfig,
  plan: ColumnPlan,
  batch: SourceBatch,
  options: PullOptions,
): Promise<number> {
  const { mark } = batch;
  if (mark === null) return 0;
  const at = ctx.clock.now();
  const deleted = batch.rows.filter((row) => isDeleted(row, config));
  const live = batch.rows.filter((row) => !isDeleted(row, config));
  const token = (row: (typeof live)[number]): string => tokenOf(ctx, channel.channel_id, keyOfRow(row, config));
  const deletedKeys = deleted.map(token);
  const move = async (tx: Parameters<typeof queries.moveWatermark>[0]): Promise<void> => {
    const moved = await queries.moveWatermark(tx, channel.channel_id, channel.watermark, mark, batch.rows.length, at);
    if (!moved) throw new DomainError('conflict');
    await queries.queueDeletes(tx, channel.channel_id, deletedKeys, '来源数据库已标记删除', at);
  };
  if (live.length === 0) {
    await withTransaction(ctx.db.app, move);
    await options.onStep?.('taken');
    return withdrawDeleted(ctx, actor, channel);
  }
  const keys = live.map(token);
  const source = new PassThrough();
  writeCsv(
    source,
    plan.header,
    live.map((row) => cellsOf(row, plan)),
    { neutralise: false },
  ).catch((error: unknown) => source.destroy(error instanceof Error ? error : new Error(String(error))));
  const { submissionId } = await receiveFile(ctx, actor, {
    source,
    fileName: `数据库取数-${channel.name}.csv`,
    standard: channel.standard ?? '',
    bodyId: channel.body_id,
    channel: 'pull',
    batchNo: `${batchPrefix(channel.channel_id)}${tokenOf(ctx, channel.channel_id, [mark.value, ...mark.keys, at])}`,
    // Also as a job: if this process dies now, another one works it off.
    enqueue: true,
    within: async (tx, id) => {
      await move(tx);
      await queries.insertPulledRows(
        tx,
        channel.channel_id,
        id,
        keys.map((sourceKey, row) => ({ sourceKey, rowNo: row + FIRST_DATA_ROW })),
      );
    },
  });
  await options.onStep?.('taken');
  await processSubmission(ctx, submissionId);
  await options.onStep?.('processed');
  const replaced = await withdrawReplaced(ctx, actor, channel, keys);
  return replaced + (await withdrawDeleted(ctx, actor, channel));
}

/** Reads all keys of the source and withdraws what is no longer there, unless too much is gone at once. */
async function compareKeys(
  ctx: AppContext,
  actor: Actor,
  channel: ChannelRow,
  config: PullConfig,
  source: SourceConnection,
  confirmed: boolean,
): Promise<number> {
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    await queries.makeSeenKeys(tx);
    let after: readonly string[] | null = null;
    for (let seen = 0; seen < MAX_KEYS; seen += KEYS_AT_ONCE) {
      const keys: readonly (readonly string[])[] = await source.keysAfter(after, KEYS_AT_ONCE);
      await queries.addSeenKeys(
        tx,
        keys.map((key) => tokenOf(ctx, channel.channel_id, key)),
      );
      after = keys.at(-1) ?? null;
      if (keys.length < KEYS_AT_ONCE) break;
    }
    const known = await queries.countKeys(tx, channel.channel_id);
    const vanished = await queries.vanishedKeys(tx, channel.channel_id, MAX_KEYS);
    if (!confirmed && vanished.length > SMALL && vanished.length > known * config.vanishLimit)
      throw new TooManyVanished(vanished.length, known);
    await queries.queueDeletes(tx, channel.channel_id, vanished, '来源数据库中已没有该行', at);
    await queries.markCompared(tx, channel.channel_id, at);
  });
  return withdrawDeleted(ctx, actor, channel);
}
