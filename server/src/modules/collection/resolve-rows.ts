/** A person decides about doubtful rows: record them for the subject that is meant, or leave them out. A result for each row. */
import type { ResolveRowsRequest, ResolveRowsResult } from '@chengxin/contract';
import { parseUnifiedCode } from '@chengxin/identifiers';
import type { Static } from 'typebox';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { dayOf } from '../../platform/clock.ts';
import { maybeOne, sql, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { openRecordPlanner, writeRecordPlan } from '../records/index.ts';
import { applySubjectChanges, subjectRowsFor, unknownStatus } from '../subjects/index.ts';
import { type FateRow, loadSubmission, lockFate, resolveFate, type SubmissionRow } from './queries.ts';
import { closeFacts, type OpenFacts, readyFacts } from './record-facts.ts';

type Request = Static<typeof ResolveRowsRequest>;
type Result = Static<typeof ResolveRowsResult>['results'][number];

export async function resolveRows(
  ctx: AppContext,
  actor: Actor,
  submissionId: string,
  request: Request,
): Promise<Result[]> {
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (!submission) throw new DomainError('not-found');
  authorize(actor, 'submission.resolve', { bodyId: submission.body_id });
  const results: Result[] = [];
  for (const row of request.rows) results.push(await resolveOne(ctx, actor, submission, row));
  return results;
}

async function resolveOne(
  ctx: AppContext,
  actor: Actor,
  submission: SubmissionRow,
  row: Request['rows'][number],
): Promise<Result> {
  try {
    const recordId = await withTransaction(ctx.db.app, async (tx) => {
      const fate = await lockFate(tx, submission.submission_id, row.row);
      if (!fate || fate.outcome !== 'doubtful')
        throw new DomainError('not-found', {
          zh: `第 ${row.row} 行不是存疑行。`,
          en: `Row ${row.row} is not a doubtful row.`,
        });
      if (fate.resolved_at)
        throw new DomainError('conflict', {
          zh: `第 ${row.row} 行已由他人处理。`,
          en: `Row ${row.row} was decided by somebody else.`,
        });
      const at = ctx.clock.now();
      const recorded =
        row.action === 'accept' ? await accept(ctx, actor, tx, submission, fate, row.subjectId ?? null, at) : null;
      if ((await resolveFate(tx, submission.submission_id, row.row, row.action, actor.accountId, at)) === 0)
        throw new DomainError('conflict');
      await writeAccess(tx, ctx, actor, {
        action: 'submission.resolve',
        resourceKind: 'submission',
        resourceId: submission.submission_id,
        subjectId: recorded?.subjectId ?? null,
        detail: { row: row.row, action: row.action, recordId: recorded?.recordId ?? null, note: row.note ?? null },
      });
      return recorded?.recordId ?? null;
    });
    return { row: row.row, ok: true, recordId, message: null };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'log-unavailable') throw error;
    return { row: row.row, ok: false, recordId: null, message: { zh: error.zh, en: error.en } };
  }
}

/** Subjects that a row may be recorded for: those that were shown, or a new one where nothing was. */
function allowedSubjects(fate: FateRow): string[] {
  const shown = (fate.candidates as { subjectId: string }[] | null) ?? [];
  return [...(fate.subject_id ? [fate.subject_id] : []), ...shown.map((entry) => entry.subjectId)];
}

async function accept(
  ctx: AppContext,
  actor: Actor,
  tx: Transaction,
  submission: SubmissionRow,
  fate: FateRow,
  chosen: string | null,
  at: string,
): Promise<{ recordId: string; subjectId: string }> {
  const facts = fate.payload as OpenFacts | null;
  if (!facts) throw new DomainError('conflict');
  const allowed = allowedSubjects(fate);
  if (chosen && !allowed.includes(chosen))
    throw new DomainError('unprocessable', {
      zh: '所选主体不在候选之列。',
      en: 'The subject chosen is not among the candidates.',
    });
  if (!chosen && allowed.length > 1)
    throw new DomainError('unprocessable', {
      zh: '请先从候选主体中选定一个。',
      en: 'Choose one of the candidates first.',
    });
  const subjectId = await canonicalOf(
    tx,
    chosen ?? allowed[0] ?? (await createSubject(tx, ctx, submission, facts, at)),
  );
  const policy = ctx.policy();
  const closed = closeFacts(readyFacts(facts, policy.standard(facts.standard).fields), subjectId, fate.row_no);
  // Only the credit office may settle what two sources say differently.
  const settles = actor.roles.includes('creditOffice') || actor.kind === 'operator';
  const planner = await openRecordPlanner(
    tx,
    [closed.keyHash],
    dayOf(ctx.clock.now()),
    at,
    (known, reporting) => known === reporting || settles,
  );
  const outcome = planner.add(closed);
  if (outcome.kind === 'otherSource') {
    throw new DomainError('unprocessable', {
      zh: '另一单位已报送同一文书且内容不同，请由信用办确认以哪一份为准。',
      en: 'Another source reported this document with other content; the credit office decides which one stands.',
    });
  }
  await writeRecordPlan(tx, planner.plan, {
    submissionId: submission.submission_id,
    policySetId: submission.policy_set_id ?? policy.setId,
    at,
  });
  return { recordId: outcome.recordId, subjectId };
}

async function canonicalOf(tx: Transaction, subjectId: string): Promise<string> {
  const alias = await maybeOne<{ canonical_id: string }>(
    tx,
    sql`SELECT canonical_id FROM core.subject_alias WHERE subject_id = ${subjectId} AND to_at IS NULL`,
  );
  return alias?.canonical_id ?? subjectId;
}

/** Nobody had the name or the code: the officer says that the subject exists, so it begins as provisional. */
async function createSubject(
  tx: Transaction,
  ctx: AppContext,
  submission: SubmissionRow,
  facts: OpenFacts,
  at: string,
): Promise<string> {
  const { fields } = ctx.policy().standard(facts.standard);
  const value = (role: string): string | undefined => {
    const code = fields.find((field) => field.role === role)?.code;
    return code === undefined ? undefined : facts.payload[code];
  };
  const name = value('subjectName');
  if (!name)
    throw new DomainError('unprocessable', {
      zh: '该行没有主体名称，无法建档。',
      en: 'The row has no name of a subject.',
    });
  const parsed = parseUnifiedCode(value('unifiedCode') ?? '');
  const subjectId = newId();
  const rows = subjectRowsFor({
    subjectId,
    name,
    status: unknownStatus,
    provisional: true,
    at,
    kind: parsed.ok ? parsed.kind : 'soleTrader',
    identifiers: {
      ...(parsed.ok ? { unifiedCode: parsed.code } : {}),
      ...(value('registrationNumber') ? { registrationNumber: value('registrationNumber') ?? '' } : {}),
    },
    registerSource: { submissionId: submission.submission_id, rowNo: 0 },
  });
  const applied = await applySubjectChanges(tx, [{ kind: 'create', rows }]);
  if (applied.identifiersRefused > 0) throw new DomainError('conflict');
  return subjectId;
}
