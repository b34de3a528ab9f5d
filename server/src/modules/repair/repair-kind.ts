/**
 * What the events of a repair do beyond the case: conditions are asked again at every step that depends on them, and an
 * approval ends display and use in its own transaction (36号令 art. 3).
 */
import type { AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { type CaseKind, type CaseRow, nextNumber, type Procedure, type StoredEvent } from '../casework/index.ts';
import { addMonths } from '../disclosure/index.ts';
import { writeRecordEvent } from '../records/index.ts';
import { factsOf, type RepairFacts } from './case-facts.ts';
import { dutiesOf, missingOf, type Obstacle } from './conditions.ts';
import { insertBan, lockRecord, materialsOf, openTwin, successorOf } from './queries.ts';
import type { RepairPorts } from './removal-hook.ts';
import { type Situation, situationOf } from './situation.ts';
import { repairKeys, repairProcedures, undecided } from './state.ts';

type Change = Partial<Pick<CaseRow, 'handler_body_id' | 'assignee_id' | 'facts' | 'number'>>;
interface Moment {
  readonly tx: Transaction;
  readonly ctx: AppContext;
  readonly row: CaseRow;
  readonly event: StoredEvent;
  readonly facts: RepairFacts;
  readonly ports: RepairPorts;
}

/** The refusal that says each condition, and the day on which it falls away. */
export function refusalOf(obstacles: readonly Obstacle[]): DomainError {
  return new DomainError('unprocessable', {
    zh: obstacles.map(({ words }) => words.zh).join(' '),
    en: obstacles.map(({ words }) => words.en).join(' '),
    details: obstacles.map(({ code, words, until }) => ({
      field: 'body/recordId',
      code: until === null ? code : `${code} ${until}`,
      zh: words.zh,
      en: words.en,
    })),
  });
}

async function look(at: Moment): Promise<Situation> {
  const { row, ctx, tx, facts, ports } = at;
  const found = row.record_id === null ? null : await situationOf(ctx, tx, row.record_id, facts.lane, ports.removals);
  if (!found) throw new DomainError('conflict');
  return found;
}

async function missing(at: Moment, seen: Situation, confirmed: readonly string[] | null): Promise<Obstacle[]> {
  const shown = (await materialsOf(at.tx, at.row.case_id)).map((material) => material.duty);
  return missingOf(seen.rules, seen.of.categories, {
    commitmentSigned: at.facts.commitment !== null,
    shown,
    confirmed,
  });
}

const underWay = undecided.filter((state) => state !== 'draft');
export const twinRefusal = (number: string | null): DomainError =>
  new DomainError('conflict', {
    zh: `这条信息的修复申请${number ? `（${number}）` : ''}正在办理，不用重复申请。`,
    en: `An application for this record ${number ? `(${number}) ` : ''}is under way. There is no need for another.`,
  });

/** Handed in: from above a case is taken as it came, and the recognising body finds what stands in the way. */
async function submitted(at: Moment): Promise<Change> {
  const seen = await look(at);
  await lockRecord(at.tx, seen.record.row.subject_id, seen.record.row.record_id);
  const { record_id, key_hash } = seen.record.row;
  const twin = await openTwin(at.tx, seen.cluster, record_id, key_hash, repairKeys, underWay);
  if (twin) throw twinRefusal(twin.number);
  if (at.facts.channel === 'upstream') return {};
  const obstacles = [...seen.obstacles, ...(await missing(at, seen, null))];
  if (obstacles.length > 0) throw refusalOf(obstacles);
  return {};
}

/** Who recognised, repairs: the deciding body, or the one that took over its duties. */
async function forwarded(at: Moment): Promise<Change> {
  const { record } = await look(at);
  return { handler_body_id: await successorOf(at.tx, record.row.deciding_body_id) };
}

/** Named one by one, or all that the decision brings. */
const confirmedIn = (at: Moment, seen: Situation): readonly string[] | null => {
  const given = at.event.data?.duties;
  const named =
    given === 'all'
      ? dutiesOf(seen.rules, seen.of.categories).map(({ key }) => key)
      : Array.isArray(given)
        ? given.filter((one): one is string => typeof one === 'string')
        : [];
  const all = [...new Set([...(at.facts.confirmed ?? []), ...named])];
  return all.length > 0 ? all : null;
};

async function accepted(at: Moment): Promise<Change> {
  const { row, event, tx } = at;
  const seen = await look(at);
  if (seen.obstacles.length > 0) throw refusalOf(seen.obstacles);
  const change: { -readonly [K in keyof Change]: Change[K] } = {};
  const confirmed = confirmedIn(at, seen);
  if (confirmed) change.facts = { ...row.facts, confirmed };
  if (row.number === null) {
    const year = Number(event.effectiveOn.slice(0, 4));
    change.number = `信修〔${year}〕${await nextNumber(tx, 'repair', year)}号`;
  }
  return change;
}

function supplementAsked(at: Moment): Change {
  if (at.facts.missing !== null)
    throw new DomainError('conflict', {
      zh: '补正只能要求一次，缺少的材料应当一次性告知。请决定受理或者不予受理。',
      en: 'What is missing is named once. Accept the application now, or refuse it.',
    });
  const named = at.event.data?.missing;
  if (!Array.isArray(named) || named.length === 0)
    throw new DomainError('unprocessable', {
      zh: '请一次性写明需要补正的全部材料。',
      en: 'Name everything that is missing.',
      details: [{ field: 'body/missing', zh: '必填', en: 'needed' }],
    });
  return { facts: { ...at.row.facts, missing: named } };
}

async function approved(at: Moment): Promise<Change> {
  const { tx, ctx, row, event, facts, ports } = at;
  const seen = await look(at);
  const confirmed = confirmedIn(at, seen) ?? [];
  const obstacles = [...seen.obstacles, ...(await missing(at, seen, confirmed))];
  if (obstacles.length > 0) throw refusalOf(obstacles);
  const of = { subjectId: seen.record.row.subject_id, recordId: seen.record.row.record_id };
  await writeRecordEvent(tx, ctx, { accountId: event.by }, of, {
    kind: 'repaired',
    effectiveOn: event.effectiveOn,
    document: row.number,
    caseId: row.case_id,
    data: { lane: facts.lane },
  });
  const hook = ports.removals?.find((one) => one.kind === facts.kind);
  await hook?.approved?.(tx, ctx, seen.record, row.case_id);
  return { facts: { ...row.facts, confirmed, result: 'approved' } };
}

/** A reason that the platform can check itself is not given against the facts. */
const checkable: readonly string[] = ['R1', 'R5', 'R8'];

async function refused(at: Moment): Promise<Change> {
  const { event, row } = at;
  const reason = event.reason ?? '';
  if (checkable.includes(reason)) {
    const seen = await look(at);
    if (!seen.obstacles.some(({ code }) => code === reason))
      throw new DomainError('unprocessable', {
        zh: `按平台核对的事实，${reason} 这一理由不成立，请选择其他理由。`,
        en: `By the facts on the platform the reason ${reason} does not hold. Choose another.`,
      });
  }
  return { facts: { ...row.facts, result: event.to } };
}

/** False material: display resumes for the time that is left, and the organisation is barred for the years of policy. */
async function revoked(at: Moment): Promise<Change> {
  const { tx, ctx, row, event } = at;
  const { record, rules } = await look(at);
  const of = { subjectId: record.row.subject_id, recordId: record.row.record_id };
  await writeRecordEvent(tx, ctx, { accountId: event.by }, of, {
    kind: 'repairRevoked',
    effectiveOn: event.effectiveOn,
    reason: event.reason,
    document: row.number,
    caseId: row.case_id,
  });
  await insertBan(tx, {
    subjectId: row.subject_id,
    caseId: row.case_id,
    fromOn: event.effectiveOn,
    untilOn: addMonths(event.effectiveOn, rules.ban.years * 12),
    shownUntil: addMonths(event.effectiveOn, rules.ban.shownYears * 12),
    reason: event.reason ?? '',
    accountId: event.by,
    at: event.recordedAt,
  });
  return { facts: { ...row.facts, result: 'revoked' } };
}

const effectsOf: Readonly<Record<string, (at: Moment) => Promise<Change> | Change>> = {
  submit: submitted,
  forward: forwarded,
  accept: accepted,
  requestSupplement: supplementAsked,
  approve: approved,
  reject: refused,
  refuseAcceptance: refused,
  revoke: revoked,
};

/** What goes back to the single window: each step that the applicant is told of, and the result. */
const results: readonly string[] = [
  'approve',
  'reject',
  'refuseAcceptance',
  'withdraw',
  'closeMoot',
  'revoke',
  'reopen',
];
const progress: readonly string[] = ['accept', 'requestSupplement', 'supplement', 'extension'];

async function passBack(at: Moment, number: string | null): Promise<void> {
  const { row, event, tx, ctx } = at;
  const kind = results.includes(event.name)
    ? 'repair.result'
    : progress.includes(event.name)
      ? 'repair.progress'
      : null;
  if (kind === null) return;
  await publish(tx, ctx, [
    {
      kind,
      subjectId: row.subject_id,
      payload: {
        caseId: row.case_id,
        number,
        upstreamNumber: row.upstream_number,
        recordId: row.record_id,
        state: event.to,
        reason: event.reason,
        effectiveOn: event.effectiveOn,
      },
    },
  ]);
}

function kindOver(procedure: Procedure, ports: RepairPorts): CaseKind {
  return {
    procedure,
    effects: async (tx, ctx, row, event) => {
      if (event.kind !== 'command') return {};
      const at: Moment = { tx, ctx, row, event, facts: factsOf(row), ports };
      const change = (await effectsOf[event.name]?.(at)) ?? {};
      await passBack(at, change.number ?? row.number);
      return change;
    },
  };
}

export type RepairKinds = readonly CaseKind[];
/** Both lanes; the module of lists gives the hooks of its removals. */
export const repairKinds = (ports: RepairPorts = {}): RepairKinds =>
  repairProcedures.map((procedure) => kindOver(procedure as Procedure, ports));
