/** Views of repairs: what can be repaired, the list and its sheet, and one case with evidence beside the record. */
import type {
  CaseCommandView,
  RepairablePage,
  RepairItem,
  RepairList,
  RepairQuery,
  RepairRulesView,
  RepairView,
} from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import {
  type CaseFilter,
  type CaseNames,
  type CaseRow,
  caseItem,
  caseNames,
  clockViews,
  commandViews,
  eventsOf,
  eventViews,
  extensionViews,
  listCaseRows,
  type Procedure,
  partyWords,
  remedyViews,
  type StoredEvent,
  stateWords,
} from '../casework/index.ts';
import { authorize, may } from '../identity/index.ts';
import { type Bilingual, basisLine, type PolicyRuntime } from '../policy/index.ts';
import { clusterOf, viewOfRecord } from '../subjects/index.ts';
import { mayBeEdited, subjectFor } from './apply-for-repair.ts';
import { factsOf } from './case-facts.ts';
import { dutiesOf, missingOf, type Obstacle } from './conditions.ts';
import { commandsFor, repairFor, type Standing } from './parties.ts';
import { adverseRecords, type MaterialRow, materialsOf, openTwin } from './queries.ts';
import type { RepairPorts } from './removal-hook.ts';
import { type Lane, lanes, repairableItems, rulesOf, type Situation, situationOf } from './situation.ts';
import { repairKeys, repairProcedures, undecided } from './state.ts';
import { repairWords as words } from './words.ts';

const maxRepairable = 200;

const obstacleView = ({ code, until, words: said, basis }: Obstacle) => ({
  code,
  until,
  words: said,
  basis: basis ? basisLine(basis) : '',
});
const plainDuties = (duties: Situation['rules']['duties']) =>
  duties.map(({ key, name, proof }) => ({ key, name, proof }));

function briefOf(ctx: AppContext, seen: Situation) {
  const { record, of } = seen;
  const view = viewOfRecord(record, of.disclosure, ctx.policy());
  return {
    recordId: record.row.record_id,
    title: view.title,
    documentNumber: view.documentNumber,
    decidedOn: view.decidedOn,
    decidingBody: view.decidingBody,
    itemName: view.itemName,
    severity: of.disclosure.severity,
    severityConfirmed: of.disclosure.severityConfirmed,
    state: of.disclosure.state,
    shownUntil: of.disclosure.until,
    reason: of.disclosure.reason,
  };
}

const kindName = (policy: PolicyRuntime, lane: string, kind: string): Bilingual =>
  rulesOf(policy, lane).kinds.find(({ key }) => key === kind)?.name ?? { zh: kind, en: kind };

/** Everything adverse that is held, from which day it may be repaired, and what stands in the way. */
export async function repairable(
  ctx: AppContext,
  actor: Actor,
  ports: RepairPorts,
  input: { readonly code?: string | undefined; readonly lane?: Lane | undefined },
): Promise<RepairablePage> {
  const { subjectId, name, code } = await subjectFor(ctx, actor, input.code);
  const cluster = await clusterOf(ctx.db.app, subjectId);
  const policy = ctx.policy();
  const lane = input.lane ?? 'creditPlatform';
  const rows = await adverseRecords(ctx.db.app, cluster, repairableItems(policy), maxRepairable + 1);
  const items: RepairablePage['items'] = [];
  for (const { record_id } of rows.slice(0, maxRepairable)) {
    const seen = await situationOf(ctx, ctx.db.app, record_id, lane, ports.removals);
    if (!seen || seen.obstacles.some((one) => one.code === 'R8' || one.code === 'R7')) continue;
    const { row } = seen.record;
    const twin = await openTwin(ctx.db.app, cluster, row.record_id, row.key_hash, repairKeys, undecided);
    items.push({
      record: briefOf(ctx, seen),
      lane,
      kind: seen.kind,
      kindName: kindName(policy, lane, seen.kind),
      firstDay: seen.firstDay,
      possible: seen.obstacles.length === 0,
      obstacles: seen.obstacles.map(obstacleView),
      duties: plainDuties(dutiesOf(seen.rules, seen.of.categories)),
      openCase: twin?.case_id ?? null,
    });
  }
  return {
    subject: { name, code },
    items,
    truncated: rows.length > maxRepairable,
    dataAsOf: ctx.clock.now(),
  };
}

/** The organisation's own; what lies with a body of the actor; everything that was handed in for the credit office. */
async function scopeFilter(ctx: AppContext, actor: Actor): Promise<Partial<CaseFilter>> {
  authorize(actor, 'repair.read');
  if (actor.roles.includes('companyRepresentative'))
    return { subjects: actor.subjectId ? await clusterOf(ctx.db.app, actor.subjectId) : [] };
  if (may(actor, 'repair.handle')) return { notState: 'draft' };
  return { bodies: actor.scopeBodyIds, orOpenedBy: actor.accountId ?? undefined, notState: 'draft' };
}

function itemOf(ctx: AppContext, row: CaseRow, names: CaseNames): RepairItem {
  const facts = factsOf(row);
  const policy = ctx.policy();
  return {
    ...caseItem(row, names, { today: ctx.clock.today(), policy, words }),
    kindLabel: kindName(policy, facts.lane, facts.kind),
    lane: facts.lane as Lane,
    upstreamNumber: row.upstream_number,
  };
}

const defaultLimit = 50;

export async function listRepairs(ctx: AppContext, actor: Actor, input: RepairQuery): Promise<RepairList> {
  const scope = await scopeFilter(ctx, actor);
  const position = openPosition(ctx.keys, 'repairs', input.cursor);
  const limit = input.limit ?? defaultLimit;
  const filter: CaseFilter = {
    procedure: repairKeys,
    ...scope,
    state: input.state,
    kind: input.kind,
    open: input.open,
    overdueOn: input.overdue ? ctx.clock.today() : undefined,
    assigneeId: input.mine ? (actor.accountId ?? undefined) : undefined,
    recordId: input.recordId,
  };
  const after = position && { openedAt: String(position[0]), caseId: String(position[1]) };
  const rows = await listCaseRows(ctx.db.app, filter, after, limit + 1);
  const page = rows.slice(0, limit);
  const names = await caseNames(ctx.db.app, page);
  const last = page.at(-1);
  return {
    items: page.map((row) => itemOf(ctx, row, names)),
    nextCursor: rows.length > limit && last ? sealPosition(ctx.keys, 'repairs', [last.opened_at, last.case_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const pageOfSheet = 200;
const maxSheetRows = 20_000;
const sheetHeader = [
  ...['文号', '信用中国编号', '单位', '统一社会信用代码', '类型', '信息', '状态', '认定单位'],
  ...['承办人', '申请日期', '到期日', '日期性质', '逾期'],
];

/** The list exactly as filtered, read page by page; written down before the first row goes out. */
export async function repairSheet(ctx: AppContext, actor: Actor, input: RepairQuery): Promise<SheetSpec> {
  authorize(actor, 'repair.read');
  await writeAccess(ctx.db.app, ctx, actor, {
    action: 'export.own',
    resourceKind: 'case',
    resourceId: null,
    detail: { ...input, procedure: 'repair' },
  });
  async function* rows(): AsyncGenerator<string[]> {
    let cursor: string | undefined;
    for (let written = 0; written < maxSheetRows; ) {
      const page = await listRepairs(ctx, actor, { ...input, cursor, limit: pageOfSheet });
      for (const item of page.items) yield rowOf(item);
      written += page.items.length;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }
  return { name: '信用修复', header: sheetHeader, rows: rows() };
}

const rowOf = (item: RepairItem): string[] => [
  item.number ?? '',
  item.upstreamNumber ?? '',
  item.subject.name,
  item.subject.code ?? '',
  item.kindLabel.zh,
  item.about ?? '',
  item.stateLabel.zh,
  item.handler,
  item.assignee ?? '',
  item.openedAt.slice(0, 10),
  item.dueOn ?? '',
  item.provisional ? '暂定' : '',
  item.overdue ? '是' : '',
];

/** A signed text of the national site has no version here: the one of policy is shown beside it. */
function commitmentOf(row: CaseRow, rules: ReturnType<typeof rulesOf>): RepairView['commitment'] {
  const { version, title, text } = rules.commitment;
  return { version, title, text: [...text], signedOn: factsOf(row).commitment?.signedOn ?? null };
}

export async function viewRepair(
  ctx: AppContext,
  actor: Actor,
  ports: RepairPorts,
  caseId: string,
): Promise<RepairView> {
  authorize(actor, 'repair.read');
  return viewStanding(ctx, actor, ports, await repairFor(ctx, actor, caseId));
}

const fileView = (one: MaterialRow) => ({
  id: one.material_id,
  fileName: one.file_name,
  mediaType: one.media_type,
  bytes: Number(one.bytes),
  party: partyWords(words, 'subject'),
  addedAt: one.added_at,
});

async function evidenceOf(ctx: AppContext, row: CaseRow, seen: Situation | null) {
  const facts = factsOf(row);
  const materials = await materialsOf(ctx.db.app, row.case_id);
  const shown = materials.map(({ duty }) => duty);
  const duties = seen ? dutiesOf(seen.rules, seen.of.categories) : [];
  const open = undecided.includes(row.state as never);
  const evidence = { commitmentSigned: facts.commitment !== null, shown, confirmed: facts.confirmed };
  const missing = seen && facts.channel !== 'upstream' ? missingOf(seen.rules, seen.of.categories, evidence) : [];
  return {
    duties: plainDuties(duties).map((duty) => ({
      ...duty,
      shown: shown.includes(duty.key),
      confirmed: facts.confirmed?.includes(duty.key) ?? false,
    })),
    materials: materials.map(fileView),
    proofs: materials.map((one) => ({ ...fileView(one), duty: one.duty })),
    obstacles: open ? [...(seen?.obstacles ?? []), ...missing].map(obstacleView) : [],
  };
}

/** Every party's steps once, and those only that the actor may take. */
function commandsOf(standing: Standing, pinned: PolicyRuntime): CaseCommandView[] {
  const procedure = repairProcedures.find(({ key }) => key === standing.row.procedure);
  const allowed = commandsFor(standing);
  const found = new Map<string, CaseCommandView>();
  for (const party of standing.parties)
    for (const view of commandViews(procedure as Procedure, standing.row, party, pinned, words))
      if (allowed.includes(view.command)) found.set(view.command, view);
  return [...found.values()];
}

const outcomes: readonly string[] = ['approve', 'reject', 'refuseAcceptance', 'revoke'];
const lastOutcome = (events: readonly StoredEvent[]): StoredEvent | undefined =>
  events.findLast((event) => event.kind === 'command' && outcomes.includes(event.name));

function contentOf(row: CaseRow): RepairView['content'] {
  const facts = factsOf(row);
  return [
    { key: 'statement', label: { zh: '说明', en: 'Statement' }, text: facts.statement },
    { key: 'missing', label: { zh: '需要补正', en: 'To be supplemented' }, text: (facts.missing ?? []).join('\n') },
    { key: 'authorisation', label: { zh: '代办依据', en: 'Authorised by' }, text: facts.authorisation ?? '' },
  ].filter((part) => part.text !== '');
}

/** It is the decision that may take longer, and the whole procedure with it; acceptance may not. */
function extensionOf(...given: Parameters<typeof extensionViews>): RepairView['extension'] {
  const [, clocks] = given;
  const { ask, answer } = extensionViews(...given);
  return { ask: ask && clocks.some((clock) => clock.key === 'decide' && clock.extendable && !clock.paused), answer };
}

const appealable: readonly string[] = ['notAccepted', 'rejected', 'revoked'];

async function viewStanding(
  ctx: AppContext,
  actor: Actor,
  ports: RepairPorts,
  standing: Standing,
): Promise<RepairView> {
  const { row, parties } = standing;
  const facts = factsOf(row);
  const pinned = await ctx.policySet(row.policy_set_id);
  const seen =
    row.record_id === null ? null : await situationOf(ctx, ctx.db.app, row.record_id, facts.lane, ports.removals);
  const [names, events, evidence] = await Promise.all([
    caseNames(ctx.db.app, [row]),
    eventsOf(ctx.db.app, row),
    evidenceOf(ctx, row, seen),
  ]);
  const item = itemOf(ctx, row, names);
  const clocks = clockViews(row, pinned, ctx.policy(), ctx.clock.today(), words);
  const outcome = lastOutcome(events);
  const editable = parties.includes('subject') && mayBeEdited(row);
  return {
    ...item,
    party: parties[0] ?? '',
    parties: [
      { role: partyWords(words, 'subject'), name: item.subject.name, code: item.subject.code },
      { role: partyWords(words, 'recogniser'), name: item.handler, code: null },
    ],
    content: contentOf(row),
    onBehalf: facts.channel === 'window',
    upstreamNumber: row.upstream_number,
    events: row.events,
    extensionAsked: row.extension?.reason ?? null,
    extension: extensionOf(row, clocks, parties.includes('recogniser'), actor.accountId),
    clocks,
    history: eventViews(row, events, pinned, words),
    commands: commandsOf(standing, pinned),
    mayAddMaterial: editable,
    remedies: outcome && appealable.includes(row.state) ? remedyViews(pinned, row.procedure, outcome.effectiveOn) : [],
    ...evidence,
    channel: facts.channel,
    commitment: commitmentOf(row, rulesOf(pinned, facts.lane)),
    record: seen ? briefOf(ctx, seen) : null,
    missing: [...(facts.missing ?? [])],
    editable,
    /** Objections of this kind (objections.md E9). */
    appeal: appealable.includes(row.state) ? 'repairResult' : null,
  };
}

/** Commands that may be given to many at once, each in words of the queue. */
export const batchCommands = ['accept', 'beginReview', 'approve', 'sync', 'confirm'] as const;

export function repairRules(ctx: AppContext): RepairRulesView {
  const policy = ctx.policy();
  return {
    lanes: lanes.flatMap((lane) => {
      const rules = policy.repair(lane);
      if (!rules) return [];
      const procedure = policy.procedure(rules.procedure);
      return [
        {
          lane,
          name: rules.name,
          basis: rules.basis.map(basisLine),
          kinds: rules.kinds.map(({ key, name }) => ({ key, name })),
          duties: plainDuties(rules.duties),
          commitment: {
            version: rules.commitment.version,
            title: rules.commitment.title,
            text: [...rules.commitment.text],
            basis: basisLine(rules.commitment.basis),
          },
          banYears: rules.ban.years,
          targetWorkingDays: rules.targetWorkingDays,
          clocks: procedure.clocks.map((clock) => ({
            key: clock.key,
            label: words.clocks[clock.key] ?? { zh: clock.key, en: clock.key },
            days: clock.days,
            extendDays: clock.extendDays,
            basis: basisLine(clock.basis),
          })),
          reasons: Object.fromEntries(Object.entries(procedure.reasons).map(([name, list]) => [name, [...list]])),
        },
      ];
    }),
    states: Object.keys(words.states).map((key) => ({ key, name: stateWords(words, key) })),
    bulk: batchCommands.map((command) => ({
      command,
      label: words.commands[command] ?? { zh: command, en: command },
      reasons: null,
      note: 'optional' as const,
      noteLabel: null,
      choices: [...(words.asks[command]?.choices ?? [])],
      confirm: words.asks[command]?.confirm ?? null,
      tone: 'primary' as const,
    })),
    free: {
      zh: '信用修复全程免费，任何人不得收费或者变相收费。',
      en: 'Repair is free of charge; nobody may ask for money.',
    },
  };
}
