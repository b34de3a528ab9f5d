/** SQL of the organisations whose records are watched for the end of their display. */
import { execute, type Queryable, query, type Runner, sql } from '../../platform/db.ts';
import type { FactRow, PayloadFields } from '../subjects/index.ts';

const runner = (client: Queryable): Runner => client as Runner;

/** What is watched already keeps the day up to which it was evaluated. */
export async function watchSubjects(
  client: Queryable,
  rows: readonly { readonly subject_id: string; readonly first_on: string }[],
  nextOn: string,
): Promise<void> {
  if (rows.length === 0) return;
  await execute(
    runner(client),
    sql`insert into exchange.watched (subject_id, evaluated_on, next_on)
        select w.subject_id, w.first_on, ${nextOn}::date
        from unnest(${rows.map((row) => row.subject_id)}::uuid[], ${rows.map((row) => row.first_on)}::date[]) as w(subject_id, first_on)
        on conflict (subject_id) do update set next_on = least(exchange.watched.next_on, excluded.next_on)`,
  );
}

/** Their days may have changed (another severity): evaluated today. */
export async function watchAgain(client: Queryable, subjectIds: readonly string[], today: string): Promise<void> {
  if (subjectIds.length === 0) return;
  await execute(
    runner(client),
    sql`update exchange.watched w set next_on = ${today}::date
        where w.next_on > ${today}::date
          and w.subject_id in (select coalesce(a.canonical_id, s.subject_id) from unnest(${subjectIds}::uuid[]) as s(subject_id)
                               left join core.subject_alias a on a.subject_id = s.subject_id and a.to_at is null)`,
  );
}

export async function dueSubjects(
  client: Queryable,
  today: string,
  limit: number,
): Promise<{ subject_id: string; evaluated_on: string }[]> {
  return query(
    runner(client),
    sql`select subject_id, evaluated_on from exchange.watched where next_on <= ${today}::date order by next_on, subject_id limit ${limit}`,
  );
}

/** 0 rows: somebody else evaluated it. */
export async function setEvaluated(
  client: Queryable,
  row: { readonly subjectId: string; readonly from: string; readonly on: string; readonly nextOn: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`update exchange.watched set evaluated_on = ${row.on}::date, next_on = ${row.nextOn}::date
        where subject_id = ${row.subjectId} and evaluated_on = ${row.from}::date`,
  );
}

/** Live records of the cluster with what disclosure needs. */
export async function liveFacts(
  client: Queryable,
  canonicalId: string,
  fields: PayloadFields,
): Promise<(FactRow & { readonly subject_kind: string })[]> {
  return query(
    runner(client),
    sql`with f as (select * from unnest(${fields.standards}::text[], ${fields.procedure}::text[], ${fields.status}::text[])
                     as t(standard, procedure_field, status_field)),
             members as (select ${canonicalId}::uuid as subject_id union all
                         select subject_id from core.subject_alias where canonical_id = ${canonicalId} and to_at is null)
        select r.subject_id, r.record_id, r.recorded_on, r.item, r.standard, r.document_number, r.decided_on, r.effective_from,
          r.effective_to, r.categories, r.domain, r.severity, r.amount_fen, r.confiscated_fen,
          r.payload ->> f.procedure_field as procedure, r.payload ->> f.status_field as record_status, s.kind as subject_kind
        from core.record r join members m on m.subject_id = r.subject_id
          join core.subject s on s.subject_id = ${canonicalId}
          left join f on f.standard = r.standard
        where r.superseded_at is null order by r.record_id limit 20000`,
  );
}
