/** What checks would be answered now. Nobody is told of it: it is compared with what was told, to know who should ask again. */
import type { CheckResult } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { liveEntriesOf } from '../lists/index.ts';
import { answerOf } from './answer.ts';

export interface AskedBefore {
  readonly number: string;
  /** The canonical subject of now. */
  readonly subjectId: string;
  readonly matter: string;
}

/** By the number of the receipt. A matter that is no more is left out: there is nothing left to ask. */
export async function answersNow(
  ctx: AppContext,
  tx: Transaction,
  asked: readonly AskedBefore[],
): Promise<ReadonlyMap<string, CheckResult>> {
  const policy = ctx.policy();
  const on = ctx.clock.today();
  const subjects = [...new Set(asked.map(({ subjectId }) => subjectId))];
  const entries = await liveEntriesOf(tx, policy, subjects, on);
  return new Map(
    asked.flatMap(({ number, subjectId, matter: code }) => {
      const matter = policy.matter(code);
      if (!matter) return [];
      const subject = { subjectId, code: null };
      return [[number, answerOf(policy, subject, entries.get(subjectId) ?? [], matter, on).result] as const];
    }),
  );
}
