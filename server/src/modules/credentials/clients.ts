/**
 * Departments' systems: made by whoever keeps a body's accounts or by an administrator, of use only when another has approved
 * what it may do. What becomes wider waits for approval again. Revocation holds from the next request on.
 */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize, createAccount, roleTable } from '../identity/index.ts';
import { readAddresses } from './addresses.ts';
import {
  approveClientRow,
  type ClientRow,
  clientById,
  insertClient,
  insertGateway,
  insertKey,
  type KeyKind,
  revokeClientRow,
  revokeGatewayRow,
  revokeKeyRow,
  shortenKeys,
  updateClient,
  type Way,
} from './client-queries.ts';
import { tokenOf } from './resolve-client.ts';
import { hashSecret, newSecret } from './secrets.ts';
import { readPublicKey } from './signature.ts';

export interface ClientInput {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly addresses: readonly string[];
  readonly signatureRequired: boolean;
  readonly contact: string;
}

const bad = (field: string, zh: string, en: string): never => {
  throw new DomainError('unprocessable', { zh, en, details: [{ field: `body/${field}`, zh, en }] });
};

/** Scopes are permissions of a system's role; a gateway's application gets fewer, by policy. */
export function clientChoices(ctx: AppContext): {
  direct: string[];
  gateway: string[];
  keyDays: number;
  overlapDays: number;
} {
  const { gatewayScopes, keyDays, overlapDays } = ctx.policy().signIn().clients;
  const direct = Object.keys(roleTable.departmentSystem);
  return { direct, gateway: gatewayScopes.filter((scope) => direct.includes(scope)), keyDays, overlapDays };
}

function cleanInput(ctx: AppContext, way: Way, input: ClientInput): ClientInput {
  const choices = clientChoices(ctx);
  const grantable = choices.direct;
  const allowed = way === 'gateway' ? choices.gateway : grantable;
  const scopes = [...new Set(input.scopes)].sort();
  const wrong = scopes.filter((scope) => !grantable.includes(scope) || !allowed.includes(scope));
  if (scopes.length === 0 || wrong.length > 0) {
    bad(
      'scopes',
      `权限范围无效：${wrong.join('、') || '至少选一项'}。可选：${allowed.join('、')}。`,
      `These scopes cannot be given: ${wrong.join(', ') || 'choose at least one'}. Choose of ${allowed.join(', ')}.`,
    );
  }
  const addresses = readAddresses(input.addresses);
  if (!addresses) {
    return bad(
      'addresses',
      '地址应为 IP 或网段（CIDR），网段不得宽于 /8。',
      'Addresses are IP addresses or networks (CIDR) not wider than /8.',
    );
  }
  if (way === 'gateway' && input.signatureRequired)
    bad('signatureRequired', '经网关的应用不能签名。', 'An application behind a gateway cannot sign.');
  return { ...input, scopes, addresses, name: input.name.trim(), contact: input.contact.trim() };
}

/** The client within the caller's reach, or as if there were none. */
async function reach(tx: Transaction, actor: Actor, clientId: string): Promise<ClientRow> {
  const client = await clientById(tx, clientId);
  if (!client) throw new HiddenError();
  authorize(actor, 'client.manage', { bodyId: client.body_id });
  return client;
}

const by = (actor: Actor): string => actor.accountId ?? '';
const logged = (tx: Transaction, ctx: AppContext, actor: Actor, action: string, id: string, detail: object) =>
  writeAccess(tx, ctx, actor, { action, resourceKind: 'client', resourceId: id, detail: { ...detail } });

export async function createClient(
  ctx: AppContext,
  actor: Actor,
  given: ClientInput & { readonly bodyId: string; readonly way: Way },
): Promise<string> {
  authorize(actor, 'client.manage', { bodyId: given.bodyId });
  const input = cleanInput(ctx, given.way, given);
  return withTransaction(ctx.db.app, async (tx) => {
    const clientId = newId();
    const { accountId } = await createAccount(tx, ctx.clock, {
      login: `system-${clientId}`,
      name: input.name,
      roles: ['departmentSystem'],
      bodyId: given.bodyId,
      password: null,
      kind: 'system',
    });
    await insertClient(tx, { clientId, accountId, way: given.way, ...input, by: by(actor), at: ctx.clock.now() });
    await logged(tx, ctx, actor, 'client.create', clientId, {
      way: given.way,
      scopes: input.scopes,
      addresses: input.addresses,
    });
    return clientId;
  });
}

const within = (narrow: readonly string[], wide: readonly string[]): boolean =>
  narrow.every((one) => wide.includes(one));

export async function changeClient(ctx: AppContext, actor: Actor, clientId: string, given: ClientInput): Promise<void> {
  await withTransaction(ctx.db.app, async (tx) => {
    const before = await reach(tx, actor, clientId);
    const input = cleanInput(ctx, before.way, given);
    const narrowed =
      within(input.scopes, before.scopes) &&
      (before.addresses.length === 0 || (input.addresses.length > 0 && within(input.addresses, before.addresses))) &&
      (input.signatureRequired || !before.signature_required);
    const changed = await updateClient(tx, { clientId, ...input, narrowed, by: by(actor) });
    if (changed === 0) throw new DomainError('conflict');
    await logged(tx, ctx, actor, 'client.change', clientId, {
      scopes: input.scopes,
      addresses: input.addresses,
      narrowed,
    });
  });
}

export async function approveClient(ctx: AppContext, actor: Actor, clientId: string): Promise<void> {
  authorize(actor, 'client.approve');
  await withTransaction(ctx.db.app, async (tx) => {
    if (!(await clientById(tx, clientId))) throw new HiddenError();
    if ((await approveClientRow(tx, clientId, by(actor), ctx.clock.now())) === 0) {
      throw new DomainError('conflict', {
        zh: '不能批准：已批准或已停用，或者须由提出人以外的安全管理员批准。',
        en: 'This cannot be approved: it was decided, or another security administrator than the one who asked must approve.',
      });
    }
    await logged(tx, ctx, actor, 'client.approve', clientId, {});
  });
}

export async function revokeClient(ctx: AppContext, actor: Actor, clientId: string): Promise<void> {
  await withTransaction(ctx.db.app, async (tx) => {
    await reach(tx, actor, clientId);
    if ((await revokeClientRow(tx, clientId, by(actor), ctx.clock.now())) === 0) throw new DomainError('conflict');
    await logged(tx, ctx, actor, 'client.revoke', clientId, {});
  });
}

export interface NewKey {
  readonly kind: KeyKind;
  /** Of ed25519 and sm2: made by the department's own system; the private key never comes here. */
  readonly publicKey?: string | undefined;
  readonly days?: number | undefined;
  /** End the other keys after the overlap of the policy. */
  readonly rotate?: boolean | undefined;
}

export interface IssuedKey {
  readonly keyId: string;
  readonly expiresAt: string;
  /** Of bearer keys and application tokens; shown this once. */
  readonly secret: string | null;
}

const dayMs = 86_400_000;
const later = (at: string, days: number): string => new Date(Date.parse(at) + days * dayMs).toISOString();

export async function issueKey(ctx: AppContext, actor: Actor, clientId: string, given: NewKey): Promise<IssuedKey> {
  const limits = ctx.policy().signIn().clients;
  return withTransaction(ctx.db.app, async (tx) => {
    const client = await reach(tx, actor, clientId);
    if (client.revoked_at) throw new DomainError('conflict');
    if ((client.way === 'gateway') !== (given.kind === 'application'))
      bad(
        'kind',
        '经网关的应用只用应用令牌，直连系统不用。',
        'Applications behind a gateway have application tokens, and only they.',
      );
    const signs = given.kind === 'ed25519' || given.kind === 'sm2';
    const publicKey =
      given.kind === 'ed25519' || given.kind === 'sm2' ? readPublicKey(given.kind, given.publicKey ?? '') : null;
    if (signs && publicKey === null)
      bad(
        'publicKey',
        '公钥无法识别：Ed25519 用 PEM，SM2 用 PEM 或 04 开头的十六进制。',
        'The public key cannot be read: PEM of Ed25519, or PEM or 04… of SM2.',
      );
    const keyId = newId();
    const secret = signs ? null : newSecret();
    const at = ctx.clock.now();
    const expiresAt = later(at, Math.min(given.days ?? limits.keyDays, limits.keyDays));
    const secretHash = secret === null ? null : hashSecret(ctx, 'key', secret);
    await insertKey(tx, { keyId, clientId, kind: given.kind, secretHash, publicKey, by: by(actor), at, expiresAt });
    if (given.rotate) await shortenKeys(tx, clientId, keyId, later(at, limits.overlapDays));
    await logged(tx, ctx, actor, 'client.issueKey', clientId, {
      keyId,
      kind: given.kind,
      rotate: given.rotate ?? false,
    });
    return { keyId, expiresAt, secret: secret && tokenOf(given.kind === 'bearer' ? 'k' : 'a', keyId, secret) };
  });
}

export async function revokeKey(ctx: AppContext, actor: Actor, clientId: string, keyId: string): Promise<void> {
  await withTransaction(ctx.db.app, async (tx) => {
    await reach(tx, actor, clientId);
    if ((await revokeKeyRow(tx, clientId, keyId, by(actor), ctx.clock.now())) === 0) throw new HiddenError();
    await logged(tx, ctx, actor, 'client.revokeKey', clientId, { keyId });
  });
}

/** A gateway shows a key of its own, or a certificate that the proxy has checked; always from its addresses. */
export async function createGateway(
  ctx: AppContext,
  actor: Actor,
  given: { readonly name: string; readonly addresses: readonly string[]; readonly certificate?: string | undefined },
): Promise<{ gatewayId: string; secret: string | null }> {
  const addresses = readAddresses(given.addresses);
  if (!addresses || addresses.length === 0)
    return bad('addresses', '网关须有固定地址（IP 或网段）。', 'A gateway has addresses (IP or CIDR).');
  const gatewayId = newId();
  const secret = given.certificate === undefined ? newSecret() : null;
  return withTransaction(ctx.db.app, async (tx) => {
    await insertGateway(tx, {
      gatewayId,
      name: given.name.trim(),
      secretHash: secret === null ? null : hashSecret(ctx, 'gateway', secret),
      certificate: given.certificate ?? null,
      addresses,
      by: by(actor),
      at: ctx.clock.now(),
    });
    await writeAccess(tx, ctx, actor, {
      action: 'gateway.create',
      resourceKind: 'gateway',
      resourceId: gatewayId,
      detail: { addresses },
    });
    return { gatewayId, secret: secret && tokenOf('g', gatewayId, secret) };
  });
}

export async function revokeGateway(ctx: AppContext, actor: Actor, gatewayId: string): Promise<void> {
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await revokeGatewayRow(tx, gatewayId, by(actor), ctx.clock.now())) === 0) throw new DomainError('not-found');
    await writeAccess(tx, ctx, actor, { action: 'gateway.revoke', resourceKind: 'gateway', resourceId: gatewayId });
  });
}
