/** The routes that follow from a desk: list, sheet, one case, commands, extension, many at once, files. */
import { CaseBatchResult, CaseDeskView, CaseList, CaseQuery, CaseView, ExtensionRequest } from '@chengxin/contract';
import type { FastifyRequest } from 'fastify';
import { type TObject, type TSchema, Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { apiPrefix, commandKey, type HttpInstance } from '../../platform/http/index.ts';
import { caseMaterialRoutes, sendCaseSheet } from './case-routes.ts';
import {
  batchCases,
  caseSheet,
  deskView,
  extendCase,
  type GivenCommand,
  giveCommand,
  listCases,
  type ProcedureDesk,
  viewCase,
} from './procedure-desk.ts';

const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });
const maxBatch = 200;

export interface ProcedureRoutes<G extends GivenCommand> {
  readonly desk: ProcedureDesk<G>;
  readonly tags: readonly string[];
  /** The body of a command; it has the properties of `GivenCommand`, and the values of `G` are what it accepts. */
  readonly commandBody: TObject;
  /** Of the answer to one case, where the procedure says more than CaseView. */
  readonly view?: TSchema;
  readonly more?: (ctx: AppContext, request: FastifyRequest, caseId: string) => Promise<object>;
}

/** Inside a plugin of its own: it registers the reader of files. */
export async function procedureRoutes<G extends GivenCommand>(
  app: HttpInstance,
  ctx: AppContext,
  of: ProcedureRoutes<G>,
): Promise<void> {
  const { desk } = of;
  const tags = [...of.tags];
  const base = `${apiPrefix}${desk.path}`;
  const view = of.view ?? CaseView;
  const read = async (request: FastifyRequest, id: string): Promise<unknown> => ({
    ...(await viewCase(ctx, request.actor, desk, id)),
    ...(await of.more?.(ctx, request, id)),
  });
  await caseMaterialRoutes(app, ctx, {
    path: desk.path,
    permission: desk.read,
    tags,
    words: desk.words,
    reach: desk.reach,
  });
  app.get(
    base,
    {
      config: { permission: desk.read },
      schema: { tags, summary: `${desk.name.zh} List`, querystring: CaseQuery, response: { 200: CaseList } },
    },
    async (request) => listCases(ctx, request.actor, desk, request.query),
  );
  app.get(
    `${base}/desk`,
    {
      config: { permission: desk.read },
      schema: { tags, summary: '办理选项 States, kinds, what may be given to many', response: { 200: CaseDeskView } },
    },
    async (request) => deskView(ctx, request.actor, desk),
  );
  app.get(
    `${base}.xlsx`,
    {
      config: { permission: desk.read },
      schema: { tags, summary: '导出 The list as a sheet, as filtered', querystring: CaseQuery },
    },
    async (request, reply) => sendCaseSheet(reply, await caseSheet(ctx, request.actor, desk, request.query)),
  );
  app.get(
    `${base}/:id`,
    {
      config: { permission: desk.read },
      schema: { tags, summary: '一件 One case', params: IdParams, response: { 200: view } },
    },
    async (request) => (await read(request, request.params.id)) as never,
  );
  app.post(
    `${base}/:id/commands`,
    {
      config: { permission: desk.read },
      schema: { tags, summary: '办理 Act', params: IdParams, body: of.commandBody, response: { 200: view } },
    },
    async (request) => {
      const { id } = request.params;
      await giveCommand(ctx, request.actor, desk, id, request.body as unknown as G, commandKey(request));
      return (await read(request, id)) as never;
    },
  );
  if (desk.batch.length > 0)
    app.post(
      `${base}::batch`,
      {
        config: { permission: desk.handle },
        schema: {
          tags,
          summary: '批量办理 The same command for many',
          body: Type.Object(
            {
              ids: Type.Array(Type.String({ format: 'uuid' }), { minItems: 1, maxItems: maxBatch }),
              command: Type.String({ minLength: 1, maxLength: 40 }),
              note: Type.Optional(Type.String({ maxLength: 3000 })),
            },
            { additionalProperties: false },
          ),
          response: { 200: CaseBatchResult },
        },
      },
      async (request) =>
        batchCases(
          ctx,
          request.actor,
          desk,
          request.body as unknown as G & { ids: readonly string[] },
          commandKey(request),
        ),
    );
  if (desk.extends !== null)
    app.post(
      `${base}/:id/extension`,
      {
        config: { permission: desk.handle },
        schema: { tags, summary: '延期 Extension', params: IdParams, body: ExtensionRequest, response: { 200: view } },
      },
      async (request) => {
        await extendCase(ctx, request.actor, desk, request.params.id, request.body);
        return (await read(request, request.params.id)) as never;
      },
    );
}
