/** As which party an actor stands in a case: it may be several; hidden from everybody else. */
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { type CaseRow, loadCaseRow } from '../casework/index.ts';
import { may } from '../identity/index.ts';
import { clusterOf } from '../subjects/index.ts';
import { factsOf } from './case-facts.ts';
import { type RepairCommand, type RepairParty, repairKeys, repairProcedure } from './state.ts';

export interface Standing {
  readonly row: CaseRow;
  readonly parties: readonly RepairParty[];
  /** The client that relays for the national site: what it may do for the platform is to say that a result arrived. */
  readonly relay: boolean;
}

async function standsAs(
  ctx: AppContext,
  actor: Actor,
  row: CaseRow,
): Promise<{ parties: RepairParty[]; relay: boolean }> {
  const { channel } = factsOf(row);
  const parties: RepairParty[] = [];
  const filedHere = row.opened_by !== null && row.opened_by === actor.accountId;
  if (actor.roles.includes('companyRepresentative') && actor.subjectId !== null) {
    if ((await clusterOf(ctx.db.app, actor.subjectId)).includes(row.subject_id)) parties.push('subject');
  } else if (channel === 'window' && filedHere && may(actor, 'repair.apply')) parties.push('subject');
  const relay = channel === 'upstream' && may(actor, 'repair.relay');
  if (relay) parties.push('subject', 'platform');
  if (row.state === 'draft') return { parties, relay };
  // Whoever filed at a window does not decide about it.
  if (!filedHere && may(actor, 'repair.decide', { bodyId: row.handler_body_id })) parties.push('recogniser');
  if (may(actor, 'repair.handle')) parties.push('platform');
  return { parties, relay };
}

export async function repairFor(ctx: AppContext, actor: Actor, caseId: string): Promise<Standing> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (!row || !repairKeys.includes(row.procedure)) throw new DomainError('not-found');
  const { parties, relay } = await standsAs(ctx, actor, row);
  if (parties.length === 0) throw new HiddenError();
  return { row, parties, relay };
}

/** Steps that the platform takes by itself: no person gives them. */
const automatic: readonly RepairCommand[] = ['forward', 'closeMoot'];
const ofRelay: readonly RepairCommand[] = ['withdraw', 'supplement', 'sync', 'confirm'];

/** The party as which the actor may give the command in this state; null when none of its own may. */
export function partyFor(standing: Standing, command: string): RepairParty | null {
  const steps = repairProcedure.transitions.filter((step) => step.command === command);
  const by = steps.flatMap((step) => step.by) as readonly string[];
  if (automatic.includes(command as RepairCommand)) return null;
  if (standing.relay && !ofRelay.includes(command as RepairCommand)) return null;
  return standing.parties.find((party) => by.includes(party)) ?? null;
}

/** The steps that the actor may take now, by any of its parties. */
export const commandsFor = (standing: Standing): string[] =>
  repairProcedure.transitions
    .filter((step) => (step.from as readonly string[]).includes(standing.row.state))
    .filter(
      (step) =>
        partyFor(standing, step.command) !== null && step.by.includes(partyFor(standing, step.command) as never),
    )
    .map((step) => step.command);
