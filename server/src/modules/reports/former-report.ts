/** Reports that a former system issued: known by number, hash and day. What they said is not held here, and not vouched for. */
import type { AppContext } from '../../context.ts';
import { maybeOne, query, type Runner, sql, type Transaction } from '../../platform/db.ts';

export interface FormerReportRow {
  readonly number: string;
  readonly contentHash: string | null;
  readonly issuedOn: string;
}

/** Of a former report this is said and nothing else. */
export interface FormerReport {
  readonly number: string;
  readonly former: true;
  readonly system: string;
  readonly issuedOn: string;
  /** Null: no hash was given, or none was handed over. */
  readonly hashMatches: boolean | null;
}

const allowed = /^[\p{L}\p{N}][\p{L}\p{N}\-_.()（）〔〕[\]]{2,59}$/u;

/** As it is typed or scanned; null when it can be no number. */
export function cleanFormerNumber(text: string): string | null {
  const number = text.normalize('NFKC').replaceAll(/[‐-―]/g, '-').replaceAll(/\s/g, '').toUpperCase();
  return allowed.test(number) ? number : null;
}

export async function keepFormerReports(
  tx: Transaction,
  ctx: Pick<AppContext, 'clock'>,
  system: string,
  rows: readonly FormerReportRow[],
): Promise<{ added: Set<string>; isHeld: (row: FormerReportRow) => boolean }> {
  const added = await query<{ number: string }>(
    tx,
    sql`INSERT INTO core.former_report (number, content_hash, issued_on, system, taken_at)
        SELECT DISTINCT ON (n) n, h, d, ${system}, ${ctx.clock.now()}::timestamptz
        FROM unnest(${rows.map((row) => row.number)}::text[], ${rows.map((row) => row.contentHash)}::text[], ${rows.map((row) => row.issuedOn)}::date[])
          WITH ORDINALITY AS t(n, h, d, at) ORDER BY n, at
        ON CONFLICT (number) DO NOTHING RETURNING number`,
  );
  const held = await query<{ number: string; content_hash: string | null; issued_on: string }>(
    tx,
    sql`SELECT number, content_hash, issued_on FROM core.former_report WHERE number = ANY(${rows.map((row) => row.number)}::text[])`,
  );
  const known = new Map(held.map((row) => [row.number, row]));
  return {
    added: new Set(added.map((row) => row.number)),
    isHeld: (row) => {
      const one = known.get(row.number);
      return one !== undefined && one.content_hash === row.contentHash && one.issued_on === row.issuedOn;
    },
  };
}

const hashDigits = 16;

export async function verifyFormer(
  client: Runner,
  text: string,
  hash: string | undefined,
): Promise<FormerReport | null> {
  const number = cleanFormerNumber(text);
  if (number === null) return null;
  const row = await maybeOne<{ content_hash: string | null; issued_on: string; system: string }>(
    client,
    sql`SELECT content_hash, issued_on, system FROM core.former_report WHERE number = ${number}`,
  );
  if (!row) return null;
  const digits = hash?.trim().toLowerCase() ?? '';
  const matches =
    digits === '' || row.content_hash === null
      ? null
      : digits.length >= hashDigits && row.content_hash.startsWith(digits);
  return { number, former: true, system: row.system, issuedOn: row.issued_on, hashMatches: matches };
}
