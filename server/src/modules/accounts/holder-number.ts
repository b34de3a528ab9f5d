/** The number by which a person is known over all accounts: only its keyed token is kept, apart from the person store's tokens. */
import { createHmac } from 'node:crypto';
import { parseCitizenId } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { note } from './note.ts';
import { holderOf, insertHolder, prepareSide, setHolder } from './queries.ts';

const normal = (number: string): string => number.normalize('NFKC').replaceAll(/\s/g, '').toUpperCase();

/** Throws `unprocessable` for what is no such number under the city's rule. */
export function holderToken(ctx: AppContext, number: string): string {
  const { kind, pattern, label } = ctx.policy().accounts().holderNumber;
  const value = normal(number);
  const fits = kind === 'residentId' ? parseCitizenId(value).ok : new RegExp(pattern, 'v').test(value);
  if (!fits) {
    throw new DomainError('unprocessable', {
      zh: `${label.zh}格式不对，请核对后重填。`,
      en: `This is no valid ${label.en}. Check it and enter it again.`,
      details: [{ field: 'body/holderNumber', code: 'format', zh: '格式不对', en: 'not of the form' }],
    });
  }
  // By a key of its own that is never changed: the separation of administrators rests on equal tokens.
  const digest = createHmac('sm3', ctx.keys.secret('holder')).update(`${kind}\0${value}`).digest();
  return `ah_${digest.subarray(0, 18).toString('base64url')}`;
}

/**
 * Somebody whose account was made by the command line says who stands behind it. Once: a number that is registered is not
 * changed by its holder. Throws `conflict` when the person already stands on another side.
 */
export async function registerHolder(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  number: string,
): Promise<{ known: boolean }> {
  const accountId = actor.accountId ?? '';
  const before = await holderOf(tx, accountId);
  if (!before) throw new DomainError('forbidden');
  if (before.token !== null)
    throw new DomainError('conflict', {
      zh: '该账号已登记持有人，如有误请联系系统管理员。',
      en: 'The holder of this account is registered already. Ask the system administrator if it is wrong.',
    });
  const token = holderToken(ctx, number);
  await insertHolder(tx, newId(), token, ctx.clock.now());
  await prepareSide(tx, accountId, token);
  try {
    if ((await setHolder(tx, accountId, token, before.holder_id)) === 0) throw new DomainError('conflict');
  } catch (error) {
    const { code } = error as { code?: string };
    // 23503 another side, 23505 a second administrator account, 23514 a request that was its own second pair of eyes.
    if (code === '23503' || code === '23505' || code === '23514') {
      throw new DomainError('conflict', {
        zh: '同一人不能兼任系统、安全、审计管理员，也不能兼有业务角色。此编号的人员已有其他账号，请更换担任该角色的人员。',
        en: 'One person never combines the three administrators, nor one with business roles. The person of this number has another account: somebody else must take this one.',
        cause: error,
      });
    }
    throw error;
  }
  await note(ctx, tx, actor, accountId, 'registerHolder');
  return { known: true };
}
