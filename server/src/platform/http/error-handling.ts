/** Answers for everything that goes wrong, and the log entry that must precede them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from '../../context.ts';
import { HiddenError } from '../authz/index.ts';
import { DomainError, type Problem, toProblem } from '../errors.ts';
import { safeError } from '../safe-error.ts';
import { telemetryOf } from '../telemetry.ts';
import type { KnownRoutes } from './known-routes.ts';
import { plainProblemPage } from './problem-page.ts';
import { toDomainError } from './problems.ts';
import type { HttpHooks, HttpInstance, ProblemPage } from './types.ts';

/** By the server, which an application and the plugins inside it have in common. */
const pages = new WeakMap<object, ProblemPage>();

/** Replaces the plain problem page that people see outside /api. */
export function setProblemPage(app: HttpInstance, page: ProblemPage): void {
  pages.set(app.server, page);
}

const retryAfterSeconds = '5';

function wantsPage(request: FastifyRequest): boolean {
  return !request.url.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html');
}

function sendProblem(app: HttpInstance, request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  reply.code(problem.status).header('cache-control', 'no-store').header('x-request-id', request.id);
  if ((problem.status === 503 || problem.status === 429) && !reply.hasHeader('retry-after')) {
    reply.header('retry-after', retryAfterSeconds);
  }
  if (wantsPage(request)) {
    return reply.type('text/html; charset=utf-8').send((pages.get(app.server) ?? plainProblemPage)(problem, request));
  }
  return reply.type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
}

/** What the access log has to keep: refusals by right, hidden things asked for, and failures; not slips of the keyboard. */
function outcomeOf(error: DomainError): 'refused' | 'failed' | null {
  if (error.code === 'log-unavailable') return null;
  if (error instanceof HiddenError || error.code === 'forbidden' || error.code === 'unauthenticated') return 'refused';
  return error.status >= 500 ? 'failed' : null;
}

async function logged(request: FastifyRequest, error: DomainError, hooks: HttpHooks): Promise<DomainError> {
  const { permission } = request.routeOptions.config;
  const outcome = outcomeOf(error);
  if (!permission || permission === 'public' || !outcome || request.access.logged) return error;
  try {
    await hooks.recordRefusal(request, permission, outcome, error.code);
    return error;
  } catch (cause) {
    request.log.error({ err: safeError(cause) }, 'the access log cannot be written');
    return new DomainError('log-unavailable', { cause });
  }
}

export function registerErrorHandling(app: HttpInstance, ctx: AppContext, hooks: HttpHooks, known: KnownRoutes): void {
  app.setErrorHandler(async (thrown, request, reply) => {
    const found = toDomainError(thrown);
    if (found.status >= 500)
      request.log.error({ err: safeError(found.cause ?? found), code: found.code }, 'request failed');
    const error = await logged(request, found, hooks);
    if (error.code === 'log-unavailable') telemetryOf(ctx).logFailures.inc();
    return sendProblem(app, request, reply, toProblem(error, { requestId: request.id }));
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = known.methodsOf(path);
    const code = methods.length > 0 && !methods.includes(request.method) ? 'method-not-allowed' : 'not-found';
    if (code === 'method-not-allowed') reply.header('allow', methods.join(', '));
    return sendProblem(app, request, reply, toProblem(new DomainError(code), { requestId: request.id }));
  });
}
