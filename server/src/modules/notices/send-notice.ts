/**
 * Tells somebody something, in the transaction of the act: either both are there or neither. The inbox has it at once; what
 * goes out of the house is left to jobs.
 */
import type { AppContext } from '../../context.ts';
import { withoutPersonNumbers } from '../../platform/access-log/index.ts';
import { sealSecret } from '../../platform/crypto.ts';
import type { Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { type Permission, permissionRows } from '../identity/index.ts';
import {
  type Bilingual,
  fillWords,
  type NoticeChannel,
  type NoticeRecipientKind,
  type NoticeTopic,
} from '../policy/index.ts';
import { maskAddress } from './addresses.ts';
import { enqueueDelivery } from './jobs.ts';
import {
  type ContactRow,
  contactsOf,
  insertDeliveries,
  insertNotice,
  type NewDelivery,
  officersOf,
  representativesOf,
  standingAccount,
} from './queries.ts';

export type NoticeRecipient =
  | { readonly kind: 'account'; readonly accountId: string }
  /** Whoever speaks for it. */
  | { readonly kind: 'organisation'; readonly subjectId: string }
  /** Its officers whose role has the permission. */
  | { readonly kind: 'body'; readonly bodyId: string; readonly permission: Permission }
  /** An address that belongs to no account, as it was given with an application. */
  | { readonly kind: 'address'; readonly email?: string; readonly mobile?: string };

export type NoticeParams = Readonly<Record<string, string | Bilingual | null | undefined>>;

export interface NoticeInput {
  readonly to: NoticeRecipient | readonly NoticeRecipient[];
  /** A topic of the policy (policy/notices). */
  readonly topic: string;
  /** What its words name, in one form or in both languages; what is missing is a dash. Without person identifiers. */
  readonly params: NoticeParams;
  readonly procedure?: string | null;
  readonly caseId?: string | null;
  readonly recordId?: string | null;
  /** The account whose act it is. */
  readonly by?: string | null;
}

export interface SentNotice {
  readonly noticeIds: readonly string[];
  /** Rows of recipients and channels; 0 where the policy tells nobody. */
  readonly deliveries: number;
}

type NoticeContext = Pick<AppContext, 'clock' | 'jobs' | 'policy' | 'keys' | 'config'>;

/** The ways that policy, the machine's configuration and the city's switches leave for a kind of recipient. */
function openChannels(ctx: NoticeContext, topic: NoticeTopic, kind: NoticeRecipientKind): NoticeChannel[] {
  const { channels } = ctx.policy().noticeRules();
  const { mail, sms, im } = ctx.config.outgoing;
  const configured: Readonly<Record<NoticeChannel, boolean>> = {
    inApp: true,
    email: mail !== null,
    sms: sms !== null && topic.sms !== undefined,
    im: im !== null,
  };
  return (topic.channels[kind] ?? []).filter((channel) => channels[channel] && configured[channel]);
}

async function accountsOf(tx: Transaction, ctx: NoticeContext, to: NoticeRecipient): Promise<string[]> {
  const today = ctx.clock.today();
  const limit = ctx.policy().noticeRules().recipients;
  if (to.kind === 'account') return (await standingAccount(tx, to.accountId, today)) ? [to.accountId] : [];
  if (to.kind === 'organisation')
    return (await representativesOf(tx, to.subjectId, today, limit)).map((row) => row.account_id);
  if (to.kind === 'body') {
    const roles = Object.keys(permissionRows[to.permission].roles);
    return (await officersOf(tx, to.bodyId, roles, today, limit)).map((row) => row.account_id);
  }
  return [];
}

type Place = Pick<NewDelivery, 'channel' | 'account_id' | 'address' | 'shown' | 'state' | 'problem'>;

const inApp = (accountId: string): Place => ({
  channel: 'inApp',
  account_id: accountId,
  address: null,
  shown: null,
  // It lies in the inbox now: there is nothing to wait for.
  state: 'delivered',
  problem: null,
});

function placesOfAccounts(
  accounts: readonly string[],
  contacts: readonly ContactRow[],
  channels: readonly NoticeChannel[],
): Place[] {
  const out: Place[] = [];
  for (const accountId of accounts) {
    if (channels.includes('inApp')) out.push(inApp(accountId));
    for (const contact of contacts) {
      if (contact.account_id !== accountId || !channels.includes(contact.channel)) continue;
      const { channel, address, shown } = contact;
      out.push({ channel, account_id: accountId, address, shown, state: 'waiting', problem: null });
    }
  }
  return out;
}

/** Nobody speaks for it here: kept as failed, so that the office sees that it has to be told on paper. */
const nobody: Place = {
  channel: 'inApp',
  account_id: null,
  address: null,
  shown: null,
  state: 'failed',
  problem: 'noRecipient',
};

function placesOfAddress(ctx: NoticeContext, to: NoticeRecipient, channels: readonly NoticeChannel[]): Place[] {
  if (to.kind !== 'address') return [];
  const out: Place[] = [];
  for (const [channel, address] of [
    ['email', to.email],
    ['sms', to.mobile],
  ] as const) {
    if (!address || !channels.includes(channel)) continue;
    const sealed = sealSecret(ctx.keys, address);
    out.push({
      channel,
      account_id: null,
      address: sealed,
      shown: maskAddress(channel, address),
      state: 'waiting',
      problem: null,
    });
  }
  return out;
}

async function placesOf(
  tx: Transaction,
  ctx: NoticeContext,
  topic: NoticeTopic,
  to: NoticeRecipient,
): Promise<Place[]> {
  const channels = openChannels(ctx, topic, to.kind);
  if (channels.length === 0) return [];
  if (to.kind === 'address') return placesOfAddress(ctx, to, channels);
  const accounts = await accountsOf(tx, ctx, to);
  if (accounts.length === 0) return to.kind === 'account' ? [] : [nobody];
  return placesOfAccounts(accounts, await contactsOf(tx, accounts), channels);
}

const inLanguage = (params: NoticeParams, language: keyof Bilingual): Record<string, string | null | undefined> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? value[language] : value,
    ]),
  );

/** Both languages, each with its own form of what is named. */
const worded = (words: Bilingual, params: NoticeParams): Bilingual => ({
  zh: clean(fillWords(words, inLanguage(params, 'zh')).zh),
  en: clean(fillWords(words, inLanguage(params, 'en')).en),
});

const clean = (text: string): string => withoutPersonNumbers(text);

/** One person and channel has a notice once, also where it stands in two of the given recipients. */
function onlyNew(places: readonly Place[], seen: Set<string>): Place[] {
  return places.filter((place) => {
    if (place.account_id === null) return true;
    const key = `${place.account_id} ${place.channel}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

async function writeNotice(
  tx: Transaction,
  ctx: NoticeContext,
  topic: NoticeTopic,
  input: NoticeInput,
  to: NoticeRecipient,
  places: readonly Place[],
): Promise<string> {
  const now = ctx.clock.now();
  const noticeId = newId();
  const title = worded(topic.title, input.params);
  const text = worded(topic.text, input.params);
  const sms = topic.sms === undefined ? null : worded({ zh: topic.sms, en: '' }, input.params).zh;
  const given = Object.entries(inLanguage(input.params, 'zh')).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  await insertNotice(tx, {
    notice_id: noticeId,
    topic: topic.topic,
    policy_set_id: ctx.policy().setId,
    params: Object.fromEntries(given.map(([name, value]) => [name, clean(value)])),
    title_zh: title.zh,
    title_en: title.en,
    text_zh: text.zh,
    text_en: text.en,
    sms_zh: sms,
    procedure: input.procedure ?? null,
    case_id: input.caseId ?? null,
    record_id: input.recordId ?? null,
    subject_id: to.kind === 'organisation' ? to.subjectId : null,
    body_id: to.kind === 'body' ? to.bodyId : null,
    created_by: input.by ?? null,
    created_at: now,
  });
  const rows = places.map((place) => ({ ...place, delivery_id: newId(), notice_id: noticeId, created_at: now }));
  await insertDeliveries(tx, rows);
  for (const row of rows) if (row.state === 'waiting') await enqueueDelivery(tx, ctx, row);
  return noticeId;
}

/** Throws RangeError for a topic that the policy does not have: a mistake of the caller, or of the city's policy. */
export async function sendNotice(tx: Transaction, ctx: NoticeContext, input: NoticeInput): Promise<SentNotice> {
  const topic = ctx.policy().noticeTopic(input.topic);
  const recipients: readonly NoticeRecipient[] = 'kind' in input.to ? [input.to] : input.to;
  const seen = new Set<string>();
  const noticeIds: string[] = [];
  let deliveries = 0;
  for (const to of recipients) {
    const places = onlyNew(await placesOf(tx, ctx, topic, to), seen);
    if (places.length === 0) continue;
    noticeIds.push(await writeNotice(tx, ctx, topic, input, to, places));
    deliveries += places.length;
  }
  return { noticeIds, deliveries };
}
