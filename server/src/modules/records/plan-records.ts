/**
 * Which rows become records: new, superseding, duplicate, or in contradiction with another source. The key table is
 * asked once for a batch; rows of one batch see each other in file order.
 */

import { type Queryable, query, sql } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';

export interface RecordFacts {
  subjectId: string;
  item: string;
  standard: string;
  documentNumber: string | null;
  decidedOn: string | null;
  effectiveFrom: string | null;
  effectiveTo: string | null;
  decidingBodyId: string;
  sourceBodyId: string;
  categories: readonly string[];
  domain: string | null;
  amountFen: bigint | null;
  confiscatedFen: bigint | null;
  /** Hexadecimal, as `recordKeyHex` and `payloadDigestHex` make them. */
  keyHash: string;
  payloadHash: string;
  /** JSON of the payload by column code, escaped as a COPY column. */
  payloadColumn: string;
  rowNo: number;
}

export interface PlannedRecord extends RecordFacts {
  recordId: string;
  recordedOn: string;
  supersededAt: string | null;
}

/** What is known of the holder of a key. */
export interface KeyState {
  recordId: string;
  subjectId: string;
  recordedOn: string;
  payloadHash: string;
  sourceBodyId: string;
  /** Made in this batch: not in the table yet. */
  planned: PlannedRecord | null;
}

export type RecordOutcome =
  | { kind: 'accepted'; recordId: string; superseding: boolean }
  | { kind: 'duplicate'; recordId: string; subjectId: string }
  | { kind: 'otherSource'; recordId: string; sourceBodyId: string };

export interface RecordPlan {
  inserts: PlannedRecord[];
  /** Records of earlier batches that a row of this one replaces. */
  supersede: { subjectId: string; recordedOn: string; recordId: string; by: string }[];
  newKeys: Map<string, PlannedRecord>;
  movedKeys: Map<string, PlannedRecord>;
  assertions: { subjectId: string; keyHash: string; sourceBodyId: string; rowNo: number }[];
}

export interface RecordPlanner {
  plan: RecordPlan;
  add(facts: RecordFacts): RecordOutcome;
  /** Keys that the plan makes or moves, as a batch planned before this one is written must see them. */
  pending(): Map<string, KeyState>;
}

/** Hexadecimal texts as the literal of an array of bytes: the driver would look at each sign of each one. */
export const bytes = (hexadecimal: readonly string[]): string =>
  hexadecimal.length === 0 ? '{}' : `{"\\\\x${hexadecimal.join('","\\\\x')}"}`;

interface KeyRow {
  key_hash: string;
  subject_id: string;
  record_id: string;
  recorded_on: string;
  payload_hash: string;
  source_body_id: string;
}

/**
 * Loads the keys of a batch and answers row by row. `sameSource(a, b)`: whether two bodies are one source (a successor
 * speaks for the body it followed). `before`: keys of a batch that is still being written.
 */
export async function openRecordPlanner(
  client: Queryable,
  keyHashes: readonly string[],
  recordedOn: string,
  at: string,
  sameSource: (known: string, reporting: string) => boolean,
  before: ReadonlyMap<string, KeyState> = new Map(),
): Promise<RecordPlanner> {
  const known = new Map<string, KeyState>();
  const rows = await query<KeyRow>(
    client,
    sql`SELECT encode(key_hash, 'hex') AS key_hash, subject_id, record_id, recorded_on, encode(payload_hash, 'hex') AS payload_hash, source_body_id
          FROM core.record_key WHERE key_hash = ANY(${bytes(keyHashes)}::bytea[])`,
  );
  for (const row of rows) {
    known.set(row.key_hash, {
      recordId: row.record_id,
      subjectId: row.subject_id,
      recordedOn: row.recorded_on,
      payloadHash: row.payload_hash,
      sourceBodyId: row.source_body_id,
      planned: null,
    });
  }
  for (const key of keyHashes) {
    const state = before.get(key);
    if (state) known.set(key, state);
  }
  const plan: RecordPlan = { inserts: [], supersede: [], newKeys: new Map(), movedKeys: new Map(), assertions: [] };

  const insert = (facts: RecordFacts, key: string, moved: boolean): PlannedRecord => {
    const planned: PlannedRecord = { ...facts, recordId: newId(), recordedOn, supersededAt: null };
    plan.inserts.push(planned);
    if (moved && !plan.newKeys.has(key)) plan.movedKeys.set(key, planned);
    else plan.newKeys.set(key, planned);
    known.set(key, {
      recordId: planned.recordId,
      subjectId: facts.subjectId,
      recordedOn,
      payloadHash: facts.payloadHash,
      sourceBodyId: facts.sourceBodyId,
      planned,
    });
    return planned;
  };

  const add = (facts: RecordFacts): RecordOutcome => {
    const key = facts.keyHash;
    const state = known.get(key);
    if (!state) return { kind: 'accepted', recordId: insert(facts, key, false).recordId, superseding: false };
    const same = sameSource(state.sourceBodyId, facts.sourceBodyId);
    if (state.payloadHash === facts.payloadHash) {
      if (!same)
        plan.assertions.push({
          subjectId: state.subjectId,
          keyHash: facts.keyHash,
          sourceBodyId: facts.sourceBodyId,
          rowNo: facts.rowNo,
        });
      return { kind: 'duplicate', recordId: state.recordId, subjectId: state.subjectId };
    }
    if (!same) return { kind: 'otherSource', recordId: state.recordId, sourceBodyId: state.sourceBodyId };
    const { recordId } = insert(facts, key, true);
    if (state.planned) state.planned.supersededAt = at;
    else {
      const { subjectId, recordedOn } = state;
      plan.supersede.push({ subjectId, recordedOn, recordId: state.recordId, by: recordId });
    }
    return { kind: 'accepted', recordId, superseding: true };
  };
  const pending = (): Map<string, KeyState> => {
    const made = new Map<string, KeyState>();
    for (const key of [...plan.newKeys.keys(), ...plan.movedKeys.keys()]) {
      const state = known.get(key);
      if (state) made.set(key, { ...state, planned: null });
    }
    return made;
  };
  return { plan, add, pending };
}
