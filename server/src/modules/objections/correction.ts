/**
 * What a record should say: proposed by its source or by the platform, checked by the rules of the standard at once, applied
 * through collection in the transaction of the decision that upholds the objection.
 */
import type { ObjectionView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CaseRow } from '../casework/index.ts';
import { checkRecord, type EnterRecord, enterRecord } from '../collection/index.ts';
import type { DataStandard, PolicyRuntime } from '../policy/index.ts';
import { type LiveRecord, loadRecord } from '../records/index.ts';
import { systemActor } from './objection-kind.ts';
import { currentRecord } from './queries.ts';

type Values = Readonly<Record<string, string>>;

/** Who reported and who decided stays; persons' names and numbers go through the source's own form, never through a case. */
const fixedRoles: readonly string[] = ['sourceBody', 'sourceBodyCode', 'decidingBody', 'decidingBodyCode'];
const correctable = (standard: DataStandard): DataStandard['fields'] =>
  standard.fields.filter((field) => field.person === undefined && !fixedRoles.includes(field.role ?? ''));

export function proposedOf(row: CaseRow): Values | null {
  const given = row.facts.correction;
  return typeof given === 'object' && given !== null ? (given as Values) : null;
}

async function heldRecord(ctx: AppContext, row: CaseRow): Promise<LiveRecord | null> {
  const current = await currentRecord(ctx.db.app, row);
  const record = current ? await loadRecord(ctx.db.app, current.record_id) : null;
  return record && record.superseded_at === null ? record : null;
}

const gone = (): DomainError =>
  new DomainError('conflict', {
    zh: '这条信息已被撤回，没有可以更正的内容。',
    en: 'The record was withdrawn meanwhile: there is nothing to correct.',
  });

function entryOf(record: LiveRecord, standard: DataStandard, correction: Values, reason: string): EnterRecord {
  const secret = new Set(standard.fields.filter((field) => field.person === 'document').map((field) => field.code));
  const kept = Object.fromEntries(Object.entries(record.payload).filter(([code]) => !secret.has(code)));
  return {
    standard: record.standard,
    values: { ...kept, ...correction },
    bodyId: record.source_body_id,
    subjectId: record.subject_id,
    corrects: record.record_id,
    reason,
  };
}

const standardOf = (policy: PolicyRuntime, record: LiveRecord): DataStandard => policy.standard(record.standard);

/** The rules judge it when it is proposed: what would be refused is not kept. */
export async function checkCorrection(ctx: AppContext, row: CaseRow, correction: Values): Promise<void> {
  const record = await heldRecord(ctx, row);
  if (!record) throw gone();
  const standard = standardOf(ctx.policy(), record);
  const known = new Set(correctable(standard).map((field) => field.code));
  const strange = Object.keys(correction).filter((code) => !known.has(code));
  if (strange.length > 0 || Object.keys(correction).length === 0)
    throw new DomainError('unprocessable', {
      zh: '请填写需要更正的字段；涉及个人的字段和报送、决定单位由提供单位在“已报记录”中更正。',
      en: 'Fill in the fields to correct. Fields about persons and bodies are corrected by the source itself.',
      details: strange.map((code) => ({ field: `body/correction/${code}`, zh: '不能在此更正', en: 'not here' })),
    });
  const checked = await checkRecord(ctx, entryOf(record, standard, correction, 'check'));
  const errors = checked.findings.filter((finding) => finding.severity === 'refuse');
  if (errors.length > 0)
    throw new DomainError('unprocessable', {
      zh: '更正内容不符合数据规则，请按提示修改。',
      en: 'The correction breaks rules of the data. See what is said of each field.',
      details: errors.slice(0, 20).map((finding) => ({
        field: `body/correction/${finding.field ?? ''}`,
        zh: finding.message.zh,
        en: finding.message.en,
      })),
    });
}

/** Corrects the record and lets `decide` move the case in the same transaction. */
export async function correctAnd(
  ctx: AppContext,
  actor: Actor,
  row: CaseRow,
  decide: (tx: Transaction, recordNow: string) => Promise<CaseRow>,
): Promise<CaseRow> {
  const correction = proposedOf(row);
  if (!correction)
    throw new DomainError('unprocessable', {
      zh: '还没有填写更正内容。请先由提供单位或本单位填写，再认定成立。',
      en: 'No correction was filled in yet. The source or this office fills it in first.',
      details: [{ field: 'body/remedy', zh: '缺少更正内容', en: 'no correction yet' }],
    });
  const record = await heldRecord(ctx, row);
  if (!record) throw gone();
  const held: { row: CaseRow | null } = { row: null };
  const entry = entryOf(record, standardOf(ctx.policy(), record), correction, `异议成立 ${row.number ?? row.case_id}`);
  const result = await enterRecord(ctx, systemActor(actor.accountId, row.case_id), {
    ...entry,
    alongside: async (tx, recordNow) => {
      held.row = await decide(tx, recordNow);
    },
  });
  if (held.row) return held.row;
  throw new DomainError('unprocessable', {
    zh: '更正内容没有通过数据规则，处理决定未生效。请修改更正内容后再办。',
    en: 'The correction did not pass the rules; nothing was decided. Change the correction first.',
    details: result.findings.slice(0, 20).map((finding) => ({
      field: `body/correction/${finding.field ?? ''}`,
      zh: finding.message.zh,
      en: finding.message.en,
    })),
  });
}

/** For the source and the platform; the subject reads the outcome on its record. */
export async function correctionView(
  ctx: AppContext,
  row: CaseRow,
  party: string,
): Promise<ObjectionView['correction']> {
  if (party === 'subject' || row.record_id === null) return null;
  const record = await heldRecord(ctx, row);
  if (!record) return null;
  const proposed = proposedOf(row);
  const states = party === 'provider' ? ['forwarded', 'answered'] : ['accepted', 'answered'];
  return {
    may: states.includes(row.state),
    fields: correctable(standardOf(ctx.policy(), record)).map((field) => ({
      code: field.code,
      label: field.label,
      now: record.payload[field.code] ?? '',
      proposed: proposed?.[field.code] ?? null,
    })),
  };
}
