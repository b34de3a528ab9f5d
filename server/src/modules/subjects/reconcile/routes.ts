/**
 * Reconciliation Service API 0.2 at `/api/v1/reconcile`, for OpenRefine and its kin. Public data, no session; open to
 * pages of other sites, which is what the specification asks for.
 */
import { Type } from 'typebox';
import type { AppContext } from '../../../context.ts';
import { DomainError } from '../../../platform/errors.ts';
import type { HttpInstance } from '../../../platform/http/index.ts';
import type { SubjectPorts } from '../ports.ts';
import { manifestOf, properties, reconcilePath } from './manifest.ts';
import { previewPage, previewPolicy } from './preview-page.ts';
import { readExtension, readQueries } from './read-request.ts';
import { extend, publicArchive, reconcile, suggestEntities, suggestProperties, suggestTypes } from './reconcile.ts';

/** A batch is the work of many searches: a tenth of what an address may otherwise ask. */
const batchesPerMinute = 300;
const maxField = 200_000;

const Fields = Type.Object({
  queries: Type.Optional(Type.String({ maxLength: maxField })),
  extend: Type.Optional(Type.String({ maxLength: maxField })),
});
const Prefix = Type.Object({
  prefix: Type.Optional(Type.String({ maxLength: 400 })),
  cursor: Type.Optional(Type.String({ maxLength: 20 })),
});

const config = { permission: 'public', anyOrigin: true } as const;
const tags = ['reconciliation'];
/** The answers' shapes are those of the specification; its own schemas hold them in the tests. */
const Answer = Type.Unknown();

async function serve(
  ctx: AppContext,
  ports: SubjectPorts,
  fields: { queries?: string; extend?: string },
): Promise<unknown> {
  if (fields.queries !== undefined) return reconcile(ctx, ports, readQueries(fields.queries));
  if (fields.extend !== undefined) return extend(ctx, ports, readExtension(fields.extend));
  return manifestOf(ctx.config.publicUrl);
}

function serviceRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts): void {
  const limited = { ...config, whileReadOnly: true, rateLimit: { max: batchesPerMinute, timeWindow: 60_000 } };
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.get(
    reconcilePath,
    {
      config: limited,
      schema: {
        tags,
        summary: '名称匹配服务 Reconciliation service: manifest, queries, extend',
        querystring: Fields,
        response: { 200: Answer },
      },
    },
    async (request) => serve(ctx, ports, request.query),
  );
  app.post(
    reconcilePath,
    {
      config: limited,
      schema: {
        tags,
        summary: '名称匹配服务 Reconciliation service: queries, extend',
        body: Fields,
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { queries, extend: extension } = request.body;
      if (queries === undefined && extension === undefined)
        throw new DomainError('invalid-request', {
          zh: '请提供参数 queries 或 extend。',
          en: 'Send the parameter queries or extend.',
        });
      return serve(ctx, ports, request.body);
    },
  );
}

function helperRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts): void {
  const suggest = (path: string, summary: string, answer: (prefix: string) => Promise<unknown[]> | unknown[]): void => {
    app.get(
      `${reconcilePath}/suggest/${path}`,
      { config, schema: { tags, summary, querystring: Prefix, response: { 200: Answer } } },
      async (request) => ({ result: await answer(request.query.prefix ?? '') }),
    );
  };
  suggest('entity', '主体提示 Suggest entities', (prefix) => suggestEntities(ctx, prefix));
  suggest('type', '类别提示 Suggest types', suggestTypes);
  suggest('property', '属性提示 Suggest properties', suggestProperties);
  app.get(
    `${reconcilePath}/properties`,
    {
      config,
      schema: {
        tags,
        summary: '可取的属性 Properties that can be fetched',
        querystring: Type.Object({
          type: Type.Optional(Type.String({ maxLength: 80 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        }),
        response: { 200: Answer },
      },
    },
    async (request) => {
      const { type, limit = properties.length } = request.query;
      return { properties: properties.slice(0, limit), ...(type === undefined ? {} : { type }) };
    },
  );
  app.get(
    `${reconcilePath}/preview`,
    {
      config,
      schema: {
        tags,
        summary: '预览 Preview',
        querystring: Type.Object({ id: Type.String({ minLength: 4, maxLength: 60 }) }),
        produces: ['text/html'],
      },
    },
    async (request, reply) => {
      const archive = await publicArchive(ctx, ports, request.query.id);
      if (archive === null) throw new DomainError('not-found');
      return reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', previewPolicy)
        .removeHeader('x-frame-options')
        .send(previewPage(archive, ctx.config.publicUrl));
    },
  );
}

/** Encapsulated, since only these routes take forms. */
export function reconcileRoutes(app: HttpInstance, ctx: AppContext, ports: SubjectPorts): Promise<void> {
  return Promise.resolve(
    app.register(async (scope) => {
      serviceRoutes(scope, ctx, ports);
      helperRoutes(scope, ctx, ports);
    }),
  ).then(() => undefined);
}
