/**
 * 投诉: against the conduct of an officer or a body, or the platform's service (网络数据安全管理条例 art. 20). Not against a record, which
 * is an objection. The body complained of explains; the credit office decides.
 */
import type { SubmitComplaintRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import {
  type CaseKind,
  type CaseRow,
  type CaseWords,
  listCaseRows,
  loadCaseRow,
  nextNumber,
  openCase,
  type Procedure,
  type ProcedureDesk,
  type Reached,
  withoutPersonNumbers,
} from '../casework/index.ts';
import { authorize, creditOfficeBody, findBody, may } from '../identity/index.ts';
import { findArchiveSubject } from '../subjects/index.ts';
import { bodyName, clusterOf, creditOffice } from './queries.ts';
import { canObjectFor, checkKind, notFound, officeOf, subjectKey } from './submit-objection.ts';

const decided = ['upheld', 'partlyUpheld', 'dismissed'];

export const complaintProcedure: Procedure = {
  key: 'complaint',
  initial: 'submitted',
  states: ['submitted', 'refusedAcceptance', 'withdrawn', 'accepted', 'asked', 'explained', ...decided, 'closed'],
  closed: ['refusedAcceptance', 'withdrawn', 'closed'],
  transitions: [
    { command: 'accept', from: ['submitted'], to: 'accepted', by: ['platform'] },
    {
      command: 'refuseAcceptance',
      from: ['submitted'],
      to: 'refusedAcceptance',
      by: ['platform'],
      reasons: 'refuseAcceptance',
    },
    {
      command: 'withdraw',
      from: ['submitted', 'accepted', 'asked', 'explained'],
      to: 'withdrawn',
      by: ['subject'],
    },
    { command: 'ask', from: ['accepted'], to: 'asked', by: ['platform'] },
    { command: 'explain', from: ['asked'], to: 'explained', by: ['body'] },
    { command: 'uphold', from: ['accepted', 'explained'], to: 'upheld', by: ['platform'], reasons: 'decide' },
    {
      command: 'upholdPartly',
      from: ['accepted', 'explained'],
      to: 'partlyUpheld',
      by: ['platform'],
      reasons: 'decide',
    },
    { command: 'dismiss', from: ['accepted', 'explained'], to: 'dismissed', by: ['platform'], reasons: 'dismiss' },
    { command: 'notify', from: decided, to: 'closed', by: ['platform'] },
  ],
  clocks: [
    { key: 'accept', runsIn: ['submitted'] },
    { key: 'explain', runsIn: ['asked'] },
    { key: 'total', runsIn: ['accepted', 'asked', 'explained', ...decided] },
  ],
};

const deciding: ReadonlySet<string> = new Set(['uphold', 'upholdPartly', 'dismiss', 'ask']);

const findings = {
  note: 'required',
  noteLabel: { zh: '核查情况和处理意见', en: 'What was found and what follows' },
} as const;

const words: CaseWords = {
  states: {
    submitted: { zh: '已提交，待受理', en: 'Submitted, waiting to be taken up' },
    refusedAcceptance: { zh: '不予受理', en: 'Not taken up' },
    withdrawn: { zh: '已撤回', en: 'Withdrawn' },
    accepted: { zh: '已受理，核查中', en: 'Taken up, being checked' },
    asked: { zh: '请被投诉单位说明', en: 'With the body complained of' },
    explained: { zh: '已说明，待处理', en: 'Explained; to be decided' },
    upheld: { zh: '属实，待告知', en: 'Confirmed; to be told' },
    partlyUpheld: { zh: '部分属实，待告知', en: 'Confirmed in part; to be told' },
    dismissed: { zh: '不属实，待告知', en: 'Not confirmed; to be told' },
    closed: { zh: '已办结', en: 'Closed' },
  },
  commands: {
    accept: { zh: '受理', en: 'Take up' },
    refuseAcceptance: { zh: '不予受理', en: 'Do not take up' },
    withdraw: { zh: '撤回投诉', en: 'Withdraw the complaint' },
    ask: { zh: '请被投诉单位说明', en: 'Ask the body to explain' },
    explain: { zh: '说明情况', en: 'Explain' },
    uphold: { zh: '认定属实', en: 'Confirm' },
    upholdPartly: { zh: '认定部分属实', en: 'Confirm in part' },
    dismiss: { zh: '认定不属实', en: 'Do not confirm' },
    notify: { zh: '告知并办结', en: 'Tell and close' },
  },
  parties: {
    subject: { zh: '投诉人', en: 'Who complains' },
    platform: { zh: '信用主管单位', en: 'The credit office' },
    body: { zh: '被投诉单位', en: 'The body complained of' },
  },
  clocks: {
    accept: { zh: '受理时限', en: 'Acceptance' },
    explain: { zh: '说明时限', en: 'Explanation' },
    total: { zh: '办结时限', en: 'Whole procedure' },
  },
  opened: { zh: '提交投诉', en: 'Submitted' },
  asks: {
    accept: { tone: 'primary' },
    refuseAcceptance: { note: 'required', noteLabel: { zh: '告知投诉人的说明', en: 'What who complains is told' } },
    withdraw: { note: 'none', tone: 'danger', confirm: { zh: '撤回后不再核查。', en: 'It is examined no further.' } },
    ask: { tone: 'primary' },
    explain: { note: 'required', tone: 'primary' },
    uphold: { ...findings, tone: 'primary' },
    upholdPartly: findings,
    dismiss: findings,
    notify: { tone: 'primary', noteLabel: { zh: '告知方式和时间', en: 'How and when it was told' } },
  },
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const effects: CaseKind['effects'] = async (tx, _ctx, row, event) => {
  if (event.kind !== 'command') return {};
  const against = text(row.facts.against);
  const office = await creditOfficeBody(tx);
  const handler = event.to === 'asked' && against !== '' ? against : office;
  const year = Number(event.effectiveOn.slice(0, 4));
  return {
    ...(handler ? { handler_body_id: handler } : {}),
    ...(event.name === 'accept' && row.number === null
      ? { number: `信诉〔${year}〕${await nextNumber(tx, 'complaint', year)}号` }
      : {}),
    ...(event.name === 'ask' ? { facts: { ...row.facts, asked: true } } : {}),
  };
};

export const complaintKind: CaseKind = { procedure: complaintProcedure, effects };

async function reach(ctx: AppContext, actor: Actor, caseId: string): Promise<Reached> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (row?.procedure !== 'complaint') throw new DomainError('not-found');
  if (may(actor, 'complaint.handle')) return { row, party: 'platform' };
  if (actor.roles.includes('companyRepresentative') && actor.subjectId !== null) {
    if ((await clusterOf(ctx.db.app, actor.subjectId)).includes(row.subject_id)) return { row, party: 'subject' };
  }
  // The body complained of comes before a window officer of it, who must not speak for who complains.
  if (row.facts.asked === true && may(actor, 'complaint.answer', { bodyId: text(row.facts.against) }))
    return { row, party: 'body' };
  if (row.facts.onBehalf === true && row.opened_by !== null && row.opened_by === actor.accountId)
    return { row, party: 'subject' };
  throw new HiddenError();
}

export const complaintDesk: ProcedureDesk = {
  path: '/complaints',
  name: { zh: '投诉', en: 'Complaints' },
  kind: complaintKind,
  words,
  read: 'complaint.read',
  handle: 'complaint.handle',
  conducts: 'platform',
  extends: 'total',
  outcomes: ['uphold', 'upholdPartly', 'dismiss', 'refuseAcceptance'],
  batch: ['accept', 'notify'],
  reach,
  scope: async (ctx, actor) => {
    if (may(actor, 'complaint.handle')) return {};
    if (actor.roles.includes('companyRepresentative'))
      return { subjects: actor.subjectId ? await clusterOf(ctx.db.app, actor.subjectId) : [] };
    return { bodies: actor.scopeBodyIds, orOpenedBy: actor.accountId ?? undefined };
  },
  content: (row) =>
    [
      { key: 'statement', label: { zh: '事实', en: 'What happened' }, text: text(row.facts.statement) },
      { key: 'wanted', label: { zh: '请求', en: 'What is asked for' }, text: text(row.facts.wanted) },
    ].filter((part) => part.text !== ''),
  parties: async (ctx, row) => {
    const against = text(row.facts.against);
    const name = against === '' ? '本平台 This platform' : await bodyName(ctx.db.app, against);
    return [{ role: words.parties.body ?? { zh: '', en: '' }, name, code: null }];
  },
  // There is nobody to ask where the platform itself is complained of.
  commands: (row, commands) =>
    text(row.facts.against) === '' ? commands.filter(({ command }) => command !== 'ask') : commands,
  prepare: async (ctx, _actor, { row }, given) => {
    // Kept before the rule was: it may be refused with the right way named, and nothing else.
    if (deciding.has(given.command) && text(row.facts.against) === (await creditOfficeBody(ctx.db.app)))
      throw notByItself(ctx, null);
    if (given.command === 'ask' && text(row.facts.against) === '')
      throw new DomainError('conflict', {
        zh: '投诉的是本平台，没有可以转去说明的单位。',
        en: 'The platform itself is complained of: there is no body to ask.',
      });
    return null;
  },
};

const maxOpen = 200;

/** Kinds about how somebody acted; without a body named they are about this office's own people. */
const ofConduct: ReadonlySet<string> = new Set(['delay', 'conduct', 'fee', 'abuse']);

/**
 * Nobody decides a complaint against itself (监察法 art. 11; the remedies of the policy name where to go): the credit office
 * decides complaints, so that one against it is not taken here but sent to the body above and the supervisory commission.
 */
function notByItself(ctx: AppContext, superior: string | null): DomainError {
  const ways = ctx.policy().procedure('complaint').remedies ?? [];
  const zh = ways.map(({ name, where }) => `${name.zh}（${where.zh}）`).join('；');
  const en = ways.map(({ name, where }) => `${name.en} (${where.en})`).join('; ');
  const above =
    superior === null ? { zh: '', en: '' } : { zh: `上级单位：${superior}。`, en: ` The body above: ${superior}.` };
  return new DomainError('unprocessable', {
    zh: `投诉信用主管单位或者其工作人员的，不能由其自行处理，请向以下渠道提出：${zh}。${above.zh}投诉其他单位的，请选择被投诉单位。`,
    en: `The credit office does not decide a complaint against itself or its people. Turn to: ${en}.${above.en} If another body is meant, choose it.`,
    details: [{ field: 'body/against', zh: '不能由被投诉单位自行处理', en: 'not decided by the body complained of' }],
  });
}

async function checkAgainst(ctx: AppContext, kind: string, against: string | null): Promise<void> {
  const office = await creditOffice(ctx.db.app);
  const itself = against === null ? ofConduct.has(kind) : office?.body_id === against;
  if (itself) throw notByItself(ctx, office?.superior ?? null);
}

/** Errors: not-found (the organisation, the body), conflict (too many open), unprocessable. */
export async function submitComplaint(ctx: AppContext, actor: Actor, input: SubmitComplaintRequest): Promise<CaseRow> {
  authorize(actor, 'complaint.submit');
  withoutPersonNumbers(input.statement, input.wanted);
  checkKind(ctx, 'complaint', input.kind);
  const subject = await findArchiveSubject(ctx.db.app, subjectKey(actor, input.code));
  if (!canObjectFor(actor, subject.subject_id)) throw notFound();
  const against = input.against ? await findBody(ctx.db.app, { code: input.against }) : null;
  if (input.against && !against)
    throw new DomainError('not-found', {
      zh: '没有这个单位，请从列表中选择。',
      en: 'There is no such body. Choose it from the list.',
    });
  await checkAgainst(ctx, input.kind, against?.bodyId ?? null);
  return withTransaction(ctx.db.app, async (tx) => {
    const open = await listCaseRows(
      tx,
      { procedure: 'complaint', open: true, subjects: [subject.subject_id] },
      null,
      maxOpen,
    );
    if (open.length >= maxOpen)
      throw new DomainError('conflict', {
        zh: `已有 ${maxOpen} 件投诉在办，请等待办结后再提出。`,
        en: `${maxOpen} complaints are open. Wait until some are closed.`,
      });
    return openCase(tx, ctx, actor, complaintKind, {
      subjectId: subject.subject_id,
      handlerBodyId: await officeOf(tx),
      facts: {
        kind: input.kind,
        statement: input.statement,
        wanted: input.wanted,
        ...(against ? { against: against.bodyId } : {}),
        onBehalf: !actor.roles.includes('companyRepresentative'),
      },
      party: 'subject',
    });
  });
}
