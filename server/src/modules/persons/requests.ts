/**
 * What a person asks, and by when it is answered (PIPL art. 44–50): access, copy, transfer, correction, deletion, restriction,
 * refusal, explanation, complaint; by the person, a guardian, or a survivor of the deceased. What is granted is carried out in
 * the same act; a refusal names its reason.
 */
import { maskPersonName, type PersonDocumentType } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { addYears } from './days.ts';
import { identifierOf, maskNumber, readDocument } from './document.ts';
import { erasePerson, finishErasure } from './erase.ts';
import { lookupOf } from './lookup-queries.ts';
import type { OwnSession } from './own-session.ts';
import { requirePurpose } from './purposes.ts';
import {
  addRequestEvent,
  changeRequest,
  insertRequest,
  insertRestriction,
  loadRequest,
  nextRequestNumber,
  type RequestKind,
  type RequestRow,
  requestEvents,
  requestsOf,
} from './request-queries.ts';
import { actsOpen, closedStates, nextState, type RequestAct, transitions } from './request-state.ts';
import { putIdentifiers } from './store.ts';
import { holdsRecord, sealedIdentifier } from './store-queries.ts';
import type { ActingAs, PersonPorts } from './types.ts';

/** Open requests of one person at a time. */
const MAX_OPEN = 20;

/** The texts of a request: sealed, since people write names and numbers. */
interface Texts {
  statement: string;
  contact: string;
  answer: string;
}
const sealTexts = (ctx: Pick<AppContext, 'keys'>, texts: Texts) => ctx.keys.sealPerson(JSON.stringify(texts));
const openTexts = (ctx: Pick<AppContext, 'keys'>, row: RequestRow): Texts =>
  JSON.parse(ctx.keys.openPerson({ cipher: row.cipher, keyId: row.key_id }));

export interface NewRequest {
  readonly kind: RequestKind;
  readonly statement: string;
  readonly contact?: string | undefined;
  readonly recordId?: string | undefined;
  /** The own look-up that is disputed. */
  readonly lookupId?: string | undefined;
}

interface From {
  readonly token: string;
  readonly actingAs: ActingAs;
  readonly proof: string;
  readonly channel: 'own' | 'window';
  readonly accountId: string | null;
}

async function receive(ctx: AppContext, tx: Transaction, actor: Actor, from: From, input: NewRequest): Promise<string> {
  const now = ctx.clock.now();
  const today = ctx.clock.today();
  const rules = ctx.policy().persons().requests;
  const open = (await requestsOf(tx, from.token)).filter((row) => row.closed_at === null);
  if (open.length >= MAX_OPEN) throw new DomainError('rate-limited');
  const requestId = newId();
  const { cipher, keyId } = sealTexts(ctx, { statement: input.statement, contact: input.contact ?? '', answer: '' });
  await insertRequest(tx, {
    request_id: requestId,
    number: await nextRequestNumber(tx, today),
    ...{ token: from.token, kind: input.kind, acting_as: from.actingAs, record_id: input.recordId ?? null },
    lookup_id: input.lookupId ?? null,
    ...{ channel: from.channel, received_at: now, proof: from.proof, handledBy: from.accountId },
    due_on: ctx.policy().addWorkingDays(today, rules.workingDays).on,
    ...{ cipher, key_id: keyId },
    retainUntil: addYears(today, rules.keepYears),
  });
  await addRequestEvent(tx, {
    requestId,
    act: 'receive',
    from: null,
    to: 'received',
    at: now,
    accountId: from.accountId,
  });
  await withTransaction(ctx.db.app, (log) =>
    writeAccess(log, ctx, actor, {
      action: 'privacy.request',
      resourceKind: 'personToken',
      resourceId: from.token,
      detail: { requestId, kind: input.kind, channel: from.channel },
    }),
  );
  return requestId;
}

/** By the person, from the own record. */
export async function submitRequest(ctx: AppContext, actor: Actor, session: OwnSession, input: NewRequest) {
  const requestId = await withTransaction(ctx.db.person, async (tx) => {
    await requirePurpose(tx, 'ownRecord', ['own']);
    // An id of another person's row answers as one that does not exist.
    if (input.lookupId !== undefined && !(await lookupOf(tx, session.token, input.lookupId)))
      throw new DomainError('not-found');
    if (input.recordId !== undefined && !(await holdsRecord(tx, session.token, input.recordId)))
      throw new DomainError('not-found');
    return receive(ctx, tx, actor, { ...session, actingAs: session.acting_as, channel: 'own', accountId: null }, input);
  });
  return ownRequestView(ctx, session, requestId);
}

export interface WindowRequest extends NewRequest {
  readonly documentType: PersonDocumentType;
  readonly number: string;
  readonly actingAs: ActingAs;
  /** The clerk has seen the original document, and the proof of guardianship or kinship where one is needed. */
  readonly documentSeen: true;
}

/** At the window, for somebody who is there with their document. */
export async function receiveAtWindow(ctx: AppContext, actor: Actor, input: WindowRequest) {
  authorize(actor, 'privacy.manage');
  const document = readDocument(input.documentType, input.number, ctx.clock.today());
  const now = ctx.clock.now();
  const requestId = await withTransaction(ctx.db.person, async (tx) => {
    const purpose = await requirePurpose(tx, 'ownRecord', ['own']);
    const identifier = identifierOf(ctx.keys, document);
    const until = addYears(ctx.clock.today(), purpose.content.retainYears);
    const anchors = await putIdentifiers(tx, [identifier], purpose, until, now);
    const first = identifier.tokens[0]?.token ?? '';
    const from: From = {
      ...{ token: anchors.get(first) ?? first, actingAs: input.actingAs, channel: 'window' },
      ...{ proof: `window:${actor.accountId ?? ''}`, accountId: actor.accountId },
    };
    return receive(ctx, tx, actor, from, input);
  });
  return readRequest(ctx, actor, requestId);
}

/** While a supplement is awaited the clock stands still. */
export const isOverdue = (
  ctx: Pick<AppContext, 'clock'>,
  row: Pick<RequestRow, 'closed_at' | 'state' | 'due_on'>,
): boolean => row.closed_at === null && row.state !== 'supplement' && row.due_on < ctx.clock.today();

const summaryOf = (ctx: AppContext, row: RequestRow) => ({
  requestId: row.request_id,
  number: row.number,
  kind: row.kind,
  actingAs: row.acting_as,
  channel: row.channel,
  state: row.state,
  version: row.version,
  receivedAt: row.received_at,
  dueOn: row.due_on,
  extended: row.extended,
  overdue: isOverdue(ctx, row),
  closedAt: row.closed_at,
  reasonCode: row.reason_code,
  reason: reasonOf(ctx, row.reason_code),
});

function reasonOf(ctx: AppContext, code: string | null) {
  const found = ctx
    .policy()
    .persons()
    .requests.refusalReasons.find((one) => one.code === code);
  return found ? { zh: found.zh, en: found.en, article: found.article } : null;
}

export const requestSummary = summaryOf;

/** Errors: not-found, also for another person's. */
export async function ownRequestView(ctx: AppContext, session: OwnSession, requestId: string) {
  const row = isId(requestId) ? await loadRequest(ctx.db.person, requestId) : null;
  if (!row || row.token !== session.token) throw new DomainError('not-found');
  const texts = openTexts(ctx, row);
  return {
    ...summaryOf(ctx, row),
    statement: texts.statement,
    answer: texts.answer,
    recordId: row.record_id,
    acts: actsOpen(row.state, 'person'),
  };
}

/** For the officer: what is asked, and the masked number; logged. */
export async function readRequest(ctx: AppContext, actor: Actor, requestId: string) {
  authorize(actor, 'privacy.manage');
  const row = isId(requestId) ? await loadRequest(ctx.db.person, requestId) : null;
  if (!row) throw new DomainError('not-found');
  const identifier = await sealedIdentifier(ctx.db.person, row.token);
  const texts = openTexts(ctx, row);
  const look = row.lookup_id ? await lookupOf(ctx.db.person, row.token, row.lookup_id) : null;
  const events = await requestEvents(ctx.db.person, requestId);
  await withTransaction(ctx.db.app, (log) =>
    writeAccess(log, ctx, actor, {
      action: 'privacy.request.read',
      resourceKind: 'personToken',
      resourceId: row.token,
      caseNumber: row.number,
    }),
  );
  return {
    ...summaryOf(ctx, row),
    ...texts,
    recordId: row.record_id,
    document: identifier
      ? {
          kind: identifier.kind,
          masked: maskNumber(ctx.keys.openPerson({ cipher: identifier.cipher, keyId: identifier.key_id })),
        }
      : null,
    lookup: look && {
      at: look.at,
      body: look.body_name,
      officer: maskPersonName(look.officer_name),
      matter: look.matter,
      caseNumber: look.case_number,
    },
    events: events.map((event) => ({ act: event.act, from: event.from_state, to: event.to_state, at: event.at })),
    acts: actsOpen(row.state, 'office'),
    reasons: ctx.policy().persons().requests.refusalReasons,
  };
}

export interface RequestActInput {
  readonly act: RequestAct;
  readonly version: number;
  readonly text?: string | undefined;
  readonly reasonCode?: string | undefined;
}

interface Clock {
  readonly dueOn: string;
  readonly extended: boolean;
  readonly remainingDays: number | null;
}

/** The clock stands still while a supplement is awaited, and is extended once. */
function clockAfter(ctx: AppContext, row: RequestRow, act: RequestAct): Clock {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const same: Clock = { dueOn: row.due_on, extended: row.extended, remainingDays: row.remaining_days };
  if (act === 'askSupplement') {
    const left = row.due_on > today ? policy.workingDaysBetween(today, row.due_on).days : 0;
    return { ...same, remainingDays: left };
  }
  if (act === 'supply')
    return { ...same, dueOn: policy.addWorkingDays(today, row.remaining_days ?? 0).on, remainingDays: null };
  if (act === 'extend') {
    if (row.extended)
      throw new DomainError('conflict', {
        zh: '只能延长一次，请在期限内答复。',
        en: 'It was extended once already. Answer within the term.',
      });
    const days = policy.persons().requests.extensionWorkingDays;
    return { ...same, dueOn: policy.addWorkingDays(row.due_on, days).on, extended: true };
  }
  return same;
}

function checkAct(ctx: AppContext, input: RequestActInput): void {
  const needsText = input.act !== 'accept' && input.act !== 'withdraw';
  if (needsText && !input.text?.trim())
    throw new DomainError('invalid-request', {
      zh: '请写明答复或说明，申请人会看到这段文字。',
      en: 'Write the answer or explanation; the person reads it.',
      details: [{ field: '/text', zh: '必填', en: 'required' }],
    });
  if (transitions[input.act].reason && reasonOf(ctx, input.reasonCode ?? null) === null)
    throw new DomainError('invalid-request', {
      zh: '拒绝或部分拒绝须选择法定理由（《个人信息保护法》第五十条）。',
      en: 'A refusal, also in part, needs a reason of the list (PIPL art. 50).',
      details: [{ field: '/reasonCode', zh: '必选', en: 'required' }],
    });
}

/** What a granted request does at once. */
async function carryOut(ctx: AppContext, tx: Transaction, actor: Actor, row: RequestRow) {
  const at = ctx.clock.now();
  const survivor = row.acting_as === 'survivor';
  const kind = row.kind === 'restrict' ? 'restricted' : row.kind === 'refuse' ? 'objected' : null;
  // G21: whatever the survivors ask, the data of the deceased are frozen.
  for (const one of [kind, survivor ? 'deceased' : null])
    if (one)
      await insertRestriction(tx, {
        ...{ restrictionId: newId(), token: row.token, kind: one, requestId: row.request_id, at },
        recordId: one === 'deceased' ? null : row.record_id,
      });
  if (row.kind !== 'delete') return null;
  return erasePerson(ctx, tx, {
    ...{ token: row.token, recordId: row.record_id, reason: 'request', accountId: actor.accountId },
    basis: `个人信息保护法第四十七条；${row.number}`,
  });
}

async function act(
  ctx: AppContext,
  ports: PersonPorts,
  actor: Actor,
  row: RequestRow,
  by: 'office' | 'person',
  input: RequestActInput,
) {
  checkAct(ctx, input);
  const state = nextState(row.state, input.act, by);
  if (state === null) throw new DomainError('conflict');
  const now = ctx.clock.now();
  const texts = openTexts(ctx, row);
  const said = by === 'office' ? { ...texts, answer: input.text ?? texts.answer } : texts;
  if (input.act === 'supply') said.statement = `${texts.statement}\n${input.text ?? ''}`;
  const { cipher, keyId } = sealTexts(ctx, said);
  const erased = await withTransaction(ctx.db.person, async (tx) => {
    const changed = await changeRequest(tx, {
      ...{ requestId: row.request_id, version: input.version, state, cipher, keyId },
      ...clockAfter(ctx, row, input.act),
      closedAt: closedStates.has(state) ? now : null,
      reasonCode: transitions[input.act].reason ? (input.reasonCode ?? null) : null,
      handledBy: by === 'office' ? actor.accountId : null,
    });
    if (!changed) throw new DomainError('conflict');
    await addRequestEvent(tx, {
      ...{ requestId: row.request_id, act: input.act, from: row.state, to: state, at: now },
      accountId: by === 'office' ? actor.accountId : null,
    });
    const done = input.act === 'grant' || input.act === 'grantPartly' ? await carryOut(ctx, tx, actor, row) : null;
    await withTransaction(ctx.db.app, async (log) => {
      await publish(log, ctx, [
        { kind: 'privacy.requestMoved', payload: { requestId: row.request_id, act: input.act, state } },
      ]);
      await writeAccess(log, ctx, actor, {
        action: `privacy.request.${input.act}`,
        resourceKind: 'personToken',
        resourceId: row.token,
        caseNumber: row.number,
        detail: { requestId: row.request_id, state, erased: done?.digests.length ?? 0 },
      });
    });
    return done;
  });
  if (erased) await finishErasure(ctx, ports, erased);
}

/** Errors: not-found, conflict, invalid-request (no text, no reason). */
export async function handleRequest(
  ctx: AppContext,
  ports: PersonPorts,
  actor: Actor,
  requestId: string,
  input: RequestActInput,
) {
  authorize(actor, 'privacy.manage');
  const row = isId(requestId) ? await loadRequest(ctx.db.person, requestId) : null;
  if (!row) throw new DomainError('not-found');
  await act(ctx, ports, actor, row, 'office', input);
  return readRequest(ctx, actor, requestId);
}

export async function moveOwnRequest(
  ctx: AppContext,
  ports: PersonPorts,
  actor: Actor,
  session: OwnSession,
  requestId: string,
  input: RequestActInput,
) {
  const row = isId(requestId) ? await loadRequest(ctx.db.person, requestId) : null;
  if (!row || row.token !== session.token) throw new DomainError('not-found');
  await act(ctx, ports, actor, row, 'person', input);
  return ownRequestView(ctx, session, requestId);
}
