/** An application begun and filled in: by the organisation, or at a window for it. */
import type { RepairApplication, StartRepairRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { type CaseRow, openCase } from '../casework/index.ts';
import { authorize } from '../identity/index.ts';
import { findArchiveSubject } from '../subjects/index.ts';
import { factsOf } from './case-facts.ts';
import { repairFor } from './parties.ts';
import { lockRecord, openTwin, successorOf, updateFacts } from './queries.ts';
import type { RepairPorts } from './removal-hook.ts';
import { type RepairKinds, refusalOf, twinRefusal } from './repair-kind.ts';
import { rulesOf, type Situation, situationOf } from './situation.ts';
import { repairKeys, undecided } from './state.ts';

export const notFound = (): DomainError =>
  new DomainError('not-found', {
    zh: '未找到该主体或该条信息，请核对统一社会信用代码和决定文书号。',
    en: 'There is no such organisation, or no such record of it. Check the code and the number of the decision.',
  });

export function kindFor(kinds: RepairKinds, procedure: string): RepairKinds[number] {
  const kind = kinds.find((one) => one.procedure.key === procedure);
  if (!kind) throw new Error(`no procedure ${procedure}`);
  return kind;
}

/** The organisation of the code; a representative's own only, who may leave the code out. */
export async function subjectFor(
  ctx: AppContext,
  actor: Actor,
  code: string | undefined,
): Promise<{ subjectId: string; name: string; code: string | null }> {
  authorize(actor, 'repair.apply');
  const own = actor.roles.includes('companyRepresentative');
  if (code === undefined && (!own || actor.subjectId === null)) throw notFound();
  const subject = await findArchiveSubject(
    ctx.db.app,
    code === undefined ? { subjectId: actor.subjectId ?? '' } : { code },
  );
  if (own && actor.subjectId !== subject.subject_id) throw notFound();
  return { subjectId: subject.subject_id, name: subject.name, code: subject.unified_code };
}

const atWindow = (actor: Actor): boolean => !actor.roles.includes('companyRepresentative');

async function checkedSituation(
  ctx: AppContext,
  ports: RepairPorts,
  subjectId: string,
  input: StartRepairRequest,
): Promise<Situation> {
  const seen = await situationOf(ctx, ctx.db.app, input.recordId, input.lane ?? 'creditPlatform', ports.removals);
  if (!seen || seen.record.row.canonical_id !== subjectId) throw notFound();
  if (seen.obstacles.length > 0) throw refusalOf(seen.obstacles);
  return seen;
}

/** Begun twice it is the same application. */
export async function startRepair(
  ctx: AppContext,
  actor: Actor,
  kinds: RepairKinds,
  ports: RepairPorts,
  input: StartRepairRequest,
): Promise<CaseRow | string> {
  const { subjectId } = await subjectFor(ctx, actor, input.code);
  if (atWindow(actor) && !input.authorisation)
    throw new DomainError('unprocessable', {
      zh: '窗口代为申请的，请填写授权委托书的编号或者说明。',
      en: 'At a window, say how the organisation authorised you: the number of the letter, or what was shown.',
      details: [{ field: 'body/authorisation', zh: '必填', en: 'needed' }],
    });
  const seen = await checkedSituation(ctx, ports, subjectId, input);
  const { row } = seen.record;
  return withTransaction(ctx.db.app, async (tx) => {
    await lockRecord(tx, row.subject_id, row.record_id);
    const twin = await openTwin(tx, seen.cluster, row.record_id, row.key_hash, repairKeys, undecided);
    if (twin && twin.opened_by !== actor.accountId) throw twinRefusal(twin.number);
    if (twin) return twin.case_id;
    return openCase(tx, ctx, actor, kindFor(kinds, seen.rules.procedure), {
      subjectId: row.subject_id,
      handlerBodyId: await successorOf(tx, row.deciding_body_id),
      recordId: row.record_id,
      facts: {
        lane: seen.rules.lane,
        kind: seen.kind,
        channel: atWindow(actor) ? 'window' : 'city',
        statement: '',
        authorisation: input.authorisation ?? null,
        commitment: null,
        missing: null,
        confirmed: null,
        result: null,
      },
      party: 'subject',
    });
  });
}

export const mayBeEdited = (row: Pick<CaseRow, 'state'>): boolean =>
  row.state === 'draft' || row.state === 'supplementRequested';

export const notNow = (): DomainError =>
  new DomainError('conflict', {
    zh: '申请已提交，不能再修改；需要补充的，由受理单位一次性告知后补正。',
    en: 'The application was handed in and cannot be changed. If something is missing, the body names it once.',
  });

/** What is written and signed; the commitment is signed by whoever is signed in, and its text is the one of policy. */
export async function fillApplication(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
  input: RepairApplication,
): Promise<void> {
  const { row, parties } = await repairFor(ctx, actor, caseId);
  if (!parties.includes('subject')) throw new DomainError('forbidden');
  if (!mayBeEdited(row)) throw notNow();
  const rules = rulesOf(ctx.policy(), factsOf(row).lane);
  const facts = { ...row.facts };
  if (input.statement !== undefined) facts.statement = input.statement;
  if (input.commitment !== undefined) {
    if (input.commitment.version !== rules.commitment.version)
      throw new DomainError('conflict', {
        zh: '承诺书文本已更新，请刷新后重新阅读并签署。',
        en: 'The text of the commitment has changed. Reload, read it again and sign.',
      });
    facts.commitment = input.commitment.agreed
      ? { version: rules.commitment.version, signedOn: ctx.clock.today(), signer: actor.accountId ?? '' }
      : null;
  }
  await withTransaction(ctx.db.app, async (tx) => {
    const of = { subjectId: row.subject_id, caseId, events: row.events };
    if ((await updateFacts(tx, of, facts)) !== 1) throw new DomainError('conflict');
    await writeAccess(tx, ctx, actor, {
      action: 'case.fill',
      resourceKind: 'case',
      resourceId: caseId,
      subjectId: row.subject_id,
      detail: { signed: facts.commitment !== null },
    });
  });
}
