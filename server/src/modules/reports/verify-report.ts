import type { AppContext } from '../../context.ts';
import { type Runner, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { publicReading } from '../access/index.ts';
import { composeReport } from './compose-report.ts';
import { contentHash } from './content-hash.ts';
import { type FormerReport, verifyFormer } from './former-report.ts';
import { loadReport } from './load-report.ts';
import { type IssuedReport, reportByNumber } from './queries.ts';
import { parseReportNumber } from './report-number.ts';
import type { ReportKind } from './types.ts';

/** What anybody may learn of a report from its number: that it is real, and whether to ask for a new one. */
export interface VerifiedReport {
  readonly number: string;
  readonly kind: ReportKind;
  /** Masked: it confirms a name that one has, and tells none. */
  readonly subjectName: string;
  readonly issuedAt: string;
  readonly cutoffAt: string;
  /** null = no hash was given. */
  readonly hashMatches: boolean | null;
  /** 出具后有更新: the same report would say something else now. No details. */
  readonly updatedSince: boolean;
}

/** As many digits of the hash as the QR code holds, at least. */
const HASH_DIGITS = 16;

function hashMatches(given: string | undefined, hash: string): boolean | null {
  if (given === undefined || given === '') return null;
  const digits = given.trim().toLowerCase();
  return digits.length >= HASH_DIGITS && digits.length <= hash.length && hash.startsWith(digits);
}

const itemsOf = (reading: { items: readonly string[] | null }): ReadonlySet<string> | null =>
  reading.items === null ? null : new Set(reading.items);

/**
 * Composes the report again for now, under the cut-off and the policy references of the old one: what still differs is
 * news about the subject (or law that changed what may be shown).
 */
async function updatedSince(ctx: AppContext, client: Runner, issued: IssuedReport): Promise<boolean> {
  try {
    const policy = ctx.policy();
    const { subject, records } = await loadReport(ctx, client, policy, { subjectId: issued.subject_id });
    const now = composeReport({
      subject,
      records,
      kind: issued.kind,
      ...(issued.content.reading === undefined
        ? {}
        : { reading: { ...publicReading, ...issued.content.reading, items: itemsOf(issued.content.reading) } }),
      cutoffAt: issued.cutoff_at,
      policy,
      feeds: issued.content.feeds,
    });
    return contentHash({ ...now, policy: issued.content.policy }) !== issued.content_hash;
  } catch (error) {
    if (error instanceof DomainError) return true;
    throw error;
  }
}

/**
 * Verifies a report by its number and, where the QR code gives it, the beginning of its hash.
 * @returns null when no report has the number
 */
export async function verifyReport(ctx: AppContext, number: string, hash?: string): Promise<VerifiedReport | null> {
  const parsed = parseReportNumber(number);
  if (parsed === null) return null;
  return withTransaction(
    ctx.db.app,
    async (tx) => {
      const issued = await reportByNumber(tx, parsed);
      if (!issued) return null;
      return {
        number: issued.number,
        kind: issued.kind,
        subjectName: issued.content.maskedName,
        issuedAt: issued.issued_at,
        cutoffAt: issued.cutoff_at,
        hashMatches: hashMatches(hash, issued.content_hash),
        updatedSince: await updatedSince(ctx, tx, issued),
      };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
}

/** A report of this platform; else the number of one that the former system issued. */
export async function verifyAnyReport(
  ctx: AppContext,
  number: string,
  hash?: string,
): Promise<VerifiedReport | FormerReport | null> {
  return (await verifyReport(ctx, number, hash)) ?? verifyFormer(ctx.db.app, number, hash);
}
