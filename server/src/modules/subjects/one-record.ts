/** One record with what disclosure needs of it, for those who decide about it: not a reading for others. */
import type { Queryable } from '../../platform/db.ts';
import { isId } from '../../platform/ids.ts';
import type { PolicyRuntime } from '../policy/types.ts';
import { eventsOfRecord, type OneRecordRow, oneRecord, recordOfKey } from './archive-queries.ts';
import { factsFrom, isRegister, payloadFields } from './load-archive.ts';
import type { DisclosureView, RecordEvent, RecordFacts } from './ports.ts';
import { type RecordView, recordView, roleValue, standardOf } from './record-view.ts';

export interface OneRecord {
  readonly row: OneRecordRow;
  readonly facts: RecordFacts;
  readonly events: readonly RecordEvent[];
  /** False when it was withdrawn or replaced by nothing that bears its key. */
  readonly live: boolean;
  /** Conduct, facts and legal ground, for rules that go by the text of a decision. */
  readonly text: string;
  readonly conduct: string;
}

/**
 * The record, or the version that stands in its place now. Null when there is none, or when it is a row of the register,
 * about which nothing is decided.
 */
export async function loadOneRecord(
  client: Queryable,
  policy: PolicyRuntime,
  recordId: string,
): Promise<OneRecord | null> {
  if (!isId(recordId)) return null;
  const fields = payloadFields(policy);
  let row = await oneRecord(client, recordId, fields);
  if (row !== null && row.superseded_at !== null) {
    const now = await recordOfKey(client, row.key_hash);
    if (now !== null) row = (await oneRecord(client, now, fields)) ?? row;
  }
  if (row === null || isRegister(policy, row.standard)) return null;
  const standard = standardOf(policy, row.standard);
  const parts = (['conduct', 'facts', 'legalGround', 'content'] as const).map((role) =>
    roleValue(standard, row.payload, role),
  );
  return {
    row,
    facts: factsFrom(policy, row, row.kind),
    events: await eventsOfRecord(client, row.subject_id, row.record_id),
    live: row.superseded_at === null,
    text: [row.domain ?? '', ...parts].join(' '),
    conduct: parts[0] ?? '',
  };
}

/** As the public would read it, masked: enough to know which record is meant. */
export function viewOfRecord(record: OneRecord, disclosure: DisclosureView, policy: PolicyRuntime): RecordView {
  const { row } = record;
  const people = row.operator === null ? [] : [row.operator];
  return recordView(row, row, disclosure, { policy, level: 'public', people });
}
