/** Leave and deputies; the duty roster. */
import {
  ActAsRequest,
  ColleagueList,
  DeputyList,
  DutyList,
  DutyQuery,
  ImportResult,
  NewDeputy,
  NewDuty,
  PageQuery,
} from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance, idempotent } from '../../platform/http/index.ts';
import { hashOfSessionCookie } from '../identity/index.ts';
import { actAs, addDeputy, colleaguesPage, deputiesPage, stopDeputy } from './deputies.ts';
import { type DutyImportRow, dutiesPage, dutyColumns, importDuties, planDuty, removeDuty } from './duty-roster.ts';
import { IdParams, once, sendSheet, uploadedFile } from './http.ts';
import { readSheet } from './read-sheet.ts';
import { templateSheet } from './sheets.ts';

export function deputyRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['deputies'];
  const config = { permission: 'deputy.manage' };
  app.get(
    `${apiPrefix}/deputies`,
    { config, schema: { tags, summary: '代理 Deputies', querystring: PageQuery, response: { 200: DeputyList } } },
    async (request) => deputiesPage(ctx, request.actor, request.query),
  );
  app.post(
    `${apiPrefix}/deputies`,
    {
      config,
      schema: {
        tags,
        summary: '设代理人 Name a deputy',
        body: NewDeputy,
        response: { 201: Type.Object({ id: Type.String() }) },
      },
    },
    async (request, reply) => {
      const answer = await idempotent(ctx, request, async (tx) => ({
        status: 201,
        body: { id: await addDeputy(ctx, tx, request.actor, request.body) },
      }));
      reply.code(201);
      return answer.body;
    },
  );
  app.post(
    `${apiPrefix}/deputies/:id/end`,
    { config, schema: { tags, summary: '提前结束 End it', params: IdParams, response: { 204: Type.Null() } } },
    async (request, reply) => once(ctx, request, reply, (tx) => stopDeputy(ctx, tx, request.actor, request.params.id)),
  );
  app.post(
    `${apiPrefix}/session/deputy`,
    {
      config,
      schema: {
        tags,
        summary: '以代理身份办理 Act for somebody absent, or stop',
        body: ActAsRequest,
        response: { 204: Type.Null() },
      },
    },
    // Not idempotent by key: the same session may go there and back many times.
    async (request, reply) => {
      await withTransaction(ctx.db.app, (tx) =>
        actAs(ctx, tx, request.actor, hashOfSessionCookie(ctx, request.cookies), request.body.deputyId),
      );
      reply.code(204);
      return null;
    },
  );
  app.get(
    `${apiPrefix}/colleagues`,
    {
      config,
      schema: {
        tags,
        summary: '可选人员 Colleagues that can be named',
        querystring: Type.Object({
          q: Type.Optional(Type.String({ maxLength: 50 })),
          body: Type.Optional(Type.String({ format: 'uuid' })),
        }),
        response: { 200: ColleagueList },
      },
    },
    async (request) => colleaguesPage(ctx, request.actor, request.query.q ?? '', request.query.body),
  );
}

const maxDutyRows = 2000;
const reasonsOf = (item: DutyImportRow | undefined): string =>
  (item?.problems ?? []).map((problem) => [problem.column, problem.zh].filter(Boolean).join('：')).join('；');

class TakenBack extends Error {
  readonly items: readonly DutyImportRow[];
  constructor(items: readonly DutyImportRow[]) {
    super('a dry run is taken back');
    this.items = items;
  }
}

const resultOf = (items: readonly DutyImportRow[], applied: boolean): ImportResult => ({
  applied,
  rows: items.length,
  good: items.filter((item) => item.ok).length,
  bad: items.filter((item) => !item.ok).length,
  items: items.map((item) => ({
    row: item.row,
    login: item.login,
    name: '',
    act: 'duty',
    ok: item.ok,
    password: null,
    problems: [...item.problems],
  })),
});

export function dutyRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['duty roster'];
  const config = { permission: 'duty.manage' };
  app.get(
    `${apiPrefix}/duty-roster`,
    {
      config: { permission: 'duty.read' },
      schema: { tags, summary: '值班表 Duty roster', querystring: DutyQuery, response: { 200: DutyList } },
    },
    async (request) => dutiesPage(ctx, request.actor, request.query),
  );
  app.get(
    `${apiPrefix}/duty-roster/template`,
    { config, schema: { tags, summary: '下载值班表模板 Template' } },
    async (_request, reply) => sendSheet(reply, templateSheet('值班表模板', dutyColumns)),
  );
  app.post(
    `${apiPrefix}/duty-roster`,
    { config, schema: { tags, summary: '排班 Plan a shift', body: NewDuty, response: { 204: Type.Null() } } },
    async (request, reply) =>
      once(ctx, request, reply, (tx) => {
        const bodyId = request.body.bodyId ?? request.actor.bodyId;
        if (!bodyId) throw new DomainError('unprocessable', { zh: '请选择单位。', en: 'Name the body.' });
        const { onDate, shift, accountId, phone = null } = request.body;
        return planDuty(ctx, tx, request.actor, { bodyId, onDate, shift, accountId, phone });
      }),
  );
  app.delete(
    `${apiPrefix}/duty-roster/:id`,
    { config, schema: { tags, summary: '取消排班 Remove a shift', params: IdParams, response: { 204: Type.Null() } } },
    async (request, reply) => {
      await withTransaction(ctx.db.app, (tx) => removeDuty(ctx, tx, request.actor, request.params.id));
      reply.code(204);
      return null;
    },
  );
  app.post(
    `${apiPrefix}/duty-roster/imports`,
    {
      config: { ...config, rateLimit: { max: 20, timeWindow: 60_000 } },
      schema: {
        tags,
        summary: '导入值班表 Import from Excel',
        consumes: ['multipart/form-data'],
        querystring: Type.Object({
          mode: Type.Union([Type.Literal('check'), Type.Literal('apply')]),
          answer: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('bad')])),
        }),
        response: { 200: ImportResult },
      },
    },
    async (request, reply) => {
      const rows = await readSheet(ctx, await uploadedFile(request), dutyColumns, maxDutyRows);
      const run = async (): Promise<readonly DutyImportRow[]> => {
        try {
          await withTransaction(ctx.db.app, async (tx) => {
            throw new TakenBack(await importDuties(ctx, tx, request.actor, rows));
          });
        } catch (error) {
          if (error instanceof TakenBack) return error.items;
          throw error;
        }
        return [];
      };
      if (request.query.mode === 'check' || request.query.answer === 'bad') {
        const items = await run();
        if (request.query.answer !== 'bad') return resultOf(items, false);
        const bad = new Map(items.filter((item) => !item.ok).map((item) => [item.row, item]));
        return sendSheet(reply, {
          name: '未通过的行',
          header: [...dutyColumns.map((column) => column.heading), '原因'],
          rows: rows
            .filter((row) => bad.has(row.row))
            .map((row) => [...dutyColumns.map((column) => row.cells[column.key] ?? ''), reasonsOf(bad.get(row.row))]),
        }) as never;
      }
      const answer = await idempotent<ImportResult>(ctx, request, async (tx) => ({
        status: 200,
        body: resultOf(await importDuties(ctx, tx, request.actor, rows), true),
      }));
      return answer.body;
    },
  );
}
