/** Whatever can hold a record is revalidated each time, so that a take-down is seen at once. */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

export function etagOf(payload: string | Buffer): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`;
}

/** If-None-Match (RFC 9110 §13.1.2), weak comparison. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((part) => part.trim().replace(/^W\//, '') === etag.replace(/^W\//, ''));
}

/**
 * Answers `304` when the caller has this version. For answers with a version of their own (a file's digest); JSON and
 * pages get theirs from their bytes without asking.
 */
export function notModified(request: FastifyRequest, reply: FastifyReply, version: string): boolean {
  const etag = `"${version}"`;
  reply.header('etag', etag);
  if (!matchesEtag(request.headers['if-none-match'], etag)) return false;
  reply.code(304);
  return true;
}

/** If-Match (RFC 9110 §13.1.1): true when the caller has no condition or has this version. */
export function stillCurrent(request: FastifyRequest, version: string): boolean {
  const header = request.headers['if-match'];
  return header === undefined || matchesEtag(header, `"${version}"`);
}

/** onSend: adds Cache-Control and ETag to answers in memory and turns an unchanged one into 304. */
export function revalidate(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const isPublic = request.routeOptions.config.permission === 'public';
  // A copy in a search engine outlives a take-down: what may hold a record is not indexed unless its route says otherwise.
  const { indexed } = request.routeOptions.config;
  if (isPublic && indexed !== 'whole')
    reply.header('x-robots-tag', indexed === 'title' ? 'noarchive, nosnippet' : 'noindex, noarchive, nosnippet');
  if (!reply.hasHeader('cache-control')) {
    reply.header('cache-control', isPublic ? 'no-cache' : 'private, no-cache');
  }
  const readable = request.method === 'GET' || request.method === 'HEAD';
  if (!readable || reply.statusCode !== 200) return payload;
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
  if (!reply.hasHeader('etag')) reply.header('etag', etagOf(payload));
  if (!matchesEtag(request.headers['if-none-match'], String(reply.getHeader('etag')))) return payload;
  reply.code(304).removeHeader('content-length');
  reply.removeHeader('content-type');
  return null;
}
