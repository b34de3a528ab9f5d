/** An objection that was open in a former system: taken up here at once, so that the record is annotated from this moment. */
import type { Actor, AppContext } from '../../context.ts';
import { toPlainDate } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/db.ts';
import { actOnCase, type CaseRow, carryClocks, openCase, withoutPersonNumbers } from '../casework/index.ts';
import { objectionKind } from './objection-kind.ts';
import { checkKind, officeOf } from './submit-objection.ts';

export interface FormerObjectionInput {
  readonly subjectId: string;
  readonly recordId: string | null;
  readonly kind: string;
  readonly statement: string;
  readonly wanted: string;
  /** Its number there, when it was received, and when it was accepted where that is known: its clock has run since then. */
  readonly former: {
    readonly system: string;
    readonly number: string;
    readonly receivedOn: string;
    readonly acceptedOn?: string;
  };
}

export async function takeFormerObjection(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  input: FormerObjectionInput,
): Promise<CaseRow> {
  withoutPersonNumbers(input.statement, input.wanted);
  checkKind(ctx, 'objection', input.kind);
  const { system, number, receivedOn } = input.former;
  const note = `由${system}移交，原编号 ${number}，${receivedOn} 收件。`;
  const opened = await openCase(tx, ctx, actor, objectionKind, {
    subjectId: input.subjectId,
    handlerBodyId: await officeOf(tx),
    recordId: input.recordId,
    facts: {
      kind: input.kind,
      statement: input.statement,
      wanted: input.wanted,
      onBehalf: true,
      former: input.former,
    },
    party: 'subject',
    note,
  });
  await actOnCase(tx, ctx, actor, objectionKind, opened.case_id, { command: 'accept', party: 'platform', note });
  const since = toPlainDate(input.former.acceptedOn ?? receivedOn);
  return carryClocks(tx, ctx, actor, objectionKind, opened.case_id, since);
}
