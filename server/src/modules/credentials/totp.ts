/**
 * Code generators (RFC 6238) beside the password, and recovery codes for the day the telephone is lost. SHA-1, six digits,
 * thirty seconds: what every generator app reads. One step of clock drift either way; a step that was used is refused.
 */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess, writeRefusal } from '../../platform/access-log/index.ts';
import { type Queryable, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import {
  beginAttempt,
  endSessionsOf,
  forgetAttempts,
  type LiveSession,
  type OpenedSession,
  renewSession,
  SignInFailed,
  setSecondFactor,
} from '../identity/index.ts';
import { hashSecret, seal, unseal } from './secrets.ts';
import {
  confirmTotp,
  deleteFactors,
  putTotp,
  recoveryCodesLeft,
  replaceRecoveryCodes,
  spendRecoveryCode,
  spendStep,
  totpOf,
} from './totp-queries.ts';

const period = 30;
const digits = 6;
const driftSteps = 1;
const secretBytes = 20;
const purpose = 'totp';

const generator = (secret: Buffer, login = '', issuer = ''): TOTP =>
  new TOTP({
    issuer,
    label: login,
    algorithm: 'SHA1',
    digits,
    period,
    secret: new Secret({ buffer: Uint8Array.from(secret).buffer }),
  });

/** The step that a code belongs to, null for a wrong one. */
function stepOf(secret: Buffer, code: string, now: string): number | null {
  const timestamp = Date.parse(now);
  const delta = generator(secret).validate({ token: code, timestamp, window: driftSteps });
  return delta === null ? null : Math.floor(timestamp / 1000 / period) + delta;
}

export interface Enrolment {
  readonly secret: string;
  /** otpauth: address, for the QR code. */
  readonly uri: string;
}

/** A secret that waits for its first code. Throws `conflict` when a generator is in use already. */
export async function beginEnrolment(ctx: AppContext, session: LiveSession, issuer: string): Promise<Enrolment> {
  const secret = randomBytes(secretBytes);
  const put = await putTotp(ctx.db.app, session.account_id, seal(ctx, purpose, secret), ctx.clock.now());
  if (put === 0) {
    throw new DomainError('conflict', {
      zh: '已绑定动态口令。如需更换设备，请先解除绑定。',
      en: 'A code generator is enrolled already. Remove it first to use another.',
    });
  }
  const totp = generator(secret, session.login, issuer);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Fifteen characters of 31 have 74 bits; without modulo bias. */
function newRecoveryCode(): string {
  let out = '';
  while (out.length < 15) {
    const byte = randomBytes(1).readUInt8();
    if (byte < alphabet.length * 8) out += alphabet.charAt(byte % alphabet.length);
  }
  return `${out.slice(0, 5)}-${out.slice(5, 10)}-${out.slice(10)}`;
}
const normaliseRecovery = (code: string): string => code.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
const recoveryHash = (ctx: AppContext, accountId: string, code: string): Buffer =>
  hashSecret(ctx, `recovery\0${accountId}`, normaliseRecovery(code));

async function issueRecoveryCodes(ctx: AppContext, tx: Queryable, accountId: string): Promise<string[]> {
  const count = ctx.policy().signIn().secondFactor.recoveryCodes;
  const codes = Array.from({ length: count }, newRecoveryCode);
  const hashes = codes.map((code) => recoveryHash(ctx, accountId, code));
  await replaceRecoveryCodes(tx, accountId, hashes, ctx.clock.now());
  return codes;
}

/** Wrong codes count with the passwords of the login and end at the same lock. */
async function failed(ctx: AppContext, actor: Actor, action: string, left: number, minutes: number): Promise<never> {
  await writeRefusal(ctx, actor, {
    action,
    resourceKind: 'account',
    resourceId: actor.accountId,
    detail: { code: 'wrongCode' },
  });
  if (left <= 0 && actor.accountId) await endSessionsOf(ctx.db.app, actor.accountId);
  throw new SignInFailed(left, minutes, 'code');
}

/** The first code makes the generator count; the recovery codes are shown this once. Renews the session as strong. */
export async function confirmEnrolment(
  ctx: AppContext,
  actor: Actor,
  session: LiveSession,
  code: string,
): Promise<{ opened: OpenedSession; recoveryCodes: string[] }> {
  const { left, lockMinutes } = await beginAttempt(ctx, session.login);
  const row = await totpOf(ctx.db.app, session.account_id);
  if (!row || row.confirmed_at) {
    throw new DomainError('conflict', {
      zh: '没有待确认的绑定，请重新开始。',
      en: 'There is no enrolment to confirm. Begin again.',
    });
  }
  const step = stepOf(unseal(ctx, purpose, row.secret_cipher), code, ctx.clock.now());
  const action = 'session.enrolSecondFactor';
  if (step === null) return failed(ctx, actor, action, left, lockMinutes);
  return withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    if ((await confirmTotp(tx, session.account_id, at)) === 0 || (await spendStep(tx, session.account_id, step)) === 0)
      throw new DomainError('conflict');
    await setSecondFactor(tx, session.account_id, at);
    const recoveryCodes = await issueRecoveryCodes(ctx, tx, session.account_id);
    await forgetAttempts(tx, session.login);
    await writeAccess(tx, ctx, actor, { action, resourceKind: 'account', resourceId: session.account_id });
    return { opened: await renewSession(tx, ctx, session, 'totp', actor.address), recoveryCodes };
  });
}

/** Uses a code, once. False when it is wrong, used already or there is no generator. */
async function spendCode(ctx: AppContext, tx: Queryable, accountId: string, code: string): Promise<boolean> {
  const row = await totpOf(tx, accountId);
  if (!row?.confirmed_at) return false;
  const step = stepOf(unseal(ctx, purpose, row.secret_cipher), code, ctx.clock.now());
  return step !== null && (await spendStep(tx, accountId, step)) === 1;
}

/** The second step of signing in. The session gets a new token: one that was seen before the step is worth nothing. */
export async function showSecondFactor(
  ctx: AppContext,
  actor: Actor,
  session: LiveSession,
  given: { code: string } | { recoveryCode: string },
): Promise<OpenedSession> {
  const { left, lockMinutes } = await beginAttempt(ctx, session.login);
  const action = 'session.secondFactor';
  const factor = 'code' in given ? ('totp' as const) : ('recovery' as const);
  const opened = await withTransaction(ctx.db.app, async (tx) => {
    const right =
      'code' in given
        ? await spendCode(ctx, tx, session.account_id, given.code)
        : (await spendRecoveryCode(
            tx,
            session.account_id,
            recoveryHash(ctx, session.account_id, given.recoveryCode),
            ctx.clock.now(),
          )) === 1;
    if (!right) return null;
    await forgetAttempts(tx, session.login);
    await writeAccess(tx, ctx, actor, {
      action,
      resourceKind: 'account',
      resourceId: session.account_id,
      detail: { factors: [...session.factors, factor] },
    });
    return renewSession(tx, ctx, session, factor, actor.address);
  });
  return opened ?? failed(ctx, actor, action, left, lockMinutes);
}

/** New recovery codes in place of all earlier ones, for a code of the generator. */
export async function renewRecoveryCodes(
  ctx: AppContext,
  actor: Actor,
  session: LiveSession,
  code: string,
): Promise<string[]> {
  const { left, lockMinutes } = await beginAttempt(ctx, session.login);
  const action = 'session.renewRecoveryCodes';
  const codes = await withTransaction(ctx.db.app, async (tx) => {
    if (!(await spendCode(ctx, tx, session.account_id, code))) return null;
    await forgetAttempts(tx, session.login);
    await writeAccess(tx, ctx, actor, { action, resourceKind: 'account', resourceId: session.account_id });
    return issueRecoveryCodes(ctx, tx, session.account_id);
  });
  return codes ?? failed(ctx, actor, action, left, lockMinutes);
}

/** The holder takes the own generator away (a new telephone), for a code of it. Where a role needs one, another must follow. */
export async function removeSecondFactor(
  ctx: AppContext,
  actor: Actor,
  session: LiveSession,
  code: string,
): Promise<void> {
  const { left, lockMinutes } = await beginAttempt(ctx, session.login);
  const action = 'session.removeSecondFactor';
  const done = await withTransaction(ctx.db.app, async (tx) => {
    if (!(await spendCode(ctx, tx, session.account_id, code))) return false;
    await forgetAttempts(tx, session.login);
    await dropSecondFactor(tx, session.account_id);
    await writeAccess(tx, ctx, actor, { action, resourceKind: 'account', resourceId: session.account_id });
    return true;
  });
  if (!done) await failed(ctx, actor, action, left, lockMinutes);
}

/** Takes the factor away and ends every session. */
export async function dropSecondFactor(tx: Queryable, accountId: string): Promise<void> {
  await deleteFactors(tx, accountId);
  await setSecondFactor(tx, accountId, null);
  await endSessionsOf(tx, accountId);
}

export interface SecondFactorView {
  readonly enrolled: boolean;
  readonly since: string | null;
  readonly recoveryCodesLeft: number;
  readonly required: boolean;
}

export async function secondFactorView(ctx: AppContext, session: LiveSession): Promise<SecondFactorView> {
  const row = await totpOf(ctx.db.app, session.account_id);
  const { roles } = ctx.policy().signIn().secondFactor;
  return {
    enrolled: row?.confirmed_at != null,
    since: row?.confirmed_at ?? null,
    recoveryCodesLeft: await recoveryCodesLeft(ctx.db.app, session.account_id),
    required: !session.exempt && session.roles.some((role) => roles.includes(role)),
  };
}
