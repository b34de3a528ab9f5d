/** The organisation learns of a measure that was applied to it, with basis, reason and remedy, and of its end (深圳 art. 69). */
import type { AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { findBody } from '../identity/index.ts';
import { sendNotice } from '../notices/index.ts';
import { basisLine } from '../policy/index.ts';
import type { HitRow } from './queries.ts';

const words = (text: string) => ({ zh: text, en: text });

/** Nothing where the deciding body tells it in its own decision. */
export async function tellSubject(
  tx: Transaction,
  ctx: AppContext,
  hit: Pick<HitRow, 'subject_id' | 'body_id' | 'matter' | 'list' | 'measure'>,
  what: {
    readonly topic: 'measure.applied' | 'measure.lifted';
    readonly document: string | null;
    readonly reason: string | null;
  },
): Promise<void> {
  const policy = ctx.policy();
  const matter = policy.matter(hit.matter);
  if (matter?.noticeBy !== 'platform') return;
  const measures = policy.measures();
  const rule = measures.rules.find(({ list, measure }) => list === hit.list && measure === hit.measure);
  const common = {
    measure: measures.measures.find(({ id }) => id === hit.measure)?.name ?? words(hit.measure),
    body: (await findBody(tx, { bodyId: hit.body_id }))?.name ?? '',
    matter: matter.name,
  };
  await sendNotice(tx, ctx, {
    to: { kind: 'organisation', subjectId: hit.subject_id },
    topic: what.topic,
    params:
      what.topic === 'measure.lifted'
        ? common
        : {
            ...common,
            list: policy.list(hit.list)?.name ?? words(hit.list),
            document: what.document,
            article: rule?.basis.map((one) => basisLine(one)).join('；') ?? '',
            // A required measure needs no reason of the officer's: the rule has it.
            reason: what.reason ?? rule?.relevance ?? null,
          },
  });
}
