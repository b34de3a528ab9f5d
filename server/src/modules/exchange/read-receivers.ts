/** Views: receivers, messages, alarms. The credit office reads all, a body what is about itself. */
import type { AlarmQuery, DeliveryQuery, DeliveryView, ExchangeAlarmView, ReceiverView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may, scopeOf } from '../identity/index.ts';
import { type AlarmRow, alarmPage } from './alarm-queries.ts';
import { type DeliveryRow, deliveryById, deliveryPage } from './delivery-queries.ts';
import { countsOf, keysOf, receiverById, receiverPage } from './receiver-queries.ts';
import { type AlarmState, type DeliveryState, nextAlarm } from './state.ts';
import type { ReceiverRow } from './types.ts';
import { alarmWords, endingWords, outcomeWords } from './words.ts';

const defaultLimit = 50;

const bodiesOf = (actor: Actor): readonly string[] | null => {
  const scope = scopeOf(actor, 'exchange.read');
  return scope.kind === 'all' ? null : scope.bodyIds;
};

async function views(ctx: AppContext, rows: readonly ReceiverRow[]): Promise<ReceiverView[]> {
  const ids = rows.map((row) => row.receiver_id);
  const [counts, keys] = await Promise.all([countsOf(ctx.db.app, ids, ctx.clock.today()), keysOf(ctx.db.app, ids)]);
  return rows.map((row) => {
    const count = counts.find((one) => one.receiver_id === row.receiver_id);
    return {
      id: row.receiver_id,
      body: { id: row.body_id, name: row.body_name },
      name: row.name,
      contact: row.contact,
      url: row.url,
      clientId: row.client_id,
      level: row.level,
      items: row.items,
      covers: row.covers,
      state: row.state,
      registeredAt: row.registered_at,
      endedAt: row.ended_at,
      lastSuccessAt: row.last_success_at,
      nextAttemptAt: row.failures > 0 ? row.next_attempt_at : null,
      failures: row.failures,
      problem: row.last_problem === null ? null : outcomeWords(row.last_problem),
      waiting: Number(count?.waiting ?? 0),
      overdue: Number(count?.overdue ?? 0),
      openAlarms: Number(count?.alarms ?? 0),
      keys: keys
        .filter((key) => key.receiver_id === row.receiver_id)
        .map((key) => ({ keyId: key.key_id, addedAt: key.added_at, revokedAt: key.revoked_at })),
    };
  });
}

interface Page {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export async function listReceivers(ctx: AppContext, actor: Actor, page: Page) {
  const bodies = bodiesOf(actor);
  const [at, id] = openPosition(ctx.keys, 'receivers', page.cursor) ?? [];
  const after = typeof at === 'string' && typeof id === 'string' ? { at, id } : null;
  const limit = page.limit ?? defaultLimit;
  const rows = await receiverPage(ctx.db.app, bodies, after, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: await views(ctx, shown),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'receivers', [last.registered_at, last.receiver_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function readReceiver(ctx: AppContext, actor: Actor, receiverId: string): Promise<ReceiverView> {
  authorize(actor, 'exchange.read');
  const row = await receiverById(ctx.db.app, receiverId);
  if (!row) throw new DomainError('not-found');
  authorize(actor, 'exchange.read', { bodyId: row.body_id });
  const [view] = await views(ctx, [row]);
  if (!view) throw new DomainError('not-found');
  return view;
}

const isOpen = (state: DeliveryState): boolean => state === 'waiting' || state === 'sent';

function deliveryView(row: DeliveryRow, today: string): DeliveryView {
  const { message, receipt } = row;
  return {
    id: row.delivery_id,
    receiver: { id: row.receiver_id, name: row.receiver_name },
    state: row.state,
    position: row.position,
    kind: message.kind,
    reason: message.reason,
    asked: message.asked,
    recordId: row.record_id,
    subject: { id: row.subject_id, name: row.subject_name ?? '', code: message.subject.code },
    effectiveOn: message.effectiveOn,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    finishedAt: row.finished_at,
    dueOn: row.due_on,
    provisional: row.due_provisional,
    overdue: isOpen(row.state) && row.due_on < today,
    sameDay:
      row.state === 'receipted' && row.finished_at !== null
        ? dayOf(row.finished_at as Instant) === dayOf(row.created_at as Instant)
        : null,
    attempts: row.attempts,
    nextAttemptAt: row.state === 'waiting' && row.attempts > 0 ? row.next_attempt_at : null,
    lastOutcome: row.last_outcome === null ? null : outcomeWords(row.last_outcome),
    receipt: receipt === null ? null : { outcome: receipt.outcome, reason: receipt.reason ?? null, at: receipt.at },
  };
}

const stateFilter: Readonly<Record<string, readonly DeliveryState[]>> = {
  open: ['waiting', 'sent'],
  overdue: ['waiting', 'sent'],
};

export async function listDeliveries(ctx: AppContext, actor: Actor, query: DeliveryQuery) {
  const bodyIds = bodiesOf(actor);
  const { state } = query;
  const list = `deliveries ${query.receiverId ?? ''} ${state ?? ''}`;
  const [position, id] = openPosition(ctx.keys, list, query.cursor) ?? [];
  const before = typeof position === 'string' && typeof id === 'string' ? { position, id } : null;
  const limit = query.limit ?? defaultLimit;
  const today = ctx.clock.today();
  const states = state === undefined ? null : (stateFilter[state] ?? [state as DeliveryState]);
  const filter = {
    bodyIds,
    receiverId: query.receiverId ?? null,
    states,
    overdueOn: state === 'overdue' ? today : null,
  };
  const rows = await deliveryPage(ctx.db.app, filter, before, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => deliveryView(row, today)),
    nextCursor: rows.length > limit && last ? sealPosition(ctx.keys, list, [last.position, last.delivery_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function readDelivery(ctx: AppContext, deliveryId: string): Promise<DeliveryView> {
  const row = await deliveryById(ctx.db.app, deliveryId);
  if (!row) throw new DomainError('not-found');
  return deliveryView(row, ctx.clock.today());
}

export function alarmView(actor: Actor, row: AlarmRow): ExchangeAlarmView {
  return {
    id: row.alarm_id,
    kind: row.kind,
    state: row.state,
    receiver: { id: row.receiver_id, name: row.receiver_name, body: row.body_name, contact: row.contact },
    what: alarmWords(row.kind, row.facts),
    deliveryId: row.delivery_id,
    subject: row.subject_name,
    raisedAt: row.raised_at,
    reply: row.reply,
    repliedAt: row.replied_at,
    closedAt: row.closed_at,
    closing: row.closing === null ? null : endingWords(row.closing),
    mayReply: nextAlarm(row.state, 'reply') !== null && may(actor, 'exchange.reply', { bodyId: row.body_id }),
    mayClose: nextAlarm(row.state, 'close') !== null && may(actor, 'exchange.close'),
  };
}

export async function listAlarms(ctx: AppContext, actor: Actor, query: AlarmQuery) {
  const bodies = bodiesOf(actor);
  const list = `exchange alarms ${query.state ?? ''}`;
  const [at, id] = openPosition(ctx.keys, list, query.cursor) ?? [];
  const before = typeof at === 'string' && typeof id === 'string' ? { at, id } : null;
  const limit = query.limit ?? defaultLimit;
  const states: readonly AlarmState[] | null =
    query.state === undefined ? null : query.state === 'unclosed' ? ['open', 'replied'] : [query.state];
  const rows = await alarmPage(ctx.db.app, bodies, states, before, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map((row) => alarmView(actor, row)),
    nextCursor: rows.length > limit && last ? sealPosition(ctx.keys, list, [last.raised_at, last.alarm_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
