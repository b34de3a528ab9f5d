/** All SQL of authorisations. Everything is loaded through the caller's side: its organisation, or its body. */
import { execute, maybeOne, type Queryable, query, type Runner, sql, type Transaction } from '../../platform/db.ts';
import type { StoredState } from './state.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface AuthorisationRow {
  readonly authorisation_id: string;
  /** The canonical organisation today, whatever it was merged into since. */
  readonly subject_id: string;
  readonly subject_name: string;
  readonly subject_code: string | null;
  readonly body_id: string;
  readonly body_name: string;
  readonly body_code: string | null;
  readonly purpose: string;
  readonly matter: string | null;
  readonly sections: string[];
  readonly note: string | null;
  readonly state: StoredState;
  readonly asked_at: string | null;
  readonly answer_by: string | null;
  readonly granted_at: string | null;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly uses_allowed: number | null;
  readonly uses_made: number;
  readonly ended_at: string | null;
  readonly end_note: string | null;
  readonly created_at: string;
}

const selected = sql`SELECT a.authorisation_id, s.subject_id, s.name AS subject_name, s.unified_code AS subject_code, a.body_id,
    b.name AS body_name, (SELECT code FROM core.body_code c WHERE c.body_id = b.body_id AND c.valid_to IS NULL LIMIT 1) AS body_code,
    a.purpose, a.matter, a.sections, a.note, a.state, a.asked_at, a.answer_by, a.granted_at, a.valid_from, a.valid_to,
    a.uses_allowed, a.uses_made, a.ended_at, a.end_note, a.created_at
  FROM access.authorisation a
  LEFT JOIN core.subject_alias m ON m.subject_id = a.subject_id AND m.to_at IS NULL
  JOIN core.subject s ON s.subject_id = COALESCE(m.canonical_id, a.subject_id)
  JOIN core.body b ON b.body_id = a.body_id`;

/** Whose authorisations: those of one organisation, or those that bodies have. */
export type Side = { readonly subjectId: string } | { readonly bodyIds: readonly string[] };

export async function listAuthorisations(
  client: Queryable,
  side: Side,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<AuthorisationRow[]> {
  const subject = 'subjectId' in side ? side.subjectId : null;
  const bodies = 'bodyIds' in side ? side.bodyIds : null;
  return query<AuthorisationRow>(
    runner(client),
    sql`${selected}
         WHERE (${subject}::uuid IS NULL OR s.subject_id = ${subject}::uuid)
           AND (${bodies}::uuid[] IS NULL OR a.body_id = ANY(${bodies}::uuid[]))
           AND (${after?.id ?? null}::uuid IS NULL OR (a.created_at, a.authorisation_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
         ORDER BY a.created_at DESC, a.authorisation_id DESC LIMIT ${limit}`,
  );
}

export async function authorisationById(client: Queryable, id: string): Promise<AuthorisationRow | null> {
  return maybeOne<AuthorisationRow>(runner(client), sql`${selected} WHERE a.authorisation_id = ${id}`);
}

/**
 * The same, held until the end of the transaction: whoever revokes it waits until this reading is answered, and none begins
 * after.
 */
export async function holdAuthorisation(client: Transaction, id: string): Promise<AuthorisationRow | null> {
  const held = await maybeOne<{ id: string }>(
    client,
    sql`SELECT authorisation_id AS id FROM access.authorisation WHERE authorisation_id = ${id} FOR SHARE`,
  );
  return held === null ? null : authorisationById(client, id);
}

export interface NewAuthorisation {
  readonly id: string;
  readonly subjectId: string;
  readonly bodyId: string;
  readonly purpose: string;
  readonly matter: string | null;
  readonly sections: readonly string[];
  readonly note: string | null;
  readonly state: 'asked' | 'granted';
  readonly by: string;
  readonly at: string;
  readonly answerBy: string | null;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly uses: number;
  readonly policySetId: number;
}

export async function insertAuthorisation(client: Transaction, row: NewAuthorisation): Promise<void> {
  const asked = row.state === 'asked';
  await execute(
    client,
    sql`INSERT INTO access.authorisation (authorisation_id, subject_id, body_id, purpose, matter, sections, note, state,
          asked_by, asked_at, answer_by, granted_by, granted_at, valid_from, valid_to, uses_allowed, policy_set_id, created_at)
        VALUES (${row.id}, ${row.subjectId}, ${row.bodyId}, ${row.purpose}, ${row.matter}, ${row.sections}::text[], ${row.note},
          ${row.state}, ${asked ? row.by : null}::uuid, ${asked ? row.at : null}::timestamptz, ${row.answerBy}::timestamptz,
          ${asked ? null : row.by}::uuid, ${asked ? null : row.at}::timestamptz, ${row.validFrom}::date, ${row.validTo}::date,
          ${row.uses}, ${row.policySetId}, ${row.at}::timestamptz)`,
  );
}

/** Requests of a body that wait at an organisation, and whether the organisation refused it lately. One body at a time. */
export async function requestsOf(
  client: Transaction,
  bodyId: string,
  subjectId: string,
  now: string,
  declinedSince: string,
): Promise<{ waiting: number; declined: boolean }> {
  await execute(client, sql`SELECT pg_advisory_xact_lock(7311, hashtext(${`${bodyId} ${subjectId}`}))`);
  const row = await maybeOne<{ waiting: bigint; declined: boolean }>(
    client,
    sql`SELECT count(*) FILTER (WHERE state = 'asked' AND answer_by > ${now}) AS waiting,
               coalesce(bool_or(state = 'declined' AND ended_at > ${declinedSince}), false) AS declined
          FROM access.authorisation WHERE body_id = ${bodyId} AND subject_id = ${subjectId}`,
  );
  return { waiting: Number(row?.waiting ?? 0), declined: row?.declined ?? false };
}

/** @returns 0 when it was answered, withdrawn or lapsed meanwhile */
export async function grantAsked(
  client: Transaction,
  id: string,
  grant: { by: string; at: string; sections: readonly string[]; validFrom: string; validTo: string; uses: number },
): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.authorisation SET state = 'granted', granted_by = ${grant.by}, granted_at = ${grant.at},
               sections = ${grant.sections}::text[], valid_from = ${grant.validFrom}::date, valid_to = ${grant.validTo}::date,
               uses_allowed = ${grant.uses}
         WHERE authorisation_id = ${id} AND state = 'asked' AND answer_by > ${grant.at}`,
  );
}

export async function endAuthorisation(
  client: Transaction,
  id: string,
  from: StoredState,
  to: StoredState,
  end: { by: string; at: string; note: string | null },
): Promise<number> {
  return execute(
    client,
    sql`UPDATE access.authorisation SET state = ${to}, ended_by = ${end.by}, ended_at = ${end.at}, end_note = ${end.note}
         WHERE authorisation_id = ${id} AND state = ${from}`,
  );
}

/**
 * Takes one use. One statement decides and counts, so that many at once cannot pass the number (the table's check holds it too).
 * @returns what is left, or null when it does not hold: not granted, not in its period, used up, another body's
 */
export async function takeUse(
  client: Transaction,
  id: string,
  bodyIds: readonly string[],
  today: string,
): Promise<{ left: number } | null> {
  return maybeOne<{ left: number }>(
    client,
    sql`UPDATE access.authorisation SET uses_made = uses_made + 1
         WHERE authorisation_id = ${id} AND body_id = ANY(${bodyIds}::uuid[]) AND state = 'granted'
           AND valid_from <= ${today}::date AND valid_to >= ${today}::date AND uses_made < uses_allowed
        RETURNING uses_allowed - uses_made AS left`,
  );
}

export interface NewUse {
  readonly useId: string;
  readonly authorisationId: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly kind: 'archive' | 'report';
  readonly matter: string | null;
  readonly caseNumber: string | null;
  readonly reportNumber: string | null;
  readonly at: string;
  readonly endsAt: string;
}

export async function insertUse(client: Transaction, use: NewUse): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO access.authorisation_use (use_id, authorisation_id, account_id, account_name, kind, matter, case_number,
          report_number, used_at, ends_at)
        VALUES (${use.useId}, ${use.authorisationId}, ${use.accountId}, ${use.accountName}, ${use.kind}, ${use.matter},
          ${use.caseNumber}, ${use.reportNumber}, ${use.at}, ${use.endsAt})`,
  );
}

export interface UseRow {
  readonly use_id: string;
  readonly kind: 'archive' | 'report';
  readonly account_name: string;
  readonly matter: string | null;
  readonly case_number: string | null;
  readonly report_number: string | null;
  readonly used_at: string;
  readonly ends_at: string;
}

export async function listUses(
  client: Queryable,
  authorisationId: string,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<UseRow[]> {
  return query<UseRow>(
    runner(client),
    sql`SELECT use_id, kind, account_name, matter, case_number, report_number, used_at, ends_at
          FROM access.authorisation_use
         WHERE authorisation_id = ${authorisationId}
           AND (${after?.id ?? null}::uuid IS NULL OR (used_at, use_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
         ORDER BY used_at DESC, use_id DESC LIMIT ${limit}`,
  );
}

/** An open use of this account for paging through the archive. */
export async function openUse(
  client: Transaction,
  useId: string,
  authorisationId: string,
  accountId: string,
  now: string,
): Promise<Pick<UseRow, 'matter' | 'case_number'> | null> {
  return maybeOne<Pick<UseRow, 'matter' | 'case_number'>>(
    client,
    sql`SELECT matter, case_number FROM access.authorisation_use
         WHERE use_id = ${useId} AND authorisation_id = ${authorisationId} AND account_id = ${accountId} AND kind = 'archive'
           AND ends_at > ${now}`,
  );
}

export interface GranteeRow {
  readonly body_id: string;
  readonly name: string;
  readonly kind: string;
  readonly code: string | null;
}

/** Bodies that can be authorised: banks and agencies that are open. */
export async function listGrantees(client: Queryable, kinds: readonly string[], limit: number): Promise<GranteeRow[]> {
  return query<GranteeRow>(
    runner(client),
    sql`SELECT b.body_id, b.name, b.kind, (SELECT code FROM core.body_code c WHERE c.body_id = b.body_id AND c.valid_to IS NULL LIMIT 1) AS code
          FROM core.body b WHERE b.kind = ANY(${kinds}::text[]) AND b.closed_on IS NULL ORDER BY b.name, b.body_id LIMIT ${limit}`,
  );
}
