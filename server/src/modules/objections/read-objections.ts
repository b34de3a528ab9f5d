/** Views of objections: a list, one with its clocks, history and what may be done now, and the list as a sheet. */
import type { CaseList, CaseQuery, CaseView, ObjectionRules } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import {
  type CaseFilter,
  type CaseRow,
  caseItem,
  caseNames,
  clockViews,
  commandViews,
  eventsOf,
  eventViews,
  extensionViews,
  listCaseRows,
  materialViews,
  partyWords,
  remedyViews,
  type StoredEvent,
  stateWords,
} from '../casework/index.ts';
import { authorize, may } from '../identity/index.ts';
import { basisLine } from '../policy/index.ts';
import { objectionFor } from './act-on-objection.ts';
import { batchCommands } from './batch.ts';
import { clusterOf, sourceNameOf } from './queries.ts';
import { objectionProcedure } from './state.ts';
import { objectionWords as words } from './words.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The organisation's own; what lies with a body of the actor; everything for the credit office. */
async function scopeFilter(
  ctx: AppContext,
  actor: Actor,
): Promise<Pick<CaseFilter, 'bodies' | 'subjects' | 'orOpenedBy'>> {
  authorize(actor, 'objection.read');
  if (may(actor, 'objection.handle')) return {};
  if (actor.roles.includes('companyRepresentative'))
    return { subjects: actor.subjectId ? await clusterOf(ctx.db.app, actor.subjectId) : [] };
  return { bodies: actor.scopeBodyIds, orOpenedBy: actor.accountId ?? undefined };
}

const defaultLimit = 50;

export async function listObjections(ctx: AppContext, actor: Actor, input: CaseQuery): Promise<CaseList> {
  const scope = await scopeFilter(ctx, actor);
  const position = openPosition(ctx.keys, 'objections', input.cursor);
  const limit = input.limit ?? defaultLimit;
  const today = ctx.clock.today();
  const rows = await listCaseRows(
    ctx.db.app,
    {
      procedure: 'objection',
      ...scope,
      state: input.state,
      kind: input.kind,
      open: input.open,
      overdueOn: input.overdue ? today : undefined,
      assigneeId: input.mine ? (actor.accountId ?? undefined) : undefined,
      recordId: input.recordId,
    },
    position && { openedAt: String(position[0]), caseId: String(position[1]) },
    limit + 1,
  );
  const page = rows.slice(0, limit);
  const names = await caseNames(ctx.db.app, page);
  const last = page.at(-1);
  return {
    items: page.map((row) => caseItem(row, names, { today, policy: ctx.policy(), words })),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'objections', [last.opened_at, last.case_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const outcomes: readonly string[] = ['uphold', 'upholdPartly', 'dismiss', 'leaveUndetermined', 'refuseAcceptance'];
const lastOutcome = (events: readonly StoredEvent[]): StoredEvent | undefined =>
  events.findLast((event) => event.kind === 'command' && outcomes.includes(event.name));

function contentOf(row: CaseRow): CaseView['content'] {
  return [
    { key: 'statement', label: { zh: '事实和理由', en: 'Facts and reasons' }, text: text(row.facts.statement) },
    { key: 'wanted', label: { zh: '请求', en: 'What is asked for' }, text: text(row.facts.wanted) },
  ].filter((part) => part.text !== '');
}

export async function viewObjection(ctx: AppContext, actor: Actor, caseId: string): Promise<CaseView> {
  authorize(actor, 'objection.read');
  const { row, party } = await objectionFor(ctx, actor, caseId);
  const pinned = await ctx.policySet(row.policy_set_id);
  const today = ctx.clock.today();
  const [names, events, materials, source] = await Promise.all([
    caseNames(ctx.db.app, [row]),
    eventsOf(ctx.db.app, row),
    materialViews(ctx, row, words),
    row.record_id === null ? null : sourceNameOf(ctx.db.app, row.subject_id, row.record_id),
  ]);
  const item = caseItem(row, names, { today, policy: pinned, words });
  const clocks = clockViews(row, pinned, ctx.policy(), today, words);
  const outcome = lastOutcome(events);
  return {
    ...item,
    party,
    parties: [
      { role: partyWords(words, 'subject'), name: item.subject.name, code: item.subject.code },
      ...(source ? [{ role: partyWords(words, 'provider'), name: source, code: null }] : []),
    ],
    content: contentOf(row),
    onBehalf: row.facts.onBehalf === true,
    upstreamNumber: row.upstream_number,
    events: row.events,
    extensionAsked: row.extension?.reason ?? null,
    extension: extensionViews(row, clocks, party === 'platform', actor.accountId),
    clocks,
    history: eventViews(row, events, pinned, words),
    commands: commandViews(objectionProcedure, row, party, pinned, words).map((command) =>
      // Without a record there is nothing to withdraw or correct here: what follows is said in the note.
      row.record_id === null ? { ...command, choices: [] } : command,
    ),
    materials,
    mayAddMaterial: !row.closed,
    remedies: outcome ? remedyViews(pinned, 'objection', outcome.effectiveOn) : [],
  };
}

const pageOfSheet = 200;
const maxSheetRows = 20_000;

/** The list exactly as filtered, read page by page; written down before the first row goes out. */
export async function objectionSheet(ctx: AppContext, actor: Actor, input: CaseQuery): Promise<SheetSpec> {
  authorize(actor, 'objection.read');
  await writeAccess(ctx.db.app, ctx, actor, {
    action: 'export.own',
    resourceKind: 'case',
    resourceId: null,
    detail: { ...input, procedure: 'objection' },
  });
  async function* rows(): AsyncGenerator<string[]> {
    let cursor: string | undefined;
    for (let written = 0; written < maxSheetRows; ) {
      const page = await listObjections(ctx, actor, { ...input, cursor, limit: pageOfSheet });
      for (const item of page.items)
        yield [
          item.number ?? '',
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
      written += page.items.length;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }
  return {
    name: '异议',
    header: [
      '文号',
      '单位',
      '统一社会信用代码',
      '类型',
      '信息',
      '状态',
      '办理单位',
      '承办人',
      '提交日期',
      '到期日',
      '日期性质',
      '逾期',
    ],
    rows: rows(),
  };
}

export function objectionRules(ctx: AppContext): ObjectionRules {
  const policy = ctx.policy().procedure('objection');
  return {
    clocks: policy.clocks.map((clock) => ({
      key: clock.key,
      label: words.clocks[clock.key] ?? { zh: clock.key, en: clock.key },
      days: clock.days,
      extendDays: clock.extendDays,
      basis: basisLine(clock.basis),
    })),
    states: objectionProcedure.states.map((key) => ({ key, name: stateWords(words, key) })),
    bulk: batchCommands.map((command) => ({
      ...({ command, label: words.commands[command] ?? { zh: command, en: command } } as const),
      ...({ reasons: null, note: 'optional', noteLabel: null, choices: [], confirm: null, tone: 'primary' } as const),
    })),
    reasons: Object.fromEntries(Object.entries(policy.reasons).map(([name, list]) => [name, [...list]])),
  };
}
