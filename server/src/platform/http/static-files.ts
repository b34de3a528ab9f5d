/** Built pages (the desk): files with long lives by their hashed names, the page itself revalidated, and a fallback for its routes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import { DomainError } from '../errors.ts';
import type { HttpInstance } from './types.ts';

export interface SpaOptions {
  /** With a slash at both ends, such as `/desk/`. */
  readonly prefix: string;
  /** Folder with index.html and assets/. */
  readonly folder: string;
}

/** As everywhere: nothing inline. The desk's own file downloads open in frames of ours. */
const deskPolicy =
  "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data: blob:;font-src 'self' data:;connect-src 'self';manifest-src 'self';form-action 'self';frame-src 'self' blob:;frame-ancestors 'none';base-uri 'none';object-src 'none'";

function sendPage(reply: FastifyReply): FastifyReply {
  reply.header('content-security-policy', deskPolicy).header('cache-control', 'no-cache');
  return reply.sendFile('index.html', { cacheControl: false });
}

export async function registerSpa(app: HttpInstance, options: SpaOptions): Promise<void> {
  const { prefix, folder } = options;
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    index: false,
    dotfiles: 'deny',
    preCompressed: true,
  });
  const config = { permission: 'public', rateLimit: false } as const;
  const built = (): boolean => existsSync(join(folder, 'index.html'));
  app.get(prefix.slice(0, -1), { config, schema: { hide: true } }, async (_request, reply) =>
    reply.redirect(prefix, 308),
  );
  app.get<{ Params: { '*': string } }>(`${prefix}*`, { config, schema: { hide: true } }, async (request, reply) => {
    if (!built()) {
      throw new DomainError('not-found', {
        zh: '工作台页面尚未生成，请先执行 npm run build:web。',
        en: 'The desk has not been built. Run npm run build:web first.',
      });
    }
    const path = request.params['*'];
    if (!path.startsWith('assets/') && !/\.[a-z0-9]{2,5}$/i.test(path)) return sendPage(reply);
    // Names under assets/ carry a hash of their content.
    const immutable = path.startsWith('assets/');
    reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    return reply.sendFile(path, { cacheControl: false });
  });
}
