/** Disputes that concern the caller: of the own organisation, of the own bodies, or all. */
import type { DisputeView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { authorize, may } from '../identity/index.ts';
import type { DisputeParty, DisputeState } from './dispute-state.ts';
import { disputeViews } from './dispute-views.ts';
import { ownSubject } from './own-subject.ts';
import { type DisputeScope, disputePage } from './queries.ts';

async function scopeOf(ctx: AppContext, actor: Actor): Promise<{ scope: DisputeScope; party: DisputeParty }> {
  if (may(actor, 'dispute.decide')) return { scope: { kind: 'all' }, party: 'audit' };
  if (may(actor, 'access.own')) {
    const own = await ownSubject(ctx.db.app, actor);
    return { scope: { kind: 'subjects', ids: own.ids }, party: 'subject' };
  }
  return { scope: { kind: 'bodies', ids: actor.scopeBodyIds }, party: 'body' };
}

/** Waiting for the party that asks. */
const waiting: Readonly<Record<DisputeParty, readonly DisputeState[]>> = {
  body: ['open', 'escalated'],
  audit: ['open', 'escalated', 'contested'],
  subject: ['answered'],
  clock: [],
};

export interface DisputeListOptions {
  readonly state?: DisputeState | 'waiting' | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function listDisputes(
  ctx: AppContext,
  actor: Actor,
  options: DisputeListOptions,
): Promise<{ items: DisputeView[]; nextCursor: string | null; dataAsOf: string }> {
  authorize(actor, 'dispute.read');
  const { scope, party } = await scopeOf(ctx, actor);
  const list = `disputes ${options.state ?? ''}`;
  const [at, id] = openPosition(ctx.keys, list, options.cursor) ?? [];
  const after = typeof at === 'string' && typeof id === 'string' ? { at, id } : null;
  const states = options.state === 'waiting' ? waiting[party] : options.state ? [options.state] : null;
  const rows = await disputePage(ctx.db.app, scope, states, { after, limit: options.limit + 1 });
  const shown = rows.slice(0, options.limit);
  const last = shown.at(-1);
  return {
    items: await disputeViews(ctx, actor, party, shown),
    nextCursor:
      rows.length > options.limit && last ? sealPosition(ctx.keys, list, [last.raised_at, last.dispute_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
