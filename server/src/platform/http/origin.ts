/**
 * Cross-site requests cannot change anything: the session cookie is SameSite=Strict, and a state-changing request that
 * carries it (or names its origin) must come from this site (OWASP CSRF: verify the origin with standard headers).
 */
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../errors.ts';

const harmless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

function originOf(url: string): string | null {
  try {
    return new URL(url).origin;
  } catch {
    return null;
  }
}

/** Throws `forbidden` for a state-changing request from another site, or one with a cookie and no sign of where it is from. */
export function checkOrigin(request: FastifyRequest, publicUrl: string, carriesSession: boolean): void {
  if (harmless.has(request.method)) return;
  const stated = request.headers.origin ?? request.headers.referer;
  if (stated === undefined) {
    const site = request.headers['sec-fetch-site'];
    if (!carriesSession || site === 'same-origin') return;
  } else {
    const origin = originOf(stated);
    if (origin !== null && (origin === originOf(publicUrl) || origin === `${request.protocol}://${request.host}`))
      return;
  }
  throw new DomainError('forbidden', {
    zh: '此请求来自其他网站，已拒绝；请从本系统页面操作。',
    en: 'This request comes from another site and was refused. Act from the pages of this system.',
  });
}
