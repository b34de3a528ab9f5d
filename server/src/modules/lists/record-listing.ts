/**
 * A decision of this platform is recorded like any other: as a row of its standard, with lineage, so that archive, report,
 * portal, objection, repair and take-down treat it as what it is. Record, entry and case move together or not at all.
 */
import type { Actor, AppContext } from '../../context.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CaseRow } from '../casework/index.ts';
import { enterRecord } from '../collection/index.ts';
import { addMonths } from '../disclosure/index.ts';
import { findBody, platformActor } from '../identity/index.ts';
import type { CreditList, FieldRole } from '../policy/index.ts';
import { findArchiveSubject } from '../subjects/index.ts';
import { factsOf } from './case-facts.ts';
import { listOfCase } from './listing-kind.ts';
import { canonicalOf } from './queries.ts';

type Act = (tx: Transaction, more: Readonly<Record<string, unknown>>) => Promise<CaseRow>;

/** The system records what the case decided; the account that decided stands in the event. */
const recorder = (accountId: string | null, caseId: string): Actor =>
  platformActor('lists', { accountId, roles: ['operator'], requestId: caseId });

async function valuesOf(ctx: AppContext, row: CaseRow, list: CreditList, subjectId: string) {
  const facts = factsOf(row);
  const as = list.recordAs;
  if (!as || !facts.decision) throw new DomainError('conflict');
  const subject = await findArchiveSubject(ctx.db.app, { subjectId });
  const body = await findBody(ctx.db.app, { bodyId: row.handler_body_id });
  const until = facts.termMonths === null ? '' : addMonths(facts.decision.on, facts.termMonths);
  const byRole: Partial<Record<FieldRole, string>> = {
    subjectName: subject.name,
    unifiedCode: subject.unified_code ?? '',
    categories: as.value,
    documentTitle: as.value,
    documentNumber: facts.decision.number,
    decidedOn: facts.decision.on,
    facts: facts.facts,
    legalGround: facts.legalBasis,
    content: list.measures.zh,
    decidingBody: body?.name ?? '',
    decidingBodyCode: body?.code ?? '',
    effectiveTo: until,
  };
  const values: Record<string, string> = {};
  for (const field of ctx.policy().standard(as.standard).fields) {
    const value = field.role === undefined ? undefined : byRole[field.role];
    if (value) values[field.code] = value;
  }
  return { standard: as.standard, values };
}

/** Runs the step with the record where the list has one. Errors: unprocessable when the rules of the data refuse it. */
export async function recordListing(ctx: AppContext, actor: Actor, row: CaseRow, act: Act): Promise<CaseRow> {
  const { list } = await listOfCase(ctx, row);
  if (!list.recordAs) return withTransaction(ctx.db.app, (tx) => act(tx, {}));
  const subjectId = await canonicalOf(ctx.db.app, row.subject_id);
  const { standard, values } = await valuesOf(ctx, row, list, subjectId);
  const held: { row: CaseRow | null } = { row: null };
  const result = await enterRecord(ctx, recorder(actor.accountId, row.case_id), {
    standard,
    values,
    bodyId: row.handler_body_id,
    subjectId,
    reason: `名单认定 ${row.number ?? row.case_id}`,
    alongside: async (tx, recordId) => {
      held.row = await act(tx, { recordId });
    },
  });
  if (held.row) return held.row;
  throw new DomainError('unprocessable', {
    zh: '列入信息没有通过数据规则，尚未列入。请按提示核对后再办。',
    en: 'The entry did not pass the rules of the data; nobody was listed. See what is said of each field.',
    details: result.findings.slice(0, 20).map((finding) => ({
      field: finding.field ?? '',
      zh: finding.message.zh,
      en: finding.message.en,
    })),
  });
}
