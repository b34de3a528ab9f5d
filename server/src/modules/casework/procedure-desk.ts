/**
 * A procedure as its parties work with it over HTTP: who reaches a case and as what, what a list holds, what a page says.
 * A module gives this once; lists, sheets, pages, commands, extensions, many at once and files follow from it.
 */
import type {
  CaseBatchResult,
  CaseDeskView,
  CaseItem,
  CaseList,
  CaseQuery,
  CaseView,
  ExtensionRequest,
} from '@chengxin/contract';
import { looksLikePersonIdentifier } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import { authorize, may, type Permission } from '../identity/index.ts';
import type { Bilingual } from '../policy/index.ts';
import { materialViews } from './materials.ts';
import { caseNames } from './names.ts';
import { type CaseFilter, type CaseRow, eventOfKey, eventsOf, listCaseRows, type StoredEvent } from './queries.ts';
import {
  type CaseWords,
  caseItem,
  clockViews,
  commandViews,
  eventViews,
  extensionViews,
  partyWords,
  remedyViews,
  stateWords,
} from './views.ts';
import { actOnCase, askForExtension, type CaseKind, decideExtension } from './work-on-case.ts';

export interface Reached {
  readonly row: CaseRow;
  readonly party: string;
}

/** A command with whatever choices its procedure knows. */
export interface GivenCommand {
  readonly command: string;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  readonly expectedEvents?: number | undefined;
}

export interface ProcedureDesk<G extends GivenCommand = GivenCommand> {
  /** Under the prefix of the API, such as `/objections`. */
  readonly path: string;
  readonly name: Bilingual;
  readonly kind: CaseKind;
  readonly words: CaseWords;
  readonly read: Permission;
  readonly handle: Permission;
  /** The party that conducts the procedure: it asks for extensions and acts on many at once. */
  readonly conducts: string;
  /** The clock that may be extended; null = none. */
  readonly extends: string | null;
  /** Commands after which the ways against the outcome are named. */
  readonly outcomes: readonly string[];
  /** Commands that may be given to many at once. */
  readonly batch: readonly string[];
  /** Hidden from everybody who is no party. */
  readonly reach: (ctx: AppContext, actor: Actor, caseId: string) => Promise<Reached>;
  readonly scope: (
    ctx: AppContext,
    actor: Actor,
  ) => Promise<Pick<CaseFilter, 'bodies' | 'subjects' | 'orOpenedBy' | 'orRaisedBy' | 'notState'>>;
  readonly content: (row: CaseRow) => CaseView['content'];
  /** Beside the subject. */
  readonly parties?: (ctx: AppContext, row: CaseRow) => Promise<CaseView['parties']>;
  /** Commands that a page of their own gives, or that make no sense for this case. */
  readonly commands?: (row: CaseRow, commands: CaseView['commands']) => CaseView['commands'];
  /** Checks what the command says and makes what is kept with its event. */
  readonly prepare?: (
    ctx: AppContext,
    actor: Actor,
    reached: Reached,
    given: G,
  ) => Promise<Readonly<Record<string, unknown>> | null>;
  /**
   * Where the command must share the transaction of something else: runs it and calls `act` inside, with what more is to be
   * kept with the event. Null: a transaction of its own.
   */
  readonly within?: (
    ctx: AppContext,
    actor: Actor,
    reached: Reached,
    given: G,
    act: (tx: Transaction, more: Readonly<Record<string, unknown>>) => Promise<CaseRow>,
  ) => Promise<CaseRow> | null;
}

const personNumbers = (): DomainError =>
  new DomainError('unprocessable', {
    zh: '文字中含有个人证件号码，请删去后再提交；需要证明身份的，由窗口当面核验。',
    en: 'The text holds an identity number of a person. Take it out; identity is proved at a window.',
  });

/** What parties write is shown to other parties and may stand beside a record: never with numbers of persons (个人信息保护法 art. 6). */
export function withoutPersonNumbers(...texts: readonly (string | null | undefined)[]): void {
  const found = texts.some((text) => (looksLikePersonIdentifier(text ?? '') ?? []).some((one) => !one.alsoUnifiedCode));
  if (found) throw personNumbers();
}

const defaultLimit = 50;

export async function listCases<G extends GivenCommand>(
  ctx: AppContext,
  actor: Actor,
  desk: ProcedureDesk<G>,
  input: CaseQuery,
): Promise<CaseList> {
  authorize(actor, desk.read);
  const { key } = desk.kind.procedure;
  const scope = await desk.scope(ctx, actor);
  const position = openPosition(ctx.keys, `cases:${key}`, input.cursor);
  const limit = input.limit ?? defaultLimit;
  const today = ctx.clock.today();
  const rows = await listCaseRows(
    ctx.db.app,
    {
      procedure: key,
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
    items: page.map((row) => caseItem(row, names, { today, policy: ctx.policy(), words: desk.words })),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, `cases:${key}`, [last.opened_at, last.case_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const lastOutcome = (events: readonly StoredEvent[], outcomes: readonly string[]): StoredEvent | undefined =>
  events.findLast((event) => event.kind === 'command' && outcomes.includes(event.name));

/** Who opens a case that is over reads how it ended, not only that it did. */
function endedAs(item: CaseItem, outcome: StoredEvent | undefined, words: CaseWords): Bilingual {
  const how = item.closed && outcome && outcome.to !== item.state ? words.commands[outcome.name] : undefined;
  if (!how) return item.stateLabel;
  return { zh: `${item.stateLabel.zh}：${how.zh}`, en: `${item.stateLabel.en}: ${how.en}` };
}

export async function viewCase<G extends GivenCommand>(
  ctx: AppContext,
  actor: Actor,
  desk: ProcedureDesk<G>,
  caseId: string,
): Promise<CaseView> {
  authorize(actor, desk.read);
  const { words } = desk;
  const { row, party } = await desk.reach(ctx, actor, caseId);
  const pinned = await ctx.policySet(row.policy_set_id);
  const today = ctx.clock.today();
  const [names, events, materials, others] = await Promise.all([
    caseNames(ctx.db.app, [row]),
    eventsOf(ctx.db.app, row),
    materialViews(ctx, row, words),
    desk.parties?.(ctx, row) ?? [],
  ]);
  const item = caseItem(row, names, { today, policy: pinned, words });
  const clocks = clockViews(row, pinned, ctx.policy(), today, words);
  const commands = commandViews(desk.kind.procedure, row, party, pinned, words);
  const outcome = lastOutcome(events, desk.outcomes);
  return {
    ...item,
    stateLabel: endedAs(item, outcome, words),
    party,
    parties: [{ role: partyWords(words, 'subject'), name: item.subject.name, code: item.subject.code }, ...others],
    content: desk.content(row),
    onBehalf: row.facts.onBehalf === true,
    upstreamNumber: row.upstream_number,
    events: row.events,
    extensionAsked: row.extension?.reason ?? null,
    extension: extensionViews(row, clocks, desk.extends !== null && party === desk.conducts, actor.accountId),
    clocks,
    history: eventViews(row, events, pinned, words),
    commands: desk.commands?.(row, commands) ?? commands,
    materials,
    mayAddMaterial: !row.closed,
    remedies: outcome ? remedyViews(pinned, row.procedure, outcome.effectiveOn) : [],
  };
}

export function deskView<G extends GivenCommand>(ctx: AppContext, actor: Actor, desk: ProcedureDesk<G>): CaseDeskView {
  authorize(actor, desk.read);
  const { key, states } = desk.kind.procedure;
  const handles = may(actor, desk.handle);
  return {
    states: states.map((state) => ({ key: state, name: stateWords(desk.words, state) })),
    kinds: [...(ctx.policy().procedure(key).reasons.kind ?? [])],
    bulk: (handles ? desk.batch : []).map((command) => ({
      command,
      label: desk.words.commands[command] ?? { zh: command, en: command },
      reasons: null,
      note: 'optional',
      noteLabel: null,
      choices: [],
      confirm: null,
      tone: 'primary',
    })),
  };
}

const pageOfSheet = 200;
const maxSheetRows = 20_000;
const sheetHead = [
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
];
const sheetLine = (item: CaseItem): string[] => [
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

/** The list exactly as filtered, read page by page; written down before the first row goes out. */
export async function caseSheet<G extends GivenCommand>(
  ctx: AppContext,
  actor: Actor,
  desk: ProcedureDesk<G>,
  input: CaseQuery,
): Promise<SheetSpec> {
  authorize(actor, desk.read);
  await writeAccess(ctx.db.app, ctx, actor, {
    action: 'export.own',
    resourceKind: 'case',
    resourceId: null,
    detail: { ...input, procedure: desk.kind.procedure.key },
  });
  async function* rows(): AsyncGenerator<string[]> {
    let cursor: string | undefined;
    for (let written = 0; written < maxSheetRows; ) {
      const page = await listCases(ctx, actor, desk, { ...input, cursor, limit: pageOfSheet });
      for (const item of page.items) yield sheetLine(item);
      written += page.items.length;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }
  return { name: desk.name.zh, header: sheetHead, rows: rows() };
}

/** Gives a command as the party that the actor is. */
export async function giveCommand<G extends GivenCommand>(
  ctx: AppContext,
  actor: Actor,
  desk: ProcedureDesk<G>,
  caseId: string,
  given: G,
  key: string | null,
): Promise<CaseRow> {
  const reached = await desk.reach(ctx, actor, caseId);
  if (key !== null && (await eventOfKey(ctx.db.app, reached.row, key))) return reached.row;
  withoutPersonNumbers(given.note);
  const ask = desk.words.asks[given.command];
  if (ask?.note === 'required' && !given.note?.trim())
    throw new DomainError('unprocessable', {
      zh: '请填写说明。',
      en: 'Write what is needed in the note.',
      details: [{ field: 'body/note', zh: '必填', en: 'needed' }],
    });
  const data = (await desk.prepare?.(ctx, actor, reached, given)) ?? null;
  const act = (tx: Transaction, more: Readonly<Record<string, unknown>> = {}): Promise<CaseRow> =>
    actOnCase(tx, ctx, actor, desk.kind, caseId, {
      command: given.command,
      party: reached.party,
      reason: given.reason ?? null,
      note: given.note ?? null,
      data: data === null && Object.keys(more).length === 0 ? null : { ...data, ...more },
      key,
      ...(given.expectedEvents === undefined ? {} : { expectedEvents: given.expectedEvents }),
    });
  return desk.within?.(ctx, actor, reached, given, act) ?? withTransaction(ctx.db.app, (tx) => act(tx));
}

/** The procedure's clock is extended once; another person of the conducting body grants it. */
export async function extendCase<G extends GivenCommand>(
  ctx: AppContext,
  actor: Actor,
  desk: ProcedureDesk<G>,
  caseId: string,
  input: ExtensionRequest,
): Promise<CaseRow> {
  const { party } = await desk.reach(ctx, actor, caseId);
  const clock = desk.extends;
  if (party !== desk.conducts || clock === null) throw new DomainError('forbidden');
  return withTransaction(ctx.db.app, (tx) =>
    input.act === 'ask'
      ? askForExtension(tx, ctx, actor, desk.kind, caseId, { clock, reason: input.reason ?? '' })
      : decideExtension(tx, ctx, actor, desk.kind, caseId, { granted: input.act === 'grant' }),
  );
}

/** One command for many. Each is judged by itself and in its own transaction: one that cannot be does not stop the rest. */
export async function batchCases<G extends GivenCommand>(
  ctx: AppContext,
  actor: Actor,
  desk: ProcedureDesk<G>,
  input: G & { readonly ids: readonly string[] },
  key: string | null,
): Promise<CaseBatchResult> {
  authorize(actor, desk.handle);
  if (!desk.batch.includes(input.command))
    throw new DomainError('unprocessable', {
      zh: '这一步需要逐件办理。',
      en: 'This is decided case by case.',
      details: [{ field: 'body/command', zh: '不能批量', en: 'not for many' }],
    });
  const results: CaseBatchResult['results'] = [];
  for (const id of new Set(input.ids)) {
    try {
      const row = await giveCommand(ctx, actor, desk, id, input, key && `${key} ${id}`);
      results.push({ id, number: row.number, ok: true, message: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.push({ id, number: null, ok: false, message: { zh: error.zh, en: error.en } });
    }
  }
  return { results };
}
