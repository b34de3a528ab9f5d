/** Commands of the parties, one at a time or hundreds at once with a result each. */
import type { CaseBatchResult, ExtensionRequest, RepairBulkRequest, RepairCommandRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { actOnCase, askForExtension, type CaseRow, decideExtension, eachCase, loadCaseRow } from '../casework/index.ts';
import { kindFor } from './apply-for-repair.ts';
import { partyFor, repairFor } from './parties.ts';
import type { RepairKinds } from './repair-kind.ts';
import type { RepairParty } from './state.ts';

type Given = Omit<RepairCommandRequest, 'command'> & { readonly command: string };

/** On a page everything that is missing is written line by line. */
const missingOf = (input: Given): string[] | undefined =>
  input.command === 'requestSupplement' && input.missing === undefined
    ? input.note
        ?.split(/\n/)
        .map((line) => line.trim())
        .filter((line) => line !== '')
        .slice(0, 20)
    : input.missing;

const dataOf = (input: Given): Record<string, unknown> | null => {
  const missing = missingOf(input);
  const data = {
    ...(input.dutiesConfirmed ? { duties: 'all' } : input.duties ? { duties: input.duties } : {}),
    ...(missing ? { missing } : {}),
  };
  return Object.keys(data).length > 0 ? data : null;
};

export async function actOnRepair(
  ctx: AppContext,
  actor: Actor,
  kinds: RepairKinds,
  caseId: string,
  input: Given,
  key: string | null,
): Promise<CaseRow> {
  const standing = await repairFor(ctx, actor, caseId);
  const party = partyFor(standing, input.command);
  if (party === null)
    throw new DomainError('forbidden', {
      zh: '这一步应由其他单位或当事人办理。',
      en: 'This step is for another party of the case.',
    });
  const kind = kindFor(kinds, standing.row.procedure);
  return withTransaction(ctx.db.app, async (tx) => {
    const give = (command: string, as: RepairParty, rest: Partial<Given> & { key?: string | null }) =>
      actOnCase(tx, ctx, actor, kind, caseId, {
        command,
        party: as,
        reason: rest.reason ?? null,
        note: rest.note ?? null,
        data: dataOf({ command, ...rest }),
        key: rest.key ?? null,
        ...(rest.expectedEvents === undefined ? {} : { expectedEvents: rest.expectedEvents }),
      });
    const row = await give(input.command, party, { ...input, key });
    // Handed on in the moment it is handed in: the platform knows who recognised it.
    return row.state === 'submitted' ? give('forward', 'platform', {}) : row;
  });
}

/** Each in a transaction of its own: one that cannot be done does not hold up the rest. */
export async function actOnMany(
  ctx: AppContext,
  actor: Actor,
  kinds: RepairKinds,
  input: RepairBulkRequest,
  key: string | null,
): Promise<CaseBatchResult> {
  const { ids, ...given } = input;
  return { results: await eachCase(ids, (id) => actOnRepair(ctx, actor, kinds, id, given, key)) };
}

/** Extended once, by another person of the body; the whole procedure is as much longer as the decision. */
export async function extendRepair(
  ctx: AppContext,
  actor: Actor,
  kinds: RepairKinds,
  caseId: string,
  input: ExtensionRequest,
): Promise<CaseRow> {
  const { row, parties } = await repairFor(ctx, actor, caseId);
  if (!parties.includes('recogniser')) throw new DomainError('forbidden');
  const kind = kindFor(kinds, row.procedure);
  return withTransaction(ctx.db.app, async (tx) => {
    const reason = input.reason ?? '';
    if (input.act === 'ask') return askForExtension(tx, ctx, actor, kind, caseId, { clock: 'decide', reason });
    const asked = (await loadCaseRow(tx, caseId))?.extension;
    const decided = await decideExtension(tx, ctx, actor, kind, caseId, { granted: input.act === 'grant' });
    const total = decided.clocks.find((clock) => clock.key === 'total' && clock.endedOn === null);
    if (input.act !== 'grant' || !asked || !total || total.extendedBy > 0) return decided;
    const asker = { ...actor, accountId: asked.by };
    await askForExtension(tx, ctx, asker, kind, caseId, { clock: 'total', reason: asked.reason });
    return decideExtension(tx, ctx, actor, kind, caseId, { granted: true });
  });
}
