/** Code generators and systems for tests, made without the steps that people take. */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { AppContext } from '../../context.ts';
import { newId } from '../../platform/ids.ts';
import { createAccount, setSecondFactor } from '../identity/index.ts';
import { approveClientRow, insertClient, insertKey } from './client-queries.ts';
import { tokenOf } from './resolve-client.ts';
import { hashSecret, newSecret, seal } from './secrets.ts';
import { confirmTotp, deleteFactors, putTotp } from './totp-queries.ts';

/** `confirmed: false` leaves it waiting for its first code. Answers the code of now. */
export async function provideTotp(ctx: AppContext, accountId: string, confirmed = true): Promise<string> {
  const secret = randomBytes(20);
  const at = ctx.clock.now();
  await deleteFactors(ctx.db.app, accountId);
  await putTotp(ctx.db.app, accountId, seal(ctx, 'totp', secret), at);
  if (confirmed) {
    await confirmTotp(ctx.db.app, accountId, at);
    await setSecondFactor(ctx.db.app, accountId, at);
  }
  return new TOTP({ secret: new Secret({ buffer: Uint8Array.from(secret).buffer }), digits: 6, period: 30 }).generate({
    timestamp: Date.parse(at),
  });
}

/** An approved system of a body with a bearer key, by two people who are made for it. */
export async function provideSystem(
  ctx: AppContext,
  bodyId: string,
  scopes: readonly string[],
): Promise<{ clientId: string; key: string }> {
  const clientId = newId();
  const at = ctx.clock.now();
  const person = async (role: 'accountManager' | 'securityAdmin'): Promise<string> =>
    (
      await createAccount(ctx.db.app, ctx.clock, {
        login: `${role.toLowerCase()}-${newId()}`,
        name: '测试人员',
        roles: [role],
        bodyId: role === 'accountManager' ? bodyId : null,
        password: null,
      })
    ).accountId;
  const [by, approver] = [await person('accountManager'), await person('securityAdmin')];
  const name = '测试系统';
  const { accountId } = await createAccount(ctx.db.app, ctx.clock, {
    login: `system-${clientId}`,
    name,
    roles: ['departmentSystem'],
    bodyId,
    password: null,
    kind: 'system',
  });
  const facts = { clientId, accountId, name, way: 'direct' as const, scopes, addresses: [], signatureRequired: false };
  await insertClient(ctx.db.app, { ...facts, contact: '86000000', by, at });
  await approveClientRow(ctx.db.app, clientId, approver, at);
  const keyId = newId();
  const secret = newSecret();
  const expiresAt = new Date(Date.parse(at) + 180 * 86_400_000).toISOString();
  const secretHash = hashSecret(ctx, 'key', secret);
  await insertKey(ctx.db.app, { keyId, clientId, kind: 'bearer', secretHash, publicKey: null, by, at, expiresAt });
  return { clientId, key: tokenOf('k', keyId, secret) };
}
