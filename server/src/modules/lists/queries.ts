/** All SQL of lists. */
import type { Instant, PlainDateString } from '../../platform/clock.ts';
import {
  execute,
  maybeOne,
  one,
  prepared,
  query,
  type Runner,
  type Sql,
  sql,
  type Transaction,
} from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { RecordEventFacts } from '../disclosure/index.ts';
import type { CreditListKind, SeverityClass } from '../policy/index.ts';
import type { EntryRemoval, RemovalKind } from './entry.ts';

export interface Particulars {
  readonly facts?: string;
  readonly legalBasis?: string;
  readonly evidence?: string;
  readonly measures?: string;
  readonly removalConditions?: string;
  readonly removalProcedure?: string;
  readonly remedy?: string;
  readonly authority?: string;
  /** The end that the source reported where it was longer than the law allows. */
  readonly reportedUntil?: string;
}

export interface EntryRow {
  readonly subject_id: string;
  readonly entry_id: string;
  readonly list: string;
  readonly kind: CreditListKind;
  readonly origin: 'decision' | 'record';
  readonly case_id: string | null;
  readonly record_id: string | null;
  readonly key_hash: Buffer | null;
  readonly recogniser_body_id: string;
  readonly document_number: string | null;
  readonly case_number: string | null;
  readonly decided_on: PlainDateString | null;
  readonly delivered_on: PlainDateString | null;
  readonly delivery_proof: string | null;
  readonly attested: boolean;
  readonly listed_on: PlainDateString;
  readonly ends_on: PlainDateString | null;
  readonly term_months: number | null;
  readonly term_limit_months: number | null;
  readonly particulars: Particulars;
  readonly policy_set_id: number;
  readonly account_id: string | null;
  readonly recorded_at: Instant;
}

/** Beside the entry what decides how it stands: the record it rests on, its events, the removals. */
export interface ReadEntry extends EntryRow {
  readonly canonical_id: string;
  readonly subject_kind: string;
  readonly subject_name: string;
  readonly subject_code: string | null;
  readonly operator: string | null;
  readonly recogniser: string;
  readonly now_record_id: string | null;
  readonly now_standard: string | null;
  readonly now_item: string | null;
  readonly now_document: string | null;
  readonly now_until: PlainDateString | null;
  readonly now_status: string | null;
  /** Class of the act as its source reported it; a confirmed one is an event. */
  readonly now_severity: SeverityClass | null;
  readonly gone_at: Instant | null;
  readonly events: readonly RecordEventFacts[];
  readonly removals: readonly (EntryRemoval & { readonly document: string | null; readonly reason: string })[];
}

/** Codes of the column that says whether an entry is still in force, by standard. */
export interface StatusFields {
  readonly standards: readonly string[];
  readonly status: readonly string[];
}

const entryColumns = sql`e.subject_id, e.entry_id, e.list, e.kind, e.origin, e.case_id, e.record_id, e.key_hash, e.recogniser_body_id,
  e.document_number, e.case_number, e.decided_on, e.delivered_on, e.delivery_proof, e.attested, e.listed_on, e.ends_on, e.term_months,
  e.term_limit_months, e.particulars, e.policy_set_id, e.account_id, e.recorded_at`;

/** What stands beside `e`: the newest version of its record, the events of that, its removals. */
const beside = (fields: StatusFields): Sql => sql`
  JOIN core.body b ON b.body_id = e.recogniser_body_id
  LEFT JOIN LATERAL (
    SELECT n.record_id, n.standard, n.item, n.document_number, n.effective_to, n.superseded_at, n.severity, n.payload
    FROM core.record n WHERE e.key_hash IS NOT NULL AND n.subject_id = e.subject_id AND n.key_hash = e.key_hash
    ORDER BY n.superseded_at IS NOT NULL, n.recorded_at DESC LIMIT 1
  ) r ON e.key_hash IS NOT NULL
  LEFT JOIN unnest(${fields.standards}::text[], ${fields.status}::text[]) AS f(standard, status_field) ON f.standard = r.standard
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('kind', v.kind, 'effectiveOn', v.effective_on, 'recordedAt', v.recorded_at, 'data', v.data)) AS list
    FROM core.record_event v WHERE v.subject_id = e.subject_id AND v.record_id = r.record_id
  ) ev ON r.record_id IS NOT NULL
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('kind', m.kind, 'removedOn', m.removed_on, 'document', m.document_number, 'reason', m.reason)
      ORDER BY m.removed_on, m.recorded_at) AS list
    FROM lists.removal m WHERE m.subject_id = e.subject_id AND m.entry_id = e.entry_id
  ) rm ON true`;

const besideColumns = sql`s.subject_id AS canonical_id, s.kind AS subject_kind, s.name AS subject_name, s.unified_code AS subject_code,
  s.register->>'legalRepresentative' AS operator, b.name AS recogniser, r.record_id AS now_record_id, r.standard AS now_standard, r.item AS now_item,
  r.document_number AS now_document, r.effective_to AS now_until, r.payload ->> f.status_field AS now_status, r.severity AS now_severity,
  r.superseded_at AS gone_at,
  coalesce(ev.list, '[]'::jsonb) AS events, coalesce(rm.list, '[]'::jsonb) AS removals`;

const joinCanonical = sql`LEFT JOIN core.subject_alias a ON a.subject_id = e.subject_id AND a.to_at IS NULL
  JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, e.subject_id)`;

const maxOfSubjects = 20_000;

/** Entries of whole clusters, in one read. */
export async function entriesOfSubjects(
  client: Runner,
  canonicalIds: readonly string[],
  fields: StatusFields,
): Promise<ReadEntry[]> {
  if (canonicalIds.length === 0) return [];
  return query<ReadEntry>(
    client,
    // Planned once a connection: the years of records make planning dearer than the read itself.
    prepared(
      'lists.entriesOfSubjects',
      sql`WITH cluster AS (
          SELECT DISTINCT c.canonical_id AS member FROM unnest(${canonicalIds}::uuid[]) AS c(canonical_id)
          UNION SELECT x.subject_id FROM core.subject_alias x WHERE x.canonical_id = ANY(${canonicalIds}::uuid[]) AND x.to_at IS NULL
        )
        SELECT ${entryColumns}, ${besideColumns}
        FROM cluster c JOIN lists.entry e ON e.subject_id = c.member AND e.superseded_at IS NULL ${joinCanonical} ${beside(fields)}
        ORDER BY e.listed_on, e.entry_id LIMIT ${maxOfSubjects}`,
    ),
  );
}

export async function entryById(client: Runner, entryId: string, fields: StatusFields): Promise<ReadEntry | null> {
  return maybeOne<ReadEntry>(
    client,
    sql`SELECT ${entryColumns}, ${besideColumns} FROM lists.entry e ${joinCanonical} ${beside(fields)}
        WHERE e.entry_id = ${entryId} AND e.superseded_at IS NULL`,
  );
}

/** Of a case that recognised it; null before. */
export async function entryOfCase(
  client: Runner,
  of: { readonly subject_id: string; readonly case_id: string },
): Promise<EntryRow | null> {
  return maybeOne<EntryRow>(
    client,
    sql`SELECT ${entryColumns} FROM lists.entry e WHERE e.subject_id = ${of.subject_id} AND e.case_id = ${of.case_id} AND e.superseded_at IS NULL`,
  );
}

export async function insertEntry(tx: Transaction, row: EntryRow): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO lists.entry (subject_id, entry_id, version_id, list, kind, origin, case_id, record_id, key_hash, recogniser_body_id, document_number, case_number,
          decided_on, delivered_on, delivery_proof, attested, listed_on, ends_on, term_months, term_limit_months, particulars, policy_set_id, account_id, recorded_at)
        VALUES (${row.subject_id}, ${row.entry_id}, ${newId()}, ${row.list}, ${row.kind}, ${row.origin}, ${row.case_id}, ${row.record_id}, ${row.key_hash},
          ${row.recogniser_body_id}, ${row.document_number}, ${row.case_number}, ${row.decided_on}, ${row.delivered_on}, ${row.delivery_proof},
          ${row.attested}, ${row.listed_on}, ${row.ends_on}, ${row.term_months}, ${row.term_limit_months}, ${JSON.stringify(row.particulars)}::jsonb,
          ${row.policy_set_id}, ${row.account_id}, ${row.recorded_at})`,
  );
}

/** 0 when it was corrected meanwhile. */
export async function supersedeEntry(
  tx: Transaction,
  of: Pick<EntryRow, 'subject_id' | 'entry_id'>,
  at: Instant,
): Promise<number> {
  return execute(
    tx,
    sql`UPDATE lists.entry SET superseded_at = ${at} WHERE subject_id = ${of.subject_id} AND entry_id = ${of.entry_id} AND superseded_at IS NULL`,
  );
}

export interface NewRemoval {
  readonly subjectId: string;
  readonly removalId: string;
  readonly entryId: string;
  readonly kind: RemovalKind;
  readonly removedOn: string;
  readonly documentNumber: string | null;
  readonly reason: string;
  readonly caseId: string | null;
  readonly accountId: string | null;
  readonly at: Instant;
}

/** 0 when it ended in this way before. */
export async function insertRemoval(tx: Transaction, removal: NewRemoval): Promise<number> {
  return execute(
    tx,
    sql`INSERT INTO lists.removal (subject_id, removal_id, entry_id, kind, removed_on, document_number, reason, case_id, account_id, recorded_at)
        VALUES (${removal.subjectId}, ${removal.removalId}, ${removal.entryId}, ${removal.kind}, ${removal.removedOn}, ${removal.documentNumber},
          ${removal.reason}, ${removal.caseId}, ${removal.accountId}, ${removal.at})
        ON CONFLICT (subject_id, entry_id, kind) DO NOTHING`,
  );
}

/** Instant up to which records were looked at; null before the first run. */
export async function followedUntil(client: Runner, key: string): Promise<Instant | null> {
  const row = await maybeOne<{ value: { at: Instant } }>(
    client,
    sql`SELECT value FROM core.setting WHERE key = ${key}`,
  );
  return row?.value.at ?? null;
}

export async function keepFollowed(client: Runner, key: string, at: Instant, now: Instant): Promise<void> {
  await execute(
    client,
    sql`INSERT INTO core.setting (key, value, updated_at) VALUES (${key}, ${JSON.stringify({ at })}::jsonb, ${now})
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  );
}

export interface ListedRecord {
  readonly subject_id: string;
  readonly record_id: string;
  readonly recorded_at: Instant;
  readonly item: string;
  readonly standard: string;
  readonly document_number: string | null;
  readonly decided_on: PlainDateString | null;
  readonly effective_from: PlainDateString | null;
  readonly effective_to: PlainDateString | null;
  readonly deciding_body_id: string;
  readonly key_hash: Buffer;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly policy_set_id: number;
  /** Of the entry that rests on it already. */
  readonly entry_id: string | null;
  readonly entry_record_id: string | null;
}

/** Records of the lists' items that were recorded since, with the entry that an earlier version made. */
export async function listedRecords(
  client: Runner,
  items: readonly string[],
  after: { readonly at: string; readonly id: string },
  limit: number,
): Promise<ListedRecord[]> {
  return query<ListedRecord>(
    client,
    sql`SELECT r.subject_id, r.record_id, r.recorded_at, r.item, r.standard, r.document_number, r.decided_on, r.effective_from, r.effective_to,
          r.deciding_body_id, r.key_hash, r.payload, r.policy_set_id, e.entry_id, e.record_id AS entry_record_id
        FROM core.record r LEFT JOIN lists.entry e ON e.subject_id = r.subject_id AND e.key_hash = r.key_hash AND e.superseded_at IS NULL
        WHERE (r.recorded_at, r.record_id) > (${after.at}::timestamptz, ${after.id}::uuid) AND r.item = ANY(${items}::text[]) AND r.superseded_at IS NULL
        ORDER BY r.recorded_at, r.record_id LIMIT ${limit}`,
  );
}

export async function countCurrent(client: Runner): Promise<number> {
  const row = await one<{ n: number }>(
    client,
    sql`SELECT count(*)::int AS n FROM lists.entry WHERE superseded_at IS NULL`,
  );
  return row.n;
}

/** Whose term is over and was not announced, in the order of their ends. */
export async function pastTerm(
  client: Runner,
  today: string,
  after: { readonly on: string; readonly id: string } | null,
  limit: number,
  fields: StatusFields,
): Promise<ReadEntry[]> {
  return query<ReadEntry>(
    client,
    sql`SELECT ${entryColumns}, ${besideColumns} FROM lists.entry e ${joinCanonical} ${beside(fields)}
        WHERE e.superseded_at IS NULL AND e.ends_on < ${today}
          AND NOT EXISTS (SELECT FROM lists.removal x WHERE x.subject_id = e.subject_id AND x.entry_id = e.entry_id AND x.kind = 'expired')
          AND (${after === null} OR (e.ends_on, e.entry_id) > (${after?.on ?? null}::date, ${after?.id ?? null}::uuid))
        ORDER BY e.ends_on, e.entry_id LIMIT ${limit}`,
  );
}

export interface EntryFilter {
  readonly list: string;
  /** Part of a name, a whole code or document number. */
  readonly q?: string | undefined;
  readonly liveOn?: string | undefined;
  readonly bodies?: readonly string[] | undefined;
}

/**
 * Entries of one list, newest first. `liveOn` leaves out what ended by its term or a removal; what the events of the record say
 * is decided by the caller, who reads on until a page is full.
 */
export async function entriesOfList(
  client: Runner,
  filter: EntryFilter,
  after: { readonly on: string; readonly id: string } | null,
  limit: number,
  fields: StatusFields,
): Promise<ReadEntry[]> {
  const q = filter.q ?? null;
  return query<ReadEntry>(
    client,
    sql`SELECT ${entryColumns}, ${besideColumns} FROM lists.entry e ${joinCanonical} ${beside(fields)}
        WHERE e.list = ${filter.list} AND e.superseded_at IS NULL
          AND (${filter.bodies ?? null}::uuid[] IS NULL OR e.recogniser_body_id = ANY(${filter.bodies ?? null}::uuid[]))
          AND (${q}::text IS NULL OR s.unified_code = ${q} OR e.document_number = ${q} OR e.case_number = ${q} OR strpos(s.name, ${q}) > 0)
          AND (${filter.liveOn ?? null}::date IS NULL OR (e.listed_on <= ${filter.liveOn ?? null} AND (e.ends_on IS NULL OR e.ends_on >= ${filter.liveOn ?? null})
            AND NOT EXISTS (SELECT FROM lists.removal x WHERE x.subject_id = e.subject_id AND x.entry_id = e.entry_id AND x.kind <> 'expired' AND x.removed_on <= ${filter.liveOn ?? null})))
          AND (${after === null} OR (e.listed_on, e.entry_id) < (${after?.on ?? null}::date, ${after?.id ?? null}::uuid))
        ORDER BY e.listed_on DESC, e.entry_id DESC LIMIT ${limit}`,
  );
}

/** Entries within their term, by list: what a reader of the overview sees. */
export async function countsByList(client: Runner, on: string): Promise<{ list: string; n: number }[]> {
  return query(
    client,
    sql`SELECT e.list, count(*)::int AS n FROM lists.entry e
        LEFT JOIN core.record r ON r.subject_id = e.subject_id AND r.record_id = e.record_id
        WHERE e.superseded_at IS NULL AND e.listed_on <= ${on} AND (e.ends_on IS NULL OR e.ends_on >= ${on})
          AND (e.record_id IS NULL OR r.superseded_at IS NULL)
          AND NOT EXISTS (SELECT FROM lists.removal x WHERE x.subject_id = e.subject_id AND x.entry_id = e.entry_id AND x.kind <> 'expired' AND x.removed_on <= ${on})
          AND NOT EXISTS (SELECT FROM core.record_event v WHERE v.subject_id = e.subject_id AND v.record_id = e.record_id
            AND v.kind IN ('withdrawn', 'annulled', 'repaired', 'erased') AND v.effective_on <= ${on}
            AND NOT EXISTS (SELECT FROM core.record_event w WHERE w.subject_id = v.subject_id AND w.record_id = v.record_id
              AND w.kind = 'repairRevoked' AND w.effective_on >= v.effective_on AND w.effective_on <= ${on}))
        GROUP BY e.list ORDER BY e.list`,
  );
}

export interface HeldKey {
  readonly subject_id: string;
  readonly record_id: string;
  readonly key_hash: Buffer;
  readonly source_body_id: string;
}
export async function keyOfRecord(client: Runner, recordId: string): Promise<HeldKey | null> {
  return maybeOne<HeldKey>(
    client,
    sql`SELECT subject_id, record_id, key_hash, source_body_id FROM core.record WHERE record_id = ${recordId}`,
  );
}

export async function entryOfKey(client: Runner, subjectId: string, keyHash: Buffer): Promise<EntryRow | null> {
  return maybeOne<EntryRow>(
    client,
    sql`SELECT ${entryColumns} FROM lists.entry e WHERE e.subject_id = ${subjectId} AND e.key_hash = ${keyHash} AND e.superseded_at IS NULL`,
  );
}

export async function insertReconciliation(
  tx: Transaction,
  row: {
    readonly id: string;
    readonly list: string;
    readonly bodyId: string;
    readonly asOf: string;
    readonly stated: number;
    readonly matched: number;
    readonly ended: number;
    readonly unknown: number;
    readonly sha256: string;
    readonly accountId: string | null;
    readonly at: Instant;
  },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO lists.reconciliation (reconciliation_id, list, body_id, as_of, stated, matched, ended, unknown, sha256, account_id, recorded_at)
        VALUES (${row.id}, ${row.list}, ${row.bodyId}, ${row.asOf}, ${row.stated}, ${row.matched}, ${row.ended}, ${row.unknown}, ${row.sha256}, ${row.accountId}, ${row.at})`,
  );
}

export interface NamedBody {
  readonly body_id: string;
  readonly name: string;
}
export async function bodyById(client: Runner, bodyId: string): Promise<NamedBody | null> {
  return maybeOne<NamedBody>(
    client,
    sql`SELECT body_id, name FROM core.body WHERE body_id = ${bodyId} AND closed_on IS NULL`,
  );
}

/** The subject that stands for a cluster now: it may have been merged since. */
export async function canonicalOf(client: Runner, subjectId: string): Promise<string> {
  const row = await one<{ id: string }>(
    client,
    sql`SELECT coalesce((SELECT canonical_id FROM core.subject_alias WHERE subject_id = ${subjectId} AND to_at IS NULL), ${subjectId}::uuid) AS id`,
  );
  return row.id;
}

const maxExempt = 200;
/** Live records of items that exemptions speak of, newest first. */
export async function recordsOfSubject(
  client: Runner,
  canonicalId: string,
  items: readonly string[],
): Promise<{ record_id: string }[]> {
  return query(
    client,
    sql`SELECT r.record_id FROM core.record r
        WHERE (r.subject_id = ${canonicalId} OR r.subject_id IN (SELECT x.subject_id FROM core.subject_alias x WHERE x.canonical_id = ${canonicalId} AND x.to_at IS NULL))
          AND r.item = ANY(${items}::text[]) AND r.superseded_at IS NULL
        ORDER BY r.decided_on DESC NULLS LAST, r.record_id DESC LIMIT ${maxExempt}`,
  );
}

export interface AnnouncedRow {
  readonly number: string | null;
  readonly kind: string;
  readonly name: string;
  readonly code: string | null;
  readonly operator: string | null;
  readonly recogniser: string;
  readonly announced_on: PlainDateString;
}
const maxAnnounced = 200;
/** Honours that are announced, the last ones first. */
export async function announcedHonours(client: Runner, list: string): Promise<AnnouncedRow[]> {
  return query<AnnouncedRow>(
    client,
    sql`SELECT c.number, s.kind, s.name, s.unified_code AS code, s.register->>'legalRepresentative' AS operator, b.name AS recogniser,
          (c.facts->>'announcedOn')::date AS announced_on
        FROM casework.case c LEFT JOIN core.subject_alias a ON a.subject_id = c.subject_id AND a.to_at IS NULL
        JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, c.subject_id) JOIN core.body b ON b.body_id = c.handler_body_id
        WHERE c.procedure = 'listing' AND c.state = 'announced' AND NOT c.closed AND c.facts->>'list' = ${list}
        ORDER BY c.opened_at DESC, c.case_id LIMIT ${maxAnnounced}`,
  );
}
