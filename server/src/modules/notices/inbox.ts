/** The inbox of an account, and where it is reached beside it. */
import type { ContactRequest, ContactView, InboxList } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { sealSecret } from '../../platform/crypto.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { type AddressChannel, isAddress, maskAddress } from './addresses.ts';
import { contactsOf, countUnread, dropContact, type InboxRow, inboxRows, markRead, putContact } from './queries.ts';

const defaultLimit = 50;
const countLimit = 100;

function ownAccount(actor: Actor): string {
  authorize(actor, 'notice.own');
  // A system reads no inbox: it has none.
  if (actor.accountId === null) throw new DomainError('forbidden');
  return actor.accountId;
}

const itemOf = (row: InboxRow): InboxList['items'][number] => ({
  id: row.delivery_id,
  topic: row.topic,
  title: { zh: row.title_zh, en: row.title_en },
  text: { zh: row.text_zh, en: row.text_en },
  procedure: row.procedure,
  caseId: row.case_id,
  recordId: row.record_id,
  at: row.created_at,
  readAt: row.read_at,
});

export async function readInbox(
  ctx: AppContext,
  actor: Actor,
  input: { readonly unread?: boolean; readonly cursor?: string; readonly limit?: number },
): Promise<InboxList> {
  const account = ownAccount(actor);
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'inbox', input.cursor);
  const rows = await inboxRows(
    ctx.db.app,
    account,
    input.unread ?? false,
    position && { at: String(position[0]), id: String(position[1]) },
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(itemOf),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'inbox', [last.created_at, last.delivery_id]) : null,
    dataAsOf: ctx.clock.now(),
    unread: await countUnread(ctx.db.app, account, countLimit),
  };
}

export async function unreadOf(ctx: AppContext, actor: Actor): Promise<number> {
  return countUnread(ctx.db.app, ownAccount(actor), countLimit);
}

/** Somebody else's are none of these: nothing is said about them. */
export async function readNotices(ctx: AppContext, actor: Actor, ids: readonly string[] | undefined): Promise<number> {
  const account = ownAccount(actor);
  await withTransaction(ctx.db.app, (tx) => markRead(tx, account, ids ?? null, ctx.clock.now()));
  return countUnread(ctx.db.app, account, countLimit);
}

const channels: readonly AddressChannel[] = ['email', 'sms', 'im'];

export async function ownContact(ctx: AppContext, actor: Actor): Promise<ContactView> {
  const rows = await contactsOf(ctx.db.app, [ownAccount(actor)]);
  const rules = ctx.policy().noticeRules().channels;
  const { mail, sms, im } = ctx.config.outgoing;
  const configured = { email: mail !== null, sms: sms !== null, im: im !== null };
  const viewOf = (channel: AddressChannel): ContactView['email'] => ({
    shown: rows.find((row) => row.channel === channel)?.shown ?? null,
    used: rules[channel] && configured[channel],
  });
  return { email: viewOf('email'), sms: viewOf('sms'), im: viewOf('im') };
}

const wrong: Readonly<Record<AddressChannel, readonly [zh: string, en: string]>> = {
  email: ['邮箱地址不正确，请核对。', 'This is no e-mail address.'],
  sms: ['手机号码不正确，应为 11 位。', 'This is no mobile number of 11 digits.'],
  im: ['即时通讯账号不正确，请核对。', 'This is no name of the messenger.'],
};

export async function changeContact(ctx: AppContext, actor: Actor, input: ContactRequest): Promise<ContactView> {
  const account = ownAccount(actor);
  for (const channel of channels) {
    const given = input[channel];
    if (!given || isAddress(channel, given)) continue;
    const [zh, en] = wrong[channel];
    throw new DomainError('unprocessable', { zh, en, details: [{ field: `body/${channel}`, zh, en }] });
  }
  await withTransaction(ctx.db.app, async (tx) => {
    for (const channel of channels) {
      const given = input[channel];
      if (given === null) await dropContact(tx, account, channel);
      else if (given !== undefined)
        await putContact(tx, {
          account_id: account,
          channel,
          address: sealSecret(ctx.keys, given),
          shown: maskAddress(channel, given),
          updated_at: ctx.clock.now(),
        });
    }
    await writeAccess(tx, ctx, actor, {
      action: 'notice.contact',
      resourceKind: 'account',
      resourceId: account,
      detail: { channels: Object.keys(input) },
    });
  });
  return ownContact(ctx, actor);
}
