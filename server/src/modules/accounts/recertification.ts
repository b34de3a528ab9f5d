/**
 * Once a year each body says which of its accounts are still needed (GB/T 22239-2019 8.1.4.2: no surplus, no expired
 * accounts). What nobody confirmed by the deadline is escalated, and after the days of grace disabled; an administrator is
 * never disabled by silence, it stays on the list.
 */
import type { RecertificationView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { addDays, toPlainDate } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { administratorRoles, authorize } from '../identity/index.ts';
import { bodiesOf, type Caller, callerOf, lastHolder } from './guard.ts';
import { note } from './note.ts';
import { type Bodies, endSessions, giveUpSeats, loadAccount, lockAccount, setDisabled } from './queries.ts';
import {
  type CountedCampaign,
  decideItem,
  escalateItems,
  insertCampaign,
  insertItems,
  listCampaigns,
  listItems,
  loadCampaign,
  loadItem,
  runningCampaign,
  setCampaignState,
} from './recertification-queries.ts';
import { personOf } from './views.ts';

export async function openRecertification(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  input: { name: string; deadlineOn?: string | undefined },
): Promise<string> {
  authorize(actor, 'recertification.open');
  const caller = await callerOf(tx, actor);
  const { days, graceDays } = ctx.policy().accounts().recertification;
  const today = ctx.clock.today();
  const deadline = input.deadlineOn ? toPlainDate(input.deadlineOn) : addDays(today, days);
  if (deadline <= today)
    throw new DomainError('unprocessable', { zh: '截止日应晚于今天。', en: 'The deadline is after today.' });
  const campaignId = newId();
  const added = await insertCampaign(tx, {
    campaign_id: campaignId,
    name: input.name.trim(),
    opened_on: today,
    deadline_on: deadline,
    disable_after_on: addDays(deadline, graceDays),
    state: 'open',
    by: caller.accountId,
    at: ctx.clock.now(),
  });
  if (added === 0)
    throw new DomainError('conflict', {
      zh: '已有一次账号确认在进行，请待其结束。',
      en: 'One confirmation is running already. Wait until it is closed.',
    });
  const accounts = await insertItems(tx, campaignId);
  await writeAccess(tx, ctx, actor, {
    action: 'recertification.open',
    resourceKind: 'recertification',
    resourceId: campaignId,
    detail: { deadline, accounts },
  });
  return campaignId;
}

async function decideOne(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  caller: Caller,
  campaignId: string,
  accountId: string,
  input: { needed: boolean; note?: string | undefined },
): Promise<void> {
  await lockAccount(tx, accountId);
  const item = await loadItem(tx, campaignId, accountId);
  if (!item) throw new DomainError('not-found');
  authorize(actor, 'recertification.confirm', { bodyId: item.body_id });
  if (item.holder_id === caller.holderId)
    throw new DomainError('forbidden', {
      zh: '不能确认自己的账号，请由另一位管理员确认。',
      en: 'Nobody confirms the own account. Another administrator does.',
    });
  const at = ctx.clock.now();
  const remark = input.note?.trim() || null;
  const state = input.needed ? 'confirmed' : 'notNeeded';
  if ((await decideItem(tx, { campaignId, accountId, state, by: caller.accountId, note: remark, at })) === 0)
    throw new DomainError('conflict');
  if (!input.needed) {
    await giveUpSeats(tx, accountId);
    await setDisabled(tx, accountId, 'unconfirmed', caller.accountId, at).catch(lastHolder);
    await endSessions(tx, accountId);
  }
  await note(ctx, tx, actor, accountId, input.needed ? 'confirm' : 'notNeeded', { campaign: campaignId });
}

export { decideOne as decideItemOf };

/** The campaign, when it still takes decisions. */
export async function openCampaign(tx: Transaction, campaignId: string): Promise<void> {
  const campaign = await loadCampaign(tx, campaignId);
  if (!campaign) throw new DomainError('not-found');
  if (campaign.state === 'closed')
    throw new DomainError('conflict', { zh: '本次确认已结束。', en: 'This confirmation is closed.' });
}

const viewOf = (row: CountedCampaign): RecertificationView => ({
  id: row.campaign_id,
  name: row.name,
  openedOn: row.opened_on,
  deadlineOn: row.deadline_on,
  disableAfterOn: row.disable_after_on,
  state: row.state,
  counts: { waiting: 0, escalated: 0, confirmed: 0, notNeeded: 0, disabled: 0, kept: 0, ...row.counts },
});

const campaignsShown = 30;
const defaultLimit = 50;

export async function recertificationsPage(ctx: AppContext, actor: Actor) {
  const rows = await listCampaigns(ctx.db.app, bodiesOf(actor, 'recertification.read'), campaignsShown);
  return { items: rows.map(viewOf), nextCursor: null, dataAsOf: ctx.clock.now() };
}

export async function itemsPage(
  ctx: AppContext,
  actor: Actor,
  campaignId: string,
  request: {
    state?: string | undefined;
    body?: string | undefined;
    cursor?: string | undefined;
    limit?: number | undefined;
  },
) {
  const bodies: Bodies = bodiesOf(actor, 'recertification.read');
  if (!(await loadCampaign(ctx.db.app, campaignId))) throw new DomainError('not-found');
  const limit = request.limit ?? defaultLimit;
  const list = `recertification:${campaignId}`;
  const position = openPosition(ctx.keys, list, request.cursor);
  const rows = await listItems(
    ctx.db.app,
    { campaignId, bodies, ...request },
    position ? String(position[0]) : null,
    limit,
  );
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => ({
      account: { ...personOf(row), roles: [...row.roles], lastUsedAt: row.last_used_at },
      body: row.body_id === null ? null : { id: row.body_id, name: row.body_name ?? '' },
      state: row.state,
      decidedBy: row.decided_name,
      decidedAt: row.decided_at,
      note: row.note,
    })),
    nextCursor: last ? sealPosition(ctx.keys, list, [last.account_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const batch = 200;

/** The day after the deadline, and the day after the grace: called daily, safe to repeat. */
export async function advanceRecertification(ctx: AppContext, tx: Transaction, actor: Actor): Promise<void> {
  const campaign = await runningCampaign(tx);
  if (!campaign) return;
  const today = ctx.clock.today();
  const log = (action: string, detail: object) =>
    writeAccess(tx, ctx, actor, {
      action,
      resourceKind: 'recertification',
      resourceId: campaign.campaign_id,
      detail: { ...detail },
    });
  let state = campaign.state;
  if (state === 'open' && campaign.deadline_on < today) {
    const escalated = await escalateItems(tx, campaign.campaign_id);
    await setCampaignState(tx, campaign.campaign_id, 'open', 'escalated', null);
    await log('recertification.escalate', { escalated });
    state = 'escalated';
  }
  if (state !== 'escalated' || campaign.disable_after_on >= today) return;
  let disabled = 0;
  for (;;) {
    const items = await listItems(
      tx,
      { campaignId: campaign.campaign_id, bodies: 'all', state: 'escalated' },
      null,
      batch,
    );
    if (items.length === 0) break;
    for (const item of items)
      if (await disableUnconfirmed(ctx, tx, actor, campaign.campaign_id, item.account_id)) disabled += 1;
  }
  await setCampaignState(tx, campaign.campaign_id, 'escalated', 'closed', ctx.clock.now());
  await log('recertification.close', { disabled });
}

async function disableUnconfirmed(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  campaignId: string,
  accountId: string,
): Promise<boolean> {
  await lockAccount(tx, accountId);
  const row = await loadAccount(tx, accountId);
  const administrator = row?.roles.some(({ role }) => administratorRoles.includes(role)) ?? false;
  const off = row !== null && row.disabled_at === null && !administrator;
  const at = ctx.clock.now();
  await decideItem(tx, { campaignId, accountId, state: off ? 'disabled' : 'kept', by: null, note: null, at });
  if (!off) return false;
  await setDisabled(tx, accountId, 'unconfirmed', null, at);
  await endSessions(tx, accountId);
  await note(ctx, tx, actor, accountId, 'disable', { reason: 'unconfirmed', campaign: campaignId });
  return true;
}
