/** Accounts: made by commands and, with the next issue, by the administrators' pages. */
import type { AppContext, Role } from '../../context.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { checkPasswordRules, hashPassword, type PasswordRules, verifyPassword } from './passwords.ts';
import { administratorRoles } from './permissions.ts';
import {
  type AccountKind,
  accountById,
  accountByLogin,
  deleteSessionsOf,
  type Grant,
  holderFor,
  insertAccount,
  insertRole,
  passwordHistory,
  rememberPassword,
  takeEmptySeat,
  takeSide,
  updatePassword,
} from './queries.ts';

/** The account that commands act as (migration 0003). It has no password. */
export const operatorAccountId = '00000000-0000-7000-8000-000000000001';

export interface NewAccount {
  readonly login: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly bodyId: string | null;
  /** Null: it signs in by other ways only (a system, a representative by the city's identity provider). */
  readonly password: string | null;
  /** Of the demonstration: no second factor is asked for while it is loaded. */
  readonly passwordSuffices?: boolean;
  /** Default true: whoever sets a password for another knows it. */
  readonly mustChangePassword?: boolean;
  readonly createdBy?: string | null;
  /** A representative speaks for this organisation; nobody else has one. */
  readonly subjectId?: string | null;
  /** Keyed token of the person behind the account; without one nobody is registered for it yet. */
  readonly holderToken?: string | null;
  /** Default staff. */
  readonly kind?: AccountKind;
  readonly activeUntil?: string | null;
  /** Made switched off, until somebody switches it on. */
  readonly disabledReason?: 'vendorOff' | null;
  /** The hash of `password`, made before the transaction where many are made at once. */
  readonly passwordHash?: string;
  /** Roles are asked for and approved apart from the account. */
  readonly rolesLater?: boolean;
}

export const normaliseLogin = (login: string): string => login.normalize('NFKC').trim().toLowerCase();

const loginPattern = /^[a-z0-9][a-z0-9._@-]{1,63}$/;

function checkAccount(account: NewAccount, login: string): void {
  const fail = (zh: string, en: string): never => {
    throw new DomainError('unprocessable', { zh, en });
  };
  if (!loginPattern.test(login)) {
    fail(
      '登录名应为 2 至 64 位小写字母、数字、点、下划线或连字符。',
      'A login has 2 to 64 letters, digits, dots, underscores or hyphens.',
    );
  }
  if (account.name.trim() === '' || account.name.length > 100)
    fail('姓名应为 1 至 100 个字符。', 'A name has 1 to 100 characters.');
  if (account.roles.length === 0 && !account.rolesLater) fail('请至少指定一个角色。', 'Give at least one role.');
  if (account.roles.includes('operator'))
    fail('operator 角色只属于命令行。', 'The operator role belongs to the command line.');
  const administrator = account.roles.filter((role) => administratorRoles.includes(role));
  // GB/T 22239-2019 8.1.5: the three administrators are separate and have no business rights.
  if (administrator.length > 0 && account.roles.length > 1) {
    fail(
      '系统、安全、审计管理员不能兼任，也不能兼有业务角色。',
      'The three administrators cannot be combined with each other or with business roles.',
    );
  }
  if (account.roles.includes('departmentOfficer') && account.bodyId === null) {
    fail('部门经办人须属于一个单位。', 'A department officer belongs to a body.');
  }
  if (account.roles.includes('authorisedReader') && account.bodyId === null) {
    fail('银行、机构查询人员须属于一个单位。', 'An authorised reader belongs to a bank or an agency.');
  }
  if (account.roles.includes('companyRepresentative') !== ((account.subjectId ?? null) !== null)) {
    fail(
      '企业代表须对应一个主体，其他角色不能对应主体。',
      'A representative speaks for one organisation; no other role does.',
    );
  }
  // Whoever speaks for an organisation or reads with its consent decides nothing about others.
  const outside = account.roles.some((role) => role === 'companyRepresentative' || role === 'authorisedReader');
  if (outside && account.roles.length > 1) {
    fail('企业代表、授权查询人员不能兼有其他角色。', 'A representative or an authorised reader has no other role.');
  }
}

/** Creates an account; `rules` are the policy's, where the caller has one. Throws `unprocessable` for rules broken, `conflict` when the login is taken. */
export async function createAccount(
  client: Queryable,
  clock: Clock,
  account: NewAccount,
  rules?: PasswordRules,
): Promise<{ accountId: string; login: string }> {
  const login = normaliseLogin(account.login);
  checkAccount(account, login);
  if (account.password !== null) checkPasswordRules(account.password, login, rules);
  const accountId = newId();
  const at = clock.now();
  const createdBy = account.createdBy ?? null;
  const added = await insertAccount(client, {
    accountId,
    login,
    name: account.name.trim(),
    bodyId: account.bodyId,
    passwordHash: account.passwordHash ?? (account.password === null ? null : await hashPassword(account.password)),
    mustChange: account.password !== null && (account.mustChangePassword ?? true),
    passwordSuffices: account.passwordSuffices ?? false,
    createdBy,
    at,
    subjectId: account.subjectId ?? null,
    holderId: await holderFor(client, account.holderToken ?? null, newId(), at),
    kind: account.kind ?? 'staff',
    activeUntil: account.activeUntil ?? null,
    disabledReason: account.disabledReason ?? null,
  });
  if (!added)
    throw new DomainError('conflict', {
      zh: `登录名 ${login} 已存在，请换一个。`,
      en: `The login ${login} is taken. Choose another.`,
    });
  for (const role of account.roles) await grantRole(client, accountId, role, { by: createdBy, at });
  return { accountId, login };
}

const sideOf = (role: Role): string => (administratorRoles.includes(role) ? role : 'business');

/**
 * Gives a role. Throws `conflict` when the person behind the account stands on another side, through whichever account, or
 * has the role already.
 */
export async function grantRole(client: Queryable, accountId: string, role: Role, grant: Grant): Promise<void> {
  await takeSide(client, accountId, sideOf(role));
  try {
    await insertRole(client, accountId, role, grant);
  } catch (error) {
    const { code, constraint } = error as { code?: string; constraint?: string };
    if (code === '23505' && constraint === 'account_role_pkey') {
      throw new DomainError('conflict', { zh: '该账号已有此角色。', en: 'The account has this role already.' });
    }
    if (code === '23503' || code === '23505') {
      throw new DomainError('conflict', {
        zh: '同一人不能兼任系统、安全、审计管理员，也不能兼有业务角色（含其名下其他账号）。请先收回其现有角色，或另选他人。',
        en: 'One person never combines the three administrators, nor one of them with business roles, over all accounts. Take the present role back first, or choose somebody else.',
        cause: error,
      });
    }
    throw error;
  }
  if (administratorRoles.includes(role)) await takeEmptySeat(client, accountId, role);
}

/** The holder changes the own password: the current one is asked for, every session ends. Throws `unprocessable`. */
export async function changePassword(
  ctx: Pick<AppContext, 'clock' | 'policy'>,
  client: Queryable,
  accountId: string,
  current: string,
  next: string,
): Promise<void> {
  const account = await accountById(client, accountId);
  if (!account || account.disabled_at) throw new DomainError('unauthenticated');
  if (!(await verifyPassword(current, account.password_hash))) {
    throw new DomainError('unprocessable', {
      zh: '当前密码不正确。',
      en: 'The current password is wrong.',
      details: [{ field: 'body/current', code: 'wrong', zh: '不正确', en: 'wrong' }],
    });
  }
  const rules = ctx.policy().signIn().password;
  checkPasswordRules(next, account.login, rules);
  const earlier = await passwordHistory(client, accountId, rules.history);
  for (const hash of [account.password_hash, ...earlier]) {
    if (await verifyPassword(next, hash)) {
      throw new DomainError('unprocessable', {
        zh: `新密码不能与当前密码或最近 ${rules.history} 次用过的密码相同。`,
        en: `The new password must differ from the current one and from the last ${rules.history}.`,
        details: [{ field: 'body/next', code: 'reused', zh: '用过的密码', en: 'used before' }],
      });
    }
  }
  const at = ctx.clock.now();
  if (account.password_hash !== null)
    await rememberPassword(client, accountId, account.password_hash, at, rules.history);
  await updatePassword(client, accountId, await hashPassword(next), false, at);
  await deleteSessionsOf(client, accountId);
}

/** The account with a login; null when there is none. */
export async function findLogin(client: Queryable, login: string): Promise<string | null> {
  return (await accountByLogin(client, normaliseLogin(login)))?.account_id ?? null;
}

/** The operator sets a password (a forgotten one): it must be changed at the next sign-in. False: no such account. */
export async function resetPassword(
  client: Queryable,
  clock: Clock,
  accountId: string,
  password: string,
): Promise<boolean> {
  const account = await accountById(client, accountId);
  if (!account || account.roles.includes('operator')) return false;
  checkPasswordRules(password, account.login);
  const changed = await updatePassword(client, accountId, await hashPassword(password), true, clock.now());
  await deleteSessionsOf(client, accountId);
  return changed === 1;
}
