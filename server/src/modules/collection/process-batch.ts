/**
 * One batch of prepared rows → records, findings and fates. Planned with reads alone, so that it can be planned while the
 * batch before is still being written; written in one transaction that also moves the submission's checkpoint.
 */
import { copyLine, copyLines } from '../../platform/copy-rows.ts';
import { execute, type Queryable, sql, type Transaction } from '../../platform/db.ts';
import type { PolicyRuntime } from '../policy/index.ts';
import {
  type KeyState,
  openRecordPlanner,
  type RecordFacts,
  type RecordOutcome,
  type RecordPlan,
  writeRecordPlan,
} from '../records/index.ts';
import { applySubjectChanges, type SubjectChange } from '../subjects/index.ts';
import type { BodyDirectory } from './body-directory.ts';
import {
  type CandidateView,
  type MatchContext,
  type MatchResult,
  matchRegistrations,
  matchRows,
  type PendingSubjects,
  type RowMatch,
} from './match-rows.ts';
import { closeFacts, payloadOf, type ReadyFacts, readyRow } from './record-facts.ts';
import type { PreparedRow, RowProcessor } from './row-processor.ts';

export interface BatchScope {
  submissionId: string;
  /** Body that submits; rows of other source bodies are refused unless they are in its scope. */
  bodyId: string;
  scopeBodyIds: ReadonlySet<string> | 'all';
  policySetId: number;
  policy: PolicyRuntime;
  processor: RowProcessor;
  bodies: BodyDirectory;
  /** ISO instant and Asia/Shanghai day at which the batch is recorded. */
  at: string;
  today: string;
  /** Rows on natural persons go to the person store, by its own login, before anything else is written. */
  storePersons(rows: readonly OpenRow[]): Promise<ReadonlyMap<PreparedRow, 'accepted' | 'duplicate'>>;
  /** Restricts matching to one subject: a person chose it. */
  chosenSubjectId?: string;
}

export interface BatchCounts {
  rows: number;
  accepted: number;
  superseding: number;
  corrected: number;
  doubtful: number;
  refused: number;
  duplicate: number;
  personRows: number;
  findings: number;
}

export interface RowResult {
  row: PreparedRow;
  outcome: 'accepted' | 'doubtful' | 'refused' | 'duplicate' | 'barred';
  recordId: string | null;
  subjectId: string | null;
  candidates: CandidateView[];
}

/** Another transaction recorded the same subject or fact first: the batch is planned again. */
export class BatchConflict extends Error {}

/** A row with all that can be known before the database is asked about its subject. */
export interface OpenRow {
  row: PreparedRow;
  bodies: { decidingBodyId: string; sourceBodyId: string };
  ready: ReadyFacts | null;
}

/**
 * First half of a batch: bodies, facts, payloads. It needs nothing of the batch before and so runs while the database
 * still takes that one.
 */
export async function openBatch(
  rows: readonly PreparedRow[],
  scope: Pick<BatchScope, 'processor' | 'bodies' | 'bodyId' | 'scopeBodyIds'>,
): Promise<OpenRow[]> {
  const open = await resolveBodies(rows, scope);
  for (const entry of open) {
    if (!entry.row.person && entry.row.fate !== 'refuse')
      entry.ready = readyRow(scope.processor, entry.row, entry.bodies);
  }
  return open;
}

/** Facts anew for rows whose tokens were replaced by anchors of an earlier key. */
export function refreshFacts(open: readonly OpenRow[], rows: ReadonlySet<PreparedRow>, processor: RowProcessor): void {
  for (const entry of open)
    if (entry.ready && rows.has(entry.row)) entry.ready = readyRow(processor, entry.row, entry.bodies);
}

async function resolveBodies(
  rows: readonly PreparedRow[],
  scope: Pick<BatchScope, 'processor' | 'bodies' | 'bodyId' | 'scopeBodyIds'>,
): Promise<OpenRow[]> {
  const { processor, bodies } = scope;
  const deciding = { code: processor.role('decidingBodyCode'), name: processor.role('decidingBody') };
  const source = { code: processor.role('sourceBodyCode'), name: processor.role('sourceBody') };
  const open: OpenRow[] = [];
  for (const row of rows) {
    const resolved = { decidingBodyId: scope.bodyId, sourceBodyId: scope.bodyId };
    const sourceCode = source.code < 0 ? null : row.texts[source.code];
    if (sourceCode) {
      const seen = bodies.known(sourceCode);
      const body = seen === undefined ? await bodies.byCode(sourceCode, row.texts[source.name] ?? null) : seen;
      if (!body)
        processor.report(row, 'code-check', source.code, sourceCode, null, {
          zh: '来源单位代码不正确',
          en: 'the code of the source body is not valid',
        });
      else if (scope.scopeBodyIds !== 'all' && !scope.scopeBodyIds.has(body.bodyId))
        processor.report(row, 'source-body-foreign', source.code, sourceCode);
      else resolved.sourceBodyId = body.bodyId;
    }
    const decidingCode = deciding.code < 0 ? null : row.texts[deciding.code];
    if (decidingCode) {
      const seen = bodies.known(decidingCode);
      const body = seen === undefined ? await bodies.byCode(decidingCode, row.texts[deciding.name] ?? null) : seen;
      if (!body)
        processor.report(row, 'code-check', deciding.code, decidingCode, null, {
          zh: '作出机关代码不正确',
          en: 'the code of the deciding body is not valid',
        });
      else {
        resolved.decidingBodyId = body.bodyId;
        if (body.provisional) processor.report(row, 'deciding-body-unknown', deciding.code, decidingCode);
      }
    }
    open.push({ row, bodies: resolved, ready: null });
  }
  return open;
}

/** What a batch will have written, for the one that is planned meanwhile. */
export interface Pending {
  subjects: PendingSubjects;
  keys: ReadonlyMap<string, KeyState>;
}

export interface PlannedBatch {
  open: readonly OpenRow[];
  changes: SubjectChange[];
  records: RecordPlan;
  results: Map<PreparedRow, RowResult>;
  at: string;
  /** Null: the batch after this one is planned when this one was written. */
  pending: Pending | null;
}

export type PlanScope = Omit<BatchScope, 'storePersons'>;

async function match(
  client: Queryable,
  open: readonly OpenRow[],
  scope: PlanScope,
  locks: boolean,
  before: PendingSubjects | null,
): Promise<MatchResult> {
  const { processor } = scope;
  const rows = open.map(({ row }) => row);
  if (scope.chosenSubjectId !== undefined) {
    const subjectId = scope.chosenSubjectId;
    const matches = new Map<PreparedRow, RowMatch>(rows.map((row) => [row, { subjectId, candidates: [] }]));
    return { matches, changes: [], pending: null };
  }
  const context: MatchContext = {
    client,
    locks,
    before,
    processor,
    policy: scope.policy,
    submissionId: scope.submissionId,
    sourceBodyId: scope.bodyId,
    at: scope.at,
  };
  return processor.plan.standard.registers ? matchRegistrations(rows, context) : matchRows(rows, context);
}

/**
 * Second part: subjects and keys, by reading alone. `transaction`: `client` is the one that will write the batch;
 * otherwise it sees what is committed and `before` what is not yet. Errors: NeedsLock outside of the transaction.
 */
export async function planBatch(
  client: Queryable,
  open: readonly OpenRow[],
  scope: PlanScope,
  { transaction, before = null }: { transaction: boolean; before?: Pending | null },
): Promise<PlannedBatch> {
  const organisations = open.filter(({ row }) => !row.person && row.fate !== 'refuse');
  const matched = await match(client, organisations, scope, transaction, before?.subjects ?? null);
  const results = new Map<PreparedRow, RowResult>();
  const { plan, keys } = await planRecords(client, organisations, matched.matches, scope, results, before?.keys);
  return {
    open,
    changes: matched.changes,
    records: plan,
    results,
    at: scope.at,
    pending: matched.pending && { subjects: matched.pending, keys },
  };
}

/** Third part. Errors: BatchConflict and unique violations, after which the caller rolls back and plans again. */
export async function writeBatch(
  tx: Transaction,
  planned: PlannedBatch,
  scope: Pick<BatchScope, 'processor' | 'submissionId' | 'policySetId' | 'storePersons'>,
): Promise<{ results: RowResult[]; counts: BatchCounts }> {
  const { processor } = scope;
  const { open, results } = planned;
  const persons = open.filter(({ row }) => row.person && !row.barred && row.fate !== 'refuse');
  for (const [row, outcome] of await scope.storePersons(persons)) {
    if (outcome === 'duplicate') processor.report(row, 'duplicate-record', -1);
    results.set(row, { row, outcome, recordId: null, subjectId: null, candidates: [] });
  }
  const applied = await applySubjectChanges(tx, planned.changes);
  if (applied.identifiersRefused > 0 && planned.changes.some((change) => change.kind === 'create'))
    throw new BatchConflict('a subject was created by another transaction');
  await writeRecordPlan(tx, planned.records, { ...scope, at: planned.at });
  for (const { row } of open) {
    if (results.has(row)) continue;
    results.set(row, {
      row,
      outcome: row.barred ? 'barred' : 'refused',
      recordId: null,
      subjectId: null,
      candidates: [],
    });
  }
  const ordered = open.map(({ row }) => results.get(row)).filter((result): result is RowResult => result !== undefined);
  await writeFates(tx, ordered, open, scope);
  return { results: ordered, counts: count(ordered) };
}

/** Plans and writes in one transaction. Errors: BatchConflict and unique violations. */
export async function processBatch(
  tx: Transaction,
  open: readonly OpenRow[],
  scope: BatchScope,
): Promise<{ results: RowResult[]; counts: BatchCounts }> {
  return writeBatch(tx, await planBatch(tx, open, scope, { transaction: true }), scope);
}

interface Planned {
  entry: OpenRow;
  closed: RecordFacts;
}

async function planRecords(
  client: Queryable,
  rows: readonly OpenRow[],
  matches: ReadonlyMap<PreparedRow, RowMatch>,
  scope: PlanScope,
  results: Map<PreparedRow, RowResult>,
  before: ReadonlyMap<string, KeyState> | undefined,
): Promise<{ plan: RecordPlan; keys: ReadonlyMap<string, KeyState> }> {
  const planned: Planned[] = [];
  for (const entry of rows) {
    const found = matches.get(entry.row);
    if (entry.row.fate === 'refuse' || !found || !entry.ready) continue;
    if (entry.row.fate === 'doubt' || found.subjectId === null) {
      results.set(entry.row, {
        row: entry.row,
        outcome: 'doubtful',
        recordId: null,
        subjectId: found.subjectId,
        candidates: found.candidates,
      });
      continue;
    }
    planned.push({ entry, closed: closeFacts(entry.ready, found.subjectId, entry.row.rowNo) });
  }
  await scope.bodies.loadClusters(client, [...new Set(planned.map(({ entry }) => entry.bodies.sourceBodyId))]);
  const planner = await openRecordPlanner(
    client,
    planned.map(({ closed }) => closed.keyHash),
    scope.today,
    scope.at,
    scope.bodies.sameSource,
    before,
  );
  for (const { entry, closed } of planned)
    results.set(entry.row, resultOf(entry.row, closed, planner.add(closed), scope));
  return { plan: planner.plan, keys: planner.pending() };
}

function resultOf(row: PreparedRow, facts: RecordFacts, outcome: RecordOutcome, scope: PlanScope): RowResult {
  const { processor } = scope;
  const document = processor.role('documentNumber');
  if (outcome.kind === 'duplicate') {
    processor.report(row, 'duplicate-record', document, facts.documentNumber);
    return { row, outcome: 'duplicate', recordId: outcome.recordId, subjectId: outcome.subjectId, candidates: [] };
  }
  if (outcome.kind === 'otherSource') {
    processor.report(row, 'other-source-asserts', document, facts.documentNumber);
    return { row, outcome: 'doubtful', recordId: outcome.recordId, subjectId: facts.subjectId, candidates: [] };
  }
  if (outcome.superseding) processor.report(row, 'superseding', document, facts.documentNumber);
  return { row, outcome: 'accepted', recordId: outcome.recordId, subjectId: facts.subjectId, candidates: [] };
}

const findingColumns = [
  'submission_id',
  'row_no',
  'seq',
  'severity',
  'rule',
  'rule_version',
  'field',
  'value',
  'new_value',
  'args',
] as const;
const rowColumns = ['submission_id', 'row_no', 'outcome', 'subject_id', 'record_id', 'payload', 'candidates'] as const;

async function writeFates(
  tx: Transaction,
  results: readonly RowResult[],
  open: readonly OpenRow[],
  scope: Pick<BatchScope, 'processor' | 'submissionId'>,
): Promise<void> {
  const factsOf = new Map(open.map((entry) => [entry.row, entry.ready?.facts]));
  const findings: string[] = [];
  const rows: string[] = [];
  for (const { row, outcome, subjectId, recordId, candidates } of results) {
    row.findings.forEach((finding, seq) => {
      findings.push(
        copyLine([
          scope.submissionId,
          row.rowNo,
          seq,
          finding.severity,
          finding.rule,
          finding.ruleVersion,
          finding.field,
          finding.value,
          finding.newValue,
          finding.args === null ? null : { json: finding.args },
        ]),
      );
    });
    if (outcome === 'accepted') continue;
    const facts = factsOf.get(row);
    const payload =
      outcome === 'doubtful' && facts ? { json: { ...facts, payload: payloadOf(scope.processor, row) } } : null;
    rows.push(
      copyLine([
        scope.submissionId,
        row.rowNo,
        outcome,
        row.person ? null : subjectId,
        recordId,
        payload,
        candidates.length > 0 ? { json: candidates } : null,
      ]),
    );
  }
  await copyLines(tx, 'core.finding', findingColumns, findings);
  await copyLines(tx, 'core.submission_row', rowColumns, rows);
}

function count(results: readonly RowResult[]): BatchCounts {
  const counts: BatchCounts = {
    rows: results.length,
    accepted: 0,
    superseding: 0,
    corrected: 0,
    doubtful: 0,
    refused: 0,
    duplicate: 0,
    personRows: 0,
    findings: 0,
  };
  for (const { row, outcome } of results) {
    counts.findings += row.findings.length;
    if (row.person) counts.personRows += 1;
    if (outcome === 'accepted') {
      counts.accepted += 1;
      if (row.findings.some((finding) => finding.rule === 'superseding')) counts.superseding += 1;
      if (row.findings.some((finding) => finding.severity === 'correct' && finding.rule !== 'superseding'))
        counts.corrected += 1;
    } else if (outcome === 'doubtful') counts.doubtful += 1;
    else if (outcome === 'duplicate') counts.duplicate += 1;
    else counts.refused += 1;
  }
  return counts;
}

/** Adds the batch to the submission and moves its checkpoint, guarded by the checkpoint that the batch began from. */
export async function moveCheckpoint(
  tx: Transaction,
  submissionId: string,
  from: number,
  counts: BatchCounts,
): Promise<void> {
  const changed = await execute(
    tx,
    sql`UPDATE core.submission SET rows_done = rows_done + ${counts.rows}, accepted = accepted + ${counts.accepted}, superseding = superseding + ${counts.superseding},
               corrected = corrected + ${counts.corrected}, doubtful = doubtful + ${counts.doubtful}, refused = refused + ${counts.refused},
               duplicate = duplicate + ${counts.duplicate}, person_rows = person_rows + ${counts.personRows}, findings_total = findings_total + ${counts.findings}
         WHERE submission_id = ${submissionId} AND rows_done = ${from} AND state = 'processing'`,
  );
  if (changed !== 1) throw new Error(`submission ${submissionId} is no longer at row ${from}`);
}
