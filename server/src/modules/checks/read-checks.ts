/** Receipts are verified, hits are read by the body that asked, matters are for everybody who checks. */
import type { HitView, ReceiptView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import type { PlainDateString } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may, scopeOf } from '../identity/index.ts';
import { liveEntriesOf } from '../lists/index.ts';
import { basisLine } from '../policy/index.ts';
import { countsByWay, feedbackOf, type HitRow, hitsOf, receiptBy } from './queries.ts';
import { isReceipt } from './receipt.ts';

export function checkMatters(ctx: AppContext, actor: Actor) {
  authorize(actor, 'check.read');
  return {
    items: ctx
      .policy()
      .checkRules()
      .matters.map(({ code, name, purposes, caseNumber, batch, basis }) => ({
        code,
        name,
        purposes,
        caseNumber,
        batch,
        basis: basis.map((one) => basisLine(one)).join('；'),
      })),
  };
}

/** Hidden from a body that neither asked nor oversees: like a number that there is not. Errors: not-found. */
export async function verifyReceipt(ctx: AppContext, actor: Actor, number: string): Promise<ReceiptView> {
  authorize(actor, 'check.read');
  const row = await receiptBy(ctx.db.app, number.trim().toUpperCase());
  if (!row || !may(actor, 'check.read', { bodyId: row.body_id })) throw new DomainError('not-found');
  const facts = {
    number: row.number,
    subjectId: row.subject_id,
    code: row.code,
    bodyId: row.body_id,
    matter: row.matter,
    purpose: row.purpose,
    caseNumber: row.case_number,
    checkedAt: row.checked_at,
    validUntil: row.valid_until,
    answer: row.answer,
  };
  return {
    number: row.number,
    valid: isReceipt(ctx, facts, row.signature),
    current: ctx.clock.now() <= row.valid_until,
    code: row.code,
    matter: row.matter,
    caseNumber: row.case_number,
    body: row.body,
    way: row.way,
    checkedAt: row.checked_at,
    validUntil: row.valid_until,
    hit: row.hit,
  };
}

const words = (text: string) => ({ zh: text, en: text });

function viewOf(ctx: AppContext, row: HitRow, live: ReadonlySet<string>): HitView {
  const policy = ctx.policy();
  return {
    id: row.hit_id,
    receipt: row.number,
    code: row.code,
    name: row.name,
    matter: row.matter,
    matterName: policy.matter(row.matter)?.name ?? words(row.matter),
    caseNumber: row.case_number,
    measure: row.measure,
    measureName: policy.measures().measures.find(({ id }) => id === row.measure)?.name ?? words(row.measure),
    force: row.force,
    list: row.list,
    state: row.state,
    dueOn: row.due_on,
    overdue: row.state === 'open' && row.due_on < ctx.clock.today(),
    causeLive: live.has(row.entry_id),
    reason: row.reason,
    document: row.document,
    checkedAt: row.checked_at,
  };
}

const defaultLimit = 50;

export async function listHits(
  ctx: AppContext,
  actor: Actor,
  request: { state?: HitRow['state'] | undefined; cursor?: string | undefined; limit?: number | undefined },
) {
  const scope = scopeOf(actor, 'check.read');
  const limit = request.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'hits', request.cursor);
  const after = position ? { due: String(position[0]), id: String(position[1]) } : null;
  const bodies = scope.kind === 'all' ? null : scope.bodyIds;
  const rows = await hitsOf(ctx.db.app, bodies, request.state ?? null, after, limit);
  const subjects = [...new Set(rows.map((row) => row.subject_id))];
  const entries = await liveEntriesOf(ctx.db.app, ctx.policy(), subjects, ctx.clock.today());
  const live = new Set([...entries.values()].flat().map(({ entryId }) => entryId));
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    items: rows.map((row) => viewOf(ctx, row, live)),
    nextCursor: last ? sealPosition(ctx.keys, 'hits', [last.due_on, last.hit_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

/** Checks by matter and way, and how bodies feed back, of a span of days; a body its own, the credit office all. */
export async function countChecks(ctx: AppContext, actor: Actor, span: { from: string; to: string }) {
  const scope = scopeOf(actor, 'check.read');
  const bodies = scope.kind === 'all' ? null : scope.bodyIds;
  const [from, to] = [span.from as PlainDateString, span.to as PlainDateString];
  const [counts, feedback] = await Promise.all([
    countsByWay(ctx.db.app, bodies, from, to),
    feedbackOf(ctx.db.app, bodies, from, to, ctx.clock.today()),
  ]);
  const policy = ctx.policy();
  return {
    items: counts.map((one) => ({ ...one, matterName: policy.matter(one.matter)?.name ?? words(one.matter) })),
    feedback,
  };
}
