/** Sessions in the database behind an opaque token in a cookie. Times are of 等保 level 3 practice (objections.md §6). */
import { createHmac, randomBytes } from 'node:crypto';
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
  findSession,
  insertSession,
  noteUse,
  purgeExpired,
  type SessionRow,
  touchSession,
  trimSessions,
} from './queries.ts';

const minute = 60_000;
export const idleMs = 30 * minute;
export const absoluteMs = 12 * 60 * minute;
export const maxFailures = 5;
export const lockMs = 15 * minute;
const touchEveryMs = minute;
const maxSessions = 10;

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

/** The session behind a cookie, if it is live; notes that it was used. */
export async function readSession(ctx: AppContext, token: string | undefined): Promise<LiveSession | null> {
  if (token === undefined || !tokenPattern.test(token)) return null;
  const now = ctx.clock.now();
  const hash = hashToken(ctx, token);
  const session = await findSession(ctx.db.app, hash, now, later(now, -idleMs), ctx.clock.today());
  if (!session) return null;
  if (Date.parse(now) - Date.parse(session.last_seen_at) >= touchEveryMs) await touchSession(ctx.db.app, hash, now);
  return session;
}

export class SignInLocked extends DomainError {
  readonly retryAfterSeconds: number;
  constructor(seconds: number) {
    const minutes = Math.max(1, Math.ceil(seconds / 60));
    super('rate-limited', {
      zh: `连续 ${maxFailures} 次登录失败，该登录名已锁定，请 ${minutes} 分钟后再试；如忘记密码，请联系本单位管理员重置。`,
      en: `This login is locked after ${maxFailures} failures. Try again in ${minutes} minutes; if you forgot the password, ask your administrator to reset it.`,
    });
    this.retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  }
}

export class SignInFailed extends DomainError {
  constructor(left: number) {
    super('unauthenticated', {
      zh: left > 0 ? `登录名或密码不正确，还可尝试 ${left} 次。` : '登录名或密码不正确，该登录名已锁定 15 分钟。',
      en:
        left > 0
          ? `The login or the password is wrong; ${left} attempts are left.`
          : 'The login or the password is wrong; the login is locked for 15 minutes.',
    });
  }
}

/** Checks login and password under the limit of attempts. Throws SignInLocked or SignInFailed. */
export async function checkCredentials(ctx: AppContext, login: string, password: string): Promise<AccountRow> {
  const name = normaliseLogin(login).slice(0, 64);
  const now = ctx.clock.now();
  const attempt = await countAttempt(ctx.db.app, name, now, later(now, -lockMs), maxFailures);
  if (attempt.attempts > maxFailures) {
    throw new SignInLocked((Date.parse(attempt.window_started_at) + lockMs - Date.parse(now)) / 1000);
  }
  const account = await accountByLogin(ctx.db.app, name);
  const right = await verifyPassword(password, account?.password_hash ?? null);
  const over = account?.active_until != null && account.active_until < ctx.clock.today();
  if (!account || !right || account.disabled_at || over) throw new SignInFailed(maxFailures - attempt.attempts);
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
): Promise<OpenedSession> {
  const token = randomBytes(32).toString('base64url');
  const at = ctx.clock.now();
  const expiresAt = later(at, absoluteMs);
  await insertSession(client, {
    tokenHash: hashToken(ctx, token),
    sessionId: newId(),
    accountId,
    at,
    expiresAt,
    address,
  });
  await noteUse(client, accountId, at);
  await trimSessions(client, accountId, maxSessions);
  return { token, expiresAt };
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
  await withTransaction(ctx.db.app, (tx) => purgeExpired(tx, now, later(now, -idleMs), later(now, -lockMs)));
}
