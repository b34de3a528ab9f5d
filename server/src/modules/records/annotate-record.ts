/** A case about a record is said beside it wherever it is seen, from the moment it is taken up until it ends. */
import type { Actor, AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { type AnnotatedMatter, writeRecordEvent } from './record-events.ts';

export async function annotateRecord(
  tx: Transaction,
  ctx: AppContext,
  actor: Pick<Actor, 'accountId'> | null,
  of: { readonly subjectId: string; readonly recordId: string },
  note: {
    readonly open: boolean;
    readonly matter: AnnotatedMatter;
    readonly caseId: string;
    readonly on: string;
  },
): Promise<void> {
  await writeRecordEvent(tx, ctx, actor, of, {
    kind: note.open ? 'objectionOpened' : 'objectionClosed',
    effectiveOn: note.on,
    data: { matter: note.matter },
    caseId: note.caseId,
  });
}
