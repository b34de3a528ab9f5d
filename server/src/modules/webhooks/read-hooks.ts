/** Hooks and what was sent to them: a system its own, a body those of its systems, the credit office all. */
import type { WebhookDelivery, WebhookView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { outcomeWords } from '../exchange/index.ts';
import { authorize, scopeOf } from '../identity/index.ts';
import { deliveryPage, hookById, hookPage } from './queries.ts';
import type { HookRow } from './types.ts';

const defaultLimit = 50;

const viewOf = (row: HookRow): WebhookView => ({
  id: row.hook_id,
  url: row.url,
  state: row.state,
  client: { id: row.client_id, name: row.client_name },
  body: { id: row.body_id, name: row.body_name },
  registeredAt: row.registered_at,
  endedAt: row.ended_at,
  lastSuccessAt: row.last_success_at,
  lastProblem: row.last_problem,
  problem: row.last_problem === null ? null : outcomeWords(row.last_problem),
  failures: row.failures,
  alarmAt: row.alarm_at,
  waiting: row.waiting,
});

/** A system has to do with its own address alone, not with those of its body's other systems. */
export const reaches = (actor: Actor, hook: Pick<HookRow, 'client_id'>): boolean =>
  actor.client === null || actor.client.clientId === hook.client_id;

interface Page {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export async function listHooks(
  ctx: AppContext,
  actor: Actor,
  page: Page & { readonly state?: 'active' | 'ended' | 'alarm' | undefined },
) {
  const scope = scopeOf(actor, 'webhook.read');
  const list = `webhooks ${page.state ?? ''}`;
  const [at, id] = openPosition(ctx.keys, list, page.cursor) ?? [];
  const before = typeof at === 'string' && typeof id === 'string' ? { at, id } : null;
  const limit = page.limit ?? defaultLimit;
  const bodies = scope.kind === 'all' ? null : scope.bodyIds;
  const rows = await hookPage(
    ctx.db.app,
    bodies,
    actor.client?.clientId ?? null,
    page.state ?? null,
    before,
    limit + 1,
  );
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(viewOf),
    nextCursor: rows.length > limit && last ? sealPosition(ctx.keys, list, [last.registered_at, last.hook_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** For whoever just registered it: a system may do that without the right to read all of its body's. */
export async function hookView(ctx: AppContext, hookId: string): Promise<WebhookView> {
  const row = await hookById(ctx.db.app, hookId);
  if (!row) throw new DomainError('not-found');
  return viewOf(row);
}

/** Errors: not-found (no such hook, or another body's). */
export async function readHook(ctx: AppContext, actor: Actor, hookId: string): Promise<WebhookView> {
  authorize(actor, 'webhook.read');
  const row = await hookById(ctx.db.app, hookId);
  if (!row || !reaches(actor, row)) throw new DomainError('not-found');
  authorize(actor, 'webhook.read', { bodyId: row.body_id });
  return viewOf(row);
}

/** The log of what was sent to a hook, newest first. */
export async function listMessages(ctx: AppContext, actor: Actor, hookId: string, page: Page) {
  await readHook(ctx, actor, hookId);
  const list = `webhook messages ${hookId}`;
  const [at, id] = openPosition(ctx.keys, list, page.cursor) ?? [];
  const before = typeof at === 'string' && typeof id === 'string' ? { at, id } : null;
  const limit = page.limit ?? defaultLimit;
  const rows = await deliveryPage(ctx.db.app, hookId, before, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items: WebhookDelivery[] = shown.map((row) => ({
    id: row.message_id,
    receipt: row.number,
    state: row.state,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
    nextAttemptAt: row.state === 'waiting' && row.attempts.length > 0 ? row.next_attempt_at : null,
    attempts: row.attempts,
  }));
  return {
    items,
    nextCursor: rows.length > limit && last ? sealPosition(ctx.keys, list, [last.created_at, last.message_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
