/** What a body did about a measure that its check told of. Somebody else's hit is hidden. */
import type { FeedbackRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { authorize, may } from '../identity/index.ts';
import { liveEntriesOf } from '../lists/index.ts';
import { personNumberIn, personsElsewhere } from './ask.ts';
import { keepAnswer } from './keep-answer.ts';
import { type HitRow, hitBy, hitsOfReceipt } from './queries.ts';
import { afterHitAct, feedbackLack } from './state.ts';

const text = (value: string | undefined): string | null => value?.normalize('NFC').trim() || null;

/** By its own id, or by the receipt and the measure that it told of. Errors: not-found, unprocessable (several lists). */
async function findHit(client: Transaction, id: string, request: FeedbackRequest): Promise<HitRow> {
  if (isId(id)) {
    const hit = await hitBy(client, id);
    if (hit) return hit;
    throw new DomainError('not-found');
  }
  const found = request.measure
    ? await hitsOfReceipt(client, id.trim().toUpperCase(), request.measure, request.list ?? null)
    : [];
  const [hit] = found;
  if (!hit) throw new DomainError('not-found');
  if (found.length > 1)
    throw new DomainError('unprocessable', {
      zh: '这项措施因多份名单命中，请写明名单编码。',
      en: 'Several lists led to this measure: name the list.',
    });
  return hit;
}

/** Errors: not-found (no such hit, or another body's), conflict (answered already), unprocessable (document, reason, cause gone). */
export async function giveFeedback(
  ctx: AppContext,
  actor: Actor,
  hitId: string,
  request: FeedbackRequest,
): Promise<{ id: string; state: string }> {
  authorize(actor, 'check.feedback');
  const document = text(request.document);
  const reason = text(request.reason);
  if (personNumberIn(`${document ?? ''} ${reason ?? ''}`)) throw personsElsewhere();
  return withTransaction(ctx.db.app, async (tx) => {
    const hit = await findHit(tx, hitId, request);
    if (!may(actor, 'check.feedback', { bodyId: hit.body_id })) throw new HiddenError();
    const state = afterHitAct(hit.state, request.action);
    if (state === null) throw new DomainError('conflict');
    const on = ctx.clock.today();
    const entries = await liveEntriesOf(tx, ctx.policy(), [hit.subject_id], on);
    const cause = [...entries.values()].flat().find(({ entryId }) => entryId === hit.entry_id);
    const causeLive = cause !== undefined;
    const lack = feedbackLack({ force: hit.force, act: request.action, document, reason, causeLive });
    if (lack)
      throw new DomainError('unprocessable', {
        zh: lack.zh,
        en: lack.en,
        details: [{ field: lack.field, code: 'required', zh: lack.zh, en: lack.en }],
      });
    const { action } = request;
    const number = cause?.documentNumber ?? cause?.caseNumber ?? null;
    if (!(await keepAnswer(tx, ctx, actor, hit, { action, state, reason, document, cause: number })))
      throw new DomainError('conflict');
    return { id: hit.hit_id, state };
  });
}
