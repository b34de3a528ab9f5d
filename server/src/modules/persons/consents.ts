/**
 * Consent for voluntary purposes (PIPL art. 14–16; natural-persons G3–G6): the person's own, by strong authentication, to the
 * notice in force, while the function is on; refused or withdrawn in one step, with effect at once, and not asked again for a
 * year. Nothing that is not voluntary asks for it, and nothing else changes with it.
 */
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { addMonths, addYears } from './days.ts';
import { openActivation } from './lookup-queries.ts';
import { consentsOf, currentNotice, insertConsent, recordShown, withdrawConsentRow } from './own-queries.ts';
import type { OwnSession } from './own-session.ts';
import { requirePurpose } from './purposes.ts';

export interface DecideConsent {
  readonly purpose: string;
  readonly noticeHash: string;
  readonly agree: boolean;
}

/** Errors: forbidden (minors, survivors), unprocessable, not-implemented (off), precondition-failed, conflict (asked too soon). */
export async function decideConsent(ctx: AppContext, actor: Actor, session: OwnSession, input: DecideConsent) {
  // G20: nothing voluntary for minors, whose age is known or not; a survivor decides nothing of the kind.
  if (session.minor || session.acting_as !== 'self')
    throw new DomainError('forbidden', {
      zh: '未满十八周岁或年龄不明的，以及代他人办理的，不参加自愿项目，平台也不为此处理其信息。',
      en: 'Minors, persons of unknown age and whoever acts for another take part in no voluntary programme.',
    });
  const now = ctx.clock.now();
  const today = ctx.clock.today();
  const rules = ctx.policy().persons().consent;
  const consentId = newId();
  await withTransaction(ctx.db.person, async (tx) => {
    const purpose = await requirePurpose(tx, input.purpose, ['voluntary']);
    if (!(await openActivation(tx, purpose.purpose, today))) throw new DomainError('not-implemented');
    const notice = await currentNotice(tx, purpose.purpose, purpose.version);
    if (!notice || notice.text_hash !== input.noticeHash) throw new DomainError('precondition-failed');
    const before = (await consentsOf(tx, session.token)).filter((row) => row.purpose === purpose.purpose);
    if (before.some((row) => row.status === 'active')) throw new DomainError('conflict');
    // The person may change their mind at any time on their own page; being asked again is what must wait.
    await recordShown(tx, { token: session.token, noticeId: notice.notice_id, channel: 'own', at: now });
    await insertConsent(tx, {
      ...{ consentId, token: session.token, purpose: purpose.purpose, version: purpose.version },
      ...{ noticeId: notice.notice_id, givenBy: 'self', proof: session.proof, at: now },
      status: input.agree ? 'active' : 'refused',
      askAgainOn: input.agree ? null : addMonths(today, rules.askAgainMonths),
      keepUntil: input.agree ? null : addYears(today, rules.proofYears),
    });
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, {
        action: input.agree ? 'consent.give' : 'consent.refuse',
        resourceKind: 'personToken',
        resourceId: session.token,
        detail: { consentId, purpose: purpose.purpose, version: purpose.version, notice: notice.text_hash },
      }),
    );
  });
  return { consentId };
}

/** One step, no reason asked; partners learn it from the outbox (G5). Errors: not-found when there is no active consent. */
export async function withdrawConsent(ctx: AppContext, actor: Actor, session: OwnSession, purpose: string) {
  const now = ctx.clock.now();
  const today = ctx.clock.today();
  const rules = ctx.policy().persons().consent;
  const askAgainOn = addMonths(today, rules.askAgainMonths);
  await withTransaction(ctx.db.person, async (tx) => {
    const ended = await withdrawConsentRow(tx, {
      ...{ token: session.token, purpose, at: now, askAgainOn },
      keepUntil: addYears(today, rules.proofYears),
    });
    if (!ended) throw new DomainError('not-found');
    await withTransaction(ctx.db.app, async (log) => {
      await publish(log, ctx, [
        { kind: 'consent.withdrawn', payload: { consentId: ended.consent_id, purpose, token: session.token } },
      ]);
      await writeAccess(log, ctx, actor, {
        action: 'consent.withdraw',
        resourceKind: 'personToken',
        resourceId: session.token,
        detail: { consentId: ended.consent_id, purpose },
      });
    });
  });
  return { askAgainOn };
}

/** Voluntary purposes that the person may be asked about today: on, not decided, and not refused within the term (G5). */
export async function askablePurposes(
  ctx: AppContext,
  session: OwnSession,
): Promise<{ purpose: string; name: { zh: string; en: string } }[]> {
  if (session.minor || session.acting_as !== 'self') return [];
  const today = ctx.clock.today();
  const decided = await consentsOf(ctx.db.person, session.token);
  const found: { purpose: string; name: { zh: string; en: string } }[] = [];
  for (const { purpose, kind, name } of ctx.policy().persons().purposes) {
    if (kind !== 'voluntary' || !(await isOn(ctx, purpose, today))) continue;
    const own = decided.filter((row) => row.purpose === purpose);
    const waiting = own.some(
      (row) => row.status === 'active' || (row.ask_again_on !== null && row.ask_again_on > today),
    );
    if (!waiting) found.push({ purpose, name });
  }
  return found;
}

const isOn = (ctx: AppContext, feature: string, today: string): Promise<boolean> =>
  withTransaction(ctx.db.person, async (tx) => (await openActivation(tx, feature, today)) !== null);
