/** `/api/v1/casework`: many cases at once, whatever their procedures; who works on what; what is late. */
import {
  AnswerTaskRequest,
  AssignCasesRequest,
  CaseBatchResult,
  CommandCasesRequest,
  HandOverCasesRequest,
  OverdueList,
  OverdueQuery,
  WorkerList,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, commandKey, type HttpInstance } from '../../platform/http/index.ts';
import { authorize } from '../identity/index.ts';
import { assignCases, handOver, listWorkers } from './assign-case.ts';
import { eachCase } from './each-case.ts';
import { answerOverdue, listOverdue } from './overdue.ts';
import { type CaseRow, loadCaseRow } from './queries.ts';
import type { CaseKind } from './work-on-case.ts';

/** A procedure as the common desk needs it; joined at the root. */
export interface CaseDesk {
  readonly kind: CaseKind;
  /** The case, and as which party the actor stands in it; hidden from everybody else. */
  readonly reach: (ctx: AppContext, actor: Actor, caseId: string) => Promise<{ row: CaseRow; party: string }>;
  /** Gives a command as the module's own route does: it authorises the actor and checks what the command needs. */
  readonly act: (
    ctx: AppContext,
    actor: Actor,
    caseId: string,
    input: { readonly command: string; readonly reason?: string; readonly note?: string },
    key: string | null,
  ) => Promise<CaseRow>;
  /** Commands that may be given to many without reading each. */
  readonly many: readonly string[];
}

const tags = ['casework'];
const base = `${apiPrefix}/casework`;

const notForMany = (): DomainError =>
  new DomainError('unprocessable', {
    zh: '这一步须逐件办理，请打开该事项后办理。',
    en: 'This step is for one case at a time. Open it.',
  });

async function actOnOne(
  ctx: AppContext,
  desks: ReadonlyMap<string, CaseDesk>,
  actor: Actor,
  caseId: string,
  input: CommandCasesRequest,
  key: string | null,
): Promise<CaseRow> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (!row) throw new DomainError('not-found');
  const desk = desks.get(row.procedure);
  if (!desk) throw new HiddenError();
  // What the caller may not know of is hidden before anything else is said.
  await desk.reach(ctx, actor, caseId);
  if (!desk.many.includes(input.command)) throw notForMany();
  const { ids: _, ...command } = input;
  return desk.act(ctx, actor, caseId, command, key && `${key} ${caseId}`);
}

function manyRoutes(app: HttpInstance, ctx: AppContext, desks: ReadonlyMap<string, CaseDesk>): void {
  const kinds = new Map([...desks].map(([key, desk]) => [key, desk.kind]));
  app.post(
    `${base}/commands`,
    {
      config: { permission: 'case.work' },
      schema: { tags, summary: '批量办理 Many at once', body: CommandCasesRequest, response: { 200: CaseBatchResult } },
    },
    async (request) => {
      authorize(request.actor, 'case.work');
      const key = commandKey(request);
      return {
        results: await eachCase(request.body.ids, (id) => actOnOne(ctx, desks, request.actor, id, request.body, key)),
      };
    },
  );
  app.post(
    `${base}/assign`,
    {
      config: { permission: 'case.work' },
      schema: { tags, summary: '分办 Assign', body: AssignCasesRequest, response: { 200: CaseBatchResult } },
    },
    async (request) => {
      const { ids, ...to } = request.body;
      return assignCases(ctx, kinds, request.actor, ids, to, commandKey(request));
    },
  );
  app.post(
    `${base}/hand-over`,
    {
      config: { permission: 'case.work' },
      schema: { tags, summary: '移交 Hand over', body: HandOverCasesRequest, response: { 200: CaseBatchResult } },
    },
    async (request) => {
      const { from, to, note } = request.body;
      return handOver(ctx, kinds, request.actor, from, { accountId: to, note });
    },
  );
}

function watchRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${base}/workers`,
    {
      config: { permission: 'case.work' },
      schema: { tags, summary: '可分办的人员 To whom work may be given', response: { 200: WorkerList } },
    },
    async (request) => listWorkers(ctx, request.actor),
  );
  app.get(
    `${base}/overdue`,
    {
      config: { permission: 'case.work' },
      schema: {
        tags,
        summary: '辖区内逾期事项 What is overdue in the own area',
        querystring: OverdueQuery,
        response: { 200: OverdueList },
      },
    },
    async (request) => listOverdue(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/tasks/:id/answer`,
    {
      config: { permission: 'case.work' },
      schema: {
        tags,
        summary: '督办说明 Say what was done about a late case',
        params: Type.Object({ id: Type.String({ format: 'uuid' }) }),
        body: AnswerTaskRequest,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await answerOverdue(ctx, request.actor, request.params.id, request.body.note);
      return reply.code(204).send(null);
    },
  );
}

/** Register with `app.register(caseworkRoutes(ctx, desks))`. */
export function caseworkRoutes(ctx: AppContext, desks: readonly CaseDesk[]): (app: HttpInstance) => Promise<void> {
  const byKey = new Map(desks.map((desk) => [desk.kind.procedure.key, desk]));
  return async (app) => {
    manyRoutes(app, ctx, byKey);
    watchRoutes(app, ctx);
  };
}
