/** `/api/v1/authorisations`: the organisation gives and revokes, the bank or agency asks and uses. */
import {
  AccessIdParams,
  ArchiveSchema,
  AskAuthorisationBody,
  AuthorisationAnswer,
  AuthorisationList,
  AuthorisationQuery,
  AuthorisationTerms,
  AuthorisationUseList,
  AuthorisationView,
  EndAuthorisationBody,
  GiveAuthorisationBody,
  GrantAuthorisationBody,
  GranteeList,
  PublicRecordListSchema,
  UseAuthorisationBody,
  UseOpened,
  UseQuery,
} from '@chengxin/contract';
import { subjectKindLabels } from '@chengxin/identifiers';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import type { SubjectPorts } from '../subjects/index.ts';
import { endAuthorisation } from './end-authorisation.ts';
import { askAuthorisation, giveAuthorisation, grantAuthorisation } from './make-authorisation.ts';
import { authorisationsPage, grantees, readAuthorisation, readTerms, usesPage } from './read-authorisations.ts';
import { openArchiveUse, readAuthorisedArchive, readAuthorisedRecords } from './use-authorisation.ts';

const tags = ['authorisations'];
const base = `${apiPrefix}/authorisations`;
const defaultLimit = 20;

function readRoutes(app: HttpInstance, ctx: AppContext): void {
  const config = { permission: 'authorisation.read' };
  app.get(
    base,
    {
      config,
      schema: {
        tags,
        summary: '授权列表 Authorisations',
        querystring: AuthorisationQuery,
        response: { 200: AuthorisationList },
      },
    },
    async (request) => authorisationsPage(ctx, request.actor, request.query),
  );
  app.get(
    `${base}::terms`,
    { config, schema: { tags, summary: '可授权的内容和限制 Terms', response: { 200: AuthorisationTerms } } },
    async (request) => readTerms(ctx, request.actor),
  );
  app.get(
    `${base}::grantees`,
    { config, schema: { tags, summary: '可授权的银行和机构 Banks and agencies', response: { 200: GranteeList } } },
    async (request) => ({
      items: (await grantees(ctx, request.actor)).map(({ body_id, ...rest }) => ({ id: body_id, ...rest })),
      nextCursor: null,
      dataAsOf: ctx.clock.now(),
    }),
  );
  app.get(
    `${base}/:id`,
    { config, schema: { tags, summary: '一项授权 One', params: AccessIdParams, response: { 200: AuthorisationView } } },
    async (request) => readAuthorisation(ctx, request.actor, request.params.id),
  );
  app.get(
    `${base}/:id/uses`,
    {
      config,
      schema: {
        tags,
        summary: '使用记录 Its uses',
        params: AccessIdParams,
        querystring: AuthorisationQuery,
        response: { 200: AuthorisationUseList },
      },
    },
    async (request) => usesPage(ctx, request.actor, request.params.id, request.query),
  );
}

function makeRoutes(app: HttpInstance, ctx: AppContext): void {
  app.post(
    base,
    {
      config: { permission: 'authorisation.ask' },
      schema: {
        tags,
        summary: '申请授权 Ask for one',
        body: AskAuthorisationBody,
        response: { 201: AuthorisationAnswer },
      },
    },
    async (request, reply) => reply.code(201).send(await askAuthorisation(ctx, request.actor, request.body)),
  );
  const grant = { permission: 'authorisation.grant' };
  app.post(
    `${base}::give`,
    {
      config: grant,
      schema: {
        tags,
        summary: '主动授权 Give one',
        body: GiveAuthorisationBody,
        response: { 201: AuthorisationAnswer },
      },
    },
    async (request, reply) => reply.code(201).send(await giveAuthorisation(ctx, request.actor, request.body)),
  );
  app.post(
    `${base}/:id/grant`,
    {
      config: grant,
      schema: {
        tags,
        summary: '同意申请 Grant what was asked for, or less',
        params: AccessIdParams,
        body: GrantAuthorisationBody,
        response: { 200: AuthorisationAnswer },
      },
    },
    async (request) => grantAuthorisation(ctx, request.actor, request.params.id, request.body),
  );
  for (const [act, permission, summary] of [
    ['decline', 'authorisation.grant', '不同意申请 Decline'],
    ['revoke', 'authorisation.grant', '撤回授权，立即生效 Revoke, at once'],
    ['withdraw', 'authorisation.use', '撤回申请 Withdraw a request'],
  ] as const) {
    app.post(
      `${base}/:id/${act}`,
      {
        config: { permission },
        schema: {
          tags,
          summary,
          params: AccessIdParams,
          body: EndAuthorisationBody,
          response: { 200: AuthorisationAnswer },
        },
      },
      async (request) => endAuthorisation(ctx, request.actor, request.params.id, act, request.body.note),
    );
  }
}

function useRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts): void {
  const config = { permission: 'authorisation.use' };
  app.post(
    `${base}/:id/uses`,
    {
      config,
      schema: {
        tags,
        summary: '使用一次 Take one use',
        params: AccessIdParams,
        body: UseAuthorisationBody,
        response: { 201: UseOpened },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await openArchiveUse(ctx, request.actor, request.params.id, request.body)),
  );
  app.get(
    `${base}/:id/archive`,
    {
      config,
      schema: {
        tags,
        summary: '授权范围内的档案 The archive as authorised',
        params: AccessIdParams,
        querystring: UseQuery,
        response: { 200: ArchiveSchema },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const archive = await readAuthorisedArchive(ctx, request.actor, ports, request.params.id, request.query.use);
      return { ...archive, key: archive.code ?? archive.subjectId, kindLabel: subjectKindLabels[archive.kind] };
    },
  );
  app.get(
    `${base}/:id/records`,
    {
      config,
      schema: {
        tags,
        summary: '授权范围内的记录 Records as authorised',
        params: AccessIdParams,
        querystring: UseQuery,
        response: { 200: PublicRecordListSchema },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { use, item, cursor, limit = defaultLimit } = request.query;
      return readAuthorisedRecords(ctx, request.actor, ports, request.params.id, use, { item, cursor, limit });
    },
  );
}

/** Register with `app.register(authorisationRoutes(ctx, ports))`. */
export function authorisationRoutes(ctx: AppContext, ports: SubjectPorts): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    readRoutes(app, ctx);
    makeRoutes(app, ctx);
    useRoutes(app, ctx, ports);
  };
}
