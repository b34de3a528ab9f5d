/**
 * The register of processing purposes (PIPL art. 13): no row, no processing. The texts come from policy; each version that was
 * in force stays, since what was processed under it names it.
 */
import { createHash } from 'node:crypto';
import type { AppContext } from '../../context.ts';
import { type Pool, type Queryable, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { PersonPurpose, PersonRules } from '../policy/index.ts';
import { insertNotice } from './own-queries.ts';
import { endPurposeRow, insertPurpose, lockPurposes, openPurpose, purposeVersions } from './purpose-queries.ts';

/** A purpose in force, by version: what is written names both. Only `requirePurpose` makes one. */
export interface ActivePurpose {
  readonly purpose: string;
  readonly version: number;
  readonly kind: PersonPurpose['kind'];
  readonly content: PersonPurpose;
}

const hashOf = (purpose: PersonPurpose): string => createHash('sha256').update(JSON.stringify(purpose)).digest('hex');

/** Brings the register up to the policy in force: a changed text is a new version. A purpose that was ended by hand stays ended. */
export async function registerPurposes(person: Pool, rules: PersonRules, at: string): Promise<void> {
  await withTransaction(person, async (tx) => {
    await lockPurposes(tx);
    const known = await purposeVersions(tx);
    for (const purpose of rules.purposes) {
      const hash = hashOf(purpose);
      const versions = known.filter((row) => row.purpose === purpose.purpose);
      // Ended by hand: the same text does not come back by itself.
      if (versions.some((row) => row.content_hash === hash)) continue;
      const open = versions.find((row) => row.ended_at === null);
      if (open) await endPurposeRow(tx, purpose.purpose, open.version, { at, accountId: null, reason: 'new version' });
      const version = Math.max(0, ...versions.map((row) => row.version)) + 1;
      await insertPurpose(tx, purpose, version, hash, at);
      if (purpose.notice) await publishFirst(tx, purpose.purpose, version, purpose.notice, at);
    }
  });
}

/** The text that policy gives is the first version of the notice. */
async function publishFirst(
  tx: Transaction,
  purpose: string,
  version: number,
  text: { zh: string; en: string },
  at: string,
): Promise<void> {
  await insertNotice(tx, {
    ...{ notice_id: newId(), purpose, purpose_version: version, text_zh: text.zh, text_en: text.en },
    ...{ text_hash: noticeHash(text.zh, text.en), published_at: at, published_by: null },
  });
}

export const noticeHash = (zh: string, en: string): string =>
  createHash('sha256').update(`${zh}\u001f${en}`).digest('hex');

/**
 * The purpose in force, for the transaction that processes. The row is locked against its end until the transaction is over,
 * so that nothing is processed after an end. Errors: `unprocessable` when there is none.
 */
export async function requirePurpose(
  tx: Queryable,
  purpose: string,
  kinds: readonly PersonPurpose['kind'][],
): Promise<ActivePurpose> {
  const row = await openPurpose(tx, purpose);
  if (!row || !kinds.includes(row.kind)) {
    throw new DomainError('unprocessable', {
      zh: '该处理目的未登记或已终止，依《个人信息保护法》第十三条不得处理。请从可用目的中选择，或联系个人信息保护负责人。',
      en: 'This purpose is not in the register or was ended, so nothing may be processed for it (PIPL art. 13). Choose one of those in force, or ask the officer for personal information.',
      details: [{ field: '/purpose', zh: '处理目的不可用', en: 'no such purpose in force' }],
    });
  }
  return { purpose: row.purpose, version: row.version, kind: row.kind, content: row.content };
}

/** Ends a purpose: from now on nothing is processed for it. Returns false when it was not open. */
export async function endPurpose(
  ctx: Pick<AppContext, 'db' | 'clock'>,
  tx: Queryable,
  purpose: string,
  input: { accountId: string; reason: string },
): Promise<boolean> {
  const row = await openPurpose(tx, purpose);
  if (!row) return false;
  return endPurposeRow(tx, purpose, row.version, { at: ctx.clock.now(), ...input });
}
