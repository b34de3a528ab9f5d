/** SQL of assessments, activations, incidents and the yearly figures. */
import { execute, maybeOne, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';

export interface AssessmentRow {
  readonly assessment_id: string;
  readonly feature: string;
  readonly title: string;
  readonly content: Readonly<Record<string, string>>;
  readonly content_hash: string;
  readonly state: 'draft' | 'approved' | 'returned';
  readonly written_by: string;
  readonly written_at: string;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly note: string | null;
  readonly valid_until: string | null;
  readonly keep_until: string;
}
const assessment = sql`SELECT assessment_id, feature, title, content, content_hash, state, written_by, written_at, decided_by, decided_at, note, valid_until, keep_until FROM person.assessment`;

export const assessments = (client: Queryable): Promise<AssessmentRow[]> =>
  query<AssessmentRow>(client as Pool, sql`${assessment} ORDER BY written_at DESC, assessment_id DESC LIMIT 200`);
export const loadAssessment = (client: Queryable, id: string): Promise<AssessmentRow | null> =>
  maybeOne<AssessmentRow>(client as Pool, sql`${assessment} WHERE assessment_id = ${id}::uuid`);

export async function insertAssessment(tx: Transaction, row: AssessmentRow): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.assessment (assessment_id, feature, title, content, content_hash, state, written_by, written_at, keep_until)
        VALUES (${row.assessment_id}, ${row.feature}, ${row.title}, ${JSON.stringify(row.content)}::jsonb, ${row.content_hash}, 'draft', ${row.written_by}, ${row.written_at}::timestamptz, ${row.keep_until}::date)`,
  );
}

export async function decideAssessmentRow(
  tx: Transaction,
  row: {
    id: string;
    state: 'approved' | 'returned';
    by: string;
    at: string;
    note: string | null;
    validUntil: string | null;
    keepUntil: string;
  },
): Promise<boolean> {
  const changed = await execute(
    tx,
    sql`UPDATE person.assessment SET state = ${row.state}, decided_by = ${row.by}, decided_at = ${row.at}::timestamptz, note = ${row.note},
               valid_until = ${row.validUntil}::date, keep_until = ${row.keepUntil}::date
         WHERE assessment_id = ${row.id}::uuid AND state = 'draft' AND written_by <> ${row.by}::uuid`,
  );
  return changed === 1;
}

export interface ActivationRow {
  readonly activation_id: string;
  readonly feature: string;
  readonly assessment_id: string;
  readonly activated_by: string;
  readonly activated_at: string;
  readonly is_open: boolean;
  readonly ended_at: string | null;
  readonly ended_reason: string | null;
}

export const activations = (client: Queryable): Promise<ActivationRow[]> =>
  query<ActivationRow>(
    client as Pool,
    sql`SELECT activation_id, feature, assessment_id, activated_by, activated_at, is_open, ended_at, ended_reason
          FROM person.activation ORDER BY activated_at DESC, activation_id DESC LIMIT 200`,
  );

export async function insertActivation(
  tx: Transaction,
  row: { activationId: string; feature: string; assessmentId: string; by: string; at: string },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.activation (activation_id, feature, assessment_id, assessment_state, activated_by, activated_at, is_open)
        VALUES (${row.activationId}, ${row.feature}, ${row.assessmentId}::uuid, 'approved', ${row.by}, ${row.at}::timestamptz, true)`,
  );
}

/** The kill switch (G24): what rests on the function goes first, in the same transaction. False: it was not on. */
export async function endActivation(
  tx: Transaction,
  row: { feature: string; by: string; at: string; reason: string },
): Promise<boolean> {
  await execute(tx, sql`DELETE FROM person.voluntary_use WHERE feature = ${row.feature}`);
  const changed = await execute(
    tx,
    sql`UPDATE person.activation SET is_open = false, ended_by = ${row.by}::uuid, ended_at = ${row.at}::timestamptz, ended_reason = ${row.reason}
         WHERE feature = ${row.feature} AND is_open`,
  );
  return changed > 0;
}

export interface IncidentRow {
  readonly incident_id: string;
  readonly number: string;
  readonly kind: 'leak' | 'tampering' | 'loss';
  readonly state: 'open' | 'contained' | 'closed';
  readonly version: number;
  readonly occurred_at: string | null;
  readonly discovered_at: string;
  readonly data_kinds: string[];
  readonly persons: number;
  readonly cipher: Buffer;
  readonly key_id: string;
  readonly authority_due_at: string;
  readonly authority_told_at: string | null;
  readonly persons_due_on: string;
  readonly persons_told_at: string | null;
  readonly persons_waived: boolean;
  readonly closed_at: string | null;
}
const incident = sql`SELECT incident_id, number, kind, state, version, occurred_at, discovered_at, data_kinds, persons, cipher, key_id, authority_due_at,
  authority_told_at, persons_due_on, persons_told_at, persons_waived, closed_at FROM person.incident`;

export const incidents = (client: Queryable): Promise<IncidentRow[]> =>
  query<IncidentRow>(client as Pool, sql`${incident} ORDER BY discovered_at DESC, incident_id DESC LIMIT 200`);
export const loadIncident = (client: Queryable, id: string): Promise<IncidentRow | null> =>
  maybeOne<IncidentRow>(client as Pool, sql`${incident} WHERE incident_id = ${id}::uuid`);

export async function insertIncident(
  tx: Transaction,
  row: Omit<
    IncidentRow,
    'number' | 'state' | 'version' | 'authority_told_at' | 'persons_told_at' | 'persons_waived' | 'closed_at'
  > & {
    prefix: string;
    recordedBy: string;
    recordedAt: string;
    keepUntil: string;
  },
): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(20211101, 57)`);
  await execute(
    tx,
    sql`INSERT INTO person.incident (incident_id, number, kind, state, version, occurred_at, discovered_at, data_kinds, persons, cipher, key_id, authority_due_at,
                                     persons_due_on, persons_waived, recorded_by, recorded_at, keep_until)
        SELECT ${row.incident_id}::uuid, ${row.prefix} || lpad((count(*) + 1)::text, 3, '0'), ${row.kind}, 'open', 1, ${row.occurred_at}::timestamptz, ${row.discovered_at}::timestamptz,
               ${row.data_kinds}::text[], ${row.persons}::int, ${row.cipher}::bytea, ${row.key_id}, ${row.authority_due_at}::timestamptz, ${row.persons_due_on}::date, false,
               ${row.recordedBy}::uuid, ${row.recordedAt}::timestamptz, ${row.keepUntil}::date
          FROM person.incident WHERE left(number, ${row.prefix.length}::int) = ${row.prefix}`,
  );
}

export async function changeIncident(
  tx: Transaction,
  row: Pick<
    IncidentRow,
    | 'incident_id'
    | 'state'
    | 'version'
    | 'authority_told_at'
    | 'persons_told_at'
    | 'persons_waived'
    | 'closed_at'
    | 'cipher'
    | 'key_id'
  >,
): Promise<boolean> {
  const changed = await execute(
    tx,
    sql`UPDATE person.incident SET state = ${row.state}, version = version + 1, authority_told_at = ${row.authority_told_at}::timestamptz,
               persons_told_at = ${row.persons_told_at}::timestamptz, persons_waived = ${row.persons_waived}, closed_at = ${row.closed_at}::timestamptz,
               cipher = ${row.cipher}, key_id = ${row.key_id}
         WHERE incident_id = ${row.incident_id}::uuid AND version = ${row.version} AND state <> 'closed'`,
  );
  return changed === 1;
}

export interface YearFigure {
  readonly what: string;
  readonly part: string;
  readonly count: bigint;
}

/** Counts of a year, never of a person (G25). */
export async function yearFigures(client: Queryable, from: string, to: string): Promise<YearFigure[]> {
  return query<YearFigure>(
    client as Pool,
    sql`SELECT 'requests' AS what, kind AS part, count(*) AS count FROM person.request WHERE received_at >= ${from}::timestamptz AND received_at < ${to}::timestamptz GROUP BY kind
        UNION ALL SELECT 'outcomes', state, count(*) FROM person.request WHERE closed_at >= ${from}::timestamptz AND closed_at < ${to}::timestamptz GROUP BY state
        UNION ALL SELECT 'consents', status, count(*) FROM person.consent WHERE decided_at >= ${from}::timestamptz AND decided_at < ${to}::timestamptz GROUP BY status
        UNION ALL SELECT 'lookups', purpose, count(*) FROM person.lookup WHERE at >= ${from}::timestamptz AND at < ${to}::timestamptz GROUP BY purpose
        UNION ALL SELECT 'erasures', scope, count(*) FROM person.erasure WHERE erased_at >= ${from}::timestamptz AND erased_at < ${to}::timestamptz GROUP BY scope
        UNION ALL SELECT 'voluntary', feature, count(*) FROM person.voluntary_use WHERE since >= ${from}::timestamptz AND since < ${to}::timestamptz GROUP BY feature
         ORDER BY what, part`,
  );
}

/** Consents by purpose and state: counts only, there is no list of persons. */
export const consentCounts = (client: Queryable): Promise<YearFigure[]> =>
  query<YearFigure>(
    client as Pool,
    sql`SELECT purpose AS what, status AS part, count(*) AS count FROM person.consent GROUP BY purpose, status ORDER BY purpose, status`,
  );
