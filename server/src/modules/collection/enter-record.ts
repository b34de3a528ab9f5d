/**
 * One record by form: the same rules, matching and lineage as a file of one row, because it is one. A correction also
 * replaces a record whose key the correction changes (a wrong document number), in the same transaction.
 */
import { PassThrough, type Readable } from 'node:stream';
import type { FindingView, RecordFormResult } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { dayOf } from '../../platform/clock.ts';
import { execute, sql, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { type CellFlag, type TableRow, writeCsv } from '../../platform/tabular/index.ts';
import { findBody } from '../identity/index.ts';
import { readKeptDocument } from '../persons/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import { carryEvents, loadRecord, publishSuperseded, supersedeRecords } from '../records/index.ts';
import type { FileFailure } from './file-failures.ts';
import { scopeOf } from './file-scope.ts';
import { type HeaderPlan, readHeader } from './header.ts';
import { storeNumbers, storePersons } from './person-rows.ts';
import { moveCheckpoint, openBatch, processBatch, type RowResult, refreshFacts } from './process-batch.ts';
import { failSubmission, finishSubmission, loadSubmission, startSubmission } from './queries.ts';
import { receiveFile } from './receive-file.ts';
import { findingView } from './views.ts';

export interface EnterRecord {
  standard: string;
  values: Readonly<Record<string, string>>;
  bodyId: string;
  subjectId?: string | undefined;
  /** The record that is corrected. */
  corrects?: string | undefined;
  reason?: string | undefined;
  attachmentIds?: readonly string[] | undefined;
  dryRun?: boolean | undefined;
  /**
   * Runs in the same transaction once the record is accepted: what decided on the correction moves with it or not at all.
   * What it throws undoes the record; its submission is then marked as failed, so that nobody records it later.
   */
  alongside?: ((tx: Transaction, recordId: string) => Promise<void>) | undefined;
}

const DATA_ROW = 2;

/** The newest edition with every column: forms are not bound to a template. */
function formPlan(policy: PolicyRuntime, standardKey: string): HeaderPlan {
  const standard = policy.standards().find((entry) => entry.standard === standardKey);
  if (!standard)
    throw new DomainError('unprocessable', {
      zh: '没有这类数据，请重新选择。',
      en: 'There is no such kind of data. Choose another.',
    });
  const codes = standard.fields.map((field) => field.code);
  const plan = readHeader(codes, [standard]);
  if (!plan || 'code' in plan) throw new Error(`the fields of ${standardKey} do not make a header`);
  return plan;
}

/** Values that the office itself gives: who reports and, unless said otherwise, who decided. */
async function withOwnBody(ctx: AppContext, plan: HeaderPlan, input: EnterRecord): Promise<Record<string, string>> {
  const body = await findBody(ctx.db.app, { bodyId: input.bodyId });
  const values: Record<string, string> = { ...input.values };
  const fill = (role: string, value: string | null | undefined): void => {
    const code = plan.standard.fields.find((field) => field.role === role)?.code;
    if (code && value && !values[code]?.trim()) values[code] = value;
  };
  fill('sourceBody', body?.name);
  fill('sourceBodyCode', body?.code);
  fill('decidingBody', body?.name);
  fill('decidingBodyCode', body?.code);
  return values;
}

/** As the reader of files has it: what cannot be stored is replaced and flagged. */
function tableRow(plan: HeaderPlan, values: Readonly<Record<string, string>>): TableRow {
  const flags: CellFlag[] = [];
  const cells = plan.standard.fields.map((field, column) => {
    const text = values[field.code] ?? '';
    const clean = text.toWellFormed().replaceAll('\0', '\ufffd');
    if (clean !== text) flags.push({ column, kind: 'invalid-character', value: '' });
    return clean;
  });
  return { rowNumber: DATA_ROW, cells, flags };
}

class Undo extends Error {
  readonly result: RowResult;
  constructor(result: RowResult) {
    super('dry run');
    this.result = result;
  }
}

/**
 * Document numbers are not given back to the form, so an empty cell of a correction keeps what the record has. They are
 * read by the login of the person store and go straight back into the pipeline.
 */
async function withKeptDocuments(
  ctx: AppContext,
  plan: HeaderPlan,
  input: EnterRecord,
  values: Record<string, string>,
): Promise<Record<string, string>> {
  const before = input.corrects ? await loadRecord(ctx.db.app, input.corrects) : null;
  if (!before) return values;
  const kept = { ...values };
  for (const field of plan.standard.fields) {
    const token = before.payload[field.code];
    if (field.person !== 'document' || !token || kept[field.code]?.trim()) continue;
    const number = await readKeptDocument(ctx, token);
    if (number !== null) kept[field.code] = number;
  }
  return kept;
}

/** What the rules say, without recording anything. */
export async function checkRecord(ctx: AppContext, input: EnterRecord): Promise<RecordFormResult> {
  const policy = ctx.policy();
  const plan = formPlan(policy, input.standard);
  const values = await withKeptDocuments(ctx, plan, input, await withOwnBody(ctx, plan, input));
  const draft = { submission_id: newId(), body_id: input.bodyId, received_at: ctx.clock.now() };
  const scope = await scopeOf(ctx, draft, policy, plan);
  const open = await openBatch([scope.processor.process(tableRow(plan, values))], scope);
  const at = ctx.clock.now();
  try {
    await withTransaction(ctx.db.app, async (tx) => {
      const { results } = await processBatch(tx, open, {
        ...scope,
        at,
        today: dayOf(at),
        ...(input.subjectId ? { chosenSubjectId: input.subjectId } : {}),
        storePersons: async (rows) => new Map(rows.map((entry) => [entry.row, 'accepted' as const])),
      });
      throw new Undo(only(results));
    });
  } catch (error) {
    if (error instanceof Undo)
      return { ...formResult(error.result, policy, input.standard), outcome: 'checked', recordId: null };
    throw error;
  }
  throw new Error('a dry run must be undone');
}

function only(results: readonly RowResult[]): RowResult {
  const [result] = results;
  if (!result) throw new Error('a form is one row');
  return result;
}

function formResult(result: RowResult, policy: PolicyRuntime, standard: string): RecordFormResult {
  const findings: FindingView[] = result.row.findings.map((finding, seq) =>
    findingView(
      {
        row_no: result.row.rowNo,
        seq,
        severity: finding.severity,
        rule: finding.rule,
        rule_version: finding.ruleVersion,
        field: finding.field,
        value: finding.value,
        new_value: finding.newValue,
        args: finding.args,
      },
      standard,
      policy,
    ),
  );
  return {
    outcome: result.outcome === 'barred' ? 'refused' : result.outcome,
    findings,
    candidates: result.candidates,
    recordId: result.outcome === 'accepted' ? result.recordId : null,
    submissionId: null,
    draftId: null,
  };
}

/** The decision that it was to follow did not come about. */
const undone: FileFailure = {
  code: 'undone',
  row: null,
  message: {
    zh: '相应的处理决定未生效，本次更正没有入库。',
    en: 'The decision that this correction follows did not come about; nothing was recorded.',
  },
  fix: { zh: '请在原事项中重新办理。', en: 'Decide again in the case it belongs to.' },
};

/** Records it. A refused form leaves its submission with the findings, so that the office's rates count it. */
export async function enterRecord(ctx: AppContext, actor: Actor, input: EnterRecord): Promise<RecordFormResult> {
  const policy = ctx.policy();
  const plan = formPlan(policy, input.standard);
  const typed = tableRow(plan, await withKeptDocuments(ctx, plan, input, await withOwnBody(ctx, plan, input)));
  const { submissionId } = await receiveFile(ctx, actor, {
    source: csvOf(plan, typed.cells),
    fileName: `单条录入-${input.standard}.csv`,
    standard: input.standard,
    bodyId: input.bodyId,
    channel: 'form',
    enqueue: false,
  });
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (!submission) throw new Error('the submission was just made');
  const scope = await scopeOf(ctx, submission, policy, plan);
  const row = scope.processor.process(typed);
  const open = await openBatch([row], scope);
  const at = ctx.clock.now();
  const changed = await storeNumbers(ctx, scope.processor, [row], at);
  if (changed.size > 0) refreshFacts(open, changed, scope.processor);
  const work = async (tx: Transaction): Promise<RowResult> => {
    await startSubmission(tx, submissionId, {
      startedAt: at,
      standard: input.standard,
      edition: plan.edition.key,
      fileKind: 'form',
      encoding: null,
      header: plan.cells,
      rowsExpected: 1,
    });
    const { results, counts } = await processBatch(tx, open, {
      ...scope,
      at,
      today: dayOf(at),
      ...(input.subjectId ? { chosenSubjectId: input.subjectId } : {}),
      storePersons: (rows) =>
        storePersons(rows, {
          ctx,
          processor: scope.processor,
          place: policy.place(),
          submissionId,
          policySetId: scope.policySetId,
          at,
        }),
    });
    await moveCheckpoint(tx, submissionId, 0, counts);
    await finishSubmission(tx, submissionId, at);
    const done = only(results);
    if (done.outcome === 'accepted' && done.recordId) {
      if (input.corrects) await replaceOther(tx, input.corrects, done.recordId, at);
      await linkAttachments(tx, input, done);
      await writeAccess(tx, ctx, actor, {
        action: input.corrects ? 'record.correct' : 'record.enter',
        resourceKind: 'record',
        resourceId: done.recordId,
        subjectId: done.subjectId,
        detail: { submissionId, corrects: input.corrects ?? null, reason: input.reason ?? null },
      });
      await input.alongside?.(tx, done.recordId);
    }
    return done;
  };
  const result = await withTransaction(ctx.db.app, work).catch(async (error: unknown) => {
    if (input.alongside) await failSubmission(ctx.db.app, submissionId, undone, ctx.clock.now());
    throw error;
  });
  return { ...formResult(result, policy, input.standard), submissionId };
}

/** The same key was superseded by the pipeline; another key means that the old record must go here. */
async function replaceOther(tx: Transaction, correctedId: string, newRecordId: string, at: string): Promise<void> {
  const old = await loadRecord(tx, correctedId);
  if (!old || old.superseded_at !== null || old.record_id === newRecordId) return;
  await supersedeRecords(tx, [{ subjectId: old.subject_id, recordedOn: old.recorded_on, recordId: old.record_id }], at);
  await carryEvents(tx, [{ subjectId: old.subject_id, recordId: old.record_id, by: newRecordId }]);
  await publishSuperseded(tx, [{ subjectId: old.subject_id, recordId: old.record_id, by: newRecordId }], at);
  await execute(tx, sql`DELETE FROM core.record_key WHERE key_hash = ${old.key_hash} AND record_id = ${old.record_id}`);
}

async function linkAttachments(tx: Transaction, input: EnterRecord, result: RowResult): Promise<void> {
  // The decision document of a corrected record is still the decision document.
  if (input.corrects)
    await execute(
      tx,
      sql`UPDATE core.attachment SET record_id = ${result.recordId}, subject_id = ${result.subjectId} WHERE record_id = ${input.corrects}`,
    );
  if (!input.attachmentIds?.length) return;
  await execute(
    tx,
    sql`UPDATE core.attachment SET record_id = ${result.recordId}, subject_id = ${result.subjectId}
         WHERE attachment_id = ANY(${input.attachmentIds}::uuid[]) AND body_id = ${input.bodyId} AND record_id IS NULL`,
  );
}

function csvOf(plan: HeaderPlan, cells: readonly string[]): Readable {
  const out = new PassThrough();
  const header = plan.standard.fields.map((field) => field.label.zh);
  writeCsv(out, header, [[...cells]], { neutralise: false }).catch((error: unknown) =>
    out.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return out;
}
