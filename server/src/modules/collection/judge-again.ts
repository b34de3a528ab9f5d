/**
 * Rows that were reported, judged again as they were received under another policy: what a change of rules would have said.
 * Nothing is written, and what is given out holds no value of a row.
 */
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { HeaderFinder } from './header-finder.ts';
import { recentSubmissions, type SubmissionPlace, type SubmissionRow } from './queries.ts';
import { readAgain } from './read-again.ts';
import { compileRowProcessor, type PreparedRow, type RowProcessor } from './row-processor.ts';

export interface JudgedRow {
  readonly submissionId: string;
  readonly body: string;
  readonly row: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}
export interface JudgedAgain {
  readonly rows: number;
  readonly submissions: number;
  readonly unreadable: number;
  /** All that was received was read, not only the newest rows. */
  readonly complete: boolean;
}
/** Where to go on: the submission, and how many of its rows were judged. */
export interface JudgedTo extends SubmissionPlace {
  readonly row: number;
}

/** Submissions looked up at once. */
const page = 100;

/** Reads rows of one file in order under one policy. */
export class RowJudge {
  readonly #finder: HeaderFinder;
  #processor: RowProcessor | null = null;
  readonly #policy: PolicyRuntime;
  constructor(standard: string, policy: PolicyRuntime) {
    this.#policy = policy;
    this.#finder = new HeaderFinder(standard, policy);
  }
  /** What the row says and what was found in it; null for what is no row of data. */
  take(ctx: AppContext, row: Parameters<RowProcessor['process']>[0], today: string): PreparedRow | null {
    if (!this.#finder.take(row)) return null;
    const { plan } = this.#finder;
    if (!plan) return null;
    this.#processor ??= compileRowProcessor(plan, this.#policy, ctx.keys, today);
    return this.#processor.process(row);
  }
  /** Rows that were judged before: only the header among them matters. */
  pass(row: Parameters<RowProcessor['process']>[0]): void {
    this.#finder.take(row);
  }
}

const rulesOf = (row: PreparedRow): string[] => [...new Set(row.findings.map((finding) => finding.rule))];

export interface JudgeBounds {
  /** Rows in all. */
  readonly limit: number;
  readonly from?: JudgedTo | null;
  /** Asked before each row: true = stop here, to go on later. */
  readonly pause?: () => boolean;
}

/** Newest first, until so many rows were read. `to` says where to go on; null when there is nothing more to read. */
export async function judgeAgain(
  ctx: AppContext,
  policies: { readonly before: PolicyRuntime; readonly after: PolicyRuntime },
  bounds: JudgeBounds,
  take: (row: JudgedRow) => void,
): Promise<JudgedAgain & { readonly to: JudgedTo | null }> {
  const seen = { rows: 0, submissions: 0, unreadable: 0 };
  let from: JudgedTo | null = bounds.from ?? null;
  for (;;) {
    const places = await recentSubmissions(ctx.db.app, { limit: page, from });
    // What was begun is read on behind its last row; what was finished is not read again.
    const fresh = places.filter(({ submission_id }) => submission_id !== from?.submission_id || from.row >= 0);
    for (const place of fresh) {
      const skip = place.submission_id === from?.submission_id ? from.row : 0;
      const part = await judgeOne(ctx, policies, place, skip, bounds, seen, take);
      if (part !== null) return { ...seen, complete: false, to: { ...place, row: part } };
      from = { ...place, row: -1 };
    }
    if (places.length < page) return { ...seen, complete: true, to: null };
  }
}

/** The number of the row before which it stopped, or null where the file was read to its end. */
async function judgeOne(
  ctx: AppContext,
  policies: { readonly before: PolicyRuntime; readonly after: PolicyRuntime },
  place: SubmissionPlace,
  skip: number,
  bounds: JudgeBounds,
  seen: { rows: number; submissions: number; unreadable: number },
  take: (row: JudgedRow) => void,
): Promise<number | null> {
  let judges: { before: RowJudge; after: RowJudge } | null = null;
  let stoppedAt: number | null = null;
  let at = 0;
  const end = await readAgain(ctx, place.submission_id, (row, submission: SubmissionRow) => {
    const today = dayOf(submission.received_at as Instant);
    judges ??= {
      before: new RowJudge(submission.standard, policies.before),
      after: new RowJudge(submission.standard, policies.after),
    };
    at += 1;
    // Rows before the place are given to the judges as well: the header is among them.
    if (at > skip && (seen.rows >= bounds.limit || bounds.pause?.() === true)) {
      stoppedAt = at - 1;
      return false;
    }
    if (at <= skip) {
      judges.before.pass(row);
      judges.after.pass(row);
      return true;
    }
    const [old, next] = [judges.before.take(ctx, row, today), judges.after.take(ctx, row, today)];
    if (!old || !next) return true;
    take({
      submissionId: place.submission_id,
      body: submission.body_name,
      row: row.rowNumber,
      before: rulesOf(old),
      after: rulesOf(next),
    });
    seen.rows += 1;
    return true;
  });
  if (end === 'unreadable') seen.unreadable += 1;
  else if (end === 'read' && skip === 0) seen.submissions += 1;
  return stoppedAt;
}
