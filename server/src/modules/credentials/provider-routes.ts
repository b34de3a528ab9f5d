/** Sign-in by providers, links of the own account, and who speaks for the own organisation. */
import {
  OwnLinkList,
  ProviderBegun,
  ProviderFinishRequest,
  ProviderList,
  ProviderRequest,
  RepresentationList,
  SessionView,
} from '@chengxin/contract';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isSecure } from '../../platform/http/index.ts';
import { actorOf, answerSession, endSessionsOf, sessionTokenOf, setSessionCookie } from '../identity/index.ts';
import { endLink, linksOf, representationsOf, revokeRepresentationRow } from './provider-queries.ts';
import { beginAt, type CredentialPorts, finishAt } from './provider-sign-in.ts';
import type { SignInProvider } from './providers/types.ts';

const tags = ['session'];
const perAddress = { max: 30, timeWindow: 60_000 };
const Key = Type.Object({ key: Type.String({ pattern: '^[a-z][a-z0-9-]{0,30}$' }) });
const Id = Type.Object({ id: Type.String({ format: 'uuid' }) });
const Callback = Type.Object({
  state: Type.Optional(Type.String({ maxLength: 200 })),
  code: Type.Optional(Type.String({ maxLength: 2000 })),
  error: Type.Optional(Type.String({ maxLength: 200 })),
});
const cookiePath = '/api/v1/session/providers';
const cookieSeconds = 600;

export function providerRoutes(
  ctx: AppContext,
  ports: CredentialPorts,
  providers: ReadonlyMap<string, SignInProvider>,
): FastifyPluginAsyncTypebox {
  const cookieName = isSecure(ctx) ? '__Secure-chengxin-attempt' : 'chengxin-attempt';
  const need = (key: string): SignInProvider => {
    const provider = providers.get(key);
    if (!provider) throw new DomainError('not-found');
    return provider;
  };
  // Lax: the browser comes back from the provider's site by a link, which Strict would not let it bring.
  const remember = (reply: FastifyReply, browser: string): FastifyReply =>
    reply.setCookie(cookieName, browser, {
      path: cookiePath,
      httpOnly: true,
      sameSite: 'lax',
      secure: isSecure(ctx),
      maxAge: cookieSeconds,
    });
  const begin = async (
    request: FastifyRequest<{ Params: { key: string }; Body: { next?: string } }>,
    reply: FastifyReply,
    purpose: 'signIn' | 'link',
  ) => {
    const begun = await beginAt(ctx, need(request.params.key), {
      purpose,
      accountId: purpose === 'link' ? actorOf(request).accountId : null,
      next: request.body.next,
    });
    remember(reply, begun.browser).header('cache-control', 'no-store');
    return { state: begun.state, redirectTo: begun.redirectTo, challenge: begun.challenge };
  };
  return async (app) => {
    app.get(
      '/api/v1/public/sign-in-providers',
      {
        config: { permission: 'public' },
        schema: { tags: ['public'], summary: '登录方式 Ways to sign in', response: { 200: ProviderList } },
      },
      async () => ({
        items: [...providers.values()].map(({ key, kind, name }) => ({ key, kind, name })),
        nextCursor: null,
        dataAsOf: ctx.clock.now(),
      }),
    );
    app.post(
      '/api/v1/session/providers/:key/begin',
      {
        config: { permission: 'public', rateLimit: perAddress },
        schema: {
          tags,
          summary: '以其他方式登录 Begin to sign in by a provider',
          params: Key,
          body: ProviderRequest,
          response: { 200: ProviderBegun },
        },
      },
      async (request, reply) => begin(request, reply, 'signIn'),
    );
    app.post(
      '/api/v1/session/providers/:key/link',
      {
        config: { permission: 'session.manage', rateLimit: perAddress },
        schema: {
          tags,
          summary: '绑定登录方式 Begin to link the own account',
          params: Key,
          body: ProviderRequest,
          response: { 200: ProviderBegun },
        },
      },
      async (request, reply) => begin(request, reply, 'link'),
    );
    app.post(
      '/api/v1/session/providers/:key/finish',
      {
        config: { permission: 'public', rateLimit: perAddress },
        schema: {
          tags,
          summary: '完成登录 Finish with a signature or an assertion',
          params: Key,
          body: ProviderFinishRequest,
          response: { 200: SessionView },
        },
      },
      async (request, reply) => {
        const { state, certificate, signature, assertion } = request.body;
        const done = await finishAt(
          ctx,
          ports,
          actorOf(request),
          need(request.params.key),
          { state, browser: request.cookies[cookieName] },
          { url: null, certificate: certificate ?? null, signature: signature ?? null, assertion: assertion ?? null },
        );
        reply.clearCookie(cookieName, { path: cookiePath });
        if (done.opened) {
          setSessionCookie(ctx, reply, done.opened);
          return answerSession(ctx, request, reply, done.opened.token);
        }
        return answerSession(ctx, request, reply, sessionTokenOf(ctx, request));
      },
    );
    app.get(
      '/api/v1/session/providers/:key/callback',
      {
        config: { permission: 'public', rateLimit: perAddress },
        schema: {
          tags,
          summary: '身份认证返回 The browser comes back from a provider',
          params: Key,
          querystring: Callback,
          response: { 303: Type.Null() },
        },
      },
      async (request, reply) => {
        const provider = need(request.params.key);
        const url = new URL(request.raw.url ?? '/', ctx.config.publicUrl);
        reply.clearCookie(cookieName, { path: cookiePath }).header('cache-control', 'no-store');
        try {
          const shown = { state: request.query.state, browser: request.cookies[cookieName] };
          const answer = { url, certificate: null, signature: null, assertion: null };
          const done = await finishAt(ctx, ports, actorOf(request), provider, shown, answer);
          if (done.opened) setSessionCookie(ctx, reply, done.opened);
          return reply.code(303).header('location', `/desk${done.next}`).send(null);
        } catch (error) {
          if (!(error instanceof DomainError) || error.status >= 500) throw error;
          return reply.code(303).header('location', '/desk/sign-in?failed=provider').send(null);
        }
      },
    );
    app.get(
      '/api/v1/session/links',
      {
        config: { permission: 'session.manage' },
        schema: { tags, summary: '已绑定的登录方式 Links of the own account', response: { 200: OwnLinkList } },
      },
      async (request) => ({
        items: (await linksOf(ctx.db.app, actorOf(request).accountId ?? '')).map((row) => ({
          id: row.link_id,
          provider: row.provider,
          linkedAt: row.linked_at,
        })),
        nextCursor: null,
        dataAsOf: ctx.clock.now(),
      }),
    );
    app.delete(
      '/api/v1/session/links/:id',
      {
        config: { permission: 'session.manage' },
        schema: { tags, summary: '解除绑定 Remove a link', params: Id, response: { 204: Type.Null() } },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        await withTransaction(ctx.db.app, async (tx) => {
          const accountId = actor.accountId ?? '';
          if ((await endLink(tx, accountId, request.params.id, ctx.clock.now())) === 0) throw new HiddenError();
          await writeAccess(tx, ctx, actor, {
            action: 'session.unlink',
            resourceKind: 'account',
            resourceId: accountId,
          });
        });
        return reply.code(204).send(null);
      },
    );
    app.get(
      '/api/v1/representations',
      {
        config: { permission: 'representation.manage' },
        schema: {
          tags: ['representations'],
          summary: '谁代表本企业 Who speaks for the own organisation',
          response: { 200: RepresentationList },
        },
      },
      async (request) => {
        const actor = actorOf(request);
        const rows = actor.subjectId ? await representationsOf(ctx.db.app, actor.subjectId) : [];
        const items = rows.map((row) => ({
          id: row.representation_id,
          provider: row.provider,
          proofDigest: row.proof_digest,
          provedAt: row.proved_at,
          endedAt: row.ended_at,
          endedReason: row.ended_reason,
          own: row.account_id === actor.accountId,
        }));
        return { items, nextCursor: null, dataAsOf: ctx.clock.now() };
      },
    );
    app.post(
      '/api/v1/representations/:id/revoke',
      {
        config: { permission: 'representation.manage' },
        schema: {
          tags: ['representations'],
          summary: '撤销代表 Revoke a representation of the own organisation',
          params: Id,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        await withTransaction(ctx.db.app, async (tx) => {
          const subjectId = actor.subjectId ?? '00000000-0000-0000-0000-000000000000';
          const accountId = await revokeRepresentationRow(
            tx,
            request.params.id,
            subjectId,
            actor.accountId ?? '',
            ctx.clock.now(),
          );
          if (accountId === null) throw new HiddenError();
          await endSessionsOf(tx, accountId);
          await writeAccess(tx, ctx, actor, {
            action: 'representation.revoke',
            resourceKind: 'representation',
            resourceId: request.params.id,
            subjectId: actor.subjectId,
          });
        });
        return reply.code(204).send(null);
      },
    );
  };
}
