/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header) for POST: the same key and body give the same answer and
 * act once. The key's row and the act are one transaction, so that a crash leaves both or neither.
 */
import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { AppContext } from '../../context.ts';
import { execute, maybeOne, sql, type Transaction, withTransaction } from '../db.ts';
import { DomainError } from '../errors.ts';

export interface IdempotentAnswer<T> {
  readonly status: number;
  readonly body: T;
  /** True when the act was done by an earlier request. */
  readonly replayed: boolean;
}

interface StoredAnswer {
  request_hash: string;
  status: number | null;
  body: unknown;
}

const keyPattern = /^[\x21-\x7e]{8,200}$/;

function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const key = (Array.isArray(header) ? header[0] : header)?.replace(/^"(.*)"$/, '$1') ?? '';
  if (keyPattern.test(key)) return key;
  throw new DomainError('invalid-request', {
    zh: 'Idempotency-Key 应为 8 至 200 个可见字符，例如一个 uuid。',
    en: 'Idempotency-Key must be 8 to 200 visible characters, for instance a uuid.',
  });
}

async function claim(
  tx: Transaction,
  owner: string,
  route: string,
  key: string,
  hash: string,
  at: string,
): Promise<StoredAnswer | null> {
  const inserted = await execute(
    tx,
    sql`insert into platform.idempotency (owner, route, key, request_hash, created_at)
        values (${owner}, ${route}, ${key}, ${hash}, ${at}) on conflict do nothing`,
  );
  if (inserted === 1) return null;
  return maybeOne<StoredAnswer>(
    tx,
    sql`select request_hash, status, body from platform.idempotency where owner = ${owner} and route = ${route} and key = ${key}`,
  );
}

/**
 * Runs `work` in a transaction of the app role, once for each key of the actor on this route. A second request with the
 * key waits for the first. The body that is kept (a day) must be free of person identifiers.
 */
export async function idempotent<T>(
  ctx: AppContext,
  request: FastifyRequest,
  work: (tx: Transaction) => Promise<{ status: number; body: T }>,
): Promise<IdempotentAnswer<T>> {
  const key = keyOf(request);
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  const owner = request.actor.accountId ?? request.ip;
  const hash = createHash('sha256')
    .update(JSON.stringify([request.params, request.query, request.body ?? null]))
    .digest('hex');
  return withTransaction(ctx.db.app, async (tx) => {
    if (key === null) return { ...(await work(tx)), replayed: false };
    const stored = await claim(tx, owner, route, key, hash, ctx.clock.now());
    if (stored) return replay<T>(stored, hash);
    const answer = await work(tx);
    await execute(
      tx,
      sql`update platform.idempotency set status = ${answer.status}, body = ${JSON.stringify(answer.body ?? null)}::jsonb
          where owner = ${owner} and route = ${route} and key = ${key}`,
    );
    return { ...answer, replayed: false };
  });
}

function replay<T>(stored: StoredAnswer, hash: string): IdempotentAnswer<T> {
  if (stored.request_hash !== hash) {
    throw new DomainError('unprocessable', {
      zh: '该 Idempotency-Key 已用于另一份内容，请为新的请求换一个。',
      en: 'This Idempotency-Key was used with other content. Take a new one for a new request.',
    });
  }
  if (stored.status === null) throw new DomainError('conflict');
  return { status: stored.status, body: stored.body as T, replayed: true };
}

/** Removes keys older than a day; a job calls it. Returns how many. */
export async function purgeIdempotencyKeys(ctx: AppContext): Promise<number> {
  const before = new Date(Date.parse(ctx.clock.now()) - 86_400_000).toISOString();
  return execute(ctx.db.app, sql`delete from platform.idempotency where created_at < ${before}`);
}
