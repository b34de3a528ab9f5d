/** How an authorisation comes about: a bank or an agency asks and the organisation answers, or the organisation gives it. */
import type { AskAuthorisationBody, GiveAuthorisationBody, GrantAuthorisationBody } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { addDays, toPlainDate } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError, type ProblemDetail } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { checkStated, type Reading, readingEntry } from '../access/index.ts';
import { authorize, findBody, outsideBodyKinds } from '../identity/index.ts';
import { findArchiveSubject } from '../subjects/index.ts';
import { grantAsked, insertAuthorisation, requestsOf } from './queries.ts';
import { sectionsOf, visibleAuthorisation } from './read-authorisations.ts';
import { afterAct } from './state.ts';
import { termsOf } from './views.ts';

const day = 86_400_000;

interface WantedTerms {
  readonly sections: readonly string[];
  readonly days: number;
  readonly uses: number;
}

/** Sections are of the list, period and uses within policy. Errors: unprocessable. */
function checkTerms(ctx: AppContext, wanted: WantedTerms): string[] {
  const policy = ctx.policy();
  const limits = policy.accessLimits().authorisation;
  const known = new Set(sectionsOf(policy).map((section) => section.key));
  const details: ProblemDetail[] = [];
  for (const key of new Set(wanted.sections)) {
    if (!known.has(key))
      details.push({
        field: 'sections',
        code: 'unknown',
        zh: `没有“${key}”这一类信息`,
        en: `there is no section ${key}`,
      });
  }
  if (wanted.days > limits.days)
    details.push({
      field: 'days',
      code: 'max',
      zh: `授权期限最长 ${limits.days} 天`,
      en: `${limits.days} days at most`,
    });
  if (wanted.uses > limits.uses)
    details.push({
      field: 'uses',
      code: 'max',
      zh: `使用次数最多 ${limits.uses} 次`,
      en: `${limits.uses} uses at most`,
    });
  if (details.length > 0) throw new DomainError('unprocessable', { details });
  return [...new Set(wanted.sections)].sort();
}

const periodFrom = (ctx: AppContext, days: number): { validFrom: string; validTo: string } => {
  const today = toPlainDate(ctx.clock.today());
  return { validFrom: today, validTo: addDays(today, days - 1) };
};

const note = (text: string | undefined): string | null => text?.normalize('NFC').trim() || null;

const accountOf = (actor: Actor): string => {
  if (actor.accountId !== null) return actor.accountId;
  throw new DomainError('unauthenticated');
};

const entry = (action: string, id: string, subjectId: string, reading: Reading, detail: Record<string, unknown>) => ({
  action,
  resourceKind: 'authorisation',
  resourceId: id,
  subjectId,
  ...readingEntry(reading),
  detail,
});

/**
 * A bank or an agency asks an organisation. Nothing may be read before it is granted; silence grants nothing.
 * Errors: not-found (the organisation), invalid-request (purpose), unprocessable (terms), conflict (asked or refused lately).
 */
export async function askAuthorisation(
  ctx: AppContext,
  actor: Actor,
  body: AskAuthorisationBody,
): Promise<{ id: string; state: string }> {
  const bodyId = actor.bodyId;
  authorize(actor, 'authorisation.ask', { bodyId });
  if (bodyId === null) throw new DomainError('forbidden');
  const reading = checkStated(ctx, actor, 'authorisation', body, { level: 'authorised', caseLater: true });
  const sections = checkTerms(ctx, body);
  const limits = ctx.policy().accessLimits().authorisation;
  const id = newId();
  const at = ctx.clock.now();
  const instant = (offset: number): string => new Date(Date.parse(at) + offset * day).toISOString();
  await withTransaction(ctx.db.app, async (tx) => {
    const subject = await findArchiveSubject(tx, { code: body.code });
    const before = await requestsOf(tx, bodyId, subject.subject_id, at, instant(-limits.answerDays));
    if (before.waiting >= limits.waiting) {
      throw new DomainError('conflict', {
        zh: `该主体已有 ${before.waiting} 项本单位的授权申请待答复，请等待答复或先撤回。`,
        en: `${before.waiting} requests of your organisation wait there. Await the answer, or withdraw one.`,
      });
    }
    // 网络数据安全管理条例 art. 22: whoever refused is not asked again and again.
    if (before.declined) {
      throw new DomainError('conflict', {
        zh: `该主体近 ${limits.answerDays} 天内拒绝过本单位的申请，不得反复申请，可由其主动授权。`,
        en: `The organisation refused a request of yours within ${limits.answerDays} days. It may still authorise you on its own.`,
      });
    }
    await insertAuthorisation(tx, {
      id,
      subjectId: subject.subject_id,
      bodyId,
      purpose: body.purpose,
      matter: reading.matter,
      sections,
      note: note(body.note),
      state: 'asked',
      by: accountOf(actor),
      at,
      answerBy: instant(limits.answerDays),
      ...periodFrom(ctx, body.days),
      uses: body.uses,
      policySetId: ctx.policy().setId,
    });
    await writeAccess(
      tx,
      ctx,
      actor,
      entry('authorisation.ask', id, subject.subject_id, reading, { sections, days: body.days, uses: body.uses }),
    );
  });
  return { id, state: 'asked' };
}

/** The organisation authorises a bank or an agency without having been asked. Errors: as above; not-found (the body). */
export async function giveAuthorisation(
  ctx: AppContext,
  actor: Actor,
  body: GiveAuthorisationBody,
): Promise<{ id: string; state: string }> {
  const { subjectId } = actor;
  authorize(actor, 'authorisation.grant', { bodyId: null, subjectId });
  if (subjectId === null) throw new DomainError('forbidden');
  const reading = checkStated(ctx, actor, 'authorisation', body, { level: 'authorised', caseLater: true });
  const sections = checkTerms(ctx, body);
  const id = newId();
  await withTransaction(ctx.db.app, async (tx) => {
    const grantee = await findBody(tx, { bodyId: body.body });
    // Departments need no authorisation, and what is no bank or agency cannot be given one: it does not exist here.
    if (grantee === null || grantee.closedOn !== null || !outsideBodyKinds.some((kind) => kind === grantee.kind))
      throw new DomainError('not-found', {
        zh: '没有这家银行或信用服务机构，请从列表中选择。',
        en: 'There is no such bank or agency. Choose one of the list.',
      });
    const period = periodFrom(ctx, body.days);
    await insertAuthorisation(tx, {
      id,
      subjectId,
      bodyId: grantee.bodyId,
      purpose: body.purpose,
      matter: reading.matter,
      sections,
      note: note(body.note),
      state: 'granted',
      by: accountOf(actor),
      at: ctx.clock.now(),
      answerBy: null,
      ...period,
      uses: body.uses,
      policySetId: ctx.policy().setId,
    });
    const detail = { grantee: grantee.bodyId, sections, ...period, uses: body.uses };
    await writeAccess(tx, ctx, actor, entry('authorisation.grant', id, subjectId, reading, detail));
  });
  return { id, state: 'granted' };
}

/** The organisation's answer, which may give less than was asked for, never more. Errors: not-found, conflict, unprocessable. */
export async function grantAuthorisation(
  ctx: AppContext,
  actor: Actor,
  id: string,
  body: GrantAuthorisationBody,
): Promise<{ id: string; state: string }> {
  authorize(actor, 'authorisation.grant');
  const sections = checkTerms(ctx, body);
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    const row = await visibleAuthorisation(tx, actor, id);
    authorize(actor, 'authorisation.grant', { bodyId: null, subjectId: row.subject_id });
    if (afterAct(termsOf(row), 'grant', at, ctx.clock.today()) === null) throw new DomainError('conflict');
    const beyond = sections.filter((section) => !row.sections.includes(section));
    if (beyond.length > 0 || body.uses > (row.uses_allowed ?? 0)) {
      throw new DomainError('unprocessable', {
        zh: '授权的内容和次数不能超过对方申请的范围；如需更多，请另行主动授权。',
        en: 'An answer gives no more sections or uses than were asked for. Authorise on your own for more.',
      });
    }
    const period = periodFrom(ctx, body.days);
    const given = { by: accountOf(actor), at, sections, ...period, uses: body.uses };
    if ((await grantAsked(tx, id, given)) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: 'authorisation.grant',
      resourceKind: 'authorisation',
      resourceId: id,
      subjectId: row.subject_id,
      purpose: row.purpose,
      matter: row.matter,
      detail: { grantee: row.body_id, sections, ...period, uses: body.uses },
    });
  });
  return { id, state: 'granted' };
}
