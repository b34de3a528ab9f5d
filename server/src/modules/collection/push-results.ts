/** What became of each pushed row: partial results, in the order of the rows, while the batch is still worked off as after. */
import type { RowResultView } from '@chengxin/contract';
import type { Static } from 'typebox';
import type { Actor, AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { type Queryable, query, sql } from '../../platform/db.ts';
import { findingsOfRows } from './queries.ts';
import { type PageOf, type PageRequest, visibleSubmission } from './read.ts';
import { findingView } from './views.ts';

const DEFAULT_LIMIT = 200;
/** The header is row 1 of what is written down. */
const FIRST_ROW = 2;

interface ResultRow {
  row_no: number;
  outcome: string;
  record_id: string | null;
}

/** Accepted rows are known by their records, the others by their fates. */
async function resultsOf(client: Queryable, submissionId: string, after: number, limit: number): Promise<ResultRow[]> {
  return query<ResultRow>(
    client,
    sql`SELECT row_no, outcome, record_id FROM (
          (SELECT row_no, 'accepted' AS outcome, record_id FROM core.record WHERE submission_id = ${submissionId} AND row_no > ${after}
            ORDER BY row_no LIMIT ${limit})
          UNION ALL
          (SELECT f.row_no, f.outcome, f.record_id FROM core.submission_row f
            WHERE f.submission_id = ${submissionId} AND f.row_no > ${after} AND f.resolution IS DISTINCT FROM 'accepted'
            ORDER BY f.row_no LIMIT ${limit})) AS r
        ORDER BY row_no LIMIT ${limit}`,
  );
}

export async function rowResults(
  ctx: AppContext,
  actor: Actor,
  submissionId: string,
  request: PageRequest,
): Promise<PageOf<Static<typeof RowResultView>> & { state: string }> {
  const submission = await visibleSubmission(ctx, actor, submissionId);
  const limit = request.limit ?? DEFAULT_LIMIT;
  const purpose = `results:${submissionId}`;
  const after = Number(openPosition(ctx.keys, purpose, request.cursor)?.[0] ?? 0);
  const rows = await resultsOf(ctx.db.app, submissionId, after, limit);
  const policy = submission.policy_set_id === null ? ctx.policy() : await ctx.policySet(submission.policy_set_id);
  const findings = await findingsOfRows(
    ctx.db.app,
    submissionId,
    rows.map((row) => row.row_no),
  );
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return {
    state: submission.state,
    items: rows.map((row) => ({
      index: row.row_no - FIRST_ROW,
      row: row.row_no,
      outcome: row.outcome === 'barred' ? 'refused' : row.outcome,
      recordId: row.outcome === 'doubtful' ? null : row.record_id,
      findings: (findings.get(row.row_no) ?? []).map((finding) => findingView(finding, submission.standard, policy)),
    })),
    nextCursor: last ? sealPosition(ctx.keys, purpose, [last.row_no]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
