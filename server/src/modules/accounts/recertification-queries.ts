/** All SQL of the yearly confirmation. */
import type { Role } from '../../context.ts';
import { execute, maybeOne, type Queryable, query, sql } from '../../platform/db.ts';
import { type Bodies, inBodies, runner } from './queries.ts';

export type ItemState = 'waiting' | 'escalated' | 'confirmed' | 'notNeeded' | 'disabled' | 'kept';

export interface CampaignRow {
  readonly campaign_id: string;
  readonly name: string;
  readonly opened_on: string;
  readonly deadline_on: string;
  readonly disable_after_on: string;
  readonly state: 'open' | 'escalated' | 'closed';
}
export interface CountedCampaign extends CampaignRow {
  readonly counts: Partial<Record<ItemState, number>>;
}

export async function listCampaigns(client: Queryable, bodies: Bodies, limit: number): Promise<CountedCampaign[]> {
  return query<CountedCampaign>(
    runner(client),
    sql`select c.campaign_id, c.name, c.opened_on, c.deadline_on, c.disable_after_on, c.state,
          coalesce((select json_object_agg(n.state, n.count) from (
             select i.state, count(*)::integer as count from identity.recertification_item i
             where i.campaign_id = c.campaign_id and ${inBodies(sql`i.body_id`, bodies)} group by i.state) n), '{}') as counts
        from identity.recertification c order by c.opened_on desc, c.campaign_id desc limit ${limit}`,
  );
}

export async function loadCampaign(client: Queryable, campaignId: string): Promise<CampaignRow | null> {
  return maybeOne<CampaignRow>(
    runner(client),
    sql`select campaign_id, name, opened_on, deadline_on, disable_after_on, state
        from identity.recertification where campaign_id = ${campaignId}`,
  );
}

/** 0: another one is running. */
export async function insertCampaign(
  client: Queryable,
  row: CampaignRow & { by: string; at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`insert into identity.recertification (campaign_id, name, opened_on, deadline_on, disable_after_on, state, opened_by, opened_at)
        values (${row.campaign_id}, ${row.name}, ${row.opened_on}, ${row.deadline_on}, ${row.disable_after_on}, ${row.state},
          ${row.by}, ${row.at}) on conflict do nothing`,
  );
}

/** All accounts of people that are on, administrators included; departments' systems are kept with their clients. */
export async function insertItems(client: Queryable, campaignId: string): Promise<number> {
  return execute(
    runner(client),
    sql`insert into identity.recertification_item (campaign_id, account_id, body_id, state)
        select ${campaignId}, a.account_id, a.body_id, 'waiting' from identity.account a
        where a.disabled_at is null and a.kind <> 'system' and a.subject_id is null
          and not exists (select from identity.account_role o where o.account_id = a.account_id and o.role = 'operator')`,
  );
}

export interface ItemRow {
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly holder_id: string;
  readonly roles: readonly Role[];
  readonly last_used_at: string | null;
  readonly body_id: string | null;
  readonly body_name: string | null;
  readonly state: ItemState;
  readonly decided_name: string | null;
  readonly decided_at: string | null;
  readonly note: string | null;
}

const select = sql`select i.account_id, a.login, a.name, a.holder_id,
    array(select r.role from identity.account_role r where r.account_id = a.account_id order by r.role) as roles, a.last_used_at,
    i.body_id, b.name as body_name, i.state, d.name as decided_name, i.decided_at, i.note
  from identity.recertification_item i join identity.account a on a.account_id = i.account_id
    left join core.body b on b.body_id = i.body_id left join identity.account d on d.account_id = i.decided_by`;

export async function loadItem(client: Queryable, campaignId: string, accountId: string): Promise<ItemRow | null> {
  return maybeOne<ItemRow>(
    runner(client),
    sql`${select} where i.campaign_id = ${campaignId} and i.account_id = ${accountId}`,
  );
}

export async function listItems(
  client: Queryable,
  filter: { campaignId: string; bodies: Bodies; state?: string | undefined; body?: string | undefined },
  after: string | null,
  limit: number,
): Promise<ItemRow[]> {
  const state = filter.state === undefined ? sql`true` : sql`i.state = ${filter.state}`;
  const body = filter.body === undefined ? sql`true` : sql`i.body_id = ${filter.body}`;
  const from = after === null ? sql`true` : sql`i.account_id > ${after}`;
  return query<ItemRow>(
    runner(client),
    sql`${select} where i.campaign_id = ${filter.campaignId} and ${inBodies(sql`i.body_id`, filter.bodies)} and ${state} and ${body}
          and ${from} order by i.account_id limit ${limit}`,
  );
}

/** Guarded: only what still waits is decided. */
export async function decideItem(
  client: Queryable,
  row: { campaignId: string; accountId: string; state: ItemState; by: string | null; note: string | null; at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.recertification_item set state = ${row.state}, decided_by = ${row.by}, decided_at = ${row.at}, note = ${row.note}
        where campaign_id = ${row.campaignId} and account_id = ${row.accountId} and state in ('waiting', 'escalated')`,
  );
}

/** What nobody looked at by the deadline is shown to the administrators. */
export async function escalateItems(client: Queryable, campaignId: string): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.recertification_item set state = 'escalated' where campaign_id = ${campaignId} and state = 'waiting'`,
  );
}

export async function setCampaignState(
  client: Queryable,
  campaignId: string,
  from: string,
  to: string,
  closedAt: string | null,
): Promise<number> {
  return execute(
    runner(client),
    sql`update identity.recertification set state = ${to}, closed_at = ${closedAt} where campaign_id = ${campaignId} and state = ${from}`,
  );
}

export async function runningCampaign(client: Queryable): Promise<CampaignRow | null> {
  return maybeOne<CampaignRow>(
    runner(client),
    sql`select campaign_id, name, opened_on, deadline_on, disable_after_on, state
        from identity.recertification where state <> 'closed'`,
  );
}

export async function countToConfirm(client: Queryable, bodies: Bodies): Promise<number> {
  const row = await maybeOne<{ n: bigint }>(
    runner(client),
    sql`select count(*) as n from identity.recertification_item i join identity.recertification c on c.campaign_id = i.campaign_id
        where c.state <> 'closed' and i.state in ('waiting', 'escalated') and ${inBodies(sql`i.body_id`, bodies)}`,
  );
  return Number(row?.n ?? 0);
}
