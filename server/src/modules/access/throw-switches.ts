/** Closing and opening outside reading by two administrators, and read-only mode. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { forgetSwitchState } from './gate.ts';
import {
  confirmSwitchRequest,
  holderOf,
  insertSwitchRequest,
  lapseSwitchRequests,
  listSwitchRequests,
  readSwitches,
  type SwitchRequestRow,
  type SwitchRow,
  switchRequest,
  throwSwitch,
  withdrawSwitchRequest,
} from './switch-queries.ts';
import { afterSwitchAct, type SwitchRequestAct } from './switch-state.ts';

const hour = 3_600_000;
const shownRequests = 50;

function checkReason(reason: string): string {
  const text = reason.normalize('NFC').trim();
  if ([...text].length >= 5) return text;
  throw new DomainError('unprocessable', {
    zh: '请写明原因（至少 5 个字），原因会记入日志。',
    en: 'Give the reason (five characters at least); it goes into the log.',
    details: [{ field: 'reason', code: 'required', zh: '请写明原因', en: 'give the reason' }],
  });
}

const accountOf = (actor: Actor): string => {
  if (actor.accountId !== null) return actor.accountId;
  throw new DomainError('unauthenticated');
};

export interface EmergencyState {
  readonly switches: readonly SwitchRow[];
  readonly requests: readonly SwitchRequestRow[];
}

export async function readEmergency(ctx: AppContext, actor: Actor): Promise<EmergencyState> {
  authorize(actor, 'emergency.read');
  const requests = await listSwitchRequests(ctx.db.app, shownRequests);
  const now = Date.parse(ctx.clock.now());
  return {
    switches: await readSwitches(ctx.db.app),
    requests: requests.map((row) =>
      row.state === 'waiting' && Date.parse(row.lapses_at) <= now ? { ...row, state: 'lapsed' as const } : row,
    ),
  };
}

/** Errors: unprocessable (reason), conflict (it is so already, or a request waits). */
export async function requestSwitch(
  ctx: AppContext,
  actor: Actor,
  wanted: { closed: boolean; reason: string },
): Promise<{ requestId: string; lapsesAt: string }> {
  authorize(actor, 'emergency.switch');
  const reason = checkReason(wanted.reason);
  const requestId = newId();
  const at = ctx.clock.now();
  const lapsesAt = new Date(Date.parse(at) + ctx.policy().accessLimits().emergency.confirmHours * hour).toISOString();
  await withTransaction(ctx.db.app, async (tx) => {
    await lapseSwitchRequests(tx, at);
    const now = (await readSwitches(tx)).find((row) => row.name === 'outsideReading');
    if (now?.closed === wanted.closed) {
      throw new DomainError('conflict', {
        zh: wanted.closed ? '对外查询已经关闭。' : '对外查询本来就是开放的。',
        en: wanted.closed ? 'Outside reading is closed already.' : 'Outside reading is open already.',
      });
    }
    const row = {
      requestId,
      name: 'outsideReading' as const,
      closed: wanted.closed,
      reason,
      by: accountOf(actor),
      at,
      lapsesAt,
    };
    if ((await insertSwitchRequest(tx, row)) === 0) {
      throw new DomainError('conflict', {
        zh: '已有一项待确认的申请，请先由另一位管理员确认，或撤回后重新申请。',
        en: 'A request waits for confirmation. Have it confirmed by another administrator, or withdraw it first.',
      });
    }
    await writeAccess(tx, ctx, actor, {
      action: 'emergency.request',
      resourceKind: 'switch',
      resourceId: requestId,
      detail: { closed: wanted.closed, reason },
    });
  });
  return { requestId, lapsesAt };
}

async function openRequest(ctx: AppContext, requestId: string, act: SwitchRequestAct): Promise<SwitchRequestRow> {
  const row = isId(requestId) ? await switchRequest(ctx.db.app, requestId) : null;
  if (row === null) throw new DomainError('not-found');
  const lapsed = Date.parse(row.lapses_at) <= Date.parse(ctx.clock.now());
  if (lapsed || afterSwitchAct(row.state, act) === null) throw new DomainError('conflict');
  return row;
}

/** The second pair of eyes; takes effect with the commit. Errors: not-found, forbidden (the same person), conflict. */
export async function confirmSwitch(ctx: AppContext, actor: Actor, requestId: string): Promise<void> {
  authorize(actor, 'emergency.switch');
  const row = await openRequest(ctx, requestId, 'confirm');
  const by = accountOf(actor);
  if ((await holderOf(ctx.db.app, by)) === row.requested_holder) {
    throw new DomainError('forbidden', {
      zh: '申请人不能确认自己的申请，请由另一位管理员确认。',
      en: 'Whoever asked cannot confirm it. Another administrator has to.',
    });
  }
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await confirmSwitchRequest(tx, requestId, by, at)) === 0) throw new DomainError('conflict');
    const change = { name: row.name, closed: row.closed, reason: row.reason, at, by, requestId };
    if ((await throwSwitch(tx, change)) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: row.closed ? 'emergency.close' : 'emergency.open',
      resourceKind: 'switch',
      resourceId: requestId,
      detail: { reason: row.reason, requestedBy: row.requested_by },
    });
  });
  forgetSwitchState(ctx);
}

export async function withdrawSwitch(ctx: AppContext, actor: Actor, requestId: string): Promise<void> {
  authorize(actor, 'emergency.switch');
  await openRequest(ctx, requestId, 'withdraw');
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await withdrawSwitchRequest(tx, requestId, ctx.clock.now())) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, { action: 'emergency.withdraw', resourceKind: 'switch', resourceId: requestId });
  });
}

/** Read-only mode, on or off. Errors: unprocessable (reason), conflict (it is so already). */
export async function setReadOnly(
  ctx: Pick<AppContext, 'db' | 'clock'>,
  actor: Actor,
  wanted: { readOnly: boolean; reason: string },
): Promise<void> {
  authorize(actor, 'platform.readOnly');
  const reason = checkReason(wanted.reason);
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    const change = {
      name: 'writing' as const,
      closed: wanted.readOnly,
      reason,
      at,
      by: actor.accountId,
      requestId: null,
    };
    if ((await throwSwitch(tx, change)) === 0) {
      throw new DomainError('conflict', {
        zh: wanted.readOnly ? '平台已经是只读状态。' : '平台本来就可以写入。',
        en: wanted.readOnly ? 'The platform is read only already.' : 'The platform takes writes already.',
      });
    }
    await writeAccess(tx, ctx, actor, {
      action: wanted.readOnly ? 'platform.readOnly' : 'platform.writable',
      resourceKind: 'switch',
      resourceId: 'writing',
      detail: { reason },
    });
  });
  forgetSwitchState(ctx);
}
