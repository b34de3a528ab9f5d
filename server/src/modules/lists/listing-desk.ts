/** 名单认定: how a body proposes, the organisation defends itself, and who sees what of the case. */
import type { ProposeListingRequest } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import {
  type CaseRow,
  listCaseRows,
  loadCaseRow,
  openCase,
  type ProcedureDesk,
  type Reached,
  withoutPersonNumbers,
} from '../casework/index.ts';
import { authorize, may } from '../identity/index.ts';
import type { CreditList } from '../policy/index.ts';
import { clusterOf, findArchiveSubject, loadOneRecord } from '../subjects/index.ts';
import { factsOf } from './case-facts.ts';
import { termProblem } from './entry.ts';
import { exemptionsOf } from './exemptions.ts';
import { listingKind } from './listing-kind.ts';
import { listingWords } from './listing-words.ts';
import { bodyById, canonicalOf } from './queries.ts';
import { liveEntriesOf } from './read-entries.ts';
import { recordListing } from './record-listing.ts';
import { hiddenFromSubject, listingProcedure } from './state.ts';

async function reach(ctx: AppContext, actor: Actor, caseId: string): Promise<Reached> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (row?.procedure !== listingProcedure.key) throw new DomainError('not-found');
  if (may(actor, 'listing.decide', { bodyId: row.handler_body_id })) return { row, party: 'recogniser' };
  if (actor.roles.includes('companyRepresentative') && actor.subjectId !== null) {
    const own = (await clusterOf(ctx.db.app, actor.subjectId)).includes(row.subject_id);
    // What a body thinks of before it says so is not the organisation's yet; it is told with the notice.
    if (own && !(hiddenFromSubject as readonly string[]).includes(row.state)) return { row, party: 'subject' };
    throw new HiddenError();
  }
  if (actor.roles.includes('creditOffice') && may(actor, 'listing.read')) return { row, party: 'reader' };
  throw new HiddenError();
}

const choices: Readonly<Record<string, readonly string[]>> = {
  serious: ['announce'],
  watch: ['announce'],
  honour: ['serveNotice'],
};

export interface ListingCommandInput {
  readonly command: string;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  readonly expectedEvents?: number | undefined;
  readonly how?: 'legalityReview' | 'collectiveDiscussion' | undefined;
}

const hows: readonly string[] = ['legalityReview', 'collectiveDiscussion'];

export const listingDesk: ProcedureDesk<ListingCommandInput> = {
  path: '/listings',
  name: { zh: '名单认定', en: 'Listings' },
  kind: listingKind,
  words: listingWords,
  read: 'listing.read',
  handle: 'listing.decide',
  conducts: 'recogniser',
  extends: 'decide',
  outcomes: ['decide', 'deliver', 'list', 'drop', 'refuseRemoval', 'grantRemoval', 'removeEarly', 'annul'],
  batch: [],
  reach,
  scope: async (ctx, actor) => {
    if (actor.roles.includes('creditOffice')) return {};
    if (actor.roles.includes('companyRepresentative'))
      return {
        subjects: actor.subjectId ? await clusterOf(ctx.db.app, actor.subjectId) : [],
        notState: hiddenFromSubject,
      };
    return { bodies: actor.scopeBodyIds };
  },
  content: (row) => {
    const facts = factsOf(row);
    return [
      { key: 'list', label: { zh: '名单', en: 'List' }, text: String(row.facts.listName ?? facts.list) },
      { key: 'facts', label: { zh: '事实', en: 'Facts' }, text: facts.facts },
      { key: 'legalBasis', label: { zh: '法律依据', en: 'Legal basis' }, text: facts.legalBasis },
      { key: 'basisDocument', label: { zh: '依据的文书', en: 'Document' }, text: facts.basisDocument },
      { key: 'evidence', label: { zh: '证据', en: 'Evidence' }, text: facts.evidence },
      { key: 'measures', label: { zh: '措施提示', en: 'Measures' }, text: String(row.facts.measures ?? '') },
      {
        key: 'term',
        label: { zh: '列入期限', en: 'Term' },
        text: facts.termMonths === null ? '' : `${facts.termMonths} 个月`,
      },
      { key: 'removal', label: { zh: '移出条件和程序', en: 'Removal' }, text: String(row.facts.removal ?? '') },
    ].filter((part) => part.text !== '');
  },
  parties: async (ctx, row) => {
    const body = await bodyById(ctx.db.app, row.handler_body_id);
    return [{ role: { zh: '认定单位', en: 'The recognising body' }, name: body?.name ?? '', code: null }];
  },
  commands: (row, commands) => {
    const without = choices[String(row.facts.kind)] ?? [];
    return commands.filter(({ command }) => !without.includes(command));
  },
  prepare: async (_ctx, _actor, { party }, given) => {
    const words = listingWords.asks[given.command];
    if (words?.note === 'required' && (given.note ?? '').trim().length < 2)
      throw new DomainError('unprocessable', {
        zh: '请填写说明。',
        en: 'An explanation is needed.',
        details: [{ field: 'body/note', zh: '必填', en: 'needed' }],
      });
    withoutPersonNumbers(given.note);
    if (given.command !== 'clear') return null;
    if (party === 'recogniser' && !hows.includes(given.how ?? ''))
      throw new DomainError('unprocessable', {
        zh: '请选择审核方式。',
        en: 'Choose how it was cleared.',
        details: [{ field: 'body/how', zh: '必选', en: 'needed' }],
      });
    return { how: given.how };
  },
  within: (ctx, actor, reached, given, act) =>
    given.command === 'list' && reached.party === 'recogniser' && reached.row.state === 'delivered'
      ? recordListing(ctx, actor, reached.row, act)
      : null,
};

const notRecogniser = (list: CreditList): DomainError =>
  new DomainError('forbidden', {
    zh: `本单位不是“${list.name.zh}”的认定单位（${list.recognisers.names.join('、')}）。`,
    en: `Your body does not recognise this list (${list.recognisers.names.join(', ')}).`,
  });

function listFor(ctx: AppContext, key: string): CreditList {
  const list = ctx.policy().list(key);
  if (!list)
    throw new DomainError('unprocessable', {
      zh: '没有这个名单，请从列表中选择。未在名单目录中的名单不得认定。',
      en: 'There is no such list. Choose one; what policy does not name cannot be recognised.',
      details: [{ field: 'body/list', zh: '没有这个名单', en: 'no such list' }],
    });
  if (!list.recognisedHere)
    throw new DomainError('unprocessable', {
      zh: `“${list.name.zh}”由认定单位在其全国系统中认定，结果通过数据归集进入本平台。`,
      en: 'This list is recognised in the national system of its body and comes here as reported data.',
    });
  return list;
}

/** Every criterion of the list must be shown (SAMR order 44: the kind of act and the heavier penalty). */
function checkCriteria(list: CreditList, given: readonly string[]): void {
  const missing = list.criteria.filter(({ key }) => !given.includes(key));
  if (missing.length > 0)
    throw new DomainError('unprocessable', {
      zh: `认定标准须全部满足，尚缺：${missing.map(({ name }) => name.zh).join('、')}。`,
      en: `Every criterion must be met; missing: ${missing.map(({ name }) => name.en).join('; ')}.`,
      details: missing.map(({ key, name }) => ({ field: `body/criteria/${key}`, ...name })),
    });
}

async function checkRecord(ctx: AppContext, cluster: readonly string[], recordId: string): Promise<string | null> {
  const record = await loadOneRecord(ctx.db.app, ctx.policy(), recordId);
  if (!record?.live || !cluster.includes(record.row.subject_id))
    throw new DomainError('not-found', {
      zh: '该主体没有这条信息，请从其档案中选择。',
      en: 'The organisation has no such record. Choose one of its archive.',
    });
  const [exempt] = exemptionsOf(ctx.policy(), record.facts, record.conduct).filter(({ certain }) => certain);
  if (exempt)
    throw new DomainError('unprocessable', {
      zh: `这条信息属于豁免清单中的“${exempt.act.zh}”，不得据以列入名单或者采取措施。`,
      en: `This record is exempt ("${exempt.act.en}"): it leads to no list and no measure.`,
    });
  return record.row.document_number;
}

/** Errors: not-found (subject, record), forbidden (not the recogniser), unprocessable (criteria, term, exempt act), conflict. */
export async function proposeListing(ctx: AppContext, actor: Actor, input: ProposeListingRequest): Promise<CaseRow> {
  const bodyId = input.bodyId ?? actor.bodyId;
  if (bodyId === null) throw new DomainError('forbidden');
  authorize(actor, 'listing.propose', { bodyId });
  withoutPersonNumbers(input.facts, input.legalBasis, input.evidence, input.basisDocument);
  const list = listFor(ctx, input.list);
  const body = await bodyById(ctx.db.app, bodyId);
  if (!body || !list.recognisers.names.some((word) => body.name.includes(word))) throw notRecogniser(list);
  checkCriteria(list, input.criteria);
  const term = input.termMonths ?? list.term?.months ?? null;
  const problem = termProblem(list, term);
  if (problem)
    throw new DomainError('unprocessable', { ...problem, details: [{ field: 'body/termMonths', ...problem }] });
  const subject = await findArchiveSubject(ctx.db.app, { code: input.code });
  const cluster = await clusterOf(ctx.db.app, subject.subject_id);
  const document = input.recordId ? await checkRecord(ctx, cluster, input.recordId) : null;
  return withTransaction(ctx.db.app, async (tx) => {
    await refuseSecond(ctx, tx, subject.subject_id, cluster, list);
    return openCase(tx, ctx, actor, listingKind, {
      subjectId: await canonicalOf(tx, subject.subject_id),
      handlerBodyId: bodyId,
      recordId: input.recordId ?? null,
      facts: {
        kind: list.kind,
        list: list.key,
        listName: list.name.zh,
        facts: input.facts,
        legalBasis: input.legalBasis,
        evidence: input.evidence,
        basisDocument: document ?? input.basisDocument,
        criteria: [...input.criteria],
        termMonths: term,
        measures: list.measures.zh,
        removal: `${list.early?.conditions.map(({ zh }) => zh).join('；') ?? '期满移出'}。${list.removal.zh}`,
      },
      party: 'recogniser',
    });
  });
}

/** One open case and one live entry of a list at a time; no honour beside a serious entry. */
async function refuseSecond(
  ctx: AppContext,
  tx: Parameters<Parameters<typeof withTransaction>[1]>[0],
  canonicalId: string,
  cluster: readonly string[],
  list: CreditList,
): Promise<void> {
  const open = await listCaseRows(tx, { procedure: listingProcedure.key, open: true, subjects: cluster }, null, 200);
  if (open.some((row) => factsOf(row).list === list.key))
    throw new DomainError('conflict', {
      zh: '该主体列入同一名单的事项正在办理，请在原事项中办理。',
      en: 'A case about this organisation and this list is under way.',
    });
  const live = (await liveEntriesOf(tx, ctx.policy(), [canonicalId], ctx.clock.today())).get(canonicalId) ?? [];
  if (live.some((entry) => entry.list === list.key))
    throw new DomainError('conflict', { zh: '该主体已在这个名单上。', en: 'The organisation is on this list.' });
  if (list.kind === 'honour' && live.some((entry) => entry.kind === 'serious'))
    throw new DomainError('conflict', {
      zh: '该主体在严重失信主体名单上，不能列入守信名单。',
      en: 'The organisation is on a serious list: it cannot be honoured.',
    });
}
