/** Sessions in the database behind an opaque token in a cookie. Times are of 等保 level 3 practice (objections.md §6). */
import { createHmac, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '../../context.ts';
import { type Queryable, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isSecure } from '../../platform/http/index.ts';
import { newId } from '../../platform/ids.ts';
import { normaliseLogin } from './accounts.ts';
import { verifyPassword } from './passwords.ts';
import {
  type AccountRow,
  accountByLogin,
  clearAttempts,
  countAttempt,
  deleteSession,
  deleteSessionById,
  findSession,
  insertSession,
  noteUse,
  purgeExpired,
  type SessionRow,
  touchSession,
  trimSessions,
} from './queries.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const touchEveryMs = minute;

interface Limits {
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly maxFailures: number;
  readonly lockMs: number;
  readonly maxSessions: number;
  readonly passwordMs: number;
}

/** From the policy `signIn`, in milliseconds. */
function limitsOf(ctx: Pick<AppContext, 'policy'>): Limits {
  const { password, lock, session } = ctx.policy().signIn();
  return {
    idleMs: session.idleMinutes * minute,
    absoluteMs: session.absoluteHours * 60 * minute,
    maxFailures: lock.failures,
    lockMs: lock.minutes * minute,
    maxSessions: session.perAccount,
    passwordMs: password.maxAgeDays * day,
  };
}

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

const later = (instant: string, ms: number): string => new Date(Date.parse(instant) + ms).toISOString();

/** `__Host-` ties the cookie to this host over TLS; plain on a machine of one's own. */
export function sessionCookieName(ctx: Pick<AppContext, 'config'>): string {
  return isSecure(ctx) ? '__Host-chengxin' : 'chengxin';
}

/** Strict: pages of other sites never send it, not even by a link. */
export function cookieOptions(ctx: Pick<AppContext, 'config'>): {
  path: string;
  httpOnly: true;
  sameSite: 'strict';
  secure: boolean;
} {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure(ctx) };
}

function hashToken(ctx: Pick<AppContext, 'keys'>, token: string): Buffer {
  return createHmac('sha256', ctx.keys.secret('session')).update(token).digest();
}

/** The key of the session behind a request's cookie; null when the cookie has not the form of one. */
export function hashOfSessionCookie(
  ctx: Pick<AppContext, 'config' | 'keys'>,
  cookies: Readonly<Record<string, string | undefined>>,
): Buffer | null {
  const token = cookies[sessionCookieName(ctx)];
  return token !== undefined && tokenPattern.test(token) ? hashToken(ctx, token) : null;
}

export type LiveSession = SessionRow;

/** By what a session was opened. `oidcStrong`: the provider vouches for two factors. */
export type SessionFactor = 'password' | 'totp' | 'recovery' | 'certificate' | 'licence' | 'oidc' | 'oidcStrong';
const strongFactors: ReadonlySet<string> = new Set(['totp', 'recovery', 'certificate', 'licence', 'oidcStrong']);

/**
 * Where a session stands with its second factor. `needed`: one is enrolled and not shown yet. `missing`: the role must have
 * one and has none. Neither can do anything but that step.
 */
export type SecondFactorState = 'done' | 'needed' | 'missing' | 'off';
export function secondFactorState(ctx: Pick<AppContext, 'policy'>, session: LiveSession): SecondFactorState {
  if (session.exempt || session.factors.some((factor) => strongFactors.has(factor))) return 'done';
  if (session.second_factor_at !== null) return 'needed';
  const { roles } = ctx.policy().signIn().secondFactor;
  return session.roles.some((role) => roles.includes(role)) ? 'missing' : 'off';
}

/** The session behind a cookie, if it is live; notes that it was used. */
export async function readSession(ctx: AppContext, token: string | undefined): Promise<LiveSession | null> {
  if (token === undefined || !tokenPattern.test(token)) return null;
  const now = ctx.clock.now();
  const hash = hashToken(ctx, token);
  const { idleMs, passwordMs } = limitsOf(ctx);
  const session = await findSession(ctx.db.app, hash, now, later(now, -idleMs), ctx.clock.today(), {
    changedAfter: later(now, -passwordMs),
    testing: ctx.config.nodeEnv === 'test',
  });
  if (!session) return null;
  if (Date.parse(now) - Date.parse(session.last_seen_at) >= touchEveryMs) await touchSession(ctx.db.app, hash, now);
  return session;
}

export class SignInLocked extends DomainError {
  readonly retryAfterSeconds: number;
  constructor(seconds: number, maxFailures: number) {
    const minutes = Math.max(1, Math.ceil(seconds / 60));
    super('rate-limited', {
      zh: `连续 ${maxFailures} 次登录失败，该登录名已锁定，请 ${minutes} 分钟后再试；如忘记密码，请联系本单位管理员重置。`,
      en: `This login is locked after ${maxFailures} failures. Try again in ${minutes} minutes; if you forgot the password, ask your administrator to reset it.`,
    });
    this.retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  }
}

export class SignInFailed extends DomainError {
  constructor(left: number, lockMinutes: number, what: 'password' | 'code' = 'password') {
    const zh = what === 'password' ? '登录名或密码不正确' : '验证码不正确或已用过';
    const en = what === 'password' ? 'The login or the password is wrong' : 'The code is wrong or was used already';
    super('unauthenticated', {
      zh: left > 0 ? `${zh}，还可尝试 ${left} 次。` : `${zh}，该登录名已锁定 ${lockMinutes} 分钟。`,
      en: left > 0 ? `${en}; ${left} attempts are left.` : `${en}; the login is locked for ${lockMinutes} minutes.`,
    });
  }
}

/**
 * One attempt at a login, counted before anything is looked at. Password and second factor share the count, so that a right
 * password gives no fresh guesses at the code. Throws SignInLocked; answers how many attempts are left.
 */
export async function beginAttempt(ctx: AppContext, name: string): Promise<{ left: number; lockMinutes: number }> {
  const now = ctx.clock.now();
  const { maxFailures, lockMs } = limitsOf(ctx);
  const attempt = await countAttempt(ctx.db.app, name, now, later(now, -lockMs), maxFailures);
  if (attempt.attempts > maxFailures) {
    throw new SignInLocked((Date.parse(attempt.window_started_at) + lockMs - Date.parse(now)) / 1000, maxFailures);
  }
  return { left: maxFailures - attempt.attempts, lockMinutes: lockMs / minute };
}

/** Checks login and password under the limit of attempts. Throws SignInLocked or SignInFailed. */
export async function checkCredentials(ctx: AppContext, login: string, password: string): Promise<AccountRow> {
  const name = normaliseLogin(login).slice(0, 64);
  const { left, lockMinutes } = await beginAttempt(ctx, name);
  const account = await accountByLogin(ctx.db.app, name);
  const right = await verifyPassword(password, account?.password_hash ?? null);
  const over = account?.active_until != null && account.active_until < ctx.clock.today();
  if (!account || !right || account.disabled_at || over) throw new SignInFailed(left, lockMinutes);
  return account;
}

export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: string;
}

/** Always a fresh token: one that somebody set before is never taken over (session fixation). */
export async function openSession(
  client: Queryable,
  ctx: AppContext,
  accountId: string,
  address: string | null,
  factors: readonly SessionFactor[] = ['password'],
): Promise<OpenedSession> {
  const token = randomBytes(32).toString('base64url');
  const at = ctx.clock.now();
  const { absoluteMs, maxSessions } = limitsOf(ctx);
  const expiresAt = later(at, absoluteMs);
  await insertSession(client, {
    tokenHash: hashToken(ctx, token),
    sessionId: newId(),
    accountId,
    at,
    expiresAt,
    address,
    factors,
  });
  await noteUse(client, accountId, at);
  await trimSessions(client, accountId, maxSessions);
  return { token, expiresAt };
}

/** The session goes on under a new token, with one more factor; the old token is worth nothing (session fixation). */
export async function renewSession(
  client: Queryable,
  ctx: AppContext,
  session: LiveSession,
  factor: SessionFactor,
  address: string | null,
): Promise<OpenedSession> {
  await deleteSessionById(client, session.account_id, session.session_id);
  return openSession(client, ctx, session.account_id, address, [
    ...new Set([...(session.factors as SessionFactor[]), factor]),
  ]);
}

/** The session of a request, and the cookie of one that was just opened: for routes of other modules. */
export const sessionOf = (ctx: AppContext, request: FastifyRequest): Promise<LiveSession | null> =>
  readSession(ctx, request.cookies[sessionCookieName(ctx)]);
export const sessionTokenOf = (ctx: Pick<AppContext, 'config'>, request: FastifyRequest): string | undefined =>
  request.cookies[sessionCookieName(ctx)];
export function setSessionCookie(ctx: AppContext, reply: FastifyReply, opened: OpenedSession): void {
  reply.setCookie(sessionCookieName(ctx), opened.token, cookieOptions(ctx));
}

export async function closeSession(client: Queryable, ctx: AppContext, token: string | undefined): Promise<void> {
  if (token !== undefined && tokenPattern.test(token)) await deleteSession(client, hashToken(ctx, token));
}

export async function forgetAttempts(client: Queryable, login: string): Promise<void> {
  await clearAttempts(client, login);
}

/** Removes sessions and attempts whose time is over; a job calls it hourly. */
export async function purgeSessions(ctx: AppContext): Promise<void> {
  const now = ctx.clock.now();
  const { idleMs, lockMs } = limitsOf(ctx);
  await withTransaction(ctx.db.app, (tx) => purgeExpired(tx, now, later(now, -idleMs), later(now, -lockMs)));
}
