/** `/api/v1/quality`: rates, what is due, samples, months, letters. */
import { Readable } from 'node:stream';
import {
  BoardQuery,
  CodeProblems,
  DecisionQuery,
  DecisionRow,
  DeclareRequest,
  DrawSample,
  DutyImport,
  DutyStandards,
  FaultQuery,
  FaultRow,
  FeedbackList,
  GapList,
  IdSchema,
  IndicatorView,
  LetterClose,
  LetterQuery,
  LetterReply,
  LetterView,
  listOf,
  MonthList,
  MonthParams,
  MonthQuery,
  MonthView,
  PageQuery,
  PaperOfMonth,
  PressedPapers,
  QualityBoard,
  QualityDuty,
  QualityDutyChange,
  QualityDutyList,
  QualityTasks,
  SampleDetail,
  SampleList,
  SampleQuery,
  SampleView,
  SetDuty,
  SetDutyQuery,
  YearParams,
} from '@chengxin/contract';
import multipart from '@fastify/multipart';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { type SheetSpec, xlsxPieces } from '../../platform/tabular/index.ts';
import { maxSheetBytes } from '../accounts/index.ts';
import { boardSheet, indicatorView, readBoard, readFaults } from './board.ts';
import { changeDuty, declare, readDuties, readGaps } from './duties.ts';
import { readCodes, readFeedback, readTasks } from './feedback.ts';
import { closeLetter, listLetters, replyToLetter } from './letters.ts';
import { closeMonth, listMonths } from './months.ts';
import { pressMonth } from './press.ts';
import { compareWebsite, drawSample, listSamples, readSample, sampleSheet, takeResult } from './samples.ts';
import { dutySheet, dutyStandards, importDuties, listDecisions, listSetDuties } from './set-duties.ts';
import type { QualityPorts } from './types.ts';
import { pressYear } from './year-report.ts';

const base = `${apiPrefix}/quality`;
const tags = ['quality'];
const IdParams = Type.Object({ id: IdSchema }, { additionalProperties: false });
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const read = { permission: 'quality.read' } as const;
const confirm = { permission: 'quality.confirm' } as const;
const manage = { permission: 'quality.manage' } as const;

function sendSheets(reply: FastifyReply, fileName: string, sheets: readonly SheetSpec[]): FastifyReply {
  return reply
    .type(xlsxType)
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(`${fileName}.xlsx`)}`)
    .header('cache-control', 'no-store')
    .send(Readable.from(xlsxPieces({ sheets })));
}

function readRoutes(app: HttpInstance, ctx: AppContext, ports: QualityPorts): void {
  app.get(
    `${base}/indicators`,
    { config: read, schema: { tags, summary: '指标定义 Definitions', response: { 200: listOf(IndicatorView) } } },
    async () => {
      const { indicators, confirmed } = ctx.policy().quality();
      return {
        items: indicators.map((one) => indicatorView(one, confirmed)),
        nextCursor: null,
        dataAsOf: ctx.clock.now(),
      };
    },
  );
  app.get(
    `${base}/board`,
    {
      config: read,
      schema: { tags, summary: '质量指标 Rates', querystring: BoardQuery, response: { 200: QualityBoard } },
    },
    async (request) => readBoard(ctx, ports, request.actor, request.query),
  );
  app.get(
    `${base}/board.xlsx`,
    { config: read, schema: { tags, summary: '质量指标 Excel Rates as Excel', querystring: BoardQuery } },
    async (request, reply) => {
      const board = await readBoard(ctx, ports, request.actor, request.query);
      await writeAccess(ctx.db.app, ctx, request.actor, {
        action: 'export.own',
        resourceKind: 'quality',
        detail: { month: board.month, by: board.by },
      });
      return sendSheets(reply, `数据质量 ${board.month}`, [boardSheet(board)]);
    },
  );
  app.get(
    `${base}/rows`,
    {
      config: read,
      schema: {
        tags,
        summary: '指标背后的行 Rows behind a rate',
        querystring: FaultQuery,
        response: { 200: listOf(FaultRow) },
      },
    },
    async (request) => readFaults(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/feedback`,
    {
      config: read,
      schema: { tags, summary: '质量反馈 Feedback', querystring: MonthQuery, response: { 200: FeedbackList } },
    },
    async (request) => readFeedback(ctx, request.actor, request.query.month),
  );
  app.get(
    `${base}/tasks`,
    { config: read, schema: { tags, summary: '待办 Tasks', response: { 200: QualityTasks } } },
    async (request) => readTasks(ctx, request.actor),
  );
  app.get(
    `${base}/gaps`,
    {
      config: read,
      schema: {
        tags,
        summary: '文号断号 Gaps in document numbers',
        querystring: MonthQuery,
        response: { 200: GapList },
      },
    },
    async (request) => readGaps(ctx, request.actor, request.query.month),
  );
  app.get(
    `${base}/codes`,
    {
      config: manage,
      schema: { tags, summary: '重码、错码 Wrong codes', querystring: PageQuery, response: { 200: CodeProblems } },
    },
    async (request) => readCodes(ctx, request.actor, request.query),
  );
}

function dutyRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${base}/duties`,
    {
      config: read,
      schema: { tags, summary: '月度确认 What is due', querystring: MonthQuery, response: { 200: QualityDutyList } },
    },
    async (request) => readDuties(ctx, request.actor, request.query.month),
  );
  app.put(
    `${base}/duties`,
    {
      config: manage,
      schema: { tags, summary: '设定应报事项 Set a duty', body: QualityDutyChange, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await changeDuty(ctx, request.actor, request.body);
      return reply.code(204).send(null);
    },
  );
  app.get(
    `${base}/duties/set`,
    {
      config: manage,
      schema: {
        tags,
        summary: '应报事项 What each body owes',
        querystring: SetDutyQuery,
        response: { 200: listOf(SetDuty) },
      },
    },
    async (request) => listSetDuties(ctx, request.actor, request.query),
  );
  app.get(
    `${base}/duties/standards`,
    {
      config: manage,
      schema: { tags, summary: '可设应报的事项 What can be owed', response: { 200: DutyStandards } },
    },
    async () => dutyStandards(ctx),
  );
  app.get(
    `${base}/duties/sheet`,
    { config: manage, schema: { tags, summary: '应报事项表 Duties as Excel' } },
    async (request, reply) => sendSheets(reply, '应报事项', [await dutySheet(ctx, request.actor)]),
  );
  app.get(
    `${base}/decisions`,
    {
      config: read,
      schema: {
        tags,
        summary: '数字背后的决定 Decisions behind a figure',
        querystring: DecisionQuery,
        response: { 200: listOf(DecisionRow) },
      },
    },
    async (request) => listDecisions(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/declarations`,
    {
      config: confirm,
      schema: {
        tags,
        summary: '确认件数、零报告 Confirm a month',
        body: DeclareRequest,
        response: { 200: QualityDuty },
      },
    },
    async (request) => declare(ctx, request.actor, request.body),
  );
}

function monthRoutes(app: HttpInstance, ctx: AppContext, ports: QualityPorts): void {
  app.get(
    `${base}/months`,
    { config: manage, schema: { tags, summary: '月度 Months', response: { 200: MonthList } } },
    async (request) => listMonths(ctx, request.actor),
  );
  app.post(
    `${base}/months/:month/close`,
    {
      config: manage,
      schema: { tags, summary: '结账 Close a month', params: MonthParams, response: { 200: MonthView } },
    },
    async (request) => closeMonth(ctx, ports, request.actor, request.params.month),
  );
  app.post(
    `${base}/months/:month/papers`,
    {
      config: manage,
      schema: {
        tags,
        summary: '生成通报、报告和督办 Bulletin, reports and letters',
        params: MonthParams,
        response: { 200: PressedPapers },
      },
    },
    async (request) => pressMonth(ctx, ports, request.actor, request.params.month),
  );
  app.get(
    `${base}/months/:month/annex`,
    { config: manage, schema: { tags, summary: '通报附件 Annex', params: MonthParams } },
    async (request, reply) => {
      const { month } = request.params;
      const sheets: SheetSpec[] = [];
      for (const [by, name] of [
        ['body', '按单位'],
        ['item', '按条目'],
        ['district', '按区域'],
        ['channel', '按渠道'],
      ] as const)
        sheets.push({ ...boardSheet(await readBoard(ctx, ports, request.actor, { month, by })), name });
      await writeAccess(ctx.db.app, ctx, request.actor, {
        action: 'export.own',
        resourceKind: 'quality',
        detail: { month, sheet: 'annex' },
      });
      return sendSheets(reply, `数据质量通报附件 ${month}`, sheets);
    },
  );
  app.post(
    `${base}/years/:year/report`,
    {
      config: manage,
      schema: { tags, summary: '年度运行报告 Yearly report', params: YearParams, response: { 200: PaperOfMonth } },
    },
    async (request) => pressYear(ctx, request.actor, request.params.year),
  );
}

function letterRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${base}/letters`,
    {
      config: read,
      schema: {
        tags,
        summary: '督办单、风险提示函 Letters',
        querystring: LetterQuery,
        response: { 200: listOf(LetterView) },
      },
    },
    async (request) => listLetters(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/letters/:id/reply`,
    {
      config: confirm,
      schema: { tags, summary: '回复 Reply', params: IdParams, body: LetterReply, response: { 200: LetterView } },
    },
    async (request) => replyToLetter(ctx, request.actor, request.params.id, request.body.reply),
  );
  app.post(
    `${base}/letters/:id/close`,
    {
      config: manage,
      schema: { tags, summary: '办结 Close', params: IdParams, body: LetterClose, response: { 200: LetterView } },
    },
    async (request) => closeLetter(ctx, request.actor, request.params.id, request.body.reason),
  );
}

function sampleRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${base}/samples`,
    {
      config: manage,
      schema: { tags, summary: '抽查 Samples', querystring: SampleQuery, response: { 200: SampleList } },
    },
    async (request) => listSamples(ctx, request.actor, request.query),
  );
  app.post(
    `${base}/samples`,
    { config: manage, schema: { tags, summary: '抽取样本 Draw', body: DrawSample, response: { 201: SampleView } } },
    async (request, reply) => reply.code(201).send(await drawSample(ctx, request.actor, request.body)),
  );
  app.get(
    `${base}/samples/:id`,
    {
      config: manage,
      schema: {
        tags,
        summary: '一次抽查 One sample',
        params: IdParams,
        querystring: Type.Object(
          { cursor: Type.Optional(Type.String({ maxLength: 500 })) },
          { additionalProperties: false },
        ),
        response: { 200: SampleDetail },
      },
    },
    async (request) => readSample(ctx, request.actor, request.params.id, request.query.cursor),
  );
  app.get(
    `${base}/samples/:id/sheet`,
    { config: manage, schema: { tags, summary: '抽样核查表 Sheet', params: IdParams } },
    async (request, reply) =>
      sendSheets(reply, '抽样核查表', [await sampleSheet(ctx, request.actor, request.params.id)]),
  );
}

const WebsiteQuery = Type.Object(
  {
    month: MonthParams.properties.month,
    bodyId: IdSchema,
    standard: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_-]{0,79}$' }),
  },
  { additionalProperties: false },
);

/** Uploads have a parser of their own, in a scope of their own. */
function uploadRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 0, fileSize: maxSheetBytes + 1 } });
    const description = 'multipart/form-data with the part file: CSV or XLSX, 5 MB and 5,000 rows at most';
    const consumes = ['multipart/form-data'];
    const missing = (): DomainError =>
      new DomainError('unprocessable', { zh: '请选择文件（CSV 或 Excel）。', en: 'Choose a file (CSV or Excel).' });
    app.post(
      `${base}/samples/website`,
      {
        config: manage,
        schema: {
          tags,
          summary: '与部门网站比对 Compare with a website',
          description,
          consumes,
          querystring: WebsiteQuery,
          response: { 201: SampleView },
        },
      },
      async (request, reply) => {
        const file = await request.file();
        if (!file) throw missing();
        const { month, bodyId, standard } = request.query as { month: string; bodyId: string; standard: string };
        const made = await compareWebsite(ctx, request.actor, {
          month,
          bodyId,
          standard,
          fileName: file.filename,
          source: file.file,
        });
        return reply.code(201).send(made);
      },
    );
    app.post(
      `${base}/duties/sheet`,
      {
        config: manage,
        schema: {
          tags,
          summary: '导入应报事项 Set duties by Excel',
          description,
          consumes,
          response: { 200: DutyImport },
        },
      },
      async (request) => {
        const file = await request.file();
        if (!file) throw missing();
        return importDuties(ctx, request.actor, file.file);
      },
    );
    app.post(
      `${base}/samples/:id/result`,
      {
        config: manage,
        schema: {
          tags,
          summary: '上传核查结果 Take the result',
          description,
          consumes,
          params: IdParams,
          response: { 200: SampleView },
        },
      },
      async (request) => {
        const { id } = request.params as { id: string };
        const file = await request.file();
        if (!file) throw missing();
        return takeResult(ctx, request.actor, id, { fileName: file.filename, source: file.file });
      },
    );
  };
}

export function qualityRoutes(ctx: AppContext, ports: QualityPorts): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    readRoutes(app, ctx, ports);
    dutyRoutes(app, ctx);
    monthRoutes(app, ctx, ports);
    letterRoutes(app, ctx);
    sampleRoutes(app, ctx);
    await app.register(uploadRoutes(ctx));
  };
}
