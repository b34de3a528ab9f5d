/**
 * 主体说明: the subject's own words beside a record (征信业管理条例 art. 25; 自主解释). Limited by policy, checked by rule at once, read
 * by the credit office before it is shown; shown, it is an event of the record and stands wherever the record stands.
 */
import type { SubmitStatementRequest } from '@chengxin/contract';
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
  openCase,
  type Procedure,
  type ProcedureDesk,
  type Reached,
  withoutPersonNumbers,
} from '../casework/index.ts';
import { may } from '../identity/index.ts';
import { writeRecordEvent } from '../records/index.ts';
import { clusterOf, currentRecord } from './queries.ts';
import { checkRecord, officeOf, subjectFor } from './submit-objection.ts';

type State = 'submitted' | 'shown' | 'refused' | 'withdrawn' | 'removed';

export const statementProcedure: Procedure = {
  key: 'statement',
  initial: 'submitted',
  states: ['submitted', 'shown', 'refused', 'withdrawn', 'removed'] satisfies State[],
  closed: ['shown', 'refused', 'withdrawn', 'removed'],
  transitions: [
    { command: 'publish', from: ['submitted'], to: 'shown', by: ['platform'] },
    { command: 'refuse', from: ['submitted'], to: 'refused', by: ['platform'], reasons: 'refuse' },
    { command: 'withdraw', from: ['submitted'], to: 'withdrawn', by: ['subject'] },
    { command: 'takeBack', from: ['shown'], to: 'removed', by: ['subject'] },
    { command: 'remove', from: ['shown'], to: 'removed', by: ['platform'], reasons: 'remove' },
  ],
  clocks: [{ key: 'review', runsIn: ['submitted'] }],
};

const words: CaseWords = {
  states: {
    submitted: { zh: '待审核', en: 'Waiting to be read' },
    shown: { zh: '已随信息展示', en: 'Shown beside the record' },
    refused: { zh: '未通过', en: 'Not shown' },
    withdrawn: { zh: '已撤回', en: 'Withdrawn' },
    removed: { zh: '已撤下', en: 'Taken down' },
  },
  commands: {
    publish: { zh: '同意展示', en: 'Show it' },
    refuse: { zh: '不予展示', en: 'Do not show it' },
    withdraw: { zh: '撤回说明', en: 'Withdraw it' },
    takeBack: { zh: '撤下说明', en: 'Take it down' },
    remove: { zh: '撤下', en: 'Take it down' },
  },
  parties: {
    subject: { zh: '信息主体', en: 'The organisation' },
    platform: { zh: '信用主管单位', en: 'The credit office' },
  },
  clocks: { review: { zh: '审核时限', en: 'Review' } },
  opened: { zh: '提交说明', en: 'Submitted' },
  asks: {
    publish: {
      tone: 'primary',
      note: 'none',
      confirm: {
        zh: '说明将随该条信息在门户、报告和接口中展示。',
        en: 'It will be shown beside the record on the portal, in reports and by the API.',
      },
    },
    refuse: { note: 'required' },
    withdraw: { note: 'none' },
    takeBack: { note: 'none', tone: 'danger', confirm: { zh: '说明将不再展示。', en: 'It will no longer be shown.' } },
    remove: { note: 'required', tone: 'danger' },
  },
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const effects: CaseKind['effects'] = async (tx, ctx, row, event) => {
  if (event.kind !== 'command') return {};
  const record = await currentRecord(tx, row);
  if (!record) return {};
  const of = { subjectId: record.subject_id, recordId: record.record_id };
  const common = { effectiveOn: event.effectiveOn, caseId: row.case_id };
  if (event.to === 'shown') {
    if (record.superseded)
      throw new DomainError('conflict', {
        zh: '这条信息已被撤回，说明没有可以附的信息。',
        en: 'The record was withdrawn: there is nothing the statement could stand beside.',
      });
    await writeRecordEvent(tx, ctx, { accountId: event.by }, of, {
      kind: 'noteAdded',
      ...common,
      data: { note: 'statement', text: text(row.facts.text) },
    });
  }
  if (event.from === 'shown')
    await writeRecordEvent(tx, ctx, { accountId: event.by }, of, { kind: 'noteRemoved', ...common });
  return {};
};

export const statementKind: CaseKind = { procedure: statementProcedure, effects };

async function reach(ctx: AppContext, actor: Actor, caseId: string): Promise<Reached> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (row?.procedure !== 'statement') throw new DomainError('not-found');
  if (may(actor, 'objection.handle')) return { row, party: 'platform' };
  if (actor.roles.includes('companyRepresentative') && actor.subjectId !== null) {
    if ((await clusterOf(ctx.db.app, actor.subjectId)).includes(row.subject_id)) return { row, party: 'subject' };
  } else if (row.facts.onBehalf === true && row.opened_by !== null && row.opened_by === actor.accountId)
    return { row, party: 'subject' };
  throw new HiddenError();
}

export const statementDesk: ProcedureDesk = {
  path: '/statements',
  name: { zh: '主体说明', en: 'Statements' },
  kind: statementKind,
  words,
  read: 'objection.read',
  handle: 'objection.handle',
  conducts: 'platform',
  extends: null,
  outcomes: ['refuse', 'remove'],
  batch: [],
  reach,
  scope: async (ctx, actor) => {
    if (may(actor, 'objection.handle')) return {};
    if (actor.roles.includes('companyRepresentative'))
      return { subjects: actor.subjectId ? await clusterOf(ctx.db.app, actor.subjectId) : [] };
    return { bodies: [], orOpenedBy: actor.accountId ?? undefined };
  },
  content: (row) => [{ key: 'text', label: { zh: '说明', en: 'Statement' }, text: text(row.facts.text) }],
};

/** What no statement may hold, whoever reads it before it is shown. */
const forbidden = [
  { what: /https?:\/\/|www\./i, zh: '网址', en: 'links' },
  { what: /(?<!\d)1[3-9]\d{9}(?!\d)/, zh: '手机号码', en: 'telephone numbers' },
  { what: /[\w.+-]+@[\w-]+\.\w+/, zh: '邮箱地址', en: 'e-mail addresses' },
] as const;

function checkText(ctx: AppContext, value: string): void {
  withoutPersonNumbers(value);
  const { characters = 500 } = ctx.policy().procedure('statement').limits ?? {};
  if ([...value].length > characters)
    throw new DomainError('unprocessable', {
      zh: `说明不能超过 ${characters} 个字。`,
      en: `A statement has ${characters} characters at most.`,
      details: [{ field: 'body/text', zh: '过长', en: 'too long' }],
    });
  const found = forbidden.find(({ what }) => what.test(value));
  if (found)
    throw new DomainError('unprocessable', {
      zh: `说明中不能有${found.zh}。`,
      en: `A statement holds no ${found.en}.`,
      details: [{ field: 'body/text', zh: `含有${found.zh}`, en: `holds ${found.en}` }],
    });
}

/** Errors: not-found (the record, or an organisation for which the actor does not speak), conflict (one is there already), unprocessable. */
export async function submitStatement(ctx: AppContext, actor: Actor, input: SubmitStatementRequest): Promise<CaseRow> {
  checkText(ctx, input.text);
  const subjectId = await subjectFor(ctx, actor, input.code);
  const { perRecord = 1, waiting = 200 } = ctx.policy().procedure('statement').limits ?? {};
  return withTransaction(ctx.db.app, async (tx) => {
    const owner = await checkRecord(tx, subjectId, input.recordId);
    const beside = await listCaseRows(tx, { procedure: 'statement', recordId: input.recordId }, null, 200);
    const live = beside.filter((row) => row.state === 'submitted' || row.state === 'shown');
    if (live.length >= perRecord)
      throw new DomainError('conflict', {
        zh: '这条信息已有说明。要修改的，请先撤下原来的说明。',
        en: 'There is a statement about this record. Take it down first if it is to be changed.',
      });
    const open = await listCaseRows(tx, { procedure: 'statement', open: true, subjects: [owner] }, null, waiting);
    if (open.length >= waiting)
      throw new DomainError('conflict', {
        zh: `已有 ${waiting} 份说明等待审核，请稍后再提交。`,
        en: `${waiting} statements wait to be read. Submit more later.`,
      });
    return openCase(tx, ctx, actor, statementKind, {
      subjectId: owner,
      handlerBodyId: await officeOf(tx),
      recordId: input.recordId,
      facts: { kind: 'statement', text: input.text, onBehalf: !actor.roles.includes('companyRepresentative') },
      party: 'subject',
    });
  });
}
