/** Every procedure for the desk that they share: who may reach a case, how a command is given. A new procedure is one entry. */
import type { ObjectionCommandRequest } from '@chengxin/contract';
import type { Actor, AppContext } from './context.ts';
import { type CaseDesk, loadCaseRow } from './modules/casework/index.ts';
import { actOnObjection, batchCommands, objectionFor, objectionKind } from './modules/objections/index.ts';
import type { PaperPorts, SeenCase } from './modules/papers/index.ts';
import { HiddenError } from './platform/authz/index.ts';
import { dayOf } from './platform/clock.ts';
import { DomainError } from './platform/errors.ts';

export const caseDesks: readonly CaseDesk[] = [
  {
    kind: objectionKind,
    reach: objectionFor,
    act: (ctx, actor, caseId, input, key) => actOnObjection(ctx, actor, caseId, input as ObjectionCommandRequest, key),
    many: batchCommands,
  },
];

async function caseFor(ctx: AppContext, actor: Actor, caseId: string): Promise<SeenCase | null> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  const desk = row && caseDesks.find(({ kind }) => kind.procedure.key === row.procedure);
  if (!row || !desk) return null;
  try {
    const { party } = await desk.reach(ctx, actor, caseId);
    return {
      as: party === 'subject' ? 'subject' : 'body',
      caseId,
      procedure: row.procedure,
      procedureName: ctx.policy().procedureName(row.procedure).zh,
      subjectId: row.subject_id,
      caseNumber: row.number ?? row.upstream_number,
      openedOn: dayOf(row.opened_at),
    };
  } catch (error) {
    if (error instanceof HiddenError || (error instanceof DomainError && error.code === 'not-found')) return null;
    throw error;
  }
}

/** Papers ask the module that keeps the case who may see it. */
export const paperPorts: PaperPorts = { caseFor };
