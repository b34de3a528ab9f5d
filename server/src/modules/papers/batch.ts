/** Many papers at once. Each in a transaction of its own: one that cannot be does not stop the rest, and is said by itself. */
import type { PaperBatchRequest, PaperBatchResult } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { issuingBody, type PaperPorts, seenCase, writablePaper } from './access.ts';
import { issuePaper } from './issue-paper.ts';
import type { PaperRow } from './queries.ts';
import { servePaper, signOffPaper } from './work-on-paper.ts';

type Result = PaperBatchResult['results'][number];

async function each(ids: readonly string[], work: (id: string) => Promise<PaperRow>): Promise<Result[]> {
  const results: Result[] = [];
  for (const id of new Set(ids)) {
    try {
      const row = await work(id);
      results.push({ id, paperId: row.paper_id, number: row.number, ok: true, message: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ id, paperId: null, number: null, ok: false, message: { zh: error.zh, en: error.en } });
    }
  }
  return results;
}

/** @param key of the request: sent again, it gives the papers that are there */
export async function actOnPapers(
  ctx: AppContext,
  ports: PaperPorts,
  actor: Actor,
  input: PaperBatchRequest,
  key: string | null,
): Promise<PaperBatchResult> {
  authorize(actor, 'paper.write');
  if (input.act === 'issue') {
    const { template, fields } = input;
    const bodyId = issuingBody(actor, null);
    const results = await each(input.caseIds, async (caseId) => {
      const seen = await seenCase(ctx, ports, actor, caseId);
      if (seen.as !== 'body') throw new DomainError('forbidden');
      return withTransaction(ctx.db.app, (tx) =>
        issuePaper(tx, ctx, actor, { case: seen, template, fields, bodyId, key: key && `${key} ${caseId}` }),
      );
    });
    return { results };
  }
  const { act, service } = input;
  if (act === 'serve' && !service)
    throw new DomainError('unprocessable', {
      zh: '请填写送达日期、方式、收件人和凭证。',
      en: 'Say when, how and to whom it was served, with the proof.',
      details: [{ field: 'body/service', zh: '必填', en: 'needed' }],
    });
  const results = await each(input.ids, async (id) => {
    await writablePaper(ctx, ports, actor, id);
    return withTransaction(ctx.db.app, (tx) =>
      service && act === 'serve' ? servePaper(tx, ctx, actor, id, service) : signOffPaper(tx, ctx, actor, id),
    );
  });
  return { results };
}
