/**
 * What the steps of a recognition need and do beyond the case, in the step's own transaction. Each paper that the rule asks for
 * is looked for where papers are kept: without a served notice nobody is heard, without a served decision nobody is listed.
 */
import type { AppContext } from '../../context.ts';
import { addDays } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { type CaseKind, type CaseRow, dueOf, nextNumber, type StoredEvent } from '../casework/index.ts';
import { addMonths } from '../disclosure/index.ts';
import { type PaperRow, papersOfCase } from '../papers/index.ts';
import type { CreditList, PolicyRuntime } from '../policy/index.ts';
import { writeRecordEvent } from '../records/index.ts';
import { factsOf, type ListingFacts } from './case-facts.ts';
import { termProblem } from './entry.ts';
import { entryById, entryOfCase, insertEntry, insertRemoval, keyOfRecord } from './queries.ts';
import { liveEntriesOf, statusFieldsOf } from './read-entries.ts';
import { listingProcedure } from './state.ts';
import { tellListed, tellRemoved } from './tell.ts';

type Change = Partial<Pick<CaseRow, 'facts' | 'number'>>;
interface Moment {
  readonly tx: Transaction;
  readonly ctx: AppContext;
  readonly row: CaseRow;
  readonly event: StoredEvent;
  readonly facts: ListingFacts;
  readonly policy: PolicyRuntime;
  readonly list: CreditList;
}

const refuse = (zh: string, en: string): DomainError => new DomainError('conflict', { zh, en });
const keep = (at: Moment, more: Record<string, unknown>): Change => ({ facts: { ...at.row.facts, ...more } });

/** The newest paper of the template that was not voided, in one of the states. */
async function paperOf(at: Moment, template: string, states: readonly PaperRow['state'][]): Promise<PaperRow | null> {
  const papers = await papersOfCase(at.tx, at.row.case_id);
  return papers.findLast((paper) => paper.template === template && states.includes(paper.state)) ?? null;
}

const signed: readonly PaperRow['state'][] = ['signedOff', 'sealed', 'served'];
const served: readonly PaperRow['state'][] = ['served'];

async function noHonourBesideSerious(at: Moment): Promise<void> {
  if (at.list.kind !== 'honour') return;
  const id = at.row.subject_id;
  const live = await liveEntriesOf(at.tx, at.policy, [id], at.event.effectiveOn);
  const serious = live.get(id)?.find((entry) => entry.kind === 'serious');
  if (serious)
    throw refuse(
      `该单位在“${at.policy.list(serious.list)?.name.zh ?? serious.list}”上，不能同时列入守信名单。`,
      `It is on ${at.policy.list(serious.list)?.name.en ?? serious.list}: nobody is honoured while on a serious list.`,
    );
}

async function noticed(at: Moment): Promise<Change> {
  if (at.list.kind === 'honour')
    throw refuse('守信名单不需要事先告知，请先公示。', 'An honour is announced, not told beforehand.');
  const notice = await paperOf(at, 'listingNotice', served);
  if (!notice)
    throw refuse(
      '请先在“文书”中出具并送达《列入名单事先告知书》。',
      'Issue and serve the notice under "papers" first.',
    );
  return keep(at, { notice: { number: notice.number, on: notice.served_on } });
}

async function announced(at: Moment): Promise<Change> {
  if (at.list.kind !== 'honour')
    throw refuse('只有守信名单在认定前公示，其他名单请事先告知。', 'Only an honour is announced beforehand.');
  await noHonourBesideSerious(at);
  return keep(at, { announcedOn: at.event.effectiveOn });
}

/** Not before whoever may defend has done so or let the days pass; not before the announcement is over. */
function reviewed(at: Moment): Change {
  const { event, facts, list, row } = at;
  if (event.from === 'noticed') {
    const clock = row.clocks.findLast(({ key }) => key === 'defence');
    const due = clock && dueOf({ ...clock, endedOn: null }, at.ctx.policy());
    if (!due || event.effectiveOn <= due.on)
      throw refuse(
        `陈述申辩期到${due?.on ?? ''}为止，期满前只有当事人已经陈述申辩或者放弃时才能复核。`,
        `The organisation may defend itself until ${due?.on ?? ''}; review follows its defence, its waiver or that day.`,
      );
  }
  if (event.from === 'announced') {
    const until = addDays((facts.announcedOn ?? event.effectiveOn) as never, list.announceDays ?? 7);
    if (event.effectiveOn <= until) throw refuse(`公示期到${until}为止。`, `The announcement lasts until ${until}.`);
  }
  return keep(at, { reviewedBy: event.by });
}

/** 合法性审核 by another person: whoever proposed or reviewed does not clear. */
function cleared(at: Moment): Change {
  const { event, row, facts } = at;
  if (event.by === null || event.by === row.opened_by || event.by === facts.reviewedBy)
    throw new DomainError('forbidden', {
      zh: '合法性审核应由提出人、复核人以外的人员进行。',
      en: 'Somebody else than who proposed and who reviewed clears it.',
    });
  return keep(at, { clearedHow: event.data?.how ?? null });
}

async function decided(at: Moment): Promise<Change> {
  await noHonourBesideSerious(at);
  const problem = termProblem(at.list, at.facts.termMonths);
  if (problem) throw refuse(problem.zh, problem.en);
  const approval = at.event.note?.trim() ?? '';
  if (at.list.recognisers.approvalAbove && approval === '')
    throw new DomainError('unprocessable', {
      zh: '本名单须经上一级机关同意，请填写批准文号。',
      en: 'The body above must approve: enter the number of its approval.',
      details: [{ field: 'body/note', zh: '请填写批准文号', en: 'the number of the approval' }],
    });
  const paper = await paperOf(at, 'listingDecision', signed);
  if (!paper)
    throw refuse('请先在“文书”中出具并签发《列入决定书》。', 'Issue and sign off the decision under "papers" first.');
  return keep(at, { decision: { number: paper.number, on: paper.issued_on }, ...(approval ? { approval } : {}) });
}

async function delivered(at: Moment): Promise<Change> {
  const paper = await paperOf(at, 'listingDecision', served);
  if (!paper || paper.number !== at.facts.decision?.number)
    throw refuse(
      '请先在“文书”中登记《列入决定书》的送达。',
      'Record the service of the decision under "papers" first.',
    );
  const proof = [paper.served_manner, paper.served_to, paper.served_proof].filter(Boolean).join(' ');
  return keep(at, { delivery: { on: paper.served_on, proof } });
}

/** The entry, with all that the rule asks of it; the record that shows it was entered in the same transaction. */
async function listed(at: Moment): Promise<Change> {
  const { tx, ctx, row, event, facts, list, policy } = at;
  await noHonourBesideSerious(at);
  const { decision, delivery } = facts;
  if (!decision || !delivery) throw new DomainError('conflict');
  const recordId = typeof event.data?.recordId === 'string' ? event.data.recordId : null;
  const record = recordId === null ? null : await keyOfRecord(tx, recordId);
  if (list.recordAs && !record) throw new DomainError('conflict');
  const months = facts.termMonths;
  const entry = {
    subject_id: record?.subject_id ?? row.subject_id,
    entry_id: newId(),
    list: list.key,
    kind: list.kind,
    origin: 'decision' as const,
    case_id: row.case_id,
    record_id: record?.record_id ?? null,
    key_hash: record?.key_hash ?? null,
    recogniser_body_id: row.handler_body_id,
    document_number: decision.number,
    case_number: null,
    decided_on: decision.on as never,
    delivered_on: delivery.on as never,
    delivery_proof: delivery.proof,
    attested: false,
    listed_on: decision.on as never,
    ends_on: (months === null ? null : addMonths(decision.on, months)) as never,
    term_months: months,
    term_limit_months: list.term?.maxMonths ?? null,
    particulars: {
      facts: facts.facts,
      legalBasis: facts.legalBasis,
      evidence: facts.evidence,
      measures: list.measures.zh,
      removalConditions: list.early?.conditions.map(({ zh }) => zh).join('；') ?? '期满移出',
      removalProcedure: list.removal.zh,
      remedy: (policy.procedure('listing').remedies ?? []).map(({ name }) => name.zh).join('、'),
      authority: list.recognisers.names.join('、'),
    },
    policy_set_id: row.policy_set_id,
    account_id: event.by,
    recorded_at: event.recordedAt,
  };
  await insertEntry(tx, entry);
  await tellListed(tx, ctx, entry);
  return keep(at, { entryId: entry.entry_id });
}

/** An honour that is taken back is no repair. */
const eventOfRemoval = { serious: 'repaired', watch: 'repaired', honour: 'withdrawn' } as const;

/** Display, use and measures end with the entry: its record gets the event, followers are told. */
async function ended(at: Moment, how: 'early' | 'annulled'): Promise<Change> {
  const { tx, ctx, row, event, policy, list } = at;
  const paper = await paperOf(at, how === 'annulled' ? 'listingAnnulment' : 'listingRemoval', signed);
  if (!paper)
    throw refuse(
      how === 'annulled' ? '请先出具并签发《撤销列入决定书》。' : '请先出具并签发《移出决定书》。',
      'Issue and sign off the decision under "papers" first.',
    );
  const listing = await entryOfCase(tx, row);
  const entry = listing && (await entryById(tx, listing.entry_id, statusFieldsOf(policy)));
  if (!entry) throw new DomainError('conflict');
  const early = list.early ? addMonths(entry.listed_on, list.early.afterMonths) : null;
  if (how === 'early' && event.name === 'grantRemoval' && (early === null || event.effectiveOn < early))
    throw refuse(
      early === null ? '本名单不适用提前移出。' : `列入满规定时间后才能提前移出，最早为${early}。`,
      early === null ? 'Nobody leaves this list early.' : `Early removal is possible from ${early} on.`,
    );
  await insertRemoval(tx, {
    subjectId: entry.subject_id,
    removalId: newId(),
    entryId: entry.entry_id,
    kind: how,
    removedOn: event.effectiveOn,
    documentNumber: paper.number,
    reason: event.note ?? event.reason ?? how,
    caseId: row.case_id,
    accountId: event.by,
    at: event.recordedAt,
  });
  if (entry.now_record_id !== null)
    await writeRecordEvent(
      tx,
      ctx,
      { accountId: event.by },
      { subjectId: entry.subject_id, recordId: entry.now_record_id },
      {
        kind: how === 'annulled' ? 'annulled' : eventOfRemoval[list.kind],
        effectiveOn: event.effectiveOn,
        reason: event.reason,
        document: paper.number,
        caseId: row.case_id,
        data: { lane: 'list' },
      },
    );
  await tellRemoved(tx, ctx, entry, how, event.effectiveOn);
  return {};
}

/** Of the application to leave early: told at once where it cannot be yet. */
function asked(at: Moment): Change {
  const { list, facts, event } = at;
  if (!list.early)
    throw refuse('本名单不适用提前移出，期满自动移出。', 'Nobody leaves this list early; it ends by its term.');
  const first = addMonths(facts.decision?.on ?? event.effectiveOn, list.early.afterMonths);
  if (event.effectiveOn < first)
    throw refuse(`列入满规定时间后才能申请，最早为${first}。`, `You may apply from ${first} on.`);
  return {};
}

const effectsOf: Readonly<Record<string, (at: Moment) => Promise<Change> | Change>> = {
  serveNotice: noticed,
  announce: announced,
  review: reviewed,
  clear: cleared,
  decide: decided,
  deliver: delivered,
  list: listed,
  askRemoval: asked,
  grantRemoval: (at) => ended(at, 'early'),
  removeEarly: (at) => ended(at, 'early'),
  annul: (at) => ended(at, 'annulled'),
};

/** A case keeps the list as policy had it when it began. */
export async function listOfCase(ctx: AppContext, row: CaseRow): Promise<{ policy: PolicyRuntime; list: CreditList }> {
  const policy = row.policy_set_id === ctx.policy().setId ? ctx.policy() : await ctx.policySet(row.policy_set_id);
  const list = policy.list(factsOf(row).list);
  if (!list) throw new Error(`the policy of case ${row.case_id} has no list ${factsOf(row).list}`);
  return { policy, list };
}

export const listingKind: CaseKind = {
  procedure: listingProcedure as CaseKind['procedure'],
  effects: async (tx, ctx, row, event) => {
    if (event.kind === 'opened') {
      const year = Number(event.effectiveOn.slice(0, 4));
      return { number: `名单〔${year}〕${await nextNumber(tx, 'listing', year)}号` };
    }
    if (event.kind !== 'command') return {};
    const facts = factsOf(row);
    return (await effectsOf[event.name]?.({ tx, ctx, row, event, facts, ...(await listOfCase(ctx, row)) })) ?? {};
  },
};
