/** What the office and a body may do with channels: look, retry now, pause; the office also sets up a pull. */
import type { ChannelItemView, ChannelView } from '@chengxin/contract';
import type { Static } from 'typebox';
import type { Actor, AppContext } from '../../../context.ts';
import { writeAccess } from '../../../platform/access-log/index.ts';
import { sealSecret } from '../../../platform/crypto.ts';
import { openPosition, sealPosition } from '../../../platform/cursor.ts';
import { withTransaction } from '../../../platform/db.ts';
import { DomainError } from '../../../platform/errors.ts';
import { newId } from '../../../platform/ids.ts';
import { authorize, findBody } from '../../identity/index.ts';
import { bodiesOf, type PageOf, type PageRequest } from '../read.ts';
import { DROP_TASK, PULL_TASK } from './jobs.ts';
import { requireAllowedHost } from './pull.ts';
import * as queries from './queries.ts';
import { columnName, SourceUnusable, tableParts } from './sources/connector.ts';
import type { ChannelRow, PullConfig } from './types.ts';

const DEFAULT_LIMIT = 50;

function viewOf(row: ChannelRow): ChannelView {
  const config = row.config as unknown as Partial<PullConfig>;
  return {
    id: row.channel_id,
    kind: row.kind,
    name: row.name,
    body: { id: row.body_id, name: row.body_name },
    standard: row.standard,
    enabled: row.enabled,
    state: row.state,
    failures: row.failures,
    problem: row.last_error && {
      code: row.last_error.code,
      message: row.last_error.message,
      fix: row.last_error.fix,
      at: row.last_error.at,
    },
    lastRunAt: row.last_run_at,
    lastSuccessAt: row.last_success_at,
    nextRunAt: row.next_run_at,
    rowsTaken: Number(row.rows_taken),
    rowsWithdrawn: Number(row.rows_withdrawn),
    // Where it reads, never as whom.
    source:
      row.kind === 'pull'
        ? {
            engine: config.engine ?? 'postgresql',
            host: `${config.host ?? ''}:${config.port ?? ''}`,
            database: config.database ?? '',
            table: config.table ?? '',
            deletes: config.deletes ?? 'none',
            everyMinutes: config.everyMinutes ?? 0,
          }
        : null,
  };
}

export async function channelsPage(ctx: AppContext, actor: Actor, request: PageRequest): Promise<PageOf<ChannelView>> {
  const limit = request.limit ?? DEFAULT_LIMIT;
  const position = openPosition(ctx.keys, 'channels', request.cursor);
  const after = position ? { name: String(position[0]), id: String(position[1]) } : null;
  const rows = await queries.listChannels(ctx.db.app, bodiesOf(actor, 'channel.read'), after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map(viewOf),
    nextCursor: last ? sealPosition(ctx.keys, 'channels', [last.name, last.channel_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

async function visible(ctx: AppContext, actor: Actor, permission: 'channel.read' | 'channel.run', channelId: string) {
  const row = await queries.loadChannel(ctx.db.app, channelId);
  if (!row) throw new DomainError('not-found');
  authorize(actor, permission, { bodyId: row.body_id });
  return row;
}

export async function readChannel(ctx: AppContext, actor: Actor, channelId: string): Promise<ChannelView> {
  return viewOf(await visible(ctx, actor, 'channel.read', channelId));
}

/** Dropped files of a folder, newest first. */
export async function itemsPage(
  ctx: AppContext,
  actor: Actor,
  channelId: string,
  request: PageRequest,
): Promise<PageOf<Static<typeof ChannelItemView>>> {
  await visible(ctx, actor, 'channel.read', channelId);
  const limit = request.limit ?? DEFAULT_LIMIT;
  const purpose = `channel-items:${channelId}`;
  const position = openPosition(ctx.keys, purpose, request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const rows = await queries.listItems(ctx.db.app, channelId, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => ({
      id: row.item_id,
      name: row.name,
      state: row.state,
      submissionId: row.submission_id,
      standard: row.standard,
      counts:
        row.rows_done === null
          ? null
          : {
              rows: Number(row.rows_done),
              accepted: Number(row.accepted),
              doubtful: Number(row.doubtful),
              refused: Number(row.refused),
              duplicate: Number(row.duplicate),
            },
      problem: row.problem && { message: row.problem.message, fix: row.problem.fix },
      seenAt: row.seen_at,
      finishedAt: row.finished_at,
    })),
    nextCursor: last ? sealPosition(ctx.keys, purpose, [last.seen_at, last.item_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** Runs it as soon as a worker is free, whatever its pace. `confirm`: what vanished from the source is withdrawn. */
export async function runChannel(
  ctx: AppContext,
  actor: Actor,
  channelId: string,
  options: { compare?: boolean | undefined; confirm?: boolean | undefined },
): Promise<ChannelView> {
  const channel = await visible(ctx, actor, 'channel.run', channelId);
  if (!channel.enabled)
    throw new DomainError('conflict', { zh: '通道已停用，请先启用。', en: 'The channel is paused; enable it first.' });
  await withTransaction(ctx.db.app, async (tx) => {
    if (channel.kind === 'pull') {
      const payload = {
        channelId,
        compare: options.compare === true || options.confirm === true,
        confirm: options.confirm === true,
      };
      await ctx.jobs.enqueue(tx, PULL_TASK, payload, { key: `pull:${channelId}`, maxAttempts: 1 });
    } else await ctx.jobs.enqueue(tx, DROP_TASK, {}, { key: 'drop-folders', maxAttempts: 1 });
    await writeAccess(tx, ctx, actor, {
      action: 'channel.run',
      resourceKind: 'channel',
      resourceId: channelId,
      detail: { confirm: options.confirm === true },
    });
  });
  return viewOf(channel);
}

export async function enableChannel(
  ctx: AppContext,
  actor: Actor,
  channelId: string,
  enabled: boolean,
): Promise<ChannelView> {
  await visible(ctx, actor, 'channel.run', channelId);
  await withTransaction(ctx.db.app, async (tx) => {
    if (!(await queries.setEnabled(tx, channelId, enabled, ctx.clock.now()))) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: enabled ? 'channel.enable' : 'channel.pause',
      resourceKind: 'channel',
      resourceId: channelId,
    });
  });
  return readChannel(ctx, actor, channelId);
}

export interface NewPull extends Partial<Omit<PullConfig, 'engine' | 'host' | 'port' | 'database' | 'table' | 'user'>> {
  org: string;
  name: string;
  standard: string;
  engine: PullConfig['engine'];
  host: string;
  port: number;
  database: string;
  table: string;
  user: string;
  password: string;
  keyColumns: string[];
  watermarkColumn: string;
}

export async function createPull(ctx: AppContext, actor: Actor, input: NewPull): Promise<ChannelView> {
  const body = await findBody(ctx.db.app, { code: input.org });
  if (!body)
    throw new DomainError('unprocessable', { zh: '没有这个报送单位。', en: 'No reporting body has this code.' });
  authorize(actor, 'channel.manage', { bodyId: body.bodyId });
  const config = configOf(ctx, input);
  const channelId = newId();
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    await queries.insertChannel(tx, {
      channelId,
      bodyId: body.bodyId,
      kind: 'pull',
      name: input.name,
      standard: input.standard,
      config,
      secret: sealSecret(ctx.keys, input.password),
      at,
      nextRunAt: at,
    });
    await writeAccess(tx, ctx, actor, {
      action: 'channel.create',
      resourceKind: 'channel',
      resourceId: channelId,
      detail: { bodyId: body.bodyId, host: config.host, port: config.port, table: config.table },
    });
  });
  return readChannel(ctx, actor, channelId);
}

function configOf(ctx: AppContext, input: NewPull): PullConfig {
  if (
    !ctx
      .policy()
      .standards()
      .some((standard) => standard.standard === input.standard)
  )
    throw new DomainError('unprocessable', { zh: '没有这类数据标准。', en: 'There is no such data standard.' });
  requireAllowedHost(ctx, input);
  const deletes = input.deletes ?? 'none';
  if (deletes === 'column' && !input.deletedColumn)
    throw new DomainError('unprocessable', {
      zh: '按删除标志列识别删除的，须写明该列（deletedColumn）。',
      en: 'Deletes by a column need its name (deletedColumn).',
    });
  try {
    tableParts(input.table);
    for (const name of [
      ...input.keyColumns,
      input.watermarkColumn,
      ...(input.deletedColumn ? [input.deletedColumn] : []),
    ])
      columnName(name);
  } catch (error) {
    if (!(error instanceof SourceUnusable)) throw error;
    throw new DomainError('unprocessable', {
      zh: '表名或列名只能是字母、汉字、数字、下划线（库名.表名）。',
      en: 'Names of tables and columns are letters, digits and underscores (schema.table).',
    });
  }
  return {
    engine: input.engine,
    host: input.host,
    port: input.port,
    database: input.database,
    table: input.table,
    user: input.user,
    tls: input.tls ?? false,
    keyColumns: input.keyColumns,
    watermarkColumn: input.watermarkColumn,
    deletedColumn: input.deletedColumn ?? null,
    deletes,
    columns: input.columns ?? {},
    batchRows: input.batchRows ?? 5_000,
    everyMinutes: input.everyMinutes ?? 15,
    lagSeconds: input.lagSeconds ?? 30,
    compareHours: input.compareHours ?? 24,
    vanishLimit: input.vanishLimit ?? 0.05,
  };
}
