/** Writes what `planRegistration` decided: a fixed number of statements however many subjects changed. */
import type { Transaction } from '../../platform/db.ts';
import { execute, sql } from '../../platform/db.ts';
import type { SubjectChange, SubjectRows, SubjectUpdate } from './types.ts';

export interface AppliedChanges {
  created: number;
  updated: number;
  unchanged: number;
  /** Identifiers that another subject held already: not taken over, reported. */
  identifiersRefused: number;
}

/** Rows a statement; a change set larger than this goes in several. */
const batchSize = 2000;

async function insertSubjects(tx: Transaction, rows: readonly SubjectRows['subject'][]): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO core.subject (subject_id, kind, name, unified_code, status, region, industry, zone, established_on,
                                  address, provisional, register, register_source, created_at, updated_at)
        SELECT subject_id, kind, name, unified_code, status, region, industry, zone, established_on,
               address, provisional, register, register_source, created_at, updated_at
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(subject_id uuid, kind text, name text,
               unified_code text, status text, region text, industry text, zone text, established_on date, address text,
               provisional boolean, register jsonb, register_source jsonb, created_at timestamptz, updated_at timestamptz)`,
  );
}

/** COALESCE keeps what a change does not name: the planner never sets a column to null. */
async function updateSubjects(tx: Transaction, changes: readonly SubjectUpdate[]): Promise<number> {
  const rows = changes.map((change) => ({ subject_id: change.subjectId, ...change.set }));
  return execute(
    tx,
    sql`UPDATE core.subject s
           SET kind = COALESCE(r.kind, s.kind), name = COALESCE(r.name, s.name),
               unified_code = COALESCE(r.unified_code, s.unified_code), status = COALESCE(r.status, s.status),
               region = COALESCE(r.region, s.region), industry = COALESCE(r.industry, s.industry),
               established_on = COALESCE(r.established_on, s.established_on), address = COALESCE(r.address, s.address),
               provisional = COALESCE(r.provisional, s.provisional), register = COALESCE(r.register, s.register),
               register_source = COALESCE(r.register_source, s.register_source),
               updated_at = COALESCE(r.updated_at, s.updated_at)
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(subject_id uuid, kind text, name text,
               unified_code text, status text, region text, industry text, established_on date, address text,
               provisional boolean, register jsonb, register_source jsonb, updated_at timestamptz)
         WHERE s.subject_id = r.subject_id`,
  );
}

async function writeNames(tx: Transaction, rows: SubjectRows['names']): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO core.subject_name (subject_id, normalised, name, initials, former, valid_from, valid_to, tokens)
        SELECT subject_id, normalised, name, initials, former, valid_from, valid_to,
               ARRAY(SELECT jsonb_array_elements_text(tokens))
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(subject_id uuid, normalised text, name text,
               initials text, former boolean, valid_from date, valid_to date, tokens jsonb)
        ON CONFLICT (subject_id, normalised) DO UPDATE
           SET name = excluded.name, initials = excluded.initials, former = excluded.former,
               valid_from = excluded.valid_from, valid_to = excluded.valid_to, tokens = excluded.tokens`,
  );
}

async function insertIdentifiers(tx: Transaction, rows: SubjectRows['identifiers']): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO core.subject_identifier (value, scheme, subject_id, added_at)
        SELECT value, scheme, subject_id, added_at
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(value text, scheme text, subject_id uuid, added_at timestamptz)
        ON CONFLICT (value, scheme) DO NOTHING`,
  );
}

/**
 * Applies planned changes inside the caller's transaction, where the subjects were loaded with `loadForRegistration`. At
 * most one change a subject: several rows about one subject go through `planRegistrations` first.
 */
export async function applySubjectChanges(tx: Transaction, changes: readonly SubjectChange[]): Promise<AppliedChanges> {
  const applied: AppliedChanges = { created: 0, updated: 0, unchanged: 0, identifiersRefused: 0 };
  for (let at = 0; at < changes.length; at += batchSize) {
    const batch = changes.slice(at, at + batchSize);
    const created = batch.flatMap((change) => (change.kind === 'create' ? [change.rows] : []));
    const updated = batch.flatMap((change) => (change.kind === 'update' ? [change] : []));
    if (created.length > 0)
      await insertSubjects(
        tx,
        created.map((rows) => rows.subject),
      );
    if (updated.length > 0) applied.updated += await updateSubjects(tx, updated);
    const names = [...created, ...updated].flatMap((change) => change.names);
    if (names.length > 0) await writeNames(tx, names);
    const identifiers = [...created, ...updated].flatMap((change) => change.identifiers);
    if (identifiers.length > 0) {
      applied.identifiersRefused += identifiers.length - (await insertIdentifiers(tx, identifiers));
    }
    applied.created += created.length;
    applied.unchanged += batch.length - created.length - updated.length;
  }
  return applied;
}
