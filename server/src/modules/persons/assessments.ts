/**
 * Impact assessments (PIPL art. 55–56) and the switch that needs them: a function that touches natural persons is on only
 * with an assessment that somebody else approved; switching off is one step and takes with it whatever rested on it (G24).
 */
import { createHash } from 'node:crypto';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { addMonths, addYears } from './days.ts';
import {
  activations,
  assessments,
  decideAssessmentRow,
  endActivation,
  insertActivation,
  insertAssessment,
  loadAssessment,
} from './duty-queries.ts';
import { withoutNumbers } from './person-numbers.ts';

function accountOf(actor: Actor): string {
  authorize(actor, 'privacy.manage');
  if (!actor.accountId) throw new DomainError('forbidden');
  return actor.accountId;
}

/** Functions that can be switched on: the single look-up, and the voluntary purposes of the policy. */
export const featuresOf = (ctx: AppContext): string[] => [
  'lookup',
  ...ctx
    .policy()
    .persons()
    .purposes.filter((one) => one.kind === 'voluntary')
    .map((one) => one.purpose),
];

/** The three points of art. 56(1). */
export interface AssessmentContent {
  readonly lawfulness: string;
  readonly impact: string;
  readonly measures: string;
}

export async function writeAssessment(
  ctx: AppContext,
  actor: Actor,
  input: { feature: string; title: string; content: AssessmentContent },
): Promise<{ assessmentId: string }> {
  const writtenBy = accountOf(actor);
  if (!featuresOf(ctx).includes(input.feature)) throw new DomainError('unprocessable');
  const content = Object.fromEntries(Object.entries(input.content).map(([key, text]) => [key, withoutNumbers(text)]));
  const assessmentId = newId();
  const now = ctx.clock.now();
  await withTransaction(ctx.db.person, async (tx) => {
    await insertAssessment(tx, {
      ...{ assessment_id: assessmentId, feature: input.feature, title: withoutNumbers(input.title), content },
      content_hash: createHash('sha256').update(JSON.stringify(content)).digest('hex'),
      ...{ state: 'draft', written_by: writtenBy, written_at: now, decided_by: null, decided_at: null, note: null },
      valid_until: null,
      keep_until: addYears(ctx.clock.today(), ctx.policy().persons().assessment.keepYears),
    });
    await log(ctx, actor, 'privacy.assessment.write', { assessmentId, feature: input.feature });
  });
  return { assessmentId };
}

/** Errors: not-found, conflict: decided already, or by the one who wrote it. */
export async function decideAssessment(
  ctx: AppContext,
  actor: Actor,
  assessmentId: string,
  input: { approve: boolean; note?: string | undefined },
): Promise<void> {
  const by = accountOf(actor);
  const row = isId(assessmentId) ? await loadAssessment(ctx.db.person, assessmentId) : null;
  if (!row) throw new DomainError('not-found');
  if (row.written_by === by)
    throw new DomainError('conflict', {
      zh: '评估报告须由编写人以外的人审批。',
      en: 'An assessment is approved by somebody other than its author.',
    });
  const { keepYears, validMonths } = ctx.policy().persons().assessment;
  const validUntil = addMonths(ctx.clock.today(), validMonths);
  await withTransaction(ctx.db.person, async (tx) => {
    const done = await decideAssessmentRow(tx, {
      ...{ id: assessmentId, by, at: ctx.clock.now(), note: input.note ? withoutNumbers(input.note) : null },
      state: input.approve ? 'approved' : 'returned',
      validUntil: input.approve ? validUntil : null,
      // Three years at least, counted from when it stops to be relied on.
      keepUntil: addYears(input.approve ? validUntil : ctx.clock.today(), keepYears),
    });
    if (!done) throw new DomainError('conflict');
    await log(ctx, actor, 'privacy.assessment.decide', { assessmentId, approve: input.approve });
  });
}

/** Errors: conflict: no approved assessment for this function in force, or it is on already. */
export async function activate(
  ctx: AppContext,
  actor: Actor,
  input: { feature: string; assessmentId: string },
): Promise<void> {
  const by = accountOf(actor);
  const row = isId(input.assessmentId) ? await loadAssessment(ctx.db.person, input.assessmentId) : null;
  const today = ctx.clock.today();
  if (!row || row.feature !== input.feature || row.state !== 'approved' || (row.valid_until ?? '') < today)
    throw new DomainError('conflict', {
      zh: '须先有已批准且在有效期内的个人信息保护影响评估（《个人信息保护法》第五十五条），才能启用。',
      en: 'This needs an approved impact assessment that is in force (PIPL art. 55) before it can be switched on.',
    });
  await withTransaction(ctx.db.person, async (tx) => {
    await insertActivation(tx, { activationId: newId(), ...input, by, at: ctx.clock.now() }).catch((error: unknown) => {
      if ((error as { code?: string }).code === '23505') throw new DomainError('conflict');
      throw error;
    });
    await log(ctx, actor, 'privacy.activate', input);
  });
}

export async function deactivate(
  ctx: AppContext,
  actor: Actor,
  input: { feature: string; reason: string },
): Promise<void> {
  const by = accountOf(actor);
  await withTransaction(ctx.db.person, async (tx) => {
    const reason = withoutNumbers(input.reason);
    if (!(await endActivation(tx, { feature: input.feature, by, at: ctx.clock.now(), reason })))
      throw new DomainError('conflict');
    await log(ctx, actor, 'privacy.deactivate', { feature: input.feature, reason });
  });
}

export async function readAssessments(ctx: AppContext, actor: Actor) {
  authorize(actor, 'privacy.manage');
  const [rows, open] = [await assessments(ctx.db.person), await activations(ctx.db.person)];
  return {
    features: featuresOf(ctx).map((feature) => {
      const on = open.find((one) => one.feature === feature && one.is_open);
      return { feature, on: on !== undefined, since: on?.activated_at ?? null };
    }),
    assessments: rows.map((row) => ({
      assessmentId: row.assessment_id,
      feature: row.feature,
      title: row.title,
      content: { lawfulness: '', impact: '', measures: '', ...row.content },
      contentHash: row.content_hash,
      state: row.state,
      own: row.written_by === actor.accountId,
      writtenAt: row.written_at,
      decidedAt: row.decided_at,
      note: row.note,
      validUntil: row.valid_until,
      keepUntil: row.keep_until,
    })),
  };
}

async function log(
  ctx: AppContext,
  actor: Actor,
  action: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  await withTransaction(ctx.db.app, (tx) => writeAccess(tx, ctx, actor, { action, detail }));
}
