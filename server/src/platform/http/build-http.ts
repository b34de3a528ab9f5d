/** The HTTP server: everything that holds for each route, before any module adds one. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import cookie from '@fastify/cookie';
import SerializerSelector from '@fastify/fast-json-stringify-compiler';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import type { Actor, AppContext } from '../../context.ts';
import { DomainError, toProblem } from '../errors.ts';
import { newId } from '../ids.ts';
import { telemetryOf } from '../telemetry.ts';
import { dayLimit } from './day-limit.ts';
import { registerErrorHandling } from './error-handling.ts';
import { revalidate } from './etag.ts';
import { KnownRoutes } from './known-routes.ts';
import { registerOpenApi } from './openapi.ts';
import { checkOrigin } from './origin.ts';
import { guardRoute } from './permission-guard.ts';
import type { HttpHooks, HttpInstance, HttpOptions, ResolvedActor } from './types.ts';

const defaultBodyLimit = 1024 * 1024;
/** A file of two gigabytes over a slow line; a line on which nothing moves is cut after two minutes. */
const defaultRequestTimeout = 30 * 60_000;
const silentConnectionMs = 120_000;
const defaultAccountRate = 1200;
const defaultAddressRate = 600;
const defaultRecordsADay = 3000;

export function isSecure(ctx: Pick<AppContext, 'config'>): boolean {
  return ctx.config.tls !== null || ctx.config.publicUrl.startsWith('https:');
}

function requestId(request: { headers: Record<string, string | string[] | undefined> }, trusted: boolean): string {
  const given = request.headers['x-request-id'];
  return trusted && typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : newId();
}

function trustProxyOption(value: AppContext['config']['trustProxy']): boolean | string[] {
  return typeof value === 'boolean' ? value : [...value];
}

/** Writers of answers are compiled when a route first answers: hundreds at once are a second of every start. */
function serializersWhenUsed(): SerializerSelector.SerializerFactory {
  const factory = SerializerSelector();
  return (shared, options) => {
    const compile = factory(shared, options);
    return (route) => {
      let write: SerializerSelector.Serializer | undefined;
      return (answer) => {
        write ??= compile(route);
        return write(answer);
      };
    };
  };
}

function createInstance(ctx: AppContext, options: HttpOptions): HttpInstance {
  const { config } = ctx;
  const proxied = config.trustProxy !== false;
  const server: FastifyServerOptions & { https?: { cert: Buffer; key: Buffer } } = {
    loggerInstance: ctx.log as FastifyBaseLogger,
    // The own line below names the route's pattern, never the address: addresses hold names and codes.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    trustProxy: trustProxyOption(config.trustProxy),
    genReqId: (request) => requestId(request, proxied),
    bodyLimit: options.bodyLimit ?? defaultBodyLimit,
    requestTimeout: options.requestTimeout ?? defaultRequestTimeout,
    connectionTimeout: silentConnectionMs,
    keepAliveTimeout: 72_000,
    maxRequestsPerSocket: 0,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
    schemaController: { compilersFactory: { buildSerializer: serializersWhenUsed() } },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket),
    frameworkErrors: (error, request, reply) => sendFrameworkError(error, request, reply),
  };
  if (config.tls) {
    server.https = { cert: readFileSync(config.tls.certFile), key: readFileSync(config.tls.keyFile) };
  }
  return Fastify(server).withTypeProvider<TypeBoxTypeProvider>() as unknown as HttpInstance;
}

/** Errors before routing: no hook has run, so the answer is complete here. */
function sendFrameworkError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const code = 'code' in error && error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'not-found' : 'invalid-request';
  const problem = toProblem(new DomainError(code), { requestId: request.id });
  reply
    .code(problem.status)
    .header('x-request-id', request.id)
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

/** What is not HTTP has no request to answer; a problem all the same. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const problem = toProblem(new DomainError(tooLarge ? 'too-large' : 'invalid-request'), { requestId: newId() });
  const status = tooLarge ? '431 Request Header Fields Too Large' : slow ? '408 Request Timeout' : '400 Bad Request';
  const body = JSON.stringify({ ...problem, status: Number(status.slice(0, 3)) });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

const cspDirectives = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  objectSrc: ["'none'"],
};

const firsts = {
  needed: {
    zh: '请先输入动态口令完成第二步验证，再办理其他事项。',
    en: 'Finish the second step with the code of your generator; then you can do other things.',
  },
  password: {
    zh: '首次登录或密码到期须先修改密码，再办理其他事项。',
    en: 'Change your password first; then you can do other things.',
  },
  missing: {
    zh: '您的角色须绑定动态口令（第二种鉴别方式），绑定后才能办理其他事项。',
    en: 'Your role needs a second factor. Enrol a code generator; then you can do other things.',
  },
} as const;

/** What must be done first, in this order: show the second factor, change the password, enrol a second factor. */
function pendingFailure(request: FastifyRequest, resolved: ResolvedActor): DomainError | null {
  const { whilePasswordExpired = false, whilePending = [] } = request.routeOptions.config;
  const { pending = null, mustChangePassword } = resolved;
  const open = (step: 'needed' | 'missing'): boolean => pending !== step || whilePending.includes(step);
  if (!open('needed')) return new DomainError('forbidden', firsts.needed);
  if (mustChangePassword && !whilePasswordExpired) return new DomainError('forbidden', firsts.password);
  return open('missing') ? null : new DomainError('forbidden', firsts.missing);
}

async function registerSafeguards(
  app: HttpInstance,
  ctx: AppContext,
  hooks: HttpHooks,
  options: HttpOptions,
): Promise<void> {
  const secure = isSecure(ctx);
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { ...cspDirectives, ...(secure ? { upgradeInsecureRequests: [] } : {}) },
    },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    const { permission, optionalSession, anyOrigin } = request.routeOptions.config;
    if (anyOrigin) openToOthers(permission, optionalSession, reply);
    if (permission === undefined || (permission === 'public' && !optionalSession)) return;
    const resolved = await hooks.resolveActor(request);
    request.actor = resolved.actor;
    request.credentialFailure = resolved.failure ?? pendingFailure(request, resolved);
  });
  const account = options.rateLimit?.account ?? defaultAccountRate;
  const address = options.rateLimit?.address ?? defaultAddressRate;
  await app.register(rateLimit, {
    global: true,
    enableDraftSpec: true,
    timeWindow: 60_000,
    cache: 20_000,
    max: (request) => request.actor.client?.perMinute ?? (request.actor.accountId ? account : address),
    // An office shares one address: those who are signed in count by account.
    keyGenerator: (request) => request.actor.accountId ?? request.ip,
    errorResponseBuilder: () => new DomainError('rate-limited'),
  });
}

/** After the rate limit and before the body is read: where the request comes from and whether the role may do this at all. */
function registerAuthorisation(app: HttpInstance, ctx: AppContext, hooks: HttpHooks): void {
  app.addHook('preParsing', async (request, _reply, payload) => {
    const carriesSession = request.cookies[hooks.sessionCookie] !== undefined;
    const { permission, factor = 'password', anyOrigin } = request.routeOptions.config;
    if (!anyOrigin) checkOrigin(request, ctx.config.publicUrl, carriesSession);
    if (request.credentialFailure) throw request.credentialFailure;
    if (permission !== undefined && permission !== 'public') hooks.authorize(request.actor, permission, factor);
    await hooks.gate?.({
      actor: request.actor,
      permission: permission ?? 'public',
      method: request.method,
      // Whoever may end the state has to be able to sign in.
      whileReadOnly:
        request.routeOptions.config.whileReadOnly ?? request.routeOptions.url?.startsWith('/api/v1/session') ?? false,
    });
    return hooks.checkBody?.(request, payload) as typeof payload;
  });
}

/** What a request says that it reads for goes with its refusal into the log as well. */
function noteStated(app: HttpInstance): void {
  const said = (from: unknown, key: string): string | undefined => {
    const value = typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[key] : undefined;
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
  };
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.config.purpose !== 'required') return;
    for (const key of ['purpose', 'matter', 'caseNumber'] as const) {
      const value = said(request.query, key) ?? said(request.body, key);
      if (value !== undefined) request.access[key] = value;
    }
  });
}

function registerFigures(app: HttpInstance, ctx: AppContext): void {
  const { requestSeconds } = telemetryOf(ctx);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(unknown)';
    const seconds = reply.elapsedTime / 1000;
    requestSeconds.observe({ method: request.method, route, status: String(reply.statusCode) }, seconds);
    request.log.info(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
  });
}

/** For what everybody may read and what no session changes; anything else would be readable through a reader's cookie. */
function openToOthers(permission: string | undefined, optionalSession: boolean | undefined, reply: FastifyReply): void {
  if (permission !== 'public' || optionalSession) throw new Error('anyOrigin is for public routes without a session');
  reply.header('access-control-allow-origin', '*').header('cross-origin-resource-policy', 'cross-origin');
}

const nobody = (request: FastifyRequest): Actor => ({
  kind: 'anonymous',
  accountId: null,
  name: 'anonymous',
  roles: [],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: request.ip,
  requestId: request.id,
});

/**
 * Builds the server without a single business route. Add routes by `register(xxxRoutes(ctx))`; each needs
 * `config: { permission }`. The returned instance is not listening.
 */
export async function buildHttp(ctx: AppContext, hooks: HttpHooks, options: HttpOptions = {}): Promise<HttpInstance> {
  const app = createInstance(ctx, options);
  app.setValidatorCompiler(TypeBoxValidatorCompiler as Parameters<typeof app.setValidatorCompiler>[0]);
  // No route takes plain text.
  app.removeContentTypeParser('text/plain');
  const known = new KnownRoutes();
  app.addHook('onRoute', (route) => {
    route.config = Object.assign(route.config ?? {}, guardRoute(route, hooks.permissions));
    known.add(route.method, route.url);
  });
  app.decorateRequest('actor');
  app.decorateRequest('access');
  app.decorateRequest('credentialFailure', null);
  app.addHook('onRequest', async (request) => {
    request.actor = nobody(request);
    request.access = {};
    request.credentialFailure = null;
  });
  await registerSafeguards(app, ctx, hooks, options);
  registerErrorHandling(app, ctx, hooks, known);
  await registerOpenApi(app);
  registerAuthorisation(app, ctx, hooks);
  const countRecords = dayLimit(ctx, options.rateLimit?.recordsADay ?? defaultRecordsADay);
  app.addHook('preHandler', async (request, reply) => countRecords(request, reply));
  app.addHook('onSend', async (request, reply, payload) => revalidate(request, reply, payload));
  noteStated(app);
  registerFigures(app, ctx);
  return app;
}
