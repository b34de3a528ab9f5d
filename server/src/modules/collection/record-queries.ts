/** The office's own records: what its sources reported, newest first. */
import { maybeOne, type Queryable, query, sql } from '../../platform/db.ts';

export interface RecordListRow {
  record_id: string;
  subject_id: string;
  subject_name: string;
  unified_code: string | null;
  standard: string;
  item: string;
  categories: string[];
  document_number: string | null;
  decided_on: string | null;
  deciding_body: string;
  source_body_id: string;
  recorded_at: string;
  superseded_at: string | null;
  withdrawn: boolean;
  /** Repaired, annulled or erased: use has ended (36号令 art. 3). */
  ended: boolean;
  payload: Record<string, string>;
}

/** Use has ended, as far as the events say; a repair that was revoked has not ended it. */
const ended = sql`(EXISTS (SELECT FROM core.record_event e WHERE e.subject_id = r.subject_id AND e.record_id = r.record_id AND e.kind IN ('annulled', 'erased', 'withdrawn'))
        OR EXISTS (SELECT FROM core.record_event e WHERE e.subject_id = r.subject_id AND e.record_id = r.record_id AND e.kind = 'repaired'
             AND NOT EXISTS (SELECT FROM core.record_event v WHERE v.subject_id = e.subject_id AND v.record_id = e.record_id AND v.kind = 'repairRevoked' AND v.recorded_at >= e.recorded_at)))`;

const select = sql`SELECT r.record_id, r.subject_id, s.name AS subject_name, s.unified_code, r.standard, r.item, r.categories, r.document_number, r.decided_on,
      b.name AS deciding_body, r.source_body_id, r.recorded_at, r.superseded_at, r.payload,
      EXISTS (SELECT FROM core.record_event e WHERE e.subject_id = r.subject_id AND e.record_id = r.record_id AND e.kind = 'withdrawn') AS withdrawn,
      ${ended} AS ended
    FROM core.record r JOIN core.subject s ON s.subject_id = r.subject_id JOIN core.body b ON b.body_id = r.deciding_body_id`;

export interface RecordFilter {
  bodyIds: readonly string[] | 'all';
  /** Earlier states and ended records are listed to their source only. */
  ownBodyIds: readonly string[];
  standard?: string | undefined;
  q?: string | undefined;
}

/** `q`: part of a document number or of the subject's name or code. */
export async function listRecords(
  client: Queryable,
  filter: RecordFilter,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<RecordListRow[]> {
  const bodies = filter.bodyIds === 'all' ? null : filter.bodyIds;
  return query<RecordListRow>(
    client,
    sql`${select}
         WHERE (${bodies}::uuid[] IS NULL OR r.source_body_id = ANY(${bodies}::uuid[]))
           AND (r.source_body_id = ANY(${filter.ownBodyIds}::uuid[]) OR (r.superseded_at IS NULL AND NOT ${ended}))
           AND (${filter.standard ?? null}::text IS NULL OR r.standard = ${filter.standard ?? null})
           AND (${filter.q ?? null}::text IS NULL OR position(${filter.q ?? null}::text in COALESCE(r.document_number, '')) > 0
                OR position(${filter.q ?? null}::text in s.name) > 0 OR s.unified_code = upper(${filter.q ?? null}::text))
           AND (${after?.id ?? null}::uuid IS NULL OR (r.recorded_at, r.record_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
         ORDER BY r.recorded_at DESC, r.record_id DESC LIMIT ${limit}`,
  );
}

export interface AttachmentRow {
  attachment_id: string;
  file_name: string;
  media_type: string;
  bytes: bigint;
  added_at: string;
}

export async function loadRecordDetail(
  client: Queryable,
  recordId: string,
): Promise<{ record: RecordListRow; attachments: AttachmentRow[] } | null> {
  const record = await maybeOne<RecordListRow>(client, sql`${select} WHERE r.record_id = ${recordId}`);
  if (!record) return null;
  const attachments = await query<AttachmentRow>(
    client,
    sql`SELECT attachment_id, file_name, media_type, bytes, added_at FROM core.attachment WHERE record_id = ${recordId} ORDER BY added_at LIMIT 100`,
  );
  return { record, attachments };
}
