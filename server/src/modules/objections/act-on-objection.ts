/** The desk of objections: who stands in a case as what, and what a command must say. */
import type { ObjectionCommandRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { type CaseRow, loadCaseRow, type ProcedureDesk, type Reached } from '../casework/index.ts';
import { authorize, may } from '../identity/index.ts';
import { checkCorrection, correctAnd } from './correction.ts';
import { objectionKind } from './objection-kind.ts';
import { clusterOf, recordOf, sourceNameOf } from './queries.ts';
import type { ObjectionParty } from './state.ts';
import { objectionWords } from './words.ts';

/** The case, and as which party the actor stands in it; hidden from everybody else. */
export async function objectionFor(
  ctx: AppContext,
  actor: Actor,
  caseId: string,
): Promise<{ row: CaseRow; party: ObjectionParty }> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (row?.procedure !== 'objection') throw new DomainError('not-found');
  if (may(actor, 'objection.handle')) return { row, party: 'platform' };
  if (actor.roles.includes('companyRepresentative') && actor.subjectId !== null) {
    if ((await clusterOf(ctx.db.app, actor.subjectId)).includes(row.subject_id)) return { row, party: 'subject' };
  }
  // A window officer goes on for the organisation for which the objection was filed.
  if (row.facts.onBehalf === true && row.opened_by !== null && row.opened_by === actor.accountId)
    return { row, party: 'subject' };
  if (may(actor, 'objection.answer') && row.record_id !== null) {
    const record = await recordOf(ctx.db.app, row.record_id);
    if (record && may(actor, 'objection.answer', { bodyId: record.source_body_id })) return { row, party: 'provider' };
  }
  throw new HiddenError();
}

const lack = (field: string, zh: string, en: string): DomainError =>
  new DomainError('unprocessable', { zh, en, details: [{ field: `body/${field}`, zh: '必填', en: 'needed' }] });

const upholds = (command: string): boolean => command === 'uphold' || command === 'upholdPartly';

async function prepare(ctx: AppContext, _actor: Actor, { row }: Reached, given: ObjectionCommandRequest) {
  if (given.command === 'proposeCorrection') {
    await checkCorrection(ctx, row, given.correction ?? {});
    return { correction: given.correction };
  }
  if (!upholds(given.command) || row.record_id === null) return null;
  if (given.remedy === undefined)
    throw lack(
      'remedy',
      '异议成立的，请选择处理方式：撤回、更正、停止公示或者重新认定失信程度。',
      'Say what follows: the record is withdrawn, corrected, no longer displayed, or classed anew.',
    );
  if (given.remedy !== 'reclassify') return { remedy: given.remedy };
  if (given.severity === undefined) throw lack('severity', '请选择重新认定的失信程度。', 'Choose the severity class.');
  return { remedy: given.remedy, severity: given.severity };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function contentOf(row: CaseRow) {
  const document = text(row.facts.document);
  const known = row.facts.documentKnown === true;
  return [
    { key: 'statement', label: { zh: '事实和理由', en: 'Facts and reasons' }, text: text(row.facts.statement) },
    { key: 'wanted', label: { zh: '请求', en: 'What is asked for' }, text: text(row.facts.wanted) },
    {
      key: 'document',
      label: { zh: '所依据的文书', en: 'Document it rests on' },
      text:
        document === '' || known
          ? document
          : `${document}（本平台没有该文号的信息，需向作出机关核实 not recorded here）`,
    },
  ].filter((part) => part.text !== '');
}

export const objectionDesk: ProcedureDesk<ObjectionCommandRequest> = {
  path: '/objections',
  name: { zh: '异议', en: 'Objections' },
  kind: objectionKind,
  words: objectionWords,
  read: 'objection.read',
  handle: 'objection.handle',
  conducts: 'platform',
  extends: 'total',
  outcomes: ['uphold', 'upholdPartly', 'dismiss', 'leaveUndetermined', 'refuseAcceptance'],
  // What decides nothing about a record.
  batch: ['accept', 'forward', 'notify'],
  reach: objectionFor,
  /** The organisation's own; what lies with a body of the actor; everything for the credit office. */
  scope: async (ctx, actor) => {
    authorize(actor, 'objection.read');
    if (may(actor, 'objection.handle')) return {};
    if (actor.roles.includes('companyRepresentative'))
      return { subjects: actor.subjectId ? await clusterOf(ctx.db.app, actor.subjectId) : [] };
    return { bodies: actor.scopeBodyIds, orOpenedBy: actor.accountId ?? undefined };
  },
  content: contentOf,
  parties: async (ctx, row) => {
    const source = row.record_id === null ? null : await sourceNameOf(ctx.db.app, row.subject_id, row.record_id);
    return source ? [{ role: objectionWords.parties.provider ?? { zh: '', en: '' }, name: source, code: null }] : [];
  },
  commands: (row, commands) =>
    commands
      // It has a form of its own.
      .filter(({ command }) => command !== 'proposeCorrection')
      // Without a record there is nothing to withdraw or correct here: what follows is said in the note.
      .map((command) => (row.record_id === null ? { ...command, choices: [] } : command)),
  prepare,
  within: (ctx, actor, { row }, given, act) =>
    upholds(given.command) && given.remedy === 'correct' && row.record_id !== null
      ? correctAnd(ctx, actor, row, (tx, recordNow) => act(tx, { recordNow }))
      : null,
};
