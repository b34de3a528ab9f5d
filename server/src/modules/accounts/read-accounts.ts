/** Lists of accounts, one account with what may be done with it, its history, the figures of the home page, the tree. */
import type { AccountCounts, AccountDetail, AccountQuery, AccountView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { administratorRoles, listBodies, may } from '../identity/index.ts';
import type { OpenTasks } from './departure.ts';
import { bodiesOf, ordinaryRoles, visibleAccount } from './guard.ts';
import {
  type AccountRow,
  accountsByBody,
  accountsOfHolder,
  countAccounts,
  countAdministrators,
  holderOf,
  listAccounts,
  listEvents,
  loadAccount,
} from './queries.ts';
import { countToConfirm } from './recertification-queries.ts';
import { countWaiting } from './role-queries.ts';
import type { Sheet } from './sheets.ts';
import { type AccountAct, mayAct, stateOf } from './state.ts';
import { accountView, personOf, unusedSince } from './views.ts';

const defaultLimit = 50;
type Filter = Omit<AccountQuery, 'limit' | 'cursor'>;

async function rowsOf(ctx: AppContext, actor: Actor, filter: Filter, after: string | null, limit: number) {
  return listAccounts(
    ctx.db.app,
    {
      ...filter,
      bodies: bodiesOf(actor, 'account.read'),
      today: ctx.clock.today(),
      unusedSince: unusedSince(ctx),
    },
    after,
    limit,
  );
}

export async function accountsPage(ctx: AppContext, actor: Actor, request: AccountQuery) {
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'accounts', request.cursor);
  const rows = await rowsOf(ctx, actor, request, position ? String(position[0]) : null, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => accountView(ctx, row)),
    nextCursor: last ? sealPosition(ctx.keys, 'accounts', [last.login]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const stateWords = { active: '在用', disabled: '停用', expired: '已到期', departed: '已离岗' } as const;
const reasonWords: Readonly<Record<string, string>> = {
  request: '管理员停用',
  departure: '离岗',
  unused: '长期未用',
  unconfirmed: '未通过年度确认',
  vendorOff: '外包账号未启用',
};
const kindWords = { staff: '工作人员', vendor: '外包人员', system: '部门系统' } as const;
export const roleNames: Readonly<Record<string, string>> = {
  departmentOfficer: '经办人',
  departmentSystem: '部门系统',
  creditOffice: '信用办',
  companyRepresentative: '企业代表',
  authorisedReader: '授权查询人员',
  accountManager: '账号管理员',
  systemAdmin: '系统管理员',
  securityAdmin: '安全管理员',
  auditAdmin: '审计管理员',
};
const beijing = (instant: string | null): string =>
  instant === null ? '' : new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

const line = (account: AccountView): string[] => [
  account.login,
  account.name,
  account.body?.name ?? '',
  kindWords[account.kind],
  account.roles.map(({ role }) => roleNames[role] ?? role).join('、'),
  stateWords[account.state],
  account.disabledReason === null ? '' : (reasonWords[account.disabledReason] ?? account.disabledReason),
  account.activeUntil ?? '',
  beijing(account.lastUsedAt),
  beijing(account.createdAt),
];

const exportPage = 500;
/** Far above what a city has; a longer list is narrowed by its filters. */
const exportPages = 40;

/** The list exactly as filtered. The export is in the log before the first row leaves. */
export async function exportAccounts(ctx: AppContext, actor: Actor, filter: Filter): Promise<Sheet> {
  await withTransaction(ctx.db.app, (tx) =>
    writeAccess(tx, ctx, actor, {
      action: 'account.export',
      resourceKind: 'account',
      detail: { ...filter },
    }),
  );
  async function* rows(): AsyncGenerator<string[]> {
    let after: string | null = null;
    for (let page = 0; page < exportPages; page += 1) {
      const found: AccountRow[] = await rowsOf(ctx, actor, filter, after, exportPage);
      for (const row of found) yield line(accountView(ctx, row));
      if (found.length < exportPage) return;
      after = found.at(-1)?.login ?? null;
    }
  }
  return {
    name: '账号清单',
    header: ['登录名', '姓名', '单位', '类别', '角色', '状态', '停用原因', '有效期至', '最近使用', '开通时间'],
    rows: rows(),
  };
}

const manageActs: readonly AccountAct[] = [
  'disable',
  'enable',
  'resetPassword',
  'transfer',
  'rename',
  'handOver',
  'depart',
];

/** What this caller may do with this account in its present state; the desk shows only this. */
function actionsOf(actor: Actor, row: AccountRow, own: boolean, today: string): string[] {
  if (own) return [];
  const state = stateOf(row, today);
  const resource = { bodyId: row.body_id };
  const roles = [...row.roles.map(({ role }) => role), ...row.waiting_roles];
  const administrator = roles.some((role) => administratorRoles.includes(role));
  const limited = bodiesOf(actor, 'account.read') !== 'all';
  if (limited && (row.kind !== 'staff' || roles.some((role) => !ordinaryRoles.includes(role)))) return [];
  const actions: string[] = [];
  if (may(actor, 'account.manage', resource)) {
    for (const act of manageActs)
      if (mayAct(state, act) && !(administrator && (act === 'resetPassword' || act === 'transfer'))) actions.push(act);
  }
  if (may(actor, 'role.request', resource) && mayAct(state, 'requestRole')) actions.push('requestRole');
  if (may(actor, 'role.decide') && row.roles.length > 0 && mayAct(state, 'revokeRole')) actions.push('revokeRole');
  return actions;
}

export async function readAccount(
  ctx: AppContext,
  actor: Actor,
  tasks: OpenTasks,
  accountId: string,
): Promise<AccountDetail> {
  return withAccess(
    ctx,
    actor,
    { action: 'account.read', resourceKind: 'account', resourceId: accountId },
    async (tx) => {
      const row = await visibleAccount(tx, actor, 'account.read', accountId);
      const today = ctx.clock.today();
      const holder = await holderOf(tx, actor.accountId ?? '');
      const own = holder?.holder_id === row.holder_id;
      // Which other accounts a person has is for the administrators, who reach all bodies.
      const all = bodiesOf(actor, 'account.read') === 'all';
      const others = all ? await accountsOfHolder(tx, row.holder_id, accountId) : [];
      const successor = row.successor_id === null ? null : await loadAccount(tx, row.successor_id);
      return {
        account: accountView(ctx, row),
        own,
        actions: actionsOf(actor, row, own, today),
        sameHolder: others.map((other) => ({ ...personOf(other), state: stateOf(other, today) })),
        tasks: await tasks.count(tx, accountId, today),
        successor: successor && personOf(successor),
      };
    },
  );
}

export async function eventsPage(
  ctx: AppContext,
  actor: Actor,
  accountId: string,
  request: { cursor?: string | undefined; limit?: number | undefined },
) {
  await visibleAccount(ctx.db.app, actor, 'account.read', accountId);
  const limit = request.limit ?? defaultLimit;
  const list = `account-events:${accountId}`;
  const position = openPosition(ctx.keys, list, request.cursor);
  const after = position ? { at: String(position[0]), id: String(position[1]) } : null;
  const rows = await listEvents(ctx.db.app, accountId, after, limit);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => ({ id: row.event_id, at: row.at, by: row.by_name, kind: row.kind, detail: row.detail })),
    nextCursor: last ? sealPosition(ctx.keys, list, [last.at, last.event_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function accountCounts(ctx: AppContext, actor: Actor): Promise<AccountCounts> {
  const bodies = bodiesOf(actor, 'account.read');
  const counts = await countAccounts(ctx.db.app, bodies, ctx.clock.today(), unusedSince(ctx));
  const administrators = bodies === 'all' ? await countAdministrators(ctx.db.app) : [];
  return {
    active: Number(counts.active),
    disabled: Number(counts.disabled),
    unused: Number(counts.unused),
    holderUnknown: Number(counts.holder_unknown),
    leaving: Number(counts.leaving),
    waitingRequests: await countWaiting(ctx.db.app, bodies),
    toConfirm: await countToConfirm(ctx.db.app, bodies),
    administrators: administrators.map(({ role, active }) => ({ role, active: Number(active) })),
  };
}

/** The tree of bodies with the accounts in use in each: what the caller reaches, with the way up to the city. */
export async function organisationTree(ctx: AppContext, actor: Actor) {
  const scope = bodiesOf(actor, 'account.read');
  const bodies = await listBodies(ctx.db.app);
  const counts = new Map((await accountsByBody(ctx.db.app, ctx.clock.today())).map((row) => [row.body_id, row]));
  const shown = scope === 'all' ? bodies : bodies.filter((body) => scope.includes(body.bodyId));
  const names = new Set(shown.map((body) => body.bodyId));
  return {
    items: shown.map((body) => ({
      id: body.bodyId,
      parentId: body.parentId !== null && names.has(body.parentId) ? body.parentId : null,
      kind: body.kind,
      name: body.name,
      shortName: body.shortName,
      code: body.code,
      provisional: body.provisional,
      closedOn: body.closedOn,
      accounts: Number(counts.get(body.bodyId)?.accounts ?? 0),
      managers: Number(counts.get(body.bodyId)?.managers ?? 0),
    })),
    nextCursor: null,
    dataAsOf: ctx.clock.now(),
  };
}
