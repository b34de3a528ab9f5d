/** A bank and the representative of one company: made when the city's companies are there. */
import type { AppContext } from '../context.ts';
import { createAccount, createBody } from '../modules/identity/index.ts';
import type { Transaction } from '../platform/db.ts';
import { DEMO_PASSWORD, readerAccount, representativeAccount } from './accounts.ts';
import { wellKnownCompany } from './queries.ts';

/** @returns the ids of the accounts, which count among the demonstration's */
export async function makeOutside(ctx: AppContext, tx: Transaction): Promise<string[]> {
  const bank = await createBody(tx, ctx.clock, {
    kind: 'bank',
    name: '示范商业银行股份有限公司',
    shortName: '示范银行',
    code: null,
  });
  const subjectId = await wellKnownCompany(tx);
  const made = [];
  for (const [account, bodyId, subject] of [
    [readerAccount, bank.bodyId, null],
    [representativeAccount, null, subjectId],
  ] as const) {
    if (account === representativeAccount && subject === null) continue;
    const { accountId } = await createAccount(tx, ctx.clock, {
      login: account.login,
      name: account.name,
      roles: account.roles,
      bodyId,
      subjectId: subject,
      password: DEMO_PASSWORD,
      mustChangePassword: false,
    });
    made.push(accountId);
  }
  return made;
}
