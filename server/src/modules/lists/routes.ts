/** `/api/v1/lists`, `/listings`, `/public/lists`. */
import {
  AnnouncedList,
  CaseView,
  CompareListQuery,
  CreditListList,
  ExemptionList,
  ListDifferences,
  ListEntryList,
  ListEntryQuery,
  ListEntryView,
  ListingCommandRequest,
  ProposeListingRequest,
  ReconcileListRequest,
  ReconcileListResult,
  SubjectListsView,
} from '@chengxin/contract';
import multipart from '@fastify/multipart';
import { type Static, Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { procedureRoutes, sendCaseSheet, viewCase } from '../casework/index.ts';
import { compareExtract, extractTemplate } from './compare-extract.ts';
import { listingDesk, proposeListing } from './listing-desk.ts';
import { entryOfListing } from './read-listing.ts';
import {
  readAnnounced,
  readEntries,
  readExemptions,
  readLists,
  readOwnLists,
  readPublicEntries,
  readPublicLists,
  readSubjectLists,
} from './read-lists.ts';
import { reconcileList } from './reconcile.ts';
import { entriesSheet } from './sheet.ts';

const tags = ['lists'];
const ListParams = Type.Object({ list: Type.String({ maxLength: 10 }) });
const CodeParams = Type.Object({ code: Type.String({ maxLength: 20 }) });
const robots = 'noindex, noarchive';

function publicRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/public/lists`,
    {
      config: { permission: 'public' },
      schema: { tags, summary: '公开的名单 Lists that are public', response: { 200: CreditListList } },
    },
    async (_request, reply) => {
      reply.header('x-robots-tag', robots);
      return readPublicLists(ctx);
    },
  );
  app.get(
    `${apiPrefix}/public/lists/:list/entries`,
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: '公示的名单主体 Who is shown on a list; organisations only',
        params: ListParams,
        querystring: ListEntryQuery,
        response: { 200: ListEntryList },
      },
    },
    async (request, reply) => {
      reply.header('x-robots-tag', robots);
      return readPublicEntries(ctx, request.params.list, request.query);
    },
  );
}

function announcedRoute(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/public/lists/:list/announced`,
    {
      config: { permission: 'public' },
      schema: {
        tags,
        summary: '守信名单认定前公示 Honours that are announced',
        params: ListParams,
        response: { 200: AnnouncedList },
      },
    },
    async (request, reply) => {
      reply.header('x-robots-tag', robots);
      return readAnnounced(ctx, request.params.list);
    },
  );
}

function readingRoutes(app: HttpInstance, ctx: AppContext): void {
  app.get(
    `${apiPrefix}/lists`,
    {
      config: { permission: 'list.read' },
      schema: { tags, summary: '名单目录 Lists', response: { 200: CreditListList } },
    },
    async (request) => readLists(ctx, request.actor),
  );
  app.get(
    `${apiPrefix}/lists/exemptions`,
    {
      config: { permission: 'list.read' },
      schema: { tags, summary: '豁免清单 Acts that lead to nothing', response: { 200: ExemptionList } },
    },
    async (request) => readExemptions(ctx, request.actor),
  );
  app.get(
    `${apiPrefix}/lists/own`,
    {
      config: { permission: 'list.own' },
      schema: { tags, summary: '本单位所在名单 The own organisation', response: { 200: SubjectListsView } },
    },
    async (request) => readOwnLists(ctx, request.actor),
  );
  app.get(
    `${apiPrefix}/lists/subjects/:code`,
    {
      config: { permission: 'list.read' },
      schema: {
        tags,
        summary: '主体所在名单 How an organisation stands',
        params: CodeParams,
        response: { 200: SubjectListsView },
      },
    },
    async (request) => readSubjectLists(ctx, request.actor, request.params.code),
  );
  app.get(
    `${apiPrefix}/lists/:list/entries`,
    {
      config: { permission: 'list.read' },
      schema: {
        tags,
        summary: '名单主体 Entries of a list',
        params: ListParams,
        querystring: ListEntryQuery,
        response: { 200: ListEntryList },
      },
    },
    async (request) => readEntries(ctx, request.actor, request.params.list, request.query),
  );
  app.get(
    `${apiPrefix}/lists/:list/entries.xlsx`,
    {
      config: { permission: 'list.read' },
      schema: { tags, summary: '导出名单 A list as a sheet', params: ListParams, querystring: ListEntryQuery },
    },
    async (request, reply) =>
      sendCaseSheet(reply, entriesSheet(ctx, request.actor, request.params.list, request.query)),
  );
  app.post(
    `${apiPrefix}/lists/:list/reconcile`,
    {
      config: { permission: 'list.reconcile' },
      schema: {
        tags,
        summary: '与认定单位名单核对 Reconcile with the recogniser',
        params: ListParams,
        body: ReconcileListRequest,
        response: { 200: ReconcileListResult },
      },
    },
    async (request) => reconcileList(ctx, request.actor, request.params.list, request.body),
  );
}

const maxExtractBytes = 5 * 1024 * 1024;

/** Uploads have a parser of their own, in a scope of their own. */
function extractRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 0, fileSize: maxExtractBytes + 1 } });
    app.post(
      `${apiPrefix}/lists/:list/differences`,
      {
        config: { permission: 'list.reconcile' },
        schema: {
          tags,
          summary: '与认定单位名单比对，不作变更 Compare with the extract of the recogniser',
          description: 'multipart/form-data with the part file: CSV or XLSX, 5 MB and 20,000 rows at most',
          consumes: ['multipart/form-data'],
          params: ListParams,
          querystring: CompareListQuery,
          response: { 200: ListDifferences },
        },
      },
      async (request, reply) => {
        const file = await request.file();
        if (!file)
          throw new DomainError('invalid-request', {
            zh: '没有收到文件（字段名 file）。',
            en: 'No file was received (field file).',
          });
        const { list } = request.params as Static<typeof ListParams>;
        const asked = request.query as Static<typeof CompareListQuery>;
        reply.header('cache-control', 'no-store');
        return compareExtract(ctx, request.actor, list, asked, file.file);
      },
    );
    app.get(
      `${apiPrefix}/lists/extract-template.xlsx`,
      { config: { permission: 'list.reconcile' }, schema: { tags, summary: '名单核对模板 Template of an extract' } },
      async (_request, reply) => sendCaseSheet(reply, extractTemplate()),
    );
  };
}

const ListingView = Type.Intersect([
  CaseView,
  Type.Object({ entry: Type.Union([ListEntryView, Type.Null()]), listKey: Type.String() }),
]);

export const listRoutes =
  (ctx: AppContext) =>
  async (app: HttpInstance): Promise<void> => {
    publicRoutes(app, ctx);
    announcedRoute(app, ctx);
    readingRoutes(app, ctx);
    await app.register(extractRoutes(ctx));
    const listingTags = ['listings'];
    app.post(
      `${apiPrefix}/listings`,
      {
        config: { permission: 'listing.propose' },
        schema: {
          tags: listingTags,
          summary: '提出列入建议 Propose an entry',
          body: ProposeListingRequest,
          response: { 201: ListingView },
        },
      },
      async (request, reply) => {
        const row = await proposeListing(ctx, request.actor, request.body);
        const view = await viewCase(ctx, request.actor, listingDesk, row.case_id);
        return reply.code(201).send({ ...view, ...(await entryOfListing(ctx, row.case_id)) });
      },
    );
    await procedureRoutes(app, ctx, {
      desk: listingDesk,
      tags: listingTags,
      commandBody: ListingCommandRequest,
      view: ListingView,
      more: (_ctx, _request, caseId) => entryOfListing(ctx, caseId),
    });
  };
