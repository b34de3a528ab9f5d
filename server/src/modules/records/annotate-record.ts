/** A case about a record is said beside it wherever it is seen, from the moment it is taken up until it ends. */
import type { Actor, AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import { execute, sql, type Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';

export async function annotateRecord(
  tx: Transaction,
  ctx: AppContext,
  actor: Pick<Actor, 'accountId'> | null,
  of: { readonly subjectId: string; readonly recordId: string },
  note: {
    readonly open: boolean;
    readonly matter: 'objection' | 'review' | 'litigation';
    readonly caseId: string;
    readonly on: string;
  },
): Promise<void> {
  const kind = note.open ? 'objectionOpened' : 'objectionClosed';
  await execute(
    tx,
    sql`INSERT INTO core.record_event (subject_id, event_id, record_id, kind, effective_on, data, account_id, recorded_at)
        VALUES (${of.subjectId}, ${newId()}, ${of.recordId}, ${kind}, ${note.on}, ${JSON.stringify({ matter: note.matter, case: note.caseId })}::jsonb,
          ${actor?.accountId ?? null}, ${ctx.clock.now()})`,
  );
  await publish(tx, ctx, [
    {
      kind: 'record.annotated',
      subjectId: of.subjectId,
      payload: { recordId: of.recordId, matter: note.matter, open: note.open },
    },
  ]);
}
