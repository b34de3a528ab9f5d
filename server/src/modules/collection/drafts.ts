/** A second reader decides what a colleague entered, corrected or wants withdrawn; nobody reads their own (core.draft holds it too). */
import type { DraftView, RecordFormResult } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { execute, maybeOne, type Queryable, query, sql, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { scopeOf as actorScope, authorize } from '../identity/index.ts';
import { withoutNumbers } from '../persons/index.ts';
import { withdrawIn } from '../records/index.ts';
import { checkRecord, type EnterRecord, enterRecord } from './enter-record.ts';

interface DraftRow {
  draft_id: string;
  body_id: string;
  kind: 'create' | 'correct' | 'withdraw';
  standard: string;
  row_values: Record<string, string>;
  subject_id: string | null;
  record_id: string | null;
  reason: string | null;
  state: 'waiting' | 'approved' | 'returned';
  created_by: string;
  created_by_name: string;
  created_at: string;
  decided_by: string | null;
  decided_by_name: string | null;
  decided_at: string | null;
  decision_note: string | null;
}

const select = sql`SELECT d.*, c.name AS created_by_name, e.name AS decided_by_name FROM core.draft d
    JOIN identity.account c ON c.account_id = d.created_by LEFT JOIN identity.account e ON e.account_id = d.decided_by`;

export interface NewDraft {
  kind: DraftRow['kind'];
  standard: string;
  values: Readonly<Record<string, string>>;
  bodyId: string;
  subjectId?: string | undefined;
  recordId?: string | undefined;
  reason?: string | undefined;
  attachmentIds?: readonly string[] | undefined;
}

/** Drafts from before keys could be changed do not name theirs. */
export const firstKey = 'person-1';

function sealValues(ctx: Pick<AppContext, 'keys'>, values: Readonly<Record<string, string>>): string {
  const { cipher, keyId } = ctx.keys.sealPerson(JSON.stringify(values));
  return JSON.stringify({ sealed: cipher.toString('base64'), keyId });
}

/** Person identifiers must not wait in plain text: a draft of a row that holds some is sealed like a file. */
export async function createDraft(ctx: AppContext, actor: Actor, input: NewDraft): Promise<string> {
  if (!actor.accountId) throw new DomainError('forbidden');
  const accountId = actor.accountId;
  const draftId = newId();
  await withTransaction(ctx.db.app, async (tx) => {
    await execute(
      tx,
      sql`INSERT INTO core.draft (draft_id, body_id, kind, standard, row_values, subject_id, record_id, reason, state, created_by, created_at)
          VALUES (${draftId}, ${input.bodyId}, ${input.kind}, ${input.standard}, ${sealValues(ctx, input.values)}::jsonb,
                  ${input.subjectId ?? null}, ${input.recordId ?? null}, ${input.reason === undefined ? null : withoutNumbers(input.reason)}, 'waiting', ${accountId}, ${ctx.clock.now()})`,
    );
    if (input.attachmentIds?.length) {
      await execute(
        tx,
        sql`UPDATE core.attachment SET draft_id = ${draftId} WHERE attachment_id = ANY(${input.attachmentIds}::uuid[]) AND body_id = ${input.bodyId} AND record_id IS NULL`,
      );
    }
    await writeAccess(tx, ctx, actor, {
      action: 'draft.create',
      resourceKind: 'draft',
      resourceId: draftId,
      detail: { kind: input.kind, standard: input.standard },
    });
  });
  return draftId;
}

function valuesOf(ctx: AppContext, row: DraftRow): Record<string, string> {
  const { sealed, keyId } = row.row_values;
  if (typeof sealed !== 'string') return row.row_values;
  return JSON.parse(ctx.keys.openPerson({ cipher: Buffer.from(sealed, 'base64'), keyId: keyId ?? firstKey })) as Record<
    string,
    string
  >;
}

export function draftView(ctx: AppContext, actor: Actor, row: DraftRow): DraftView {
  const values = valuesOf(ctx, row);
  const nameField = ctx
    .policy()
    .standard(row.standard)
    .fields.find((field) => field.role === 'subjectName');
  return {
    id: row.draft_id,
    kind: row.kind,
    standard: row.standard,
    values,
    subjectName: nameField ? (values[nameField.code] ?? '') : '',
    reason: row.reason,
    state: row.state,
    createdBy: row.created_by_name,
    createdAt: row.created_at,
    decidedBy: row.decided_by_name,
    decidedAt: row.decided_at,
    decisionNote: row.decision_note,
    own: row.created_by === actor.accountId,
  };
}

export async function listDrafts(
  ctx: AppContext,
  actor: Actor,
  state: string | undefined,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<DraftView[]> {
  const scope = actorScope(actor, 'record.enter');
  const bodies = scope.kind === 'all' ? null : scope.bodyIds;
  const rows = await query<DraftRow>(
    ctx.db.app,
    sql`${select} WHERE (${bodies}::uuid[] IS NULL OR d.body_id = ANY(${bodies}::uuid[])) AND (${state ?? null}::text IS NULL OR d.state = ${state ?? null})
          AND (${after?.id ?? null}::uuid IS NULL OR (d.created_at, d.draft_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        ORDER BY d.created_at DESC, d.draft_id DESC LIMIT ${limit}`,
  );
  return rows.map((row) => draftView(ctx, actor, row));
}

async function loadDraft(client: Queryable, draftId: string): Promise<DraftRow | null> {
  return maybeOne<DraftRow>(client, sql`${select} WHERE d.draft_id = ${draftId}`);
}

async function decidable(ctx: AppContext, actor: Actor, draftId: string): Promise<DraftRow> {
  const draft = await loadDraft(ctx.db.app, draftId);
  if (!draft) throw new DomainError('not-found');
  authorize(actor, 'record.decide', { bodyId: draft.body_id });
  if (draft.created_by === actor.accountId) {
    throw new DomainError('forbidden', {
      zh: '复核人不能是录入人本人，请由同事复核。',
      en: 'You entered this yourself; a colleague must read it.',
    });
  }
  if (draft.state !== 'waiting')
    throw new DomainError('conflict', { zh: '这一条已经复核过了。', en: 'This was decided already.' });
  return draft;
}

async function decide(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  draft: DraftRow,
  state: 'approved' | 'returned',
  note: string | null,
): Promise<void> {
  const changed = await execute(
    tx,
    sql`UPDATE core.draft SET state = ${state}, decided_by = ${actor.accountId}, decided_at = ${ctx.clock.now()}, decision_note = ${note}
         WHERE draft_id = ${draft.draft_id} AND state = 'waiting' AND created_by <> ${actor.accountId}`,
  );
  if (changed !== 1) throw new DomainError('conflict');
  await writeAccess(tx, ctx, actor, {
    action: `draft.${state}`,
    resourceKind: 'draft',
    resourceId: draft.draft_id,
    detail: { kind: draft.kind, note },
  });
}

export async function returnDraft(ctx: AppContext, actor: Actor, draftId: string, note: string): Promise<void> {
  const draft = await decidable(ctx, actor, draftId);
  await withTransaction(ctx.db.app, (tx) => decide(tx, ctx, actor, draft, 'returned', withoutNumbers(note)));
}

/** Approves: only what is recorded as it stands. A row that the rules refuse or doubt goes back with their words. */
export async function approveDraft(ctx: AppContext, actor: Actor, draftId: string): Promise<RecordFormResult> {
  const draft = await decidable(ctx, actor, draftId);
  if (draft.kind === 'withdraw' && draft.record_id) {
    const recordId = draft.record_id;
    await withTransaction(ctx.db.app, async (tx) => {
      await decide(tx, ctx, actor, draft, 'approved', null);
      await withdrawIn(ctx, actor, tx, recordId, draft.reason ?? '');
    });
    return { outcome: 'accepted', findings: [], candidates: [], recordId, submissionId: null, draftId };
  }
  const attachments = await query<{ attachment_id: string }>(
    ctx.db.app,
    sql`SELECT attachment_id FROM core.attachment WHERE draft_id = ${draftId}`,
  );
  const input: EnterRecord = {
    standard: draft.standard,
    values: valuesOf(ctx, draft),
    bodyId: draft.body_id,
    subjectId: draft.subject_id ?? undefined,
    corrects: draft.record_id ?? undefined,
    reason: draft.reason ?? undefined,
    attachmentIds: attachments.map((row) => row.attachment_id),
  };
  const checked = await checkRecord(ctx, input);
  if (checked.findings.some((finding) => finding.severity === 'refuse' || finding.severity === 'doubt')) {
    return {
      ...checked,
      outcome: checked.findings.some((finding) => finding.severity === 'refuse') ? 'refused' : 'doubtful',
      draftId,
    };
  }
  // Decided first: of two readers at once only one records; a crash in between leaves an approved draft without a record, which the list shows.
  await withTransaction(ctx.db.app, (tx) => decide(tx, ctx, actor, draft, 'approved', null));
  return { ...(await enterRecord(ctx, actor, input)), draftId };
}
