/**
 * A person comes to the own record (F1): proves who they are through the city's identity provider, has read the notice, and
 * is then known for half an hour. No account, no password, no name (natural-persons §2).
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess, writeRefusal } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { addYears } from './days.ts';
import { identifierOf, readDocument } from './document.ts';
import {
  currentNotice,
  endSession,
  insertSession,
  loadSession,
  type OwnSessionRow,
  recordShown,
  useProof,
} from './own-queries.ts';
import { requirePurpose } from './purposes.ts';
import { putIdentifiers } from './store.ts';
import type { PersonPorts } from './types.ts';

export interface OwnSession extends OwnSessionRow {
  readonly secretHash: Buffer;
}

const hashOf = (ctx: Pick<AppContext, 'keys'>, secret: string): Buffer =>
  createHmac('sha256', ctx.keys.secret('ownRecord')).update(secret).digest();

const notProved = (): DomainError =>
  new DomainError('unauthenticated', {
    zh: '未能确认您的身份。请通过本市统一身份认证重新进行实名核验，或携带证件到信用窗口办理。',
    en: 'Your identity could not be confirmed. Prove it again through the city’s identity service, or come to the credit window with your document.',
  });

export interface BeginSession {
  readonly provider: string;
  readonly assertion: string;
  /** Hash of the notice that was shown before (PIPL art. 17). */
  readonly noticeHash: string;
}

/** Errors: not-implemented (no provider), unauthenticated, precondition-failed (another notice is in force). */
export async function beginOwnSession(
  ctx: AppContext,
  ports: PersonPorts,
  actor: Actor,
  input: BeginSession,
): Promise<{ secret: string; expiresAt: string; actingAs: OwnSessionRow['acting_as'] }> {
  const port = ports.proofs.find((one) => one.provider === input.provider);
  if (!port)
    throw new DomainError('not-implemented', {
      zh: '本部署尚未接入该身份核验方式，请携带证件到信用窗口提出请求。',
      en: 'This installation has no such identity service yet. Come to the credit window with your document.',
    });
  const proven = await port.verify(input.assertion).catch(() => null);
  const now = ctx.clock.now();
  if (!proven) {
    await writeRefusal(ctx, actor, { action: 'own.session', detail: { provider: input.provider, code: 'proof' } });
    throw notProved();
  }
  const document = readDocument(proven.kind, proven.number, ctx.clock.today());
  const proof = createHash('sha256').update(`${port.provider}\0${proven.reference}`).digest('base64url');
  const secret = randomBytes(32).toString('base64url');
  const rules = ctx.policy().persons().requests;
  const expiresAt = new Date(Date.parse(now) + rules.sessionMinutes * 60_000).toISOString();
  await withTransaction(ctx.db.person, async (tx) => {
    if (!(await useProof(tx, proof, proven.expiresAt))) throw notProved();
    const purpose = await requirePurpose(tx, 'ownRecord', ['own']);
    const notice = await currentNotice(tx, purpose.purpose, purpose.version);
    if (!notice || notice.text_hash !== input.noticeHash)
      throw new DomainError('precondition-failed', {
        zh: '请先阅读现行的个人信息处理告知书，再进行身份核验。',
        en: 'Read the notice that is in force first, then prove your identity.',
      });
    const identifier = identifierOf(ctx.keys, document);
    const until = addYears(ctx.clock.today(), purpose.content.retainYears);
    const anchors = await putIdentifiers(tx, [identifier], purpose, until, now);
    const first = identifier.tokens[0]?.token ?? '';
    const token = anchors.get(first) ?? first;
    await recordShown(tx, { token, noticeId: notice.notice_id, channel: 'own', at: now });
    await insertSession(tx, hashOf(ctx, secret), {
      ...{ token, provider: port.provider, proof, minor: document.minor, began_at: now, expires_at: expiresAt },
      acting_as: proven.actingAs,
    });
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, { action: 'own.session', resourceKind: 'personToken', resourceId: token }),
    );
  });
  return { secret, expiresAt, actingAs: proven.actingAs };
}

/** Errors: unauthenticated when there is no such session or it is over. */
export async function requireOwnSession(ctx: AppContext, secret: string | undefined): Promise<OwnSession> {
  if (!secret || secret.length > 100) throw notProved();
  const secretHash = hashOf(ctx, secret);
  const session = await loadSession(ctx.db.person, secretHash, ctx.clock.now());
  if (!session) throw notProved();
  return { ...session, secretHash };
}

export async function endOwnSession(ctx: AppContext, session: OwnSession): Promise<void> {
  await endSession(ctx.db.person, session.secretHash);
}
