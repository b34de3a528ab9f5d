/** Shown until when, why, by which article, what would end it earlier: for any record, in one answer. */
import type { WhyView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { type Disclosure, discloseRecord, transitionOf } from '../disclosure/index.ts';
import { may } from '../identity/index.ts';
import { type Bilingual, basisLine } from '../policy/index.ts';
import { clusterOf, loadOneRecord, type OneRecord, viewOfRecord } from '../subjects/index.ts';
import { documentsOf, servedOn } from './queries.ts';

type Client = AppContext['db']['app'];

const eventWords: Readonly<Record<string, Bilingual>> = {
  withdrawn: { zh: '报送单位撤回', en: 'Withdrawn by its source' },
  annulled: { zh: '原决定被撤销', en: 'The decision was annulled' },
  suspended: { zh: '停止执行，暂停公示', en: 'Suspended' },
  resumed: { zh: '恢复执行，恢复公示', en: 'The suspension ended' },
  repaired: { zh: '信用修复', en: 'Repaired' },
  repairRevoked: { zh: '修复被撤销，恢复公示', en: 'The repair was revoked' },
  objectionOpened: { zh: '有事项在办', en: 'A case was opened' },
  objectionClosed: { zh: '事项办结', en: 'A case ended' },
  severityConfirmed: { zh: '认定单位确认失信程度', en: 'The class was confirmed' },
  masked: { zh: '重整、和解期间暂时屏蔽', en: 'Masked during reorganisation' },
  unmasked: { zh: '屏蔽结束', en: 'The mask ended' },
  erased: { zh: '依法删除', en: 'Erased' },
};

export const disclosureOf = (ctx: AppContext, record: OneRecord, on = ctx.clock.today()): Disclosure =>
  discloseRecord(record.facts, record.events, on, ctx.policy());

function earlierThan(ctx: AppContext, disclosure: Disclosure): WhyView['earlier'] {
  if (!disclosure.shown) return [];
  const found: WhyView['earlier'] = [];
  const rules = ctx.policy().repair('creditPlatform');
  if (disclosure.earliestRepairOn !== null && rules)
    found.push({
      key: 'repair',
      from: disclosure.earliestRepairOn,
      words: {
        zh: '违法行为已改正、义务已履行并作出信用承诺的，可以申请信用修复（免费）。',
        en: 'Repair, when the wrong is corrected, the duties are fulfilled and the commitment is made; free of charge.',
      },
      basis: rules.basis[0] ? basisLine(rules.basis[0]) : '',
    });
  found.push(
    {
      key: 'objection',
      from: null,
      words: {
        zh: '信息有错误，或者失信程度、公示期限认定有误的，可以提出异议。',
        en: 'An objection, where the information, its class or its period is wrong.',
      },
      basis: '山东省社会信用条例 第三十九条',
    },
    {
      key: 'annulment',
      from: null,
      words: {
        zh: '原决定被撤销、变更或者确认无效的，立即停止公示。',
        en: 'The decision is annulled, changed or declared void: it is taken down at once.',
      },
      basis: '市场监督管理行政处罚信息公示规定 第十一条',
    },
    {
      key: 'suspension',
      from: null,
      words: {
        zh: '复议机关或者法院决定停止执行的，期间暂停公示。',
        en: 'A reviewing authority or a court suspends it: it is not shown meanwhile.',
      },
      basis: '中华人民共和国行政处罚法 第七十三条',
    },
  );
  return found;
}

function market(ctx: AppContext, record: OneRecord): WhyView['marketRegister'] {
  const policy = ctx.policy();
  const lane = policy.repair('marketRegister');
  if (!lane || (lane.decidingBodies !== undefined && !record.row.deciding_body.includes(lane.decidingBodies)))
    return null;
  if (policy.disclosureRegimes(record.row.item, 'marketRegister').length === 0) return null;
  const shown = discloseRecord(
    record.facts,
    record.events,
    ctx.clock.today(),
    policy,
    transitionOf(policy),
    'marketRegister',
  );
  return { until: shown.until, reason: shown.reason, article: basisLine(shown.article) };
}

export async function whyOf(ctx: AppContext, client: Client, record: OneRecord): Promise<WhyView> {
  const { row } = record;
  const disclosure = disclosureOf(ctx, record);
  const view = viewOfRecord(record, disclosure, ctx.policy());
  const events = await documentsOf(client, row.subject_id, row.record_id);
  return {
    recordId: row.record_id,
    subject: { name: row.name, code: row.unified_code },
    title: view.title,
    itemName: view.itemName,
    documentNumber: view.documentNumber,
    decidedOn: view.decidedOn,
    decidingBody: view.decidingBody,
    shown: disclosure.shown,
    state: disclosure.state,
    from: disclosure.from,
    until: disclosure.until,
    severity: disclosure.severity,
    severityConfirmed: disclosure.severityConfirmed,
    regime: disclosure.regime.name,
    article: basisLine(disclosure.article),
    reason: disclosure.reason,
    annotations: [...disclosure.annotations],
    marketRegister: market(ctx, record),
    events: events.map((event) => ({
      kind: event.kind,
      words: eventWords[event.kind] ?? { zh: event.kind, en: event.kind },
      effectiveOn: event.effective_on,
      document: event.document,
    })),
    earlier: earlierThan(ctx, disclosure),
    noticeServedOn: await servedOn(client, row.subject_id, row.key_hash),
  };
}

export const noRecord = (): DomainError => new DomainError('not-found');

/** To the public only while it is on display; what happened to it in the meantime is nobody's business but the parties'. */
export async function publicWhy(ctx: AppContext, recordId: string): Promise<WhyView> {
  const record = await loadOneRecord(ctx.db.app, ctx.policy(), recordId);
  if (!record?.live || record.row.record_id !== recordId || !disclosureOf(ctx, record).shown) throw noRecord();
  const why = await whyOf(ctx, ctx.db.app, record);
  return { ...why, events: [], noticeServedOn: null };
}

/** To the organisation itself, to the bodies that decided and reported, and to the credit office; in every state. */
export async function deskWhy(ctx: AppContext, actor: Actor, recordId: string): Promise<WhyView> {
  const record = await loadOneRecord(ctx.db.app, ctx.policy(), recordId);
  if (!record) throw noRecord();
  const { row } = record;
  const own =
    actor.roles.includes('companyRepresentative') &&
    actor.subjectId !== null &&
    (await clusterOf(ctx.db.app, actor.subjectId)).includes(row.subject_id);
  const body =
    may(actor, 'display.read', { bodyId: row.deciding_body_id }) ||
    may(actor, 'display.read', { bodyId: row.source_body_id });
  if (!own && (actor.roles.includes('companyRepresentative') || !body)) throw new HiddenError();
  return whyOf(ctx, ctx.db.app, record);
}
