/** Session routes and the list of bodies. */
import {
  BodyList,
  ChangePasswordRequest,
  SessionView,
  type SessionView as SessionViewType,
  SignInRequest,
} from '@chengxin/contract';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { changePassword } from './accounts.ts';
import { actorOf, sessionActor } from './actors.ts';
import { findBody, listBodies } from './bodies.ts';
import { permissionsOf } from './permissions.ts';
import {
  closeSession,
  cookieOptions,
  type LiveSession,
  openSession,
  readSession,
  type SessionFactor,
  SignInLocked,
  secondFactorState,
  sessionCookieName,
} from './sessions.ts';
import { signIn } from './sign-in.ts';

const perAddress = { max: 30, timeWindow: 60_000 };

async function viewOf(ctx: AppContext, request: FastifyRequest, session: LiveSession): Promise<SessionViewType> {
  const body = session.body_id ? await findBody(ctx.db.app, { bodyId: session.body_id }) : null;
  return {
    account: {
      id: session.account_id,
      login: session.login,
      name: session.name,
      roles: session.roles,
      body: body && { id: body.bodyId, name: body.name, code: body.code },
    },
    deputyFor:
      session.deputy_id !== null && session.absent_id !== null
        ? { id: session.absent_id, deputyId: session.deputy_id, name: session.absent_name ?? '' }
        : null,
    permissions: permissionsOf(sessionActor(ctx, request, session).actor),
    mustChangePassword: session.must_change_password,
    secondFactor: secondFactorState(ctx, session),
    factors: session.factors,
    expiresAt: session.expires_at,
  };
}

/** The view of the session that a token stands for; never kept by a cache. */
export async function answerSession(
  ctx: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
  token: string | undefined,
): Promise<SessionViewType> {
  const session = await readSession(ctx, token);
  if (!session) throw new DomainError('unauthenticated');
  reply.header('cache-control', 'no-store');
  return viewOf(ctx, request, session);
}

export function identityRoutes(ctx: AppContext): FastifyPluginAsyncTypebox {
  const cookieName = sessionCookieName(ctx);
  const setCookie = (reply: FastifyReply, token: string): FastifyReply =>
    reply.setCookie(cookieName, token, cookieOptions(ctx));
  const tags = ['session'];
  return async (app) => {
    app.post(
      '/api/v1/session',
      {
        config: { permission: 'public', rateLimit: perAddress },
        schema: { tags, summary: '登录 Sign in', body: SignInRequest, response: { 200: SessionView } },
      },
      async (request, reply) => {
        const before = request.cookies[cookieName];
        try {
          const opened = await signIn(ctx, actorOf(request), request.body.login, request.body.password);
          await closeSession(ctx.db.app, ctx, before);
          setCookie(reply, opened.token);
          return await answerSession(ctx, request, reply, opened.token);
        } catch (error) {
          if (error instanceof SignInLocked) reply.header('retry-after', String(error.retryAfterSeconds));
          throw error;
        }
      },
    );

    app.get(
      '/api/v1/session',
      {
        config: { permission: 'public' },
        schema: { tags, summary: '当前登录 Who is signed in', response: { 200: SessionView } },
      },
      async (request, reply) => answerSession(ctx, request, reply, request.cookies[cookieName]),
    );

    app.delete(
      '/api/v1/session',
      {
        config: {
          permission: 'public',
          optionalSession: true,
          whilePasswordExpired: true,
          whilePending: ['needed', 'missing'],
        },
        schema: { tags, summary: '退出 Sign out', response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        await withTransaction(ctx.db.app, async (tx) => {
          await closeSession(tx, ctx, request.cookies[cookieName]);
          if (actor.accountId)
            await writeAccess(tx, ctx, actor, {
              action: 'session.signOut',
              resourceKind: 'account',
              resourceId: actor.accountId,
            });
        });
        reply.clearCookie(cookieName, cookieOptions(ctx));
        return reply.code(204).send(null);
      },
    );

    app.post(
      '/api/v1/session/password',
      {
        config: {
          permission: 'session.manage',
          whilePasswordExpired: true,
          whilePending: ['missing'],
          rateLimit: perAddress,
        },
        schema: {
          tags,
          summary: '修改密码 Change the password',
          body: ChangePasswordRequest,
          response: { 200: SessionView },
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const accountId = actor.accountId ?? '';
        const opened = await withTransaction(ctx.db.app, async (tx) => {
          const session = await readSession(ctx, request.cookies[cookieName]);
          await changePassword(ctx, tx, accountId, request.body.current, request.body.next);
          await writeAccess(tx, ctx, actor, {
            action: 'session.changePassword',
            resourceKind: 'account',
            resourceId: accountId,
          });
          return openSession(tx, ctx, accountId, actor.address, (session?.factors ?? ['password']) as SessionFactor[]);
        });
        setCookie(reply, opened.token);
        return answerSession(ctx, request, reply, opened.token);
      },
    );

    app.get(
      '/api/v1/bodies',
      {
        config: { permission: 'body.read' },
        schema: {
          tags: ['bodies'],
          summary: '单位列表 Bodies with their codes, names and successors',
          response: { 200: BodyList },
        },
      },
      async () => {
        const bodies = await listBodies(ctx.db.app);
        const items = bodies.map(({ bodyId, successorIds, ...body }) => ({
          id: bodyId,
          ...body,
          successorIds: [...successorIds],
        }));
        return { items, nextCursor: null, dataAsOf: ctx.clock.now() };
      },
    );
  };
}
