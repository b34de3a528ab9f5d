/**
 * A look is shown to the organisation later: only under a rule of the policy, for one case of one body, until a day, with a
 * reason. That is itself logged, read by the audit administrator, and shown to the organisation afterwards.
 */
import type { DelayView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { addDays, isPlainDate } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize, scopeOf } from '../identity/index.ts';
import { basisLine, type DelayRule } from '../policy/index.ts';
import { findArchiveSubject } from '../subjects/index.ts';
import { isActive } from './looks.ts';
import { bodyNames, type DelayRow, delayById, delayPage, endDelay, insertDelay, subjectNames } from './queries.ts';

export interface NewDelay {
  readonly code: string;
  readonly rule: string;
  readonly caseNumber: string;
  readonly reason: string;
  readonly untilOn: string;
}

function checkRule(ctx: AppContext, input: NewDelay): DelayRule {
  const rule = ctx
    .policy()
    .oversight()
    .delays.find((row) => row.key === input.rule);
  if (!rule) {
    throw new DomainError('unprocessable', {
      zh: '没有这条推迟显示规则，请从列表中选择；没有适用规则的，查询即时显示。',
      en: 'There is no such rule. Choose one of the list; where none applies, the look is shown at once.',
    });
  }
  const today = ctx.clock.today();
  const latest = addDays(today, rule.maxDays);
  if (!isPlainDate(input.untilOn) || input.untilOn < today || input.untilOn > latest) {
    throw new DomainError('unprocessable', {
      zh: `截止日期应在今天至 ${latest} 之间（“${rule.name.zh}”最长 ${rule.maxDays} 天）。`,
      en: `The last day must lie between today and ${latest} (at most ${rule.maxDays} days).`,
    });
  }
  return rule;
}

/** Errors: forbidden, not-found (organisation), unprocessable (rule or day), log-unavailable. */
export async function createDelay(ctx: AppContext, actor: Actor, input: NewDelay): Promise<DelayView> {
  authorize(actor, 'delay.manage');
  if (actor.bodyId === null || actor.accountId === null) throw new DomainError('forbidden');
  const { bodyId, accountId } = actor;
  checkRule(ctx, input);
  const subject = await findArchiveSubject(
    ctx.db.app,
    isId(input.code) ? { subjectId: input.code } : { code: input.code },
  );
  const at = ctx.clock.now();
  const row: DelayRow = {
    delay_id: newId(),
    subject_id: subject.subject_id,
    body_id: bodyId,
    rule: input.rule,
    reason: input.reason,
    case_number: input.caseNumber,
    from_at: at,
    until_on: input.untilOn,
    created_by: accountId,
    created_at: at,
    ended_at: null,
  };
  await withTransaction(ctx.db.app, async (tx) => {
    await insertDelay(tx, { ...row, policy_set_id: ctx.policy().setId });
    await writeAccess(tx, ctx, actor, {
      action: 'delay.create',
      resourceKind: 'delay',
      resourceId: row.delay_id,
      subjectId: row.subject_id,
      caseNumber: row.case_number,
      detail: { rule: row.rule, untilOn: row.until_on },
    });
  });
  return viewOf(ctx, row);
}

/** Shown at once from now on. Errors: forbidden, not-found, conflict (ended already). */
export async function finishDelay(ctx: AppContext, actor: Actor, id: string): Promise<DelayView> {
  authorize(actor, 'delay.manage');
  const row = isId(id) ? await delayById(ctx.db.app, id) : null;
  if (!row) throw new DomainError('not-found');
  const scope = scopeOf(actor, 'delay.manage');
  if (scope.kind === 'bodies' && !scope.bodyIds.includes(row.body_id)) throw new HiddenError();
  const at = ctx.clock.now();
  await withTransaction(ctx.db.app, async (tx) => {
    if ((await endDelay(tx, id, actor.accountId ?? '', at)) === 0) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: 'delay.end',
      resourceKind: 'delay',
      resourceId: id,
      subjectId: row.subject_id,
      caseNumber: row.case_number,
    });
  });
  return viewOf(ctx, { ...row, ended_at: at });
}

async function viewOf(ctx: AppContext, row: DelayRow): Promise<DelayView> {
  const [view] = await views(ctx, [row]);
  if (!view) throw new DomainError('not-found');
  return view;
}

async function views(ctx: AppContext, rows: readonly DelayRow[]): Promise<DelayView[]> {
  const subjects = await subjectNames(ctx.db.app, [...new Set(rows.map((row) => row.subject_id))]);
  const bodies = await bodyNames(ctx.db.app, [...new Set(rows.map((row) => row.body_id))]);
  const rules = ctx.policy().oversight().delays;
  const today = ctx.clock.today();
  return rows.map((row) => ({
    id: row.delay_id,
    subject: subjects.get(row.subject_id) ?? { name: '', code: null },
    body: bodies.get(row.body_id) ?? null,
    rule: rules.find((rule) => rule.key === row.rule)?.name ?? { zh: row.rule, en: row.rule },
    reason: row.reason,
    caseNumber: row.case_number,
    fromAt: row.from_at,
    untilOn: row.until_on,
    active: isActive(row, today),
    endedAt: row.ended_at,
  }));
}

export async function listDelays(
  ctx: AppContext,
  actor: Actor,
  options: { cursor?: string | undefined; limit: number },
) {
  authorize(actor, 'delay.read');
  const scope = scopeOf(actor, 'delay.read');
  const [at, id] = openPosition(ctx.keys, 'delays', options.cursor) ?? [];
  const after = typeof at === 'string' && typeof id === 'string' ? { at, id } : null;
  const bodyIds = scope.kind === 'all' ? null : scope.bodyIds;
  const rows = await delayPage(ctx.db.app, bodyIds, { after, limit: options.limit + 1 });
  const shown = rows.slice(0, options.limit);
  const last = shown.at(-1);
  return {
    items: await views(ctx, shown),
    nextCursor:
      rows.length > options.limit && last ? sealPosition(ctx.keys, 'delays', [last.created_at, last.delay_id]) : null,
    dataAsOf: ctx.clock.now(),
    rules: ctx
      .policy()
      .oversight()
      .delays.map((rule) => ({
        key: rule.key,
        name: rule.name,
        maxDays: rule.maxDays,
        basis: rule.basis.map(basisLine).join('；'),
      })),
  };
}
