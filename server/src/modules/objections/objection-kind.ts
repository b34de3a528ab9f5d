/**
 * What the events of an objection do beyond the case, in its transaction: who handles it, its number, the annotation, and what
 * follows for the record: withdrawal, end of display, another severity class, a note beside it.
 */
import type { Actor, AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { type CaseKind, type CaseRow, nextNumber, type StoredEvent } from '../casework/index.ts';
import { creditOfficeBody, platformActor } from '../identity/index.ts';
import { annotateRecord, withdrawIn, writeRecordEvent } from '../records/index.ts';
import { currentRecord, type HeldRecord } from './queries.ts';
import { annotatedStates, objectionProcedure } from './state.ts';

type Change = Partial<Pick<CaseRow, 'handler_body_id' | 'assignee_id' | 'facts' | 'number'>>;

const annotated = (state: string): boolean => (annotatedStates as readonly string[]).includes(state);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The system acts on what the case decided; the account that decided stands in the event. */
export const systemActor = (accountId: string | null, caseId: string): Actor =>
  platformActor('objection', { accountId, roles: ['operator'], requestId: caseId });

/** Said beside the record from acceptance until the end (深圳 art. 50: at once; 征信业管理条例 art. 25(3): removed when dismissed). */
async function annotate(
  tx: Transaction,
  ctx: AppContext,
  row: CaseRow,
  event: StoredEvent,
  record: HeldRecord,
): Promise<void> {
  if (annotated(event.from) === annotated(event.to)) return;
  await annotateRecord(
    tx,
    ctx,
    { accountId: event.by },
    { subjectId: record.subject_id, recordId: record.record_id },
    { open: annotated(event.to), matter: 'objection', caseId: row.case_id, on: event.effectiveOn },
  );
}

/** What an upheld objection asks of the record (深圳 art. 51(4)). A correction has come in with the same transaction. */
async function remedy(
  tx: Transaction,
  ctx: AppContext,
  row: CaseRow,
  event: StoredEvent,
  record: HeldRecord,
): Promise<void> {
  if (event.name !== 'uphold' && event.name !== 'upholdPartly') return;
  const of = { subjectId: record.subject_id, recordId: record.record_id };
  const common = {
    effectiveOn: event.effectiveOn,
    caseId: row.case_id,
    reason: `异议成立 ${row.number ?? row.case_id}`,
  };
  switch (event.data?.remedy) {
    case 'withdraw':
      // It may be gone already: the source was faster.
      if (!record.superseded)
        await withdrawIn(ctx, systemActor(event.by, row.case_id), tx, record.record_id, common.reason);
      break;
    case 'stopDisplay':
      await writeRecordEvent(tx, ctx, { accountId: event.by }, of, { kind: 'suspended', ...common });
      break;
    case 'reclassify':
      await writeRecordEvent(tx, ctx, { accountId: event.by }, of, {
        kind: 'severityConfirmed',
        data: { severity: event.data.severity },
        ...common,
      });
      break;
  }
}

/** Cannot be settled: the check and the objection stay beside the record (征信业管理条例 art. 25(3)), until it is taken up again. */
async function note(
  tx: Transaction,
  ctx: AppContext,
  row: CaseRow,
  event: StoredEvent,
  record: HeldRecord,
): Promise<void> {
  const of = { subjectId: record.subject_id, recordId: record.record_id };
  if (event.name === 'leaveUndetermined')
    await writeRecordEvent(tx, ctx, { accountId: event.by }, of, {
      kind: 'noteAdded',
      effectiveOn: event.effectiveOn,
      caseId: row.case_id,
      data: { note: 'undetermined', text: text(row.facts.statement), check: event.note },
    });
  if (event.name === 'reopen')
    await writeRecordEvent(tx, ctx, { accountId: event.by }, of, {
      kind: 'noteRemoved',
      effectiveOn: event.effectiveOn,
      caseId: row.case_id,
    });
}

async function handlerAfter(tx: Transaction, row: CaseRow, event: StoredEvent): Promise<Change> {
  if (event.to === 'forwarded' || event.to === 'expertReview') {
    if (event.name !== 'forward' || row.record_id === null) return {};
    const record = await currentRecord(tx, row);
    return record ? { handler_body_id: record.source_body_id } : {};
  }
  const office = await creditOfficeBody(tx);
  return office ? { handler_body_id: office } : {};
}

function factsAfter(row: CaseRow, event: StoredEvent): CaseRow['facts'] {
  const { data } = event;
  if (!data) return row.facts;
  const kept = ['remedy', 'severity', 'correction', 'recordNow'].filter((key) => data[key] !== undefined);
  return kept.length === 0 ? row.facts : { ...row.facts, ...Object.fromEntries(kept.map((key) => [key, data[key]])) };
}

async function effects(tx: Transaction, ctx: AppContext, row: CaseRow, event: StoredEvent): Promise<Change> {
  if (event.kind !== 'command') return {};
  const change: { -readonly [K in keyof Change]: Change[K] } = {
    ...(await handlerAfter(tx, row, event)),
    facts: factsAfter(row, event),
  };
  if (event.name === 'accept' && row.number === null) {
    const year = Number(event.effectiveOn.slice(0, 4));
    change.number = `信异〔${year}〕${await nextNumber(tx, 'objection', year)}号`;
  }
  const after = { ...row, ...change };
  const record = row.record_id === null ? null : await currentRecord(tx, after);
  if (record) {
    await annotate(tx, ctx, after, event, record);
    await remedy(tx, ctx, after, event, record);
    await note(tx, ctx, after, event, record);
  }
  return change;
}

export const objectionKind: CaseKind = { procedure: objectionProcedure, effects };
