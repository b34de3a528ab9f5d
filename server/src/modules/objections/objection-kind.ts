/** What the events of an objection do beyond the case: who handles it, its number, the annotation, the withdrawal. */
import type { Actor, AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { type CaseKind, type CaseRow, nextNumber, type StoredEvent } from '../casework/index.ts';
import { annotateRecord, withdrawIn } from '../records/index.ts';
import { creditOfficeBody, recordOf } from './queries.ts';
import { annotatedStates, objectionProcedure } from './state.ts';

type Change = Partial<Pick<CaseRow, 'handler_body_id' | 'assignee_id' | 'facts' | 'number'>>;

const annotated = (state: string): boolean => (annotatedStates as readonly string[]).includes(state);

/** The system acts on what the case decided; the account that decided stands in the event. */
const systemActor = (event: StoredEvent, caseId: string): Actor => ({
  kind: 'operator',
  accountId: event.by,
  name: 'objection',
  roles: ['operator'],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: caseId,
});

/** Said beside the record from acceptance until the end (深圳 art. 50: at once; 征信业管理条例 art. 25(3): removed when dismissed). */
async function annotate(tx: Transaction, ctx: AppContext, row: CaseRow, event: StoredEvent): Promise<void> {
  if (row.record_id === null || annotated(event.from) === annotated(event.to)) return;
  await annotateRecord(
    tx,
    ctx,
    { accountId: event.by },
    { subjectId: row.subject_id, recordId: row.record_id },
    { open: annotated(event.to), matter: 'objection', caseId: row.case_id, on: event.effectiveOn },
  );
}

/** An upheld objection to the record as a whole takes it back in the same transaction (深圳 art. 51(4)). */
async function withdraw(tx: Transaction, ctx: AppContext, row: CaseRow, event: StoredEvent): Promise<void> {
  if (event.name !== 'uphold' || event.data?.remedy !== 'withdraw' || row.record_id === null) return;
  const record = await recordOf(tx, row.record_id);
  if (!record || record.superseded) return;
  await withdrawIn(ctx, systemActor(event, row.case_id), tx, row.record_id, `异议成立 ${row.number ?? row.case_id}`);
}

async function handlerAfter(tx: Transaction, row: CaseRow, event: StoredEvent): Promise<Change> {
  if (event.name === 'forward' && row.record_id !== null) {
    const record = await recordOf(tx, row.record_id);
    if (record) return { handler_body_id: record.source_body_id };
  }
  const office = await creditOfficeBody(tx);
  return office && event.name !== 'forward' && event.to !== 'forwarded' ? { handler_body_id: office } : {};
}

async function effects(tx: Transaction, ctx: AppContext, row: CaseRow, event: StoredEvent): Promise<Change> {
  if (event.kind === 'opened') return {};
  if (event.kind !== 'command') return {};
  const change: { -readonly [K in keyof Change]: Change[K] } = { ...(await handlerAfter(tx, row, event)) };
  if (event.name === 'accept' && row.number === null) {
    const year = Number(event.effectiveOn.slice(0, 4));
    change.number = `信异〔${year}〕${await nextNumber(tx, 'objection', year)}号`;
  }
  if (event.data?.remedy !== undefined) change.facts = { ...row.facts, remedy: event.data.remedy };
  const numbered = { ...row, ...change };
  await annotate(tx, ctx, numbered, event);
  await withdraw(tx, ctx, numbered, event);
  return change;
}

export const objectionKind: CaseKind = { procedure: objectionProcedure, effects };
