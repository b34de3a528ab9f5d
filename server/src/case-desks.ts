/** Every procedure for the desk that they share: who may reach a case, how a command is given. A new procedure is one entry. */
import type { Actor, AppContext } from './context.ts';
import { repairPorts } from './module-ports.ts';
import {
  type CaseDesk,
  documentNumberOf,
  type GivenCommand,
  giveCommand,
  loadCaseRow,
  type ProcedureDesk,
} from './modules/casework/index.ts';
import { batchCaseFor } from './modules/checks/index.ts';
import { listingDesk } from './modules/lists/index.ts';
import { complaintDesk, doubtDesk, objectionDesk, statementDesk } from './modules/objections/index.ts';
import type { PaperPorts, SeenCase } from './modules/papers/index.ts';
import { qualityCaseFor } from './modules/quality/index.ts';
import { actOnRepair, batchCommands, repairFor, repairKinds } from './modules/repair/index.ts';
import { HiddenError } from './platform/authz/index.ts';
import { dayOf } from './platform/clock.ts';
import { DomainError } from './platform/errors.ts';

const ofProcedure = <G extends GivenCommand>(desk: ProcedureDesk<G>): CaseDesk => ({
  kind: desk.kind,
  reach: desk.reach,
  act: (ctx, actor, caseId, input, key) => giveCommand(ctx, actor, desk, caseId, input as G, key),
  many: desk.batch,
});

const repairs = repairKinds(repairPorts);

export const caseDesks: readonly CaseDesk[] = [
  ofProcedure(objectionDesk),
  ofProcedure(statementDesk),
  ofProcedure(doubtDesk),
  ofProcedure(complaintDesk),
  ofProcedure(listingDesk),
  ...[...repairs].map(
    (kind): CaseDesk => ({
      kind,
      reach: async (ctx, actor, caseId) => {
        const { row, parties } = await repairFor(ctx, actor, caseId);
        return { row, party: parties[0] ?? 'platform' };
      },
      act: (ctx, actor, caseId, input, key) => actOnRepair(ctx, actor, repairs, caseId, input, key),
      many: batchCommands,
    }),
  ),
];

async function caseFor(ctx: AppContext, actor: Actor, caseId: string): Promise<SeenCase | null> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  const desk = row && caseDesks.find(({ kind }) => kind.procedure.key === row.procedure);
  // Bulletins and letters are to bodies; quality and checks keep what they belong to.
  if (!row) return (await qualityCaseFor(ctx, actor, caseId)) ?? batchCaseFor(ctx, actor, caseId);
  if (!desk) return null;
  try {
    const { party } = await desk.reach(ctx, actor, caseId);
    return {
      as: party === 'subject' ? 'subject' : 'body',
      caseId,
      procedure: row.procedure,
      procedureName: ctx.policy().procedureName(row.procedure).zh,
      subjectId: row.subject_id,
      caseNumber: row.number ?? row.upstream_number,
      documentNumber: await documentNumberOf(ctx.db.app, row),
      openedOn: dayOf(row.opened_at),
    };
  } catch (error) {
    if (error instanceof HiddenError || (error instanceof DomainError && error.code === 'not-found')) return null;
    throw error;
  }
}

/** Papers ask the module that keeps the case who may see it. */
export const paperPorts: PaperPorts = { caseFor };
