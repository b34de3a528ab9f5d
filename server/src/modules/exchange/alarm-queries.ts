/** SQL of alarms. */
import { execute, maybeOne, type Queryable, query, type Runner, type Sql, sql } from '../../platform/db.ts';
import type { AlarmState } from './state.ts';

const runner = (client: Queryable): Runner => client as Runner;

export type AlarmKind = 'unreachable' | 'overdue' | 'wrongReceipt' | 'declined';

export interface AlarmRow {
  readonly alarm_id: string;
  readonly receiver_id: string;
  readonly receiver_name: string;
  readonly contact: string;
  readonly body_id: string;
  readonly body_name: string;
  readonly delivery_id: string | null;
  readonly subject_name: string | null;
  readonly kind: AlarmKind;
  readonly state: AlarmState;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly raised_at: string;
  readonly reply: string | null;
  readonly replied_at: string | null;
  readonly closed_at: string | null;
  readonly closed_by: string | null;
  readonly closing: string | null;
}

const selectAlarm: Sql = sql`select a.alarm_id, a.receiver_id, r.name as receiver_name, r.contact, r.body_id, b.name as body_name, a.delivery_id,
    s.name as subject_name, a.kind, a.state, a.facts, a.raised_at, a.reply, a.replied_at, a.closed_at, a.closed_by, a.closing
  from exchange.alarm a join exchange.receiver r on r.receiver_id = a.receiver_id join core.body b on b.body_id = r.body_id
    left join exchange.delivery d on d.delivery_id = a.delivery_id left join core.subject s on s.subject_id = d.subject_id`;

/** 0 rows: one of the kind is open already. */
export async function insertAlarm(
  client: Queryable,
  row: {
    readonly alarmId: string;
    readonly receiverId: string;
    readonly deliveryId: string | null;
    readonly kind: AlarmKind;
    readonly facts: Readonly<Record<string, unknown>>;
    readonly at: string;
  },
): Promise<number> {
  return execute(
    runner(client),
    sql`insert into exchange.alarm (alarm_id, receiver_id, delivery_id, kind, state, facts, raised_at)
        values (${row.alarmId}, ${row.receiverId}, ${row.deliveryId}, ${row.kind}, 'open', ${JSON.stringify(row.facts)}::jsonb, ${row.at})
        on conflict do nothing`,
  );
}

/** What happened ends them: nobody needs to. Returns their ids. */
export async function endAlarms(
  client: Queryable,
  of: { readonly receiverId: string; readonly deliveryId: string | null; readonly kinds: readonly AlarmKind[] },
  closing: string,
  at: string,
): Promise<string[]> {
  const rows = await query<{ alarm_id: string }>(
    runner(client),
    sql`update exchange.alarm set state = 'closed', closed_at = ${at}, closing = ${closing}
        where receiver_id = ${of.receiverId} and delivery_id is not distinct from ${of.deliveryId}::uuid
          and kind = any(${of.kinds}::text[]) and state <> 'closed' returning alarm_id`,
  );
  return rows.map((row) => row.alarm_id);
}

export async function alarmById(client: Queryable, alarmId: string): Promise<AlarmRow | null> {
  return maybeOne<AlarmRow>(runner(client), sql`${selectAlarm} where a.alarm_id = ${alarmId}`);
}

export async function alarmPage(
  client: Queryable,
  bodyIds: readonly string[] | null,
  states: readonly AlarmState[] | null,
  before: { at: string; id: string } | null,
  limit: number,
): Promise<AlarmRow[]> {
  return query<AlarmRow>(
    runner(client),
    sql`${selectAlarm}
        where (${bodyIds}::uuid[] is null or r.body_id = any(${bodyIds}::uuid[]))
          and (${states}::text[] is null or a.state = any(${states}::text[]))
          and (${before?.at ?? null}::timestamptz is null
               or (a.raised_at, a.alarm_id) < (${before?.at ?? null}::timestamptz, ${before?.id ?? null}::uuid))
        order by a.raised_at desc, a.alarm_id desc limit ${limit}`,
  );
}

/** 0 rows: somebody else moved it. */
export async function moveAlarm(
  client: Queryable,
  alarmId: string,
  from: AlarmState,
  to: AlarmState,
  change: { readonly by: string | null; readonly at: string; readonly words: string },
): Promise<number> {
  if (to === 'replied')
    return execute(
      runner(client),
      sql`update exchange.alarm set state = 'replied', reply = ${change.words}, replied_by = ${change.by}, replied_at = ${change.at}
          where alarm_id = ${alarmId} and state = ${from}`,
    );
  return execute(
    runner(client),
    sql`update exchange.alarm set state = ${to}, closing = ${change.words}, closed_by = ${change.by}, closed_at = ${change.at}
        where alarm_id = ${alarmId} and state = ${from}`,
  );
}

/** Whose receiver it is, and the credit office that watches over receivers; null before `init`. */
export async function receiverForNotice(
  client: Queryable,
  receiverId: string,
): Promise<{ receiver: string; body: string; office_id: string | null } | null> {
  return maybeOne(
    runner(client),
    sql`select r.name as receiver, b.name as body,
          (select o.body_id from core.body o where o.kind = 'creditOffice' and o.closed_on is null order by o.created_at, o.body_id limit 1) as office_id
        from exchange.receiver r join core.body b on b.body_id = r.body_id where r.receiver_id = ${receiverId}`,
  );
}
