/** `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: figures, for this machine only. */
import type { FastifyRequest } from 'fastify';
import type { AppContext } from '../../context.ts';
import { DomainError } from '../errors.ts';
import { telemetryOf } from '../telemetry.ts';
import type { HttpInstance } from './types.ts';

export interface ReadinessCheck {
  readonly name: string;
  /** Resolves when all is well; rejects or times out when not. */
  run(): Promise<void>;
}

const readyTimeoutMs = 3000;

async function passes(check: ReadinessCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), readyTimeoutMs);
  });
  const result = check.run().then(
    () => true,
    () => false,
  );
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer));
}

const loopback = (address: string | undefined): boolean =>
  address !== undefined && /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(address);

/** From this machine and not through a proxy that nobody declared. */
function isLocal(request: FastifyRequest, trustsProxy: boolean): boolean {
  if (!loopback(request.socket.remoteAddress) || !loopback(request.ip)) return false;
  return trustsProxy || request.headers['x-forwarded-for'] === undefined;
}

export function healthRoutes(app: HttpInstance, ctx: AppContext, checks: readonly ReadinessCheck[]): void {
  const config = { permission: 'public', rateLimit: false } as const;
  app.get('/healthz', { config, schema: { hide: true } }, async () => ({ status: 'ok' }));

  app.get('/readyz', { config, schema: { hide: true } }, async (_request, reply) => {
    const results = await Promise.all(checks.map(async (check) => [check.name, await passes(check)] as const));
    const ready = results.every(([, ok]) => ok);
    if (!ready) reply.code(503).header('retry-after', '2');
    return { status: ready ? 'ready' : 'not-ready', checks: Object.fromEntries(results) };
  });

  const { registry } = telemetryOf(ctx);
  app.get('/metrics', { config, schema: { hide: true } }, async (request, reply) => {
    if (!isLocal(request, ctx.config.trustProxy !== false)) throw new DomainError('not-found');
    reply.type(registry.contentType);
    return registry.metrics();
  });
}
