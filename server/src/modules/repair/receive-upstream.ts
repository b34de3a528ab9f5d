/**
 * A case from the national site, which is the single window (国办发〔2025〕22号): taken once for its number, handed on at once
 * to the body that recognised the fact; its results go back by the change feed.
 */
import type { UpstreamRepairRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { actOnCase, openCase } from '../casework/index.ts';
import { authorize } from '../identity/index.ts';
import { normaliseDocumentNumber } from '../records/index.ts';
import { clusterOf, findArchiveSubject } from '../subjects/index.ts';
import { kindFor, notFound } from './apply-for-repair.ts';
import { byUpstreamNumber, lockRecord, numbersOf, successorOf } from './queries.ts';
import type { RepairPorts } from './removal-hook.ts';
import type { RepairKinds } from './repair-kind.ts';
import { repairableItems, type Situation, situationOf } from './situation.ts';
import { repairKeys } from './state.ts';

async function recordFor(ctx: AppContext, input: UpstreamRepairRequest): Promise<string> {
  const subject = await findArchiveSubject(ctx.db.app, { code: input.code });
  const cluster = await clusterOf(ctx.db.app, subject.subject_id);
  const wanted = normaliseDocumentNumber(input.documentNumber);
  const found = (await numbersOf(ctx.db.app, cluster, repairableItems(ctx.policy()))).filter(
    (row) =>
      normaliseDocumentNumber(row.document_number) === wanted &&
      (input.decidedOn === undefined || row.decided_on === input.decidedOn),
  );
  const [first, second] = found;
  if (!first)
    throw new DomainError('not-found', {
      zh: '本市没有该主体的这一决定文书，请核对文书号和决定日期。',
      en: 'The city holds no such decision about this organisation. Check the number and the day.',
      details: [{ field: 'body/documentNumber', zh: '没有找到', en: 'not found' }],
    });
  if (second)
    throw new DomainError('unprocessable', {
      zh: '这一文书号对应多条信息，请同时给出决定日期。',
      en: 'Several records bear this number. Give the day of the decision too.',
      details: [{ field: 'body/decidedOn', zh: '必填', en: 'needed' }],
    });
  return first.record_id;
}

/** Gives the id of the case, new or known; the same number again changes nothing. */
export async function receiveUpstream(
  ctx: AppContext,
  actor: Actor,
  kinds: RepairKinds,
  ports: RepairPorts,
  input: UpstreamRepairRequest,
  /** What else belongs to the taking of it, in the same transaction. */
  also?: (tx: Transaction, opened: { readonly kind: RepairKinds[number]; readonly caseId: string }) => Promise<unknown>,
): Promise<{ caseId: string; created: boolean }> {
  authorize(actor, 'repair.relay');
  const known = await byUpstreamNumber(ctx.db.app, repairKeys, input.upstreamNumber);
  if (known) return { caseId: known.case_id, created: false };
  const seen = await situationOf(
    ctx,
    ctx.db.app,
    await recordFor(ctx, input),
    input.lane ?? 'creditPlatform',
    ports.removals,
  );
  if (!seen) throw notFound();
  return withTransaction(ctx.db.app, async (tx) => {
    await lockRecord(tx, seen.record.row.subject_id, seen.record.row.record_id);
    const meanwhile = await byUpstreamNumber(tx, repairKeys, input.upstreamNumber);
    if (meanwhile) return { caseId: meanwhile.case_id, created: false };
    const kind = kindFor(kinds, seen.rules.procedure);
    const opened = await openCase(tx, ctx, actor, kind, {
      subjectId: seen.record.row.subject_id,
      handlerBodyId: await successorOf(tx, seen.record.row.deciding_body_id),
      recordId: seen.record.row.record_id,
      upstreamNumber: input.upstreamNumber,
      facts: factsFrom(seen, input),
      party: 'subject',
    });
    for (const [command, party] of [
      ['submit', 'subject'],
      ['forward', 'platform'],
    ] as const)
      await actOnCase(tx, ctx, actor, kind, opened.case_id, { command, party });
    await also?.(tx, { kind, caseId: opened.case_id });
    return { caseId: opened.case_id, created: true };
  });
}

const factsFrom = (seen: Situation, input: UpstreamRepairRequest) => ({
  lane: seen.rules.lane,
  kind: seen.kind,
  channel: 'upstream',
  statement: input.statement ?? '',
  authorisation: null,
  // Signed at the national site; its text is kept there.
  commitment: input.commitmentSignedOn
    ? { version: 'upstream', signedOn: input.commitmentSignedOn, signer: 'upstream' }
    : null,
  missing: null,
  confirmed: null,
  result: null,
});
