/** The own account: second factor, recovery codes, sessions; and resets of others' lost factors by two people. */
import {
  CodeRequest,
  EnrolledView,
  EnrolmentView,
  FactorResetDecision,
  FactorResetList,
  FactorResetRequest,
  OwnSessionList,
  RecoveryCodes,
  SecondFactorRequest,
  SecondFactorView,
  SessionView,
} from '@chengxin/contract';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import QRCode from 'qrcode';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import {
  actorOf,
  answerSession,
  endOtherSessions,
  endSession,
  type LiveSession,
  type OpenedSession,
  SignInLocked,
  sessionOf,
  sessionsOf,
  setSessionCookie,
} from '../identity/index.ts';
import { decideFactorReset, listResets, requestReset } from './reset-factor.ts';
import {
  beginEnrolment,
  confirmEnrolment,
  removeSecondFactor,
  renewRecoveryCodes,
  secondFactorView,
  showSecondFactor,
} from './totp.ts';

const perAddress = { max: 60, timeWindow: 60_000 };
const tags = ['session'];
const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });

async function ownSession(ctx: AppContext, request: FastifyRequest): Promise<LiveSession> {
  const session = await sessionOf(ctx, request);
  if (!session) throw new DomainError('unauthenticated');
  return session;
}

/** A lock says how long it lasts. */
async function withLock<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T> {
  reply.header('cache-control', 'no-store');
  try {
    return await work();
  } catch (error) {
    if (error instanceof SignInLocked) reply.header('retry-after', String(error.retryAfterSeconds));
    throw error;
  }
}

async function view(ctx: AppContext, request: FastifyRequest, reply: FastifyReply, opened: OpenedSession) {
  setSessionCookie(ctx, reply, opened);
  return answerSession(ctx, request, reply, opened.token);
}

export function secondFactorRoutes(ctx: AppContext): FastifyPluginAsyncTypebox {
  const base = '/api/v1/session/second-factor';
  const enrolling = {
    permission: 'session.manage',
    whilePending: ['missing'] as ('needed' | 'missing')[],
    rateLimit: perAddress,
  };
  return async (app) => {
    app.get(
      base,
      {
        config: { permission: 'session.manage', whilePending: ['needed', 'missing'] },
        schema: { tags, summary: '动态口令状态 The own second factor', response: { 200: SecondFactorView } },
      },
      async (request) => secondFactorView(ctx, await ownSession(ctx, request)),
    );
    app.post(
      base,
      {
        config: {
          permission: 'session.manage',
          whilePending: ['needed'],
          whilePasswordExpired: true,
          rateLimit: perAddress,
        },
        schema: {
          tags,
          summary: '第二步验证 The second step of signing in',
          body: SecondFactorRequest,
          response: { 200: SessionView },
        },
      },
      async (request, reply) =>
        withLock(reply, async () => {
          const session = await ownSession(ctx, request);
          return view(ctx, request, reply, await showSecondFactor(ctx, actorOf(request), session, request.body));
        }),
    );
    app.post(
      `${base}::enrol`,
      {
        config: enrolling,
        schema: { tags, summary: '绑定动态口令 Begin to enrol a code generator', response: { 200: EnrolmentView } },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const issuer = `城信 ${new URL(ctx.config.publicUrl).hostname}`;
        const enrolment = await beginEnrolment(ctx, await ownSession(ctx, request), issuer);
        const svg = await QRCode.toString(enrolment.uri, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' });
        return { ...enrolment, qrCode: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` };
      },
    );
    app.post(
      `${base}::confirm`,
      {
        config: enrolling,
        schema: { tags, summary: '确认绑定 Confirm it by a code', body: CodeRequest, response: { 200: EnrolledView } },
      },
      async (request, reply) =>
        withLock(reply, async () => {
          const session = await ownSession(ctx, request);
          const done = await confirmEnrolment(ctx, actorOf(request), session, request.body.code);
          return { recoveryCodes: done.recoveryCodes, session: await view(ctx, request, reply, done.opened) };
        }),
    );
    app.post(
      `${base}::recovery-codes`,
      {
        config: { permission: 'session.manage', rateLimit: perAddress },
        schema: { tags, summary: '换发恢复码 New recovery codes', body: CodeRequest, response: { 200: RecoveryCodes } },
      },
      async (request, reply) =>
        withLock(reply, async () => {
          const session = await ownSession(ctx, request);
          return { recoveryCodes: await renewRecoveryCodes(ctx, actorOf(request), session, request.body.code) };
        }),
    );
    app.post(
      `${base}::remove`,
      {
        config: { permission: 'session.manage', rateLimit: perAddress },
        schema: {
          tags,
          summary: '解除绑定 Remove the code generator',
          body: CodeRequest,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) =>
        withLock(reply, async () => {
          await removeSecondFactor(ctx, actorOf(request), await ownSession(ctx, request), request.body.code);
          return reply.code(204).send(null);
        }),
    );
  };
}

export function ownSessionRoutes(ctx: AppContext): FastifyPluginAsyncTypebox {
  const base = '/api/v1/session/sessions';
  const ended = (request: FastifyRequest, work: (session: LiveSession) => Promise<number>, action: string) =>
    ownSession(ctx, request).then(async (session) => {
      const count = await work(session);
      return withTransaction(ctx.db.app, async (tx) => {
        await writeAccess(tx, ctx, actorOf(request), {
          action,
          resourceKind: 'account',
          resourceId: session.account_id,
          detail: { count },
        });
        return count;
      });
    });
  return async (app) => {
    app.get(
      base,
      {
        config: { permission: 'session.manage' },
        schema: { tags, summary: '我的登录 The own sessions', response: { 200: OwnSessionList } },
      },
      async (request, reply) => {
        const session = await ownSession(ctx, request);
        reply.header('cache-control', 'no-store');
        const rows = await sessionsOf(ctx.db.app, session.account_id, session.session_id);
        const items = rows.map((row) => ({
          id: row.session_id,
          createdAt: row.created_at,
          lastSeenAt: row.last_seen_at,
          expiresAt: row.expires_at,
          address: row.address,
          factors: row.factors,
          current: row.current,
        }));
        return { items, nextCursor: null, dataAsOf: ctx.clock.now() };
      },
    );
    app.post(
      `${base}::end-others`,
      {
        config: { permission: 'session.manage' },
        schema: { tags, summary: '退出其他登录 Sign out everywhere else', response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        await ended(
          request,
          (session) => endOtherSessions(ctx.db.app, session.account_id, session.session_id),
          'session.endOthers',
        );
        return reply.code(204).send(null);
      },
    );
    app.delete(
      `${base}/:id`,
      {
        config: { permission: 'session.manage' },
        schema: { tags, summary: '退出一处登录 End one session', params: IdParams, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const count = await ended(
          request,
          (session) => endSession(ctx.db.app, session.account_id, request.params.id),
          'session.end',
        );
        if (count === 0) throw new DomainError('not-found');
        return reply.code(204).send(null);
      },
    );
  };
}

export function factorResetRoutes(ctx: AppContext): FastifyPluginAsyncTypebox {
  const base = '/api/v1/factor-resets';
  const config = { permission: 'factor.reset' };
  return async (app) => {
    app.get(
      base,
      {
        config,
        schema: { tags: ['accounts'], summary: '待办的口令重置 Resets that wait', response: { 200: FactorResetList } },
      },
      async (request) => {
        const rows = await listResets(ctx);
        const items = rows.map((row) => ({
          id: row.reset_id,
          login: row.login,
          name: row.name,
          reason: row.reason,
          requestedBy: row.requested_name,
          requestedAt: row.requested_at,
          own: row.requested_by === actorOf(request).accountId,
        }));
        return { items, nextCursor: null, dataAsOf: ctx.clock.now() };
      },
    );
    app.post(
      base,
      {
        config,
        schema: {
          tags: ['accounts'],
          summary: '申请重置动态口令 Ask for the reset of a lost second factor',
          body: FactorResetRequest,
          response: { 201: Type.Object({ id: Type.String() }) },
        },
      },
      async (request, reply) => {
        const id = await requestReset(ctx, actorOf(request), request.body.login, request.body.reason);
        return reply.code(201).send({ id });
      },
    );
    app.post(
      `${base}/:id/decide`,
      {
        config,
        schema: {
          tags: ['accounts'],
          summary: '决定重置 Decide a reset (not by the one who asked)',
          params: IdParams,
          body: FactorResetDecision,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await decideFactorReset(ctx, actorOf(request), request.params.id, request.body.decision);
        return reply.code(204).send(null);
      },
    );
  };
}
