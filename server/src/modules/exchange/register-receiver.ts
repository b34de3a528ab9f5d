/** Receivers are registered, changed and ended by the credit office with a second factor: what they get leaves the house. */
import type { NewReceiver, ReceiverChange } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { levelCovers } from '../../platform/authz/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { clientOfBody } from '../credentials/index.ts';
import { authorize, type Body, findBody, outsideBodyKinds } from '../identity/index.ts';
import { checkUrl } from './addresses.ts';
import { lookFromTheBeginning } from './feed-queries.ts';
import { endAlarmsOf } from './raise-alarm.ts';
import { readReceiptKey } from './receipt.ts';
import {
  countInForce,
  insertKey,
  insertReceiver,
  receiverById,
  revokeKeyRow,
  setReceiverState,
  updateReceiver,
} from './receiver-queries.ts';
import type { ReceiverRow, ReceiverState } from './types.ts';

/** Each costs a lane and a look into the log for every change. */
const maxReceivers = 500;

const bad = (field: string, zh: string, en: string): never => {
  throw new DomainError('unprocessable', { zh, en, details: [{ field: `body/${field}`, zh, en }] });
};

const by = (actor: Actor): string => actor.accountId ?? '';
const logged = (tx: Transaction, ctx: AppContext, actor: Actor, action: string, id: string, detail: object) =>
  writeAccess(tx, ctx, actor, { action, resourceKind: 'receiver', resourceId: id, detail: { ...detail } });

async function checkFacts(ctx: AppContext, tx: Transaction, body: Body, given: ReceiverChange): Promise<void> {
  if (given.url !== null) checkUrl(ctx.config, given.url);
  if (given.url === null && given.clientId === null)
    bad(
      'url',
      '请填写推送地址，或选择读取变更的接口系统。',
      'Give an address for messages, or a system that reads the feed.',
    );
  const outside = (outsideBodyKinds as readonly string[]).includes(body.kind);
  if (outside && levelCovers(given.level, 'government'))
    bad(
      'level',
      '政府以外的单位最高为“授权查询”级。',
      'A body outside government reads at the authorised level at most.',
    );
  if (outside && given.covers === 'all')
    bad(
      'covers',
      '政府以外的单位只通知其实际收到过的记录。',
      'A body outside government is told of what it received only.',
    );
  const unknown = given.items.find((item) => ctx.policy().catalogueItem(item) === undefined);
  if (unknown !== undefined) bad('items', `目录中没有条目 ${unknown}。`, `The catalogue has no item ${unknown}.`);
  if (given.clientId === null) return;
  const client = await clientOfBody(tx, given.clientId, body.bodyId);
  if (!client)
    bad('clientId', '该单位没有这个接口系统，或系统已停用。', 'The body has no such system, or it was revoked.');
}

const clean = (given: ReceiverChange) => ({
  ...given,
  name: given.name.trim(),
  contact: given.contact.trim(),
  items: [...new Set(given.items)].sort(),
});

async function addKey(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  receiverId: string,
  pem: string,
): Promise<string> {
  const key = readReceiptKey(pem);
  if (!key) return bad('publicKey', '公钥应为 PEM 格式的 Ed25519 公钥。', 'The public key is an Ed25519 key in PEM.');
  if ((await insertKey(tx, { receiverId, ...key, by: by(actor), at: ctx.clock.now() })) === 0)
    throw new DomainError('conflict', { zh: '该公钥已登记。', en: 'This key is registered already.' });
  await logged(tx, ctx, actor, 'receiver.addKey', receiverId, { keyId: key.keyId });
  return key.keyId;
}

const taken = (error: unknown): never => {
  if (error instanceof Error && 'code' in error && error.code === '23505')
    throw new DomainError('conflict', {
      zh: '这个接口系统已登记为另一接收方。',
      en: 'This system is registered as another receiver already.',
    });
  throw error;
};

export async function registerReceiver(ctx: AppContext, actor: Actor, given: NewReceiver): Promise<string> {
  authorize(actor, 'exchange.manage');
  const body = await findBody(ctx.db.app, { bodyId: given.bodyId });
  if (!body || body.closedOn !== null)
    return bad('bodyId', '没有这个单位，或单位已撤销。', 'There is no such body, or it was closed.');
  if (given.url !== null && given.publicKey === undefined)
    bad(
      'publicKey',
      '推送须登记接收方用于签署回执的公钥。',
      'Messages need the public key by which the receiver signs receipts.',
    );
  if ((await countInForce(ctx.db.app)) >= maxReceivers)
    throw new DomainError('conflict', {
      zh: `登记的接收方已达 ${maxReceivers} 个，请先停用不再使用的。`,
      en: `There are ${maxReceivers} receivers already. End those that are no longer used.`,
    });
  const { bodyId, publicKey, ...facts } = given;
  return withTransaction(ctx.db.app, async (tx) => {
    await checkFacts(ctx, tx, body, facts);
    const receiverId = newId();
    await insertReceiver(tx, { receiverId, bodyId, ...clean(facts), by: by(actor), at: ctx.clock.now() }).catch(taken);
    if (publicKey !== undefined) await addKey(ctx, tx, actor, receiverId, publicKey);
    await lookFromTheBeginning(tx);
    await logged(tx, ctx, actor, 'receiver.register', receiverId, {
      bodyId,
      url: given.url,
      level: given.level,
      covers: given.covers,
    });
    return receiverId;
  });
}

async function load(ctx: AppContext, actor: Actor, receiverId: string): Promise<ReceiverRow> {
  authorize(actor, 'exchange.manage');
  const row = await receiverById(ctx.db.app, receiverId);
  if (!row) throw new DomainError('not-found');
  return row;
}

export async function changeReceiver(
  ctx: AppContext,
  actor: Actor,
  receiverId: string,
  given: ReceiverChange,
): Promise<void> {
  const row = await load(ctx, actor, receiverId);
  const body = await findBody(ctx.db.app, { bodyId: row.body_id });
  if (!body) throw new DomainError('not-found');
  await withTransaction(ctx.db.app, async (tx) => {
    await checkFacts(ctx, tx, body, given);
    const changed = await updateReceiver(tx, { receiverId, ...clean(given), at: ctx.clock.now() }).catch(taken);
    if (changed === 0) throw new DomainError('conflict');
    await logged(tx, ctx, actor, 'receiver.change', receiverId, {
      url: given.url,
      level: given.level,
      covers: given.covers,
    });
  });
}

const moves: Readonly<Record<ReceiverState, readonly ReceiverState[]>> = {
  active: ['paused', 'ended'],
  paused: ['active', 'ended'],
  ended: [],
};

/** Paused: messages are kept for it. Ended: none are made any more, its alarms are closed. */
export async function setState(ctx: AppContext, actor: Actor, receiverId: string, to: ReceiverState): Promise<void> {
  const row = await load(ctx, actor, receiverId);
  if (!moves[row.state].includes(to)) throw new DomainError('conflict');
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await setReceiverState(tx, receiverId, row.state, to, ctx.clock.now())) === 0)
      throw new DomainError('conflict');
    if (to === 'ended')
      await endAlarmsOf(tx, ctx, { receiverId, deliveryId: null, kinds: ['unreachable'] }, 'receiverEnded');
    await logged(tx, ctx, actor, `receiver.${to}`, receiverId, {});
  });
}

/** The next key of a rotation: both hold until the old one is revoked. */
export async function addReceiverKey(ctx: AppContext, actor: Actor, receiverId: string, pem: string): Promise<string> {
  const row = await load(ctx, actor, receiverId);
  if (row.state === 'ended') throw new DomainError('conflict');
  return withTransaction(ctx.db.app, (tx) => addKey(ctx, tx, actor, receiverId, pem));
}

export async function revokeReceiverKey(
  ctx: AppContext,
  actor: Actor,
  receiverId: string,
  keyId: string,
): Promise<void> {
  await load(ctx, actor, receiverId);
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await revokeKeyRow(tx, receiverId, keyId, ctx.clock.now())) === 0) throw new DomainError('not-found');
    await logged(tx, ctx, actor, 'receiver.revokeKey', receiverId, { keyId });
  });
}
