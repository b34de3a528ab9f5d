/** What was sent to whom, and what became of it: for the credit office. */
import type { SendAgainResult, SentItem, SentList, SentQuery } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { authorize } from '../identity/index.ts';
import type { Bilingual, NoticeChannel } from '../policy/index.ts';
import { enqueueDelivery } from './jobs.ts';
import { loadDelivery, type SentRow, sentRows, settle } from './queries.ts';
import { type DeliveryState, statesBefore } from './state.ts';

const stateWords: Readonly<Record<DeliveryState, Bilingual>> = {
  waiting: { zh: '待发送', en: 'Waiting' },
  sent: { zh: '已发出', en: 'Sent' },
  delivered: { zh: '已送达', en: 'Delivered' },
  read: { zh: '已读', en: 'Read' },
  failed: { zh: '发送失败', en: 'Failed' },
  bounced: { zh: '地址无效', en: 'Bounced' },
};
const problemWords: Readonly<Record<string, Bilingual>> = {
  noAddress: { zh: '没有联系方式', en: 'There is no address' },
  noRecipient: { zh: '该主体没有可接收通知的账号，请书面通知', en: 'Nobody has an account for it: tell it on paper' },
  notConfigured: { zh: '本系统未配置该渠道', en: 'This installation does not use the channel' },
  refusedAddress: { zh: '对方服务器称没有这个地址', en: 'The other server says that there is no such address' },
  refused: { zh: '对方服务器拒绝', en: 'The other server refused it' },
  unreachable: { zh: '连接不上对方服务器', en: 'The other server cannot be reached' },
  timeOut: { zh: '对方服务器无响应', en: 'The other server did not answer' },
  busy: { zh: '对方服务器暂不接收', en: 'The other server does not take it now' },
  badAnswer: { zh: '对方服务器的答复无法识别', en: 'The answer of the other server is not understood' },
};

/** Those without an address cannot be sent by trying once more. */
const mayAgain = (row: Pick<SentRow, 'state' | 'channel'>): boolean =>
  row.channel !== 'inApp' && statesBefore('again').includes(row.state);

const itemOf = (row: SentRow): SentItem => ({
  id: row.delivery_id,
  channel: row.channel,
  state: row.state,
  stateLabel: stateWords[row.state],
  problem: row.problem === null ? null : (problemWords[row.problem] ?? { zh: row.problem, en: row.problem }),
  attempts: row.attempts,
  topic: row.topic,
  title: { zh: row.title_zh, en: row.title_en },
  recipient: [row.recipient, row.shown].filter((part) => part !== null).join(' ') || null,
  for: row.subject_name ?? row.body_name,
  procedure: row.procedure,
  caseId: row.case_id,
  at: row.created_at,
  settledAt: row.settled_at,
  mayAgain: mayAgain(row),
});

const defaultLimit = 50;

export async function listSent(ctx: AppContext, actor: Actor, input: SentQuery): Promise<SentList> {
  authorize(actor, 'notice.oversee');
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'sent', input.cursor);
  const entry = {
    action: 'notice.list',
    resourceKind: 'notice',
    detail: { state: input.state, channel: input.channel },
  };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    sentRows(tx, input, position && { at: String(position[0]), id: String(position[1]) }, limit + 1),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(itemOf),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'sent', [last.created_at, last.delivery_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const cannot: Bilingual = {
  zh: '只有发送失败或地址无效的才能重发。',
  en: 'Only what failed or bounced is sent again.',
};
const missing: Bilingual = { zh: '没有这条记录。', en: 'There is no such delivery.' };

async function again(ctx: AppContext, actor: Actor, id: string): Promise<Bilingual | null> {
  return withTransaction(ctx.db.app, async (tx) => {
    const row = await loadDelivery(tx, id);
    if (!row) return missing;
    if (!mayAgain(row)) return cannot;
    const moved = await settle(tx, id, statesBefore('again'), 'waiting', { at: ctx.clock.now() });
    if (moved !== 1) return cannot;
    await enqueueDelivery(tx, ctx, { delivery_id: id, channel: row.channel as NoticeChannel });
    await writeAccess(tx, ctx, actor, { action: 'notice.again', resourceKind: 'delivery', resourceId: id });
    return null;
  });
}

/** Each in a transaction of its own: one that cannot be does not stop the rest. Asked twice, sent once: it waits already. */
export async function sendAgain(ctx: AppContext, actor: Actor, ids: readonly string[]): Promise<SendAgainResult> {
  authorize(actor, 'notice.oversee');
  const results: SendAgainResult['results'] = [];
  for (const id of new Set(ids)) {
    const message = await again(ctx, actor, id);
    results.push({ id, ok: message === null, message });
  }
  return { results };
}
