/** Accounts as they are shown. */
import type { AccountView } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { addDays, toPlainDate } from '../../platform/clock.ts';
import type { AccountRow } from './queries.ts';
import { stateOf } from './state.ts';

/** The beginning of the day `days` days ago in China, as an instant. */
export function daysAgo(ctx: Pick<AppContext, 'clock'>, days: number): string {
  return new Date(`${addDays(toPlainDate(ctx.clock.today()), -days)}T00:00:00+08:00`).toISOString();
}

export const unusedSince = (ctx: AppContext): string => daysAgo(ctx, ctx.policy().accounts().unused.flagAfterDays);

const latest = (row: AccountRow): string =>
  [row.last_used_at, row.enabled_at, row.last_used_at === null && row.enabled_at === null ? row.created_at : null]
    .filter((at) => at !== null)
    .sort()
    .at(-1) ?? row.created_at;

export function accountView(ctx: AppContext, row: AccountRow): AccountView {
  const state = stateOf(row, ctx.clock.today());
  return {
    id: row.account_id,
    login: row.login,
    name: row.name,
    kind: row.kind,
    body: row.body_id === null ? null : { id: row.body_id, name: row.body_name ?? '' },
    state,
    disabledReason: row.disabled_reason,
    roles: row.roles.map(({ role, expiresOn }) => ({ role, expiresOn })),
    waitingRoles: [...row.waiting_roles],
    activeUntil: row.active_until,
    departsOn: row.departed_at === null ? row.departs_on : null,
    holderKnown: row.holder_known,
    mustChangePassword: row.must_change_password,
    unused: state === 'active' && row.kind !== 'system' && latest(row) < unusedSince(ctx),
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
  };
}

export const personOf = (row: { account_id: string; login: string; name: string }) => ({
  id: row.account_id,
  login: row.login,
  name: row.name,
});
