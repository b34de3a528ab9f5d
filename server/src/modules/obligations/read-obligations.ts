/** Obligations as bodies read their own and the credit office all: lists, rates, and what is stuck. */
import type {
  ObligationCycle,
  ObligationList,
  ObligationQuery,
  ObligationRates,
  ObligationView,
} from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import { may, scopeOf } from '../identity/index.ts';
import { liveEntriesOf } from '../lists/index.ts';
import * as queries from './queries.ts';
import { type ObligationState, obligationStates } from './state.ts';

const maxSpanDays = 731;
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
const words = (text: string) => ({ zh: text, en: text });
const defaultLimit = 50;
/** Something is to be done by a day. */
const asks: ReadonlySet<ObligationState> = new Set(['sent', 'toLift']);

const bodiesOf = (actor: Actor): readonly string[] | null => {
  const scope = scopeOf(actor, 'obligation.read');
  return scope.kind === 'all' ? null : scope.bodyIds;
};

function viewOf(
  ctx: AppContext,
  actor: Actor,
  row: queries.SeenObligation,
  live: ReadonlySet<string>,
  feedback: readonly queries.FeedbackRow[],
): ObligationView {
  const policy = ctx.policy();
  const measure = policy.measures().measures.find(({ id }) => id === row.measure);
  return {
    id: row.obligation_id,
    subject: { name: row.name, code: row.code },
    body: row.body,
    own: may(actor, 'obligation.answer', { bodyId: row.body_id }),
    list: row.list,
    listName: policy.list(row.list)?.name ?? words(row.list),
    measure: row.measure,
    measureName: measure?.name ?? words(row.measure),
    content: measure?.content ?? words(''),
    force: row.force,
    document: row.document,
    article: row.article,
    round: row.round,
    state: row.state,
    causeLive: live.has(row.entry_id),
    sentOn: row.sent_on,
    dueOn: asks.has(row.state) ? row.due_on : null,
    overdue: asks.has(row.state) && row.due_on < ctx.clock.today(),
    until: row.until_on,
    acknowledgedOn: row.acknowledged_on,
    toLiftOn: row.to_lift_on,
    liftedOn: row.lifted_on,
    liftNote: row.lift_note,
    feedback: feedback
      .filter((one) => one.obligation_id === row.obligation_id)
      .map(({ action, matter, case_number, acted_on, document, reason }) => ({
        action,
        matter,
        caseNumber: case_number,
        actedOn: acted_on,
        document,
        reason,
      })),
  };
}

export async function listObligations(ctx: AppContext, actor: Actor, query: ObligationQuery): Promise<ObligationList> {
  const bodies = bodiesOf(actor);
  const limit = query.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'obligations', query.cursor);
  const today = ctx.clock.today();
  const filter = {
    bodies,
    state: query.state ?? null,
    overdueOn: query.overdue ? today : null,
    list: query.list ?? null,
    measure: query.measure ?? null,
    bodyId: query.bodyId ?? null,
  };
  const entry = {
    action: 'obligation.read',
    resourceKind: 'obligation',
    detail: { state: filter.state, list: filter.list, measure: filter.measure },
  };
  return withAccess(ctx, actor, entry, async (tx) => {
    const after = position && { due: String(position[0]), id: String(position[1]) };
    const rows = await queries.obligationPage(tx, filter, after, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const subjects = [...new Set(page.map((row) => row.canonical_id))];
    const live = new Set(
      [...(await liveEntriesOf(tx, ctx.policy(), subjects, today)).values()].flat().map(({ entryId }) => entryId),
    );
    const feedback = await queries.feedbackOfObligations(tx, page);
    return {
      items: page.map((row) => viewOf(ctx, actor, row, live, feedback)),
      nextCursor:
        rows.length > limit && last ? sealPosition(ctx.keys, 'obligations', [last.due_on, last.obligation_id]) : null,
      dataAsOf: ctx.clock.now(),
    };
  });
}

const stateWords: Readonly<Record<ObligationState, string>> = {
  sent: '待签收',
  acknowledged: '已签收',
  applied: '已实施',
  notApplied: '未实施',
  toLift: '待解除',
  lifted: '已解除',
  withdrawn: '签收前已终止',
};
const maxRows = 20_000;
const pageRows = 200;
const header = [
  '主体名称',
  '统一社会信用代码',
  '名单',
  '文书号或案号',
  '措施',
  '应当/可以',
  '依据',
  '实施单位',
  '状态',
  '送达日期',
  '应办日期',
  '是否逾期',
  '签收日期',
  '反馈次数',
  '待解除日期',
  '解除日期',
];

/** As filtered, the most pressing first. */
export function obligationSheet(ctx: AppContext, actor: Actor, query: ObligationQuery): SheetSpec {
  bodiesOf(actor);
  async function* rows(): AsyncGenerator<string[]> {
    let cursor: string | undefined;
    for (let written = 0; written < maxRows; ) {
      const page: ObligationList = await listObligations(ctx, actor, {
        ...query,
        limit: pageRows,
        ...(cursor === undefined ? {} : { cursor }),
      });
      for (const one of page.items)
        yield [
          one.subject.name,
          one.subject.code ?? '',
          one.listName.zh,
          one.document,
          one.measureName.zh,
          one.force === 'required' ? '应当' : '可以',
          one.article,
          one.body,
          stateWords[one.state],
          one.sentOn,
          one.dueOn ?? '',
          one.overdue ? '是' : '',
          one.acknowledgedOn ?? '',
          String(one.feedback.length),
          one.toLiftOn ?? '',
          one.liftedOn ?? '',
        ];
      written += page.items.length;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }
  return { name: '惩戒协同义务', header, rows: rows() };
}

/**
 * Rates by body. Of how many decisions was asked is counted over the decisions that the platform holds; where a matter's decisions
 * are reported under no standard, nothing is claimed.
 */
export async function readRates(
  ctx: AppContext,
  actor: Actor,
  span: { readonly from: string; readonly to: string },
): Promise<ObligationRates> {
  const bodies = bodiesOf(actor);
  if (span.from > span.to || daysBetween(span.from, span.to) > maxSpanDays)
    throw new DomainError('invalid-request', {
      zh: '起止日期须先后有序，且不超过两年。请调整后再查看。',
      en: 'The days are in order and two years at most. Choose a shorter span.',
      details: [{ field: 'to', code: 'invalid', zh: '起止日期有误', en: 'the span is not valid' }],
    });
  const policy = ctx.policy();
  const rules = policy.checkRules();
  const matters = rules.matters.flatMap(({ code, decisions }) =>
    (decisions ?? []).map((standard) => ({ matter: code, standard })),
  );
  const { app } = ctx.db;
  const [kept, fed, asked] = await Promise.all([
    queries.keptInTime(app, bodies, { ...span, today: ctx.clock.today() }),
    queries.feedbackRates(app, bodies, span),
    queries.queryRates(app, bodies, matters, { ...span, days: rules.watchDays }),
  ]);
  const names = new Map([...kept, ...fed, ...asked].map((row) => [row.body_id, row.body]));
  const of = (rows: readonly queries.CountedRow[], id: string) => rows.find((row) => row.body_id === id);
  return {
    from: span.from,
    to: span.to,
    bodies: [...names]
      .sort((a, b) => (a[1] < b[1] ? -1 : 1))
      .map(([id, body]) => {
        const inTime = kept.find((row) => row.body_id === id);
        const [decisions, hits] = [of(asked, id), of(fed, id)];
        return {
          body,
          query: { done: decisions?.done ?? 0, of: decisions?.total ?? null },
          feedback: { done: hits?.done ?? 0, of: hits?.total ?? 0 },
          acknowledged: { done: inTime?.acknowledged ?? 0, of: inTime?.to_acknowledge ?? 0 },
          lifted: { done: inTime?.lifted ?? 0, of: inTime?.to_lift ?? 0 },
        };
      }),
    dataAsOf: ctx.clock.now(),
  };
}

export async function readCycle(ctx: AppContext, actor: Actor): Promise<ObligationCycle> {
  const bodies = bodiesOf(actor);
  const policy = ctx.policy();
  const [counts, stuck] = await Promise.all([
    queries.countsByState(ctx.db.app, bodies),
    queries.stuckOf(ctx.db.app, bodies, ctx.clock.today()),
  ]);
  return {
    states: obligationStates.map((state) => ({
      state,
      count: counts.find((row) => row.state === state)?.count ?? 0,
    })),
    stuck: stuck.map((row) => ({
      list: row.list,
      listName: policy.list(row.list)?.name ?? words(row.list),
      bodyId: row.body_id,
      body: row.body,
      toAcknowledge: row.to_acknowledge,
      toLift: row.to_lift,
      oldestDueOn: row.oldest,
    })),
    dataAsOf: ctx.clock.now(),
  };
}
