/**
 * A small sample of rows that were reported, for somebody who writes a rule. Rows on natural persons are counted and never
 * given out (个人信息保护法 art. 6); of organisations no number of a person is shown, and names of persons are masked.
 */
import { maskPersonName } from '@chengxin/identifiers';
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import { withoutNumbers } from '../persons/index.ts';
import type { DataStandard, PolicyRuntime, StandardField } from '../policy/index.ts';
import { RowJudge } from './judge-again.ts';
import { recentSubmissions } from './queries.ts';
import { readAgain } from './read-again.ts';

export interface SampledRow {
  readonly submissionId: string;
  readonly body: string;
  readonly row: number;
  readonly rules: ReadonlySet<string>;
  /** By field code, as they may be shown. */
  value(code: string): string;
}
export interface SampleBounds {
  readonly standard: DataStandard;
  /** Whose submissions; null = all. */
  readonly bodyIds: readonly string[] | null;
  readonly rows: number;
  readonly submissions: number;
  /** Of each file; larger ones are left out. */
  readonly rowsOfFile: number;
  readonly milliseconds: number;
}
export interface Sampled {
  readonly rows: number;
  readonly personRows: number;
  readonly submissions: number;
  readonly unreadable: number;
  /** All rows of the standard were read. */
  readonly complete: boolean;
}

function shown(field: StandardField | undefined, text: string | null | undefined): string {
  if (!field || !text) return '';
  if (field.person === 'document') return '＊＊＊';
  if (field.person === 'name') return maskPersonName(text);
  return withoutNumbers(text, field.role === 'unifiedCode' || field.role === 'registrationNumber');
}

export async function sampleRows(
  ctx: AppContext,
  policy: PolicyRuntime,
  bounds: SampleBounds,
  take: (row: SampledRow) => void,
): Promise<Sampled> {
  const { standard } = bounds;
  const until = performance.now() + bounds.milliseconds;
  const seen = { rows: 0, personRows: 0, submissions: 0, unreadable: 0 };
  const at = new Map(standard.fields.map((field, index) => [field.code, index]));
  const places = await recentSubmissions(ctx.db.app, {
    limit: bounds.submissions + 1,
    standard: standard.standard,
    bodyIds: bounds.bodyIds,
    maxRows: bounds.rowsOfFile,
  });
  let complete = places.length <= bounds.submissions;
  for (const { submission_id: submissionId } of places.slice(0, bounds.submissions)) {
    let judge: RowJudge | null = null;
    const end = await readAgain(ctx, submissionId, (row, submission) => {
      if (seen.rows >= bounds.rows || performance.now() > until) {
        complete = false;
        return false;
      }
      judge ??= new RowJudge(submission.standard, policy);
      const read = judge.take(ctx, row, dayOf(submission.received_at as Instant));
      if (!read) return true;
      if (read.person || read.barred) {
        seen.personRows += 1;
        return true;
      }
      seen.rows += 1;
      take({
        submissionId,
        body: submission.body_name,
        row: row.rowNumber,
        rules: new Set(read.findings.map((finding) => finding.rule)),
        value: (code) => {
          const index = at.get(code) ?? -1;
          return shown(standard.fields[index], read.texts[index]);
        },
      });
      return true;
    });
    if (end === 'unreadable') seen.unreadable += 1;
    else if (end === 'read') seen.submissions += 1;
    if (!complete && (seen.rows >= bounds.rows || performance.now() > until)) break;
  }
  return { ...seen, complete };
}
