/**
 * Rows that were reported, judged again as they were received under another policy: what a change of rules would have said.
 * Nothing is written, and what is given out holds no value of a row.
 */
import { rm } from 'node:fs/promises';
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { openTable, TabularError } from '../../platform/tabular/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { FileRefused, HeaderFinder } from './header-finder.ts';
import { loadSubmission, recentSubmissions } from './queries.ts';
import { compileRowProcessor, type RowProcessor } from './row-processor.ts';

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

const maxSubmissions = 500;

class Judge {
  readonly #finder: HeaderFinder;
  #processor: RowProcessor | null = null;
  readonly #policy: PolicyRuntime;
  constructor(standard: string, policy: PolicyRuntime) {
    this.#policy = policy;
    this.#finder = new HeaderFinder(standard, policy);
  }
  /** Rules that find something; null for what is no row of data. */
  take(ctx: AppContext, row: Parameters<RowProcessor['process']>[0], today: string): string[] | null {
    if (!this.#finder.take(row)) return null;
    const { plan } = this.#finder;
    if (!plan) return null;
    this.#processor ??= compileRowProcessor(plan, this.#policy, ctx.keys, today);
    return [...new Set(this.#processor.process(row).findings.map((finding) => finding.rule))];
  }
}

/** Newest first, until so many rows were read. */
export async function judgeAgain(
  ctx: AppContext,
  policies: { readonly before: PolicyRuntime; readonly after: PolicyRuntime },
  limit: number,
  take: (row: JudgedRow) => void,
): Promise<JudgedAgain> {
  const ids = await recentSubmissions(ctx.db.app, maxSubmissions);
  const seen = { rows: 0, submissions: 0, unreadable: 0 };
  for (const id of ids) {
    if (seen.rows >= limit) break;
    const submission = await loadSubmission(ctx.db.app, id);
    if (!submission) continue;
    let path: string | null = null;
    try {
      path = await ctx.files.readToTemporary(submission.file_id, submission.file_key);
      const today = dayOf(submission.received_at as Instant);
      const [before, after] = [
        new Judge(submission.standard, policies.before),
        new Judge(submission.standard, policies.after),
      ];
      const table = openTable(path, {});
      reading: for await (const batch of table) {
        for (const row of batch.rows) {
          const [old, next] = [before.take(ctx, row, today), after.take(ctx, row, today)];
          if (!old || !next) continue;
          take({ submissionId: id, body: submission.body_name, row: row.rowNumber, before: old, after: next });
          seen.rows += 1;
          if (seen.rows >= limit) break reading;
        }
      }
      await table.close();
      seen.submissions += 1;
    } catch (error) {
      // Erased, or of a form that one of the two policies does not know: said, and gone on with.
      if (!(error instanceof FileRefused || error instanceof TabularError || isMissing(error))) throw error;
      seen.unreadable += 1;
    } finally {
      if (path !== null) await rm(path, { force: true });
    }
  }
  return { ...seen, complete: seen.rows < limit && ids.length < maxSubmissions };
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
