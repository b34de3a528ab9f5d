/** What a receiver may know of a new answer: that it is another one. Keyed, so that nobody can try out what it might say. */
import { createHmac } from 'node:crypto';
import type { CheckResult } from '@chengxin/contract';
import canonicalize from 'canonicalize';
import type { AppContext } from '../../context.ts';

/** The day of the answer and the code are no part: the same measures tomorrow, or under the code of a merged company, are the same. */
export function pointerOf(ctx: Pick<AppContext, 'keys'>, receipt: string, answer: CheckResult): string {
  const { annotations } = answer;
  // Names of measures and lists may be worded anew; that changes no decision.
  const measures = answer.measures.map(({ id, force, list, document, article, until }) => [
    id,
    force,
    list,
    document,
    article,
    until,
  ]);
  const incentives = answer.incentives.map(({ id, list, article, until }) => [id, list, article, until]);
  return createHmac('sha256', ctx.keys.secret('receipt'))
    .update(`webhook ${receipt} ${canonicalize({ measures, incentives, annotations }) ?? ''}`)
    .digest('base64url')
    .slice(0, 22);
}
