/** Many cases in one call, with a result for each. */
import type { CaseBatchResult } from '@chengxin/contract';
import { DomainError } from '../../platform/errors.ts';
import type { CaseRow } from './queries.ts';

/** Cases in one call. */
export const maxAtOnce = 500;

/**
 * Each case in a transaction of its own: one that cannot be does not stop the rest, and is said in words. Sent again with the
 * same key, what was done is answered as done.
 */
export async function eachCase(
  ids: readonly string[],
  work: (caseId: string) => Promise<CaseRow>,
): Promise<CaseBatchResult['results']> {
  const results: CaseBatchResult['results'] = [];
  for (const id of new Set(ids.slice(0, maxAtOnce))) {
    try {
      const row = await work(id);
      results.push({ id, number: row.number, ok: true, message: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ id, number: null, ok: false, message: { zh: error.zh, en: error.en } });
    }
  }
  return results;
}
