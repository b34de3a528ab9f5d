/** A new account: by form, and a row of an import. It has no role yet; roles are asked for and another decides. */
import type { NewAccountRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { addDays, toPlainDate } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, createAccount, findBody, newOneTimePassword } from '../identity/index.ts';
import { callerOf } from './guard.ts';
import { holderToken } from './holder-number.ts';
import { note } from './note.ts';
import { askForRole } from './role-requests.ts';

export interface CreateInput extends NewAccountRequest {
  /** Made before the transaction, for many at once. */
  readonly prepared?: { readonly password: string; readonly hash: string };
}

export interface Created {
  readonly accountId: string;
  readonly login: string;
  readonly password: string;
}

/** 网络数据安全管理条例 arts 15, 16: a vendor's account is off until somebody needs it, and never without an end. */
export function checkVendorEnd(ctx: AppContext, activeUntil: string | null | undefined): string {
  const { vendorMaxDays } = ctx.policy().accounts();
  const today = ctx.clock.today();
  const latest = addDays(today, vendorMaxDays);
  if (activeUntil && activeUntil >= today && activeUntil <= latest) return toPlainDate(activeUntil);
  throw new DomainError('unprocessable', {
    zh: `外包人员账号须有有效期，最长 ${vendorMaxDays} 天（至 ${latest}）。`,
    en: `A vendor's account has a last day, at most ${vendorMaxDays} days from now (${latest}).`,
    details: [{ field: 'body/activeUntil', code: 'range', zh: '有效期', en: 'last day' }],
  });
}

async function checkBody(tx: Transaction, actor: Actor, bodyId: string | null): Promise<void> {
  // A manager's reach is its bodies; without a body there is nothing to reach.
  authorize(actor, 'account.create', { bodyId });
  if (bodyId === null) return;
  const body = await findBody(tx, { bodyId });
  if (!body) throw new DomainError('not-found');
  if (body.closedOn !== null)
    throw new DomainError('unprocessable', {
      zh: `${body.name} 已撤销，不能新开账号，请选择承继单位。`,
      en: `${body.name} was closed. Choose the body that follows it.`,
    });
}

export async function createOne(ctx: AppContext, tx: Transaction, actor: Actor, input: CreateInput): Promise<Created> {
  await checkBody(tx, actor, input.bodyId);
  const caller = await callerOf(tx, actor);
  const kind = input.kind ?? 'staff';
  const vendor = kind === 'vendor';
  if (vendor) authorize(actor, 'account.create', { bodyId: null });
  const activeUntil = vendor ? checkVendorEnd(ctx, input.activeUntil) : (input.activeUntil ?? null);
  if (activeUntil !== null && activeUntil < ctx.clock.today())
    throw new DomainError('unprocessable', {
      zh: '有效期不能早于今天。',
      en: 'The last day cannot be before today.',
    });
  const password = input.prepared?.password ?? newOneTimePassword(ctx.policy().signIn().password);
  const draft = {
    login: input.login,
    name: input.name,
    roles: [],
    rolesLater: true,
    bodyId: input.bodyId,
    password,
    ...(input.prepared ? { passwordHash: input.prepared.hash } : {}),
    createdBy: caller.accountId,
    holderToken: holderToken(ctx, input.holderNumber),
    kind,
    activeUntil,
    disabledReason: vendor ? ('vendorOff' as const) : null,
  };
  const made = await createAccount(tx, ctx.clock, draft, ctx.policy().signIn().password);
  await note(ctx, tx, actor, made.accountId, 'create', { login: made.login, kind, body: input.bodyId });
  for (const role of input.roles ?? []) {
    await askForRole(ctx, tx, actor, {
      accountId: made.accountId,
      role,
      expiresOn: null,
      reason: input.reason?.trim() || '新开账号',
    });
  }
  return { ...made, password };
}
