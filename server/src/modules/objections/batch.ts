/** One command for many objections. Each is judged by itself and in its own transaction: one that cannot be does not stop the rest. */
import type { CaseBatchResult, ObjectionBatchRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { actOnObjection } from './act-on-objection.ts';

/** Commands that may be given without reading each case: those that decide nothing about a record. */
export const batchCommands = ['accept', 'forward', 'notify'] as const;

export async function actOnObjections(
  ctx: AppContext,
  actor: Actor,
  input: ObjectionBatchRequest,
  key: string | null,
): Promise<CaseBatchResult> {
  authorize(actor, 'objection.handle');
  const results: CaseBatchResult['results'] = [];
  for (const id of [...new Set(input.ids)]) {
    try {
      const { ids: _, ...command } = input;
      const row = await actOnObjection(ctx, actor, id, command, key && `${key} ${id}`);
      results.push({ id, number: row.number, ok: true, message: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ id, number: null, ok: false, message: { zh: error.zh, en: error.en } });
    }
  }
  return { results };
}
