/** What a gateway says later of a message that it took: signed with the secret shared with it. */
import type { ReceiptRequest } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { isSignedBy } from './channels/signed-post.ts';
import { deliveryOfProvider, settle } from './queries.ts';
import { statesBefore } from './state.ts';

const skewMs = 5 * 60_000;

const unsigned = (): DomainError =>
  new DomainError('unauthenticated', {
    zh: '回执的签名或时间不正确。',
    en: 'The signature or the time of the receipt is not right.',
  });

/** Repeated or late receipts change nothing and are answered alike. */
export async function takeReceipt(
  ctx: AppContext,
  channel: 'sms' | 'im',
  input: ReceiptRequest,
  signed: { readonly timestamp: string; readonly signature: string },
): Promise<void> {
  const gateway = ctx.config.outgoing[channel];
  const age = Math.abs(Date.parse(ctx.clock.now()) - Date.parse(signed.timestamp));
  if (!gateway || !(age <= skewMs)) throw unsigned();
  const text = `${channel}.${input.id}.${input.state}`;
  if (!isSignedBy(gateway.secret, signed.timestamp, text, signed.signature)) throw unsigned();
  const row = await deliveryOfProvider(ctx.db.app, channel, input.id);
  if (!row) throw new DomainError('not-found');
  await settle(ctx.db.app, row.delivery_id, statesBefore(input.state), input.state, {
    at: ctx.clock.now(),
    problem: input.state === 'bounced' ? 'refusedAddress' : input.state === 'failed' ? 'refused' : null,
  });
}
