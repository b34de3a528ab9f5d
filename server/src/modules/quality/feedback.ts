/** What came in, what was wrong, what was mended and how long it took; the tasks of a body; the list of wrong codes. */
import type { CodeProblems, FeedbackList, QualityTasks } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { authorize } from '../identity/index.ts';
import { ruleWords } from './board.ts';
import { loadBodies } from './bodies.ts';
import { readDuties } from './duties.ts';
import { codeProblems, commonFindings, countCodes, feedbackFigures, openSubmissions } from './feedback-queries.ts';
import { listLetters } from './letters.ts';
import { type Month, monthOf, moveMonth, spanOf } from './month.ts';
import { lastCodeCount } from './queries.ts';

const rulesEach = 5;

export async function readFeedback(ctx: AppContext, actor: Actor, asked: Month | undefined): Promise<FeedbackList> {
  authorize(actor, 'quality.read');
  const month = asked ?? monthOf(ctx.clock.today());
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const scope = bodies.scope === null ? null : [...bodies.scope];
  const { from, before } = spanOf(month);
  const entry = { action: 'quality.feedback', resourceKind: 'quality', detail: { month } };
  return withAccess(ctx, actor, entry, async (tx) => {
    const rules = new Map<string, FeedbackList['items'][number]['rules']>();
    for (const row of await commonFindings(tx, from, before, scope, rulesEach)) {
      const fix = ruleWords(ctx.policy().rule(row.rule)?.fix, row.rule);
      rules.set(row.body_id, [...(rules.get(row.body_id) ?? []), { rule: row.rule, name: fix, rows: row.rows }]);
    }
    const figures = await feedbackFigures(tx, from, before, scope);
    return {
      month,
      items: figures.map((row) => ({
        bodyId: row.body_id,
        body: bodies.name(row.body_id),
        files: row.files,
        failed: row.failed,
        rows: row.rows,
        accepted: row.accepted,
        corrected: row.corrected,
        doubtful: row.doubtful,
        doubtfulOpen: row.doubtful_open,
        refused: row.refused,
        hoursToMend: row.mend_seconds === null ? null : Math.round(row.mend_seconds / 360) / 10,
        rules: rules.get(row.body_id) ?? [],
      })),
      dataAsOf: ctx.clock.now(),
    };
  });
}

const shownFiles = 50;
/** Months back in which a refused file still asks for a better one. */
const monthsBack = 1;

export async function readTasks(ctx: AppContext, actor: Actor): Promise<QualityTasks> {
  authorize(actor, 'quality.read');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const month = moveMonth(monthOf(ctx.clock.today()), -1);
  const duties = await readDuties(ctx, actor, month);
  const letters = await listLetters(ctx, actor, { state: 'open', limit: 50 });
  const since = spanOf(moveMonth(month, 1 - monthsBack)).from;
  const rows = await openSubmissions(ctx.db.app, bodies.scope === null ? null : [...bodies.scope], since, shownFiles);
  return {
    month,
    duties: duties.items.filter(({ declared }) => declared === null),
    letters: letters.items,
    submissions: rows
      .filter((row) => row.refused > 0 || row.doubtful_open > 0)
      .map((row) => ({
        submissionId: row.submission_id,
        body: bodies.name(row.body_id),
        fileName: row.file_name,
        receivedAt: row.received_at,
        refused: row.refused,
        doubtfulOpen: row.doubtful_open,
      })),
    dataAsOf: ctx.clock.now(),
  };
}

const maxProblems = 10_000;
const defaultLimit = 50;

export const recountCodes = (ctx: Pick<AppContext, 'db' | 'clock'>): Promise<void> =>
  withTransaction(ctx.db.app, (tx) => countCodes(tx, ctx.clock.today(), maxProblems));

export async function readCodes(
  ctx: AppContext,
  actor: Actor,
  input: { limit?: number; cursor?: string },
): Promise<CodeProblems> {
  authorize(actor, 'quality.manage');
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'qualityCodes', input.cursor);
  const entry = { action: 'quality.codes', resourceKind: 'quality' };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    codeProblems(tx, position && { code: String(position[0]), id: String(position[1]) }, limit + 1),
  );
  const count = await lastCodeCount(ctx.db.app, ctx.clock.today());
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    countedOn: count?.on ?? null,
    subjects: count?.subjects ?? 0,
    shared: count?.shared ?? 0,
    invalid: count?.invalid ?? 0,
    mismatched: count?.mismatched ?? 0,
    items: page.map((row) => ({ kind: row.kind, code: row.code, name: row.name, subjectId: row.subject_id })),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'qualityCodes', [last.code, last.subject_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
