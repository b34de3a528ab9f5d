/** One try of one delivery. May run twice after a crash: the receiver knows a repetition by the delivery's id. */
import type { AppContext } from '../../context.ts';
import { openSecret } from '../../platform/crypto.ts';
import type { JobRun } from '../../platform/jobs.ts';
import { sendMail } from './channels/mail.ts';
import { type Outcome, TryAgain } from './channels/outcome.ts';
import { postSigned } from './channels/signed-post.ts';
import { loadDelivery, markTried, settle, type WaitingDelivery } from './queries.ts';
import { statesBefore } from './state.ts';

async function send(ctx: AppContext, row: WaitingDelivery, signal: AbortSignal): Promise<Outcome> {
  const { outgoing, publicUrl } = ctx.config;
  const timeoutMs = ctx.policy().noticeRules().timeoutSeconds * 1000;
  if (row.address === null) return { state: 'failed', problem: 'noAddress' };
  const address = openSecret(ctx.keys, row.address);
  if (row.channel === 'email') {
    if (!outgoing.mail) return { state: 'failed', problem: 'notConfigured' };
    const text = `${row.text_zh}\n\n${row.text_en}\n\n${publicUrl}\n`;
    return sendMail(outgoing.mail, { id: row.delivery_id, to: address, subject: row.title_zh, text }, timeoutMs);
  }
  const gateway = row.channel === 'sms' ? outgoing.sms : outgoing.im;
  if (!gateway) return { state: 'failed', problem: 'notConfigured' };
  const body =
    row.channel === 'sms'
      ? { id: row.delivery_id, mobile: address, text: row.sms_zh ?? '' }
      : { id: row.delivery_id, user: address, title: row.title_zh, text: row.text_zh, link: publicUrl };
  return postSigned(gateway, body, { id: row.delivery_id, at: ctx.clock.now(), timeoutMs, signal });
}

export async function deliver(
  ctx: AppContext,
  deliveryId: string,
  job: Pick<JobRun, 'lastAttempt' | 'signal'>,
): Promise<void> {
  const row = await loadDelivery(ctx.db.app, deliveryId);
  if (row?.state !== 'waiting') return;
  try {
    const outcome = await send(ctx, row, job.signal);
    await markTried(ctx.db.app, deliveryId, ctx.clock.now(), outcome.problem ?? null);
    await settle(ctx.db.app, deliveryId, statesBefore(outcome.state), outcome.state, {
      at: ctx.clock.now(),
      problem: outcome.problem ?? null,
      providerId: outcome.providerId ?? null,
    });
  } catch (error) {
    if (!(error instanceof TryAgain)) throw error;
    await markTried(ctx.db.app, deliveryId, ctx.clock.now(), error.problem);
    if (!job.lastAttempt) throw error;
    await settle(ctx.db.app, deliveryId, statesBefore('failed'), 'failed', {
      at: ctx.clock.now(),
      problem: error.problem,
    });
  }
}
