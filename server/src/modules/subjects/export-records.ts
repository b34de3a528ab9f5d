/**
 * Records of many organisations for an approved export (module access): live ones, through a reading, as an officer would see
 * each. Organisations only: a record about a person is in another store and cannot come here (natural-persons G15).
 */
import type { AppContext } from '../../context.ts';
import { type Queryable, query, sql } from '../../platform/db.ts';
import type { ExportFilterFacts, ExportRow, Reading } from '../access/index.ts';
import { eventsOfCluster, type PayloadFields, type RecentRow } from './archive-queries.ts';
import { factsFrom, isRegister, payloadFields, readsRecord } from './load-archive.ts';
import type { SubjectPorts } from './ports.ts';
import { recordView } from './record-view.ts';

type Row = RecentRow & { source_body: string; source_body_id: string; deciding_body_id: string };

const where = (filter: ExportFilterFacts) => sql`r.superseded_at IS NULL
   AND (${filter.item}::text IS NULL OR r.item = ${filter.item})
   AND (${filter.bodyId}::uuid IS NULL OR r.source_body_id = ${filter.bodyId})
   AND (${filter.from}::date IS NULL OR r.decided_on >= ${filter.from}::date)
   AND (${filter.to}::date IS NULL OR r.decided_on <= ${filter.to}::date)`;

/** How many live records the filter meets, up to one more than the limit. */
export async function countExport(client: Queryable, filter: ExportFilterFacts, limit: number): Promise<number> {
  const rows = await query<{ found: bigint }>(
    client,
    sql`SELECT count(*) AS found FROM (SELECT 1 FROM core.record r WHERE ${where(filter)} LIMIT ${limit + 1}) f`,
  );
  return Number(rows[0]?.found ?? 0);
}

async function rowsOf(
  client: Queryable,
  filter: ExportFilterFacts,
  limit: number,
  fields: PayloadFields,
): Promise<Row[]> {
  return query<Row>(
    client,
    sql`WITH f AS (SELECT * FROM unnest(${fields.standards}::text[], ${fields.procedure}::text[], ${fields.status}::text[])
                     AS t(standard, procedure_field, status_field))
        SELECT r.subject_id, r.record_id, r.recorded_on, r.item, r.standard, r.document_number, r.decided_on,
               r.effective_from, r.effective_to, r.categories, r.domain, r.severity, r.amount_fen, r.confiscated_fen,
               r.payload ->> f.procedure_field AS procedure, r.payload ->> f.status_field AS record_status,
               r.payload, r.recorded_at, b.name AS deciding_body, o.name AS source_body, r.deciding_body_id, r.source_body_id,
               s.kind, s.name, s.unified_code, s.register->>'legalRepresentative' AS operator
          FROM core.record r
          LEFT JOIN core.subject_alias a ON a.subject_id = r.subject_id AND a.to_at IS NULL
          JOIN core.subject s ON s.subject_id = COALESCE(a.canonical_id, r.subject_id)
          JOIN core.body b ON b.body_id = r.deciding_body_id
          JOIN core.body o ON o.body_id = r.source_body_id
          LEFT JOIN f ON f.standard = r.standard
         WHERE ${where(filter)}
         ORDER BY r.decided_on DESC NULLS LAST, r.record_id LIMIT ${limit + 1}`,
  );
}

/** The rows of the export in a stable order; more than the limit says so by its length. */
export async function exportRecords(
  ctx: Pick<AppContext, 'clock' | 'policy'>,
  client: Queryable,
  ports: SubjectPorts,
  reading: Reading,
  filter: ExportFilterFacts,
  limit: number,
): Promise<ExportRow[]> {
  const policy = ctx.policy();
  const rows = await rowsOf(client, filter, limit, payloadFields(policy));
  const events = await eventsOfCluster(client, [...new Set(rows.map((row) => row.subject_id))]);
  const out: ExportRow[] = [];
  for (const row of rows) {
    if (isRegister(policy, row.standard)) continue;
    const own = events.get(row.record_id) ?? [];
    if (own.some((event) => event.kind === 'erased')) continue;
    const disclosure = ports.disclose(factsFrom(policy, row, row.kind), own, ctx.clock.today(), policy);
    if (!readsRecord(policy, reading, row.item, disclosure)) continue;
    const people = row.operator === null ? [] : [row.operator];
    const view = recordView(row, row, disclosure, { policy, level: reading.level, people });
    out.push({
      subjectId: row.subject_id,
      cells: [
        row.name,
        row.unified_code ?? '',
        view.itemName.zh,
        view.title,
        view.documentNumber ?? '',
        view.decidedOn ?? '',
        view.decidingBody,
        view.sourceBody,
        view.summary ?? '',
        view.disclosure.reason.zh,
      ],
    });
  }
  return out;
}
