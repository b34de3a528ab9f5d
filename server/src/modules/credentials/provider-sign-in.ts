/** Signing in, and linking an account, by a provider: begun by one browser, finished by the same one, once, within minutes. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess, writeRefusal } from '../../platform/access-log/index.ts';
import { type Queryable, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { createAccount, endSessionsOf, type OpenedSession, openSession } from '../identity/index.ts';
import {
  type AttemptRow,
  endRepresentations,
  insertAttempt,
  insertLink,
  insertRepresentation,
  type LinkedAccount,
  linkedAccount,
  takeAttempt,
} from './provider-queries.ts';
import { type Proof, ProofError, type ProviderAnswer, type SignInProvider } from './providers/types.ts';
import { hashSecret, newSecret } from './secrets.ts';

/** What this module asks of the subjects to its right; joined at the root. */
export interface CredentialPorts {
  /** The living organisation of a unified code. */
  findOrganisation(client: Queryable, unifiedCode: string): Promise<{ subjectId: string; name: string } | null>;
}

const attemptMinutes = 10;
const action = 'session.signInByProvider';

/** Only a path of the desk: `next` comes from an address and may have been written by anybody. */
export const safeNext = (next: string | undefined): string =>
  next !== undefined && next.length <= 500 && /^\/(?![/\\])[\x21-\x7e]*$/.test(next) && !next.includes('\\')
    ? next
    : '/';

export interface BegunAttempt {
  readonly state: string;
  /** For a cookie of this browser: whoever lures another into an answer does not have it. */
  readonly browser: string;
  readonly redirectTo: string | null;
  readonly challenge: string | null;
}

export async function beginAt(
  ctx: AppContext,
  provider: SignInProvider,
  input: { readonly purpose: 'signIn' | 'link'; readonly accountId: string | null; readonly next: string | undefined },
): Promise<BegunAttempt> {
  const state = newSecret();
  const browser = newSecret();
  const redirectUri = `${ctx.config.publicUrl}/api/v1/session/providers/${provider.key}/callback`;
  const begun = await provider.begin({ redirectUri, state }).catch((error: unknown) => {
    throw new DomainError('unavailable', {
      zh: '身份认证服务暂时不可用，请稍后再试或用密码登录。',
      en: 'The identity provider cannot be reached. Try again later or sign in with your password.',
      cause: error,
    });
  });
  await insertAttempt(ctx.db.app, {
    stateHash: hashSecret(ctx, 'state', state),
    browserHash: hashSecret(ctx, 'browser', browser),
    provider: provider.key,
    purpose: input.purpose,
    accountId: input.accountId,
    secret: begun.secret,
    next: safeNext(input.next),
    expiresAt: new Date(Date.parse(ctx.clock.now()) + attemptMinutes * 60_000).toISOString(),
  });
  return { state, browser, redirectTo: begun.redirectTo, challenge: begun.challenge };
}

export interface Finished {
  /** Null after linking: the session goes on as it is. */
  readonly opened: OpenedSession | null;
  readonly next: string;
}

const refusal = (): DomainError =>
  new DomainError('unauthenticated', {
    zh: '身份认证未通过或已超时，请重新登录；如仍不成功，请用密码登录后在“账号安全”中绑定，或联系管理员。',
    en: 'The proof did not hold, came too late or belongs to no account. Sign in again; or sign in with your password and link it under “Account security”.',
  });

export async function finishAt(
  ctx: AppContext,
  ports: CredentialPorts,
  actor: Actor,
  provider: SignInProvider,
  shown: { readonly state: string | undefined; readonly browser: string | undefined },
  answer: ProviderAnswer,
): Promise<Finished> {
  try {
    const attempt = await takeAttempt(
      ctx.db.app,
      hashSecret(ctx, 'state', shown.state ?? ''),
      hashSecret(ctx, 'browser', shown.browser ?? ''),
      provider.key,
      ctx.clock.now(),
    );
    if (!attempt) throw new ProofError('noAttempt');
    const proof = await provider.finish(attempt.secret, answer);
    const opened =
      attempt.purpose === 'link'
        ? await linkAccount(ctx, actor, provider, attempt, proof)
        : await signInBy(ctx, ports, actor, provider, proof);
    return { opened, next: attempt.next };
  } catch (error) {
    const reason = error instanceof ProofError ? error.reason : null;
    if (reason === null) throw error;
    await writeRefusal(ctx, actor, { action, resourceKind: 'provider', resourceId: provider.key, detail: { reason } });
    throw refusal();
  }
}

const claimHashOf = (ctx: AppContext, provider: SignInProvider, proof: Proof): Buffer =>
  hashSecret(ctx, `claim\0${provider.key}`, proof.claim);

async function linkAccount(
  ctx: AppContext,
  actor: Actor,
  provider: SignInProvider,
  attempt: AttemptRow,
  proof: Proof,
): Promise<null> {
  const accountId = attempt.account_id ?? '';
  await withTransaction(ctx.db.app, async (tx) => {
    const row = { linkId: newId(), provider: provider.key, claimHash: claimHashOf(ctx, provider, proof) };
    if (!(await insertLink(tx, { ...row, accountId, by: accountId, at: ctx.clock.now() }))) {
      throw new DomainError('conflict', {
        zh: '该证书或身份已绑定其他账号，或您的账号已绑定此方式。请先解除。',
        en: 'This identity is linked to another account, or yours has a link to this provider. Remove that first.',
      });
    }
    await writeAccess(
      tx,
      ctx,
      { ...actor, kind: 'account', accountId },
      {
        action: 'session.link',
        resourceKind: 'account',
        resourceId: accountId,
        detail: { provider: provider.key, proof: proof.digest },
      },
    );
  });
  return null;
}

async function signInBy(
  ctx: AppContext,
  ports: CredentialPorts,
  actor: Actor,
  provider: SignInProvider,
  proof: Proof,
): Promise<OpenedSession> {
  return withTransaction(ctx.db.app, async (tx) => {
    const claimHash = claimHashOf(ctx, provider, proof);
    const known = await linkedAccount(tx, provider.key, claimHash, ctx.clock.today());
    const account = known ?? (await newRepresentative(ctx, ports, tx, provider, proof, claimHash));
    if (known && proof.organisation && known.subject_id !== null)
      await renewRepresentation(ctx, ports, tx, provider, known, proof);
    else if (known?.subject_id != null && !known.represents) throw new ProofError('representationEnded');
    const who: Actor = {
      ...actor,
      kind: 'account',
      accountId: account.account_id,
      name: account.name,
      bodyId: account.body_id,
      subjectId: account.subject_id,
    };
    const opened = await openSession(tx, ctx, account.account_id, actor.address, [proof.factor]);
    await writeAccess(tx, ctx, who, {
      action,
      resourceKind: 'account',
      resourceId: account.account_id,
      subjectId: account.subject_id,
      detail: { provider: provider.key, factors: [proof.factor], proof: proof.digest },
    });
    return opened;
  });
}

const personTokenOf = (ctx: AppContext, identifier: string): string =>
  ctx.keys.token('legalRepresentative', identifier.normalize('NFKC').trim().toUpperCase());

/**
 * Proved again: the organisation has one legal representative, so whoever proves to be it now ends what others proved
 * before. Their sessions end with it.
 */
async function takeOver(ctx: AppContext, tx: Queryable, subjectId: string, personToken: string): Promise<void> {
  const ended = await endRepresentations(tx, {
    subjectId,
    exceptPerson: personToken,
    reason: 'legalRepresentativeChanged',
    by: null,
    at: ctx.clock.now(),
  });
  for (const accountId of ended) await endSessionsOf(tx, accountId);
}

async function represent(
  ctx: AppContext,
  tx: Queryable,
  provider: SignInProvider,
  accountId: string,
  subjectId: string,
  proof: Proof,
): Promise<void> {
  const personToken = personTokenOf(ctx, proof.organisation?.personIdentifier ?? '');
  await takeOver(ctx, tx, subjectId, personToken);
  await insertRepresentation(tx, {
    representationId: newId(),
    accountId,
    subjectId,
    provider: provider.key,
    proofDigest: proof.digest,
    personToken,
    at: ctx.clock.now(),
  });
}

async function organisationOf(ports: CredentialPorts, tx: Queryable, proof: Proof) {
  const organisation = proof.organisation && (await ports.findOrganisation(tx, proof.organisation.unifiedCode));
  if (!organisation) throw new ProofError('unknownOrganisation');
  return organisation;
}

async function renewRepresentation(
  ctx: AppContext,
  ports: CredentialPorts,
  tx: Queryable,
  provider: SignInProvider,
  account: LinkedAccount,
  proof: Proof,
): Promise<void> {
  const organisation = await organisationOf(ports, tx, proof);
  if (organisation.subjectId !== account.subject_id) throw new ProofError('otherOrganisation');
  const personToken = personTokenOf(ctx, proof.organisation?.personIdentifier ?? '');
  if (account.represents) await takeOver(ctx, tx, organisation.subjectId, personToken);
  else await represent(ctx, tx, provider, account.account_id, organisation.subjectId, proof);
}

/** An account of its own for each organisation and person: it speaks for that one organisation. */
async function newRepresentative(
  ctx: AppContext,
  ports: CredentialPorts,
  tx: Queryable,
  provider: SignInProvider,
  proof: Proof,
  claimHash: Buffer,
): Promise<LinkedAccount> {
  if (!provider.createAccounts || !proof.organisation) throw new ProofError('noAccount');
  const organisation = await organisationOf(ports, tx, proof);
  const login = `representative-${newId()}`;
  const name = `${organisation.name}（法定代表人）`.slice(0, 100);
  const { accountId } = await createAccount(tx, ctx.clock, {
    login,
    name,
    roles: ['companyRepresentative'],
    bodyId: null,
    subjectId: organisation.subjectId,
    password: null,
  });
  const linked = await insertLink(tx, {
    linkId: newId(),
    provider: provider.key,
    claimHash,
    accountId,
    by: accountId,
    at: ctx.clock.now(),
  });
  // Linked already, but not able to sign in: it was disabled.
  if (!linked) throw new ProofError('disabled');
  await represent(ctx, tx, provider, accountId, organisation.subjectId, proof);
  return { account_id: accountId, login, name, body_id: null, subject_id: organisation.subjectId, represents: true };
}
