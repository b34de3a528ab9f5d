/**
 * The check inside a decision. Checks that are asked at the same moment share statements: one indexed read of the subjects, one
 * of the entries where there are any, then one that writes receipts, hits and the access log, durable before anybody is answered.
 * When they cannot be written there is no answer (503).
 */
import type { CheckAnswer, CheckRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { type AccessEntry, accessInsert, unavailable } from '../../platform/access-log/index.ts';
import { sharedBy } from '../../platform/batcher.ts';
import type { Queryable } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { readingEntry } from '../access/index.ts';
import { listsAsOf, liveEntriesOf } from '../lists/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { cleanCode, normaliseName } from '../subjects/index.ts';
import { type Answered, answerOf } from './answer.ts';
import { type Asked, keyOf, openCheck } from './ask.ts';
import {
  type AskedSubject,
  codesOfName,
  insertTold,
  type NewHit,
  type NewReceipt,
  subjectsOfCodes,
} from './queries.ts';
import { newReceiptNumber, signReceipt } from './receipt.ts';

export interface Question extends Asked {
  readonly actor: Actor;
  readonly code: string;
  readonly way: NewReceipt['way'];
  readonly batchId: string | null;
}

export interface Told {
  readonly receipt: NewReceipt;
  readonly answered: Answered;
}

const unknownSubject = (): DomainError =>
  new DomainError('not-found', {
    zh: '平台没有这个主体，不能据此认为其没有失信信息。请核对统一社会信用代码，或者先办理登记信息归集。',
    en: 'The platform knows no such organisation, which does not say that nothing bears on it. Check the code.',
  });

const hour = 3_600_000;

/** Feedback days are the same for all checks of a day under one policy. */
const dueDays = new WeakMap<PolicyRuntime, Map<string, string>>();
function feedbackDue(policy: PolicyRuntime, on: string): string {
  const days = dueDays.get(policy) ?? new Map<string, string>();
  dueDays.set(policy, days);
  const due = days.get(on) ?? policy.addWorkingDays(on, policy.checkRules().feedbackWorkingDays).on;
  days.set(on, due);
  return due;
}

function receiptOf(ctx: AppContext, question: Question, subject: AskedSubject, answered: Answered): NewReceipt {
  const { actor, matter, reading } = question;
  const policy = ctx.policy();
  const at = ctx.clock.now();
  const facts = {
    number: newReceiptNumber(answered.result.asOf),
    subjectId: subject.subject_id,
    code: subject.code,
    bodyId: actor.bodyId,
    matter: matter.code,
    purpose: reading.purpose ?? '',
    caseNumber: reading.caseNumber,
    checkedAt: at,
    validUntil: new Date(Date.parse(at) + policy.checkRules().validHours * hour).toISOString(),
    answer: answered.result,
  };
  return {
    number: facts.number,
    subject_id: facts.subjectId,
    code: facts.code,
    body_id: facts.bodyId,
    account_id: actor.accountId,
    matter: facts.matter,
    purpose: facts.purpose,
    case_number: facts.caseNumber,
    way: question.way,
    batch_id: question.batchId,
    hit: answered.measures.length > 0,
    answer: facts.answer,
    policy_set_id: policy.setId,
    checked_on: answered.result.asOf as NewReceipt['checked_on'],
    checked_at: at as NewReceipt['checked_at'],
    valid_until: facts.validUntil as NewReceipt['valid_until'],
    signature: signReceipt(ctx, facts),
  };
}

const hitsOfTold = (policy: PolicyRuntime, { receipt, answered }: Told): NewHit[] => {
  const { body_id: body } = receipt;
  if (body === null) return [];
  return answered.measures.map((measure) => ({
    subject_id: receipt.subject_id,
    hit_id: newId(),
    number: receipt.number,
    body_id: body,
    account_id: receipt.account_id,
    matter: receipt.matter,
    case_number: receipt.case_number,
    entry_id: measure.entryId,
    list: measure.list,
    measure: measure.id,
    force: measure.force,
    due_on: feedbackDue(policy, receipt.checked_on) as NewHit['due_on'],
    checked_at: receipt.checked_at,
  }));
};

const entryOf = (question: Question, { receipt }: Told): AccessEntry => ({
  action: 'check.run',
  resourceKind: 'check',
  resourceId: receipt.number,
  subjectId: receipt.subject_id,
  ...readingEntry(question.reading),
  detail: { way: receipt.way, hit: receipt.hit },
});

/** All questions, in their order; what is unknown has an error of its own. In the caller's transaction where there is one. */
export async function answerAll(
  ctx: AppContext,
  client: Queryable,
  questions: readonly Question[],
): Promise<(Told | DomainError)[]> {
  const policy = ctx.policy();
  const on = ctx.clock.today();
  const found = new Map(
    (await subjectsOfCodes(client, [...new Set(questions.map(({ code }) => code))])).map((one) => [one.asked, one]),
  );
  const listed = [...new Set([...found.values()].filter((one) => one.listed).map((one) => one.subject_id))];
  const entries = listed.length === 0 ? new Map() : await liveEntriesOf(client, policy, listed, on);
  const told = questions.map((question): Told | DomainError => {
    const subject = found.get(question.code);
    if (!subject) return unknownSubject();
    const answered = answerOf(
      policy,
      { subjectId: subject.subject_id, code: subject.code },
      entries.get(subject.subject_id) ?? [],
      question.matter,
      on,
    );
    return { receipt: receiptOf(ctx, question, subject, answered), answered };
  });
  const given = told.flatMap((one, at) => {
    const question = questions[at];
    return one instanceof DomainError || !question ? [] : [{ question, one }];
  });
  if (given.length === 0) return told;
  try {
    await insertTold(client, {
      receipts: given.map(({ one }) => one.receipt),
      hits: given.flatMap(({ one }) => hitsOfTold(policy, one)),
      log: await accessInsert(
        ctx,
        given.map(({ question, one }) => ({ actor: question.actor, entry: entryOf(question, one) })),
      ),
    });
  } catch (error) {
    throw unavailable(error);
  }
  return told;
}

/** Each commit costs what many checks cost: those that come meanwhile share the next one. */
const checksTogether = { slowMs: 20, maxBatch: 64, parallel: 3 };
/** One statement writes receipts, hits and log: durable together, without a transaction around it. */
const together = sharedBy<AppContext, Question, Told>(
  (ctx, questions) => answerAll(ctx, ctx.db.app, questions),
  checksTogether,
);

const feedMs = 5_000;
interface Feed {
  readonly at: number;
  readonly value: Promise<CheckAnswer['feeds']>;
}
const feeds = new WeakMap<object, Feed>();

/** How far behind lists and background work are; asked of the database once in a few seconds. */
export function feedsOf(ctx: AppContext): Promise<CheckAnswer['feeds']> {
  const now = performance.now();
  const known = feeds.get(ctx.db);
  if (known && now - known.at < feedMs) return known.value;
  const value = Promise.all([listsAsOf(ctx.db.app), ctx.jobs.waitingSince(ctx.db.app)]).then(([until, since]) => {
    const mostMs = ctx.policy().checkRules().staleMinutes * 60_000;
    const behind = (at: string): boolean => Date.parse(ctx.clock.now()) - Date.parse(at) > mostMs;
    // Work that waits too long may be the very repair or removal that would change the answer.
    const jobsWaitingSince = since !== null && behind(since) ? since : null;
    return { listsAsOf: until, jobsWaitingSince, stale: until === null || behind(until) || jobsWaitingSince !== null };
  });
  feeds.set(ctx.db, { at: now, value });
  value.catch(() => feeds.delete(ctx.db));
  return value;
}

/** The code behind a name that exactly one organisation bears. Errors: not-found, conflict (several, none of which is told). */
async function codeOfName(ctx: AppContext, name: string): Promise<string> {
  const found = await codesOfName(ctx.db.app, normaliseName(name));
  if (found.length > 1)
    throw new DomainError('conflict', {
      zh: '有两个以上主体使用这一名称，不能确定是哪一个。请填写统一社会信用代码。',
      en: 'More than one organisation bears this name. Give the unified code.',
    });
  const code = found[0]?.code;
  if (!code) throw unknownSubject();
  return code;
}

const wayOf = (actor: Actor, embedded: boolean): NewReceipt['way'] =>
  embedded ? 'embedded' : actor.kind === 'account' ? 'website' : 'automatic';

/** Errors: forbidden, invalid-request, unprocessable, not-found, conflict (name), log-unavailable (503: nothing is told). */
export async function runCheck(ctx: AppContext, actor: Actor, request: CheckRequest): Promise<CheckAnswer> {
  const key = keyOf(request);
  const asked = await openCheck(ctx, actor, request);
  const code = 'code' in key ? cleanCode(key.code) : await codeOfName(ctx, key.name);
  if (code === '') throw unknownSubject();
  const way = wayOf(actor, request.embedded ?? false);
  const [{ receipt, answered }, stand] = await Promise.all([
    together(ctx, { ...asked, actor, code, way, batchId: null }),
    feedsOf(ctx),
  ]);
  return {
    receipt: receipt.number,
    signature: receipt.signature,
    checkedAt: receipt.checked_at,
    validUntil: receipt.valid_until,
    feeds: stand,
    results: [answered.result],
  };
}
