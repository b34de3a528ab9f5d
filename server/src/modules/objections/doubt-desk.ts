/**
 * 疑点: a body that acts on a record and comes to doubt it tells the recogniser at once; the recogniser verifies and feeds back
 * on the clock. The credit office watches; the organisation and other bodies know nothing of it.
 */
import type { DoubtCommandRequest, RaiseDoubtRequest } from '@chengxin/contract';
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
import { authorize, may } from '../identity/index.ts';
import { withdrawIn } from '../records/index.ts';
import { systemActor } from './objection-kind.ts';
import { bodyName, currentRecord, recordOf } from './queries.ts';
import { checkKind, notFound } from './submit-objection.ts';

export const doubtProcedure: Procedure = {
  key: 'doubt',
  initial: 'raised',
  states: ['raised', 'confirmed', 'found', 'withdrawn'],
  closed: ['confirmed', 'found', 'withdrawn'],
  transitions: [
    { command: 'confirm', from: ['raised'], to: 'confirmed', by: ['recogniser'] },
    { command: 'findWrong', from: ['raised'], to: 'found', by: ['recogniser'], reasons: 'found' },
    { command: 'withdraw', from: ['raised'], to: 'withdrawn', by: ['raiser'] },
  ],
  clocks: [{ key: 'verify', runsIn: ['raised'] }],
};

const words: CaseWords = {
  states: {
    raised: { zh: '待认定单位核实', en: 'With the recogniser' },
    confirmed: { zh: '核实无误', en: 'Verified: it stands' },
    found: { zh: '核实有误', en: 'Verified: it is wrong' },
    withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  },
  commands: {
    confirm: { zh: '核实无误，反馈', en: 'It stands: feed back' },
    findWrong: { zh: '核实有误，反馈', en: 'It is wrong: feed back' },
    withdraw: { zh: '撤回', en: 'Withdraw' },
  },
  parties: {
    raiser: { zh: '执行单位', en: 'The executing body' },
    recogniser: { zh: '认定单位', en: 'The recogniser' },
    platform: { zh: '信用主管单位', en: 'The credit office' },
    subject: { zh: '信息主体', en: 'The organisation' },
  },
  clocks: { verify: { zh: '核实反馈时限', en: 'Verification' } },
  opened: { zh: '提出疑点', en: 'Raised' },
  asks: {
    confirm: { note: 'required', tone: 'primary', noteLabel: { zh: '核实情况', en: 'What was verified' } },
    findWrong: {
      note: 'required',
      noteLabel: { zh: '核实情况', en: 'What was verified' },
      choices: [
        {
          key: 'remedy',
          label: { zh: '处理方式', en: 'What follows' },
          required: true,
          options: [
            { key: 'withdraw', name: { zh: '撤回该条信息', en: 'Withdraw the record' } },
            {
              key: 'willCorrect',
              name: { zh: '由本单位在“已报记录”中更正', en: 'This body corrects it among its records' },
            },
          ],
        },
      ],
      confirm: { zh: '反馈后执行单位随即可见。', en: 'The executing body sees it at once.' },
    },
    withdraw: { note: 'none' },
  },
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const effects: CaseKind['effects'] = async (tx, ctx, row, event) => {
  if (event.kind !== 'command' || event.name !== 'findWrong') return {};
  const remedy = event.data?.remedy;
  const record = await currentRecord(tx, row);
  if (remedy === 'withdraw' && record && !record.superseded)
    await withdrawIn(ctx, systemActor(event.by, row.case_id), tx, record.record_id, '执行单位疑点核实有误');
  return { facts: { ...row.facts, remedy } };
};

export const doubtKind: CaseKind = { procedure: doubtProcedure, effects };

async function reach(ctx: AppContext, actor: Actor, caseId: string): Promise<Reached> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (row?.procedure !== 'doubt') throw new DomainError('not-found');
  if (may(actor, 'doubt.answer', { bodyId: row.handler_body_id })) return { row, party: 'recogniser' };
  if (may(actor, 'doubt.read', { bodyId: text(row.facts.raiserBody) })) {
    if (!may(actor, 'objection.handle') || actor.bodyId === row.facts.raiserBody) return { row, party: 'raiser' };
  }
  if (may(actor, 'objection.handle')) return { row, party: 'platform' };
  throw new HiddenError();
}

export const doubtDesk: ProcedureDesk<DoubtCommandRequest> = {
  path: '/doubts',
  name: { zh: '疑点核实', en: 'Doubts' },
  kind: doubtKind,
  words,
  read: 'doubt.read',
  handle: 'objection.handle',
  conducts: 'recogniser',
  extends: null,
  outcomes: [],
  batch: [],
  reach,
  scope: async (_ctx, actor) =>
    may(actor, 'objection.handle') ? {} : { bodies: actor.scopeBodyIds, orRaisedBy: actor.scopeBodyIds },
  content: (row) =>
    [
      { key: 'statement', label: { zh: '疑点', en: 'The doubt' }, text: text(row.facts.statement) },
      { key: 'matter', label: { zh: '在办事项', en: 'In the matter of' }, text: text(row.facts.matter) },
    ].filter((part) => part.text !== ''),
  parties: async (ctx, row) => [
    {
      role: words.parties.raiser ?? { zh: '', en: '' },
      name: await bodyName(ctx.db.app, text(row.facts.raiserBody)),
      code: null,
    },
    {
      role: words.parties.recogniser ?? { zh: '', en: '' },
      name: await bodyName(ctx.db.app, row.handler_body_id),
      code: null,
    },
  ],
  prepare: async (_ctx, _actor, _reached, given) => {
    if (given.command !== 'findWrong') return null;
    if (given.remedy === undefined)
      throw new DomainError('unprocessable', {
        zh: '请选择处理方式：撤回，或者由本单位更正。',
        en: 'Say what follows: it is withdrawn, or this body corrects it.',
        details: [{ field: 'body/remedy', zh: '必填', en: 'needed' }],
      });
    return { remedy: given.remedy };
  },
};

/** Errors: not-found (the record), conflict (the own record, doubted already, gone), unprocessable. */
export async function raiseDoubt(ctx: AppContext, actor: Actor, input: RaiseDoubtRequest): Promise<CaseRow> {
  authorize(actor, 'doubt.raise');
  withoutPersonNumbers(input.statement, input.matter);
  checkKind(ctx, 'doubt', input.kind);
  return withTransaction(ctx.db.app, async (tx) => {
    const record = await recordOf(tx, input.recordId);
    if (!record || actor.bodyId === null) throw notFound();
    if (record.superseded)
      throw new DomainError('conflict', {
        zh: '这条信息已被更正或撤回，请刷新后查看现行信息。',
        en: 'The record was corrected or withdrawn meanwhile. Reload to see what holds now.',
      });
    if (record.source_body_id === actor.bodyId)
      throw new DomainError('conflict', {
        zh: '这是本单位报送的信息，请直接在“已报记录”中更正或撤回。',
        en: 'Your own body reported it: correct or withdraw it among your records.',
      });
    const open = await listCaseRows(tx, { procedure: 'doubt', open: true, recordId: input.recordId }, null, 200);
    if (open.some((row) => row.facts.raiserBody === actor.bodyId && row.facts.kind === input.kind))
      throw new DomainError('conflict', {
        zh: '本单位对这条信息的同类疑点正在核实。',
        en: 'Your body’s doubt of this kind is being verified already.',
      });
    return openCase(tx, ctx, actor, doubtKind, {
      subjectId: record.subject_id,
      handlerBodyId: record.source_body_id,
      recordId: input.recordId,
      facts: {
        kind: input.kind,
        statement: input.statement,
        raiserBody: actor.bodyId,
        ...(input.matter ? { matter: input.matter } : {}),
      },
      party: 'raiser',
    });
  });
}
