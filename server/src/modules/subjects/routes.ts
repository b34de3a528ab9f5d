/** `/api/v1` of subjects: public search and archive, the officer's full archive, merge and split. */
import {
  ArchiveSchema,
  DaySchema,
  EarlierStatesSchema,
  FullArchiveQuerySchema,
  FullArchiveSchema,
  FullRecordListSchema,
  MergeBodySchema,
  MergeResultSchema,
  PublicRecordListSchema,
  RecordLineageSchema,
  RecordParamsSchema,
  RecordsQuerySchema,
  SearchQuerySchema,
  SplitBodySchema,
  SubjectListSchema,
  SubjectParamsSchema,
  SuggestListSchema,
} from '@chengxin/contract';
import { subjectKindLabels } from '@chengxin/identifiers';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { isId } from '../../platform/ids.ts';
import { publicReading } from '../access/index.ts';
import { type Archive, type ArchiveKey, dataAsOf, loadArchive, loadArchiveRecords } from './load-archive.ts';
import { matchRoutes } from './match/routes.ts';
import { mergeSubjects, splitSubject } from './merge-subjects.ts';
import type { SubjectPorts } from './ports.ts';
import { readFullArchive, readFullRecords, readLineage, searchAsOfficer } from './read-archive.ts';
import { readEarlierStates } from './read-earlier.ts';
import { reconcileRoutes } from './reconcile/routes.ts';
import { endedStates, type SearchItem, searchSubjects } from './search-subjects.ts';

const defaultLimit = 20;
const suggestions = 10;

/** A path's key: an id, or any identifier. */
export const archiveKey = (text: string): ArchiveKey => (isId(text) ? { subjectId: text } : { code: text });

const itemView = (item: SearchItem) => ({
  code: item.code,
  key: item.code ?? item.subjectId,
  name: item.name,
  kind: item.kind,
  kindLabel: subjectKindLabels[item.kind],
  status: item.status,
  provisional: item.provisional,
  matched: item.matched,
  formerName: item.formerName,
});

const archiveView = (archive: Archive) => ({
  ...archive,
  key: archive.code ?? archive.subjectId,
  kindLabel: subjectKindLabels[archive.kind],
});

function publicRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts): void {
  const config = { permission: 'public' };
  const archive = { permission: 'public', records: true } as const;
  const tags = ['public'];
  app.get(
    `${apiPrefix}/public/subjects`,
    {
      config,
      schema: {
        tags,
        summary: '查询主体 Search organisations',
        querystring: SearchQuerySchema,
        response: { 200: SubjectListSchema },
      },
    },
    async (request) => {
      const { q, cursor, limit = defaultLimit } = request.query;
      const page = await searchSubjects(ctx.db.app, q, {
        limit,
        cursor,
        keys: ctx.keys,
        level: 'public',
        ended: endedStates(ctx),
      });
      return {
        items: page.items.map(itemView),
        nextCursor: page.nextCursor,
        dataAsOf: await dataAsOf(ctx, ctx.db.app),
        truncated: page.truncated,
      };
    },
  );
  app.get(
    `${apiPrefix}/public/subjects::suggest`,
    {
      config,
      schema: {
        tags,
        summary: '输入提示 Suggestions while typing',
        querystring: Type.Object({ q: Type.String() }),
        response: { 200: SuggestListSchema },
      },
    },
    async (request) => {
      const page = await searchSubjects(ctx.db.app, request.query.q, {
        limit: suggestions,
        keys: ctx.keys,
        level: 'public',
        ended: endedStates(ctx),
      });
      const items = page.items.map((item) => ({
        key: item.code ?? item.subjectId,
        code: item.code,
        name: item.name,
        formerName: item.formerName,
      }));
      return { items, dataAsOf: await dataAsOf(ctx, ctx.db.app) };
    },
  );
  app.get(
    `${apiPrefix}/public/subjects/:code`,
    {
      config: archive,
      schema: {
        tags,
        summary: '公共信用档案 Public archive',
        params: SubjectParamsSchema,
        response: { 200: ArchiveSchema },
      },
    },
    async (request) =>
      archiveView(await loadArchive(ctx, ctx.db.app, ports, archiveKey(request.params.code), publicReading)),
  );
  app.get(
    `${apiPrefix}/public/subjects/:code/records`,
    {
      config: archive,
      schema: {
        tags,
        summary: '公示信息 Records on display',
        params: SubjectParamsSchema,
        querystring: RecordsQuerySchema,
        response: { 200: PublicRecordListSchema },
      },
    },
    async (request) => {
      const { item, cursor, limit = defaultLimit } = request.query;
      return loadArchiveRecords(ctx, ctx.db.app, ports, archiveKey(request.params.code), publicReading, {
        item,
        cursor,
        limit,
      });
    },
  );
}

function officerRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts): void {
  const tags = ['subjects'];
  app.get(
    `${apiPrefix}/subjects`,
    {
      config: { permission: 'subject.search' },
      schema: { tags, querystring: SearchQuerySchema, response: { 200: SubjectListSchema } },
    },
    async (request) => {
      const { q, cursor, limit = defaultLimit } = request.query;
      const page = await searchAsOfficer(ctx, request.actor, q, { cursor, limit });
      return {
        items: page.items.map(itemView),
        nextCursor: page.nextCursor,
        dataAsOf: await dataAsOf(ctx, ctx.db.app),
        truncated: page.truncated,
      };
    },
  );
  const full = { config: { permission: 'subject.full' } };
  app.get(
    `${apiPrefix}/subjects/:code`,
    {
      ...full,
      schema: {
        tags,
        params: SubjectParamsSchema,
        querystring: FullArchiveQuerySchema,
        response: { 200: FullArchiveSchema },
      },
    },
    async (request) => {
      return archiveView(
        await readFullArchive(ctx, request.actor, ports, archiveKey(request.params.code), request.query),
      );
    },
  );
  app.get(
    `${apiPrefix}/subjects/:code/records`,
    {
      ...full,
      schema: {
        tags,
        params: SubjectParamsSchema,
        querystring: Type.Object({ ...FullArchiveQuerySchema.properties, ...RecordsQuerySchema.properties }),
        response: { 200: FullRecordListSchema },
      },
    },
    async (request) => {
      const { purpose, matter, caseNumber, item, cursor, limit = defaultLimit } = request.query;
      const key = archiveKey(request.params.code);
      return readFullRecords(ctx, request.actor, ports, key, { purpose, matter, caseNumber }, { item, cursor, limit });
    },
  );
  app.get(
    `${apiPrefix}/records/:id/earlier`,
    {
      config: { permission: 'record.earlier' },
      schema: {
        tags: ['records'],
        summary: '记录的历史状态 Earlier states of a record, with a case',
        params: RecordParamsSchema,
        querystring: Type.Object({ ...FullArchiveQuerySchema.properties, knownOn: Type.Optional(DaySchema) }),
        response: { 200: EarlierStatesSchema },
      },
    },
    async (request) => {
      const { knownOn = null, ...stated } = request.query;
      return readEarlierStates(ctx, request.actor, request.params.id, stated, knownOn);
    },
  );
  app.get(
    `${apiPrefix}/records/:id/lineage`,
    {
      ...full,
      schema: {
        tags: ['records'],
        params: RecordParamsSchema,
        querystring: FullArchiveQuerySchema,
        response: { 200: RecordLineageSchema },
      },
    },
    async (request) => {
      const row = await readLineage(ctx, request.actor, ports, request.params.id, request.query);
      return {
        recordId: row.record_id,
        item: row.item,
        submissionId: row.submission_id,
        fileName: row.file_name,
        rowNo: row.row_no,
        channel: row.channel,
        batchNo: row.batch_no,
        edition: row.edition,
        sourceBodyId: row.source_body_id,
        sourceBody: row.source_body,
        decidingBody: row.deciding_body,
        policySetId: row.policy_set_id,
        policyVersions: row.policy_versions,
        recordedAt: row.recorded_at,
        receivedAt: row.received_at,
        accountId: row.account_id,
        osUser: row.os_user,
        findings: row.findings.map((finding) => ({
          severity: finding.severity,
          rule: finding.rule,
          ruleVersion: finding.rule_version,
          field: finding.field,
        })),
      };
    },
  );
}

function clusterRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts): void {
  const tags = ['subjects'];
  const config = { permission: 'subject.merge' };
  app.post(
    `${apiPrefix}/subjects::merge`,
    {
      config,
      schema: { tags, summary: '合并主体 Merge', body: MergeBodySchema, response: { 200: MergeResultSchema } },
    },
    async (request) => {
      const { from, into, reason } = request.body;
      return mergeSubjects(ctx, request.actor, from, into, reason, ports);
    },
  );
  app.post(
    `${apiPrefix}/subjects::split`,
    {
      config,
      schema: { tags, summary: '拆分主体 Split', body: SplitBodySchema, response: { 200: MergeResultSchema } },
    },
    async (request) => {
      const { subjectId, reason } = request.body;
      return splitSubject(ctx, request.actor, subjectId, reason, ports);
    },
  );
}

/** Register with `app.register(subjectRoutes(ctx, ports))`. */
export function subjectRoutes(ctx: AppContext, ports: SubjectPorts): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    publicRoutes(app, ctx, ports);
    officerRoutes(app, ctx, ports);
    clusterRoutes(app, ctx, ports);
    matchRoutes(app, ctx);
    await reconcileRoutes(app, ctx, ports);
  };
}
