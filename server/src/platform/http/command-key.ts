/** The key of a request that is kept with what it did, so that the same request sent twice acts once. */
import type { FastifyRequest } from 'fastify';

/** Of the caller's own; null without an `Idempotency-Key` of 8 to 200 characters. */
export function commandKey(request: FastifyRequest): string | null {
  const given = request.headers['idempotency-key'];
  const key = Array.isArray(given) ? given[0] : given;
  return key && key.length >= 8 && key.length <= 200 ? `${request.actor.accountId ?? ''} ${key}` : null;
}
