/** `/api/v1/openapi.json` (OpenAPI 3.1), made from the routes' schemas, and a readable page of it. */
import { ProblemSchema } from '@chengxin/contract';
import swagger from '@fastify/swagger';
import type { FastifyContextConfig } from 'fastify';
import { openApiPage, openApiStyle } from './openapi-page.ts';
import type { HttpInstance } from './types.ts';

export const apiPrefix = '/api/v1';

interface RouteSchema {
  hide?: boolean;
  response?: Record<string, unknown>;
  [key: string]: unknown;
}

/** Each operation names the permission it needs and the form of its errors. */
function describe(schema: RouteSchema | undefined, config: FastifyContextConfig | undefined): RouteSchema {
  const permission = config?.permission;
  const problem = {
    description: 'Problem (RFC 9457)',
    content: { 'application/problem+json': { schema: ProblemSchema } },
  };
  const signedIn = permission !== undefined && permission !== 'public';
  return {
    ...schema,
    response: { ...schema?.response, default: problem },
    security: signedIn ? [{ session: [] }] : [],
    'x-permission': permission ?? 'public',
    'x-purpose': config?.purpose ?? 'none',
    'x-factor': config?.factor ?? 'none',
  };
}

export async function registerOpenApi(app: HttpInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '城信 Chengxin API',
        version: '1',
        description: '公共信用信息平台接口。Errors are RFC 9457 problems; lists are {items, nextCursor, dataAsOf}.',
      },
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'chengxin' } } },
    },
    transform: ({ schema, url, route }) => {
      const hidden = !url.startsWith(`${apiPrefix}/`) || (schema as RouteSchema | undefined)?.hide === true;
      const described = describe(schema as RouteSchema | undefined, route.config);
      return { schema: hidden ? { hide: true } : described, url };
    },
  });
}

/** Adds the description's own routes; after all others, so that it holds them. */
export function openApiRoutes(app: HttpInstance): void {
  const config = { permission: 'public' };
  app.get(`${apiPrefix}/openapi.json`, { config, schema: { hide: true } }, async () => app.swagger());
  app.get(`${apiPrefix}/docs`, { config, schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return openApiPage(app.swagger());
  });
  app.get(`${apiPrefix}/docs.css`, { config, schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/css; charset=utf-8');
    return openApiStyle;
  });
}
