/** Systems of departments, their keys, and the gateways that some of them stand behind. */
import {
  ClientCreated,
  ClientList,
  ClientRequest,
  GatewayCreated,
  GatewayList,
  GatewayRequest,
  KeyIssued,
  KeyRequest,
  NewClientRequest,
  PageQuery,
} from '@chengxin/contract';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { actorOf, scopeOf } from '../identity/index.ts';
import { type ClientRow, type KeyRow, keysOf, listClientRows, listGatewayRows } from './client-queries.ts';
import {
  approveClient,
  changeClient,
  clientChoices,
  createClient,
  createGateway,
  issueKey,
  revokeClient,
  revokeGateway,
  revokeKey,
} from './clients.ts';

const tags = ['clients'];
const Id = Type.Object({ id: Type.String({ format: 'uuid' }) });
const IdAndKey = Type.Object({ id: Type.String({ format: 'uuid' }), keyId: Type.String({ format: 'uuid' }) });
const manage = { permission: 'client.manage' };
const listName = 'clients';

const keyView = (key: KeyRow) => ({
  id: key.key_id,
  kind: key.kind,
  createdAt: key.created_at,
  expiresAt: key.expires_at,
  revokedAt: key.revoked_at,
  lastUsedAt: key.last_used_at,
  lastAddress: key.last_address,
});
const clientView = (row: ClientRow, keys: readonly (KeyRow & { client_id: string })[], self: string | null) => ({
  id: row.client_id,
  name: row.name,
  body: { id: row.body_id, name: row.body_name },
  way: row.way,
  scopes: row.scopes,
  addresses: row.addresses,
  signatureRequired: row.signature_required,
  contact: row.contact,
  createdAt: row.created_at,
  approvedAt: row.approved_at,
  revokedAt: row.revoked_at,
  askedByCaller: row.changed_by === self,
  keys: keys.filter((key) => key.client_id === row.client_id).map(keyView),
});

export function clientRoutes(ctx: AppContext): FastifyPluginAsyncTypebox {
  const base = '/api/v1/clients';
  const done = Type.Null();
  return async (app) => {
    app.get(
      base,
      {
        config: manage,
        schema: {
          tags,
          summary: '接口客户端 Systems with their keys',
          querystring: PageQuery,
          response: { 200: ClientList },
        },
      },
      async (request) => {
        const actor = actorOf(request);
        const scope = scopeOf(actor, 'client.manage');
        const limit = request.query.limit ?? 50;
        const position = openPosition(ctx.keys, listName, request.query.cursor);
        const after = position && { at: String(position[0]), id: String(position[1]) };
        const found = await listClientRows(ctx.db.app, scope.kind === 'all' ? null : scope.bodyIds, after, limit + 1);
        const rows = found.slice(0, limit);
        const keys = await keysOf(
          ctx.db.app,
          rows.map((row) => row.client_id),
        );
        const last = found.length > limit ? rows.at(-1) : undefined;
        return {
          items: rows.map((row) => clientView(row, keys, actor.accountId)),
          choices: clientChoices(ctx),
          nextCursor: last ? sealPosition(ctx.keys, listName, [last.created_at, last.client_id]) : null,
          dataAsOf: ctx.clock.now(),
        };
      },
    );
    app.post(
      base,
      {
        config: manage,
        schema: {
          tags,
          summary: '登记接口客户端 Register a system',
          body: NewClientRequest,
          response: { 201: ClientCreated },
        },
      },
      async (request, reply) => reply.code(201).send({ id: await createClient(ctx, actorOf(request), request.body) }),
    );
    app.put(
      `${base}/:id`,
      {
        config: manage,
        schema: {
          tags,
          summary: '修改权限和地址 Change scopes and addresses (wider ones wait for approval)',
          params: Id,
          body: ClientRequest,
          response: { 204: done },
        },
      },
      async (request, reply) => {
        await changeClient(ctx, actorOf(request), request.params.id, request.body);
        return reply.code(204).send(null);
      },
    );
    app.post(
      `${base}/:id/approve`,
      {
        config: { permission: 'client.approve' },
        schema: { tags, summary: '批准 Approve what a system may do', params: Id, response: { 204: done } },
      },
      async (request, reply) => {
        await approveClient(ctx, actorOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
    app.post(
      `${base}/:id/revoke`,
      { config: manage, schema: { tags, summary: '停用 Revoke a system', params: Id, response: { 204: done } } },
      async (request, reply) => {
        await revokeClient(ctx, actorOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
    app.post(
      `${base}/:id/keys`,
      {
        config: manage,
        schema: {
          tags,
          summary: '签发密钥（只显示一次） Issue a key; its secret is shown once',
          params: Id,
          body: KeyRequest,
          response: { 201: KeyIssued },
        },
      },
      async (request, reply) => {
        const issued = await issueKey(ctx, actorOf(request), request.params.id, request.body);
        reply.header('cache-control', 'no-store');
        return reply.code(201).send({ id: issued.keyId, expiresAt: issued.expiresAt, secret: issued.secret });
      },
    );
    app.delete(
      `${base}/:id/keys/:keyId`,
      { config: manage, schema: { tags, summary: '吊销密钥 Revoke a key', params: IdAndKey, response: { 204: done } } },
      async (request, reply) => {
        await revokeKey(ctx, actorOf(request), request.params.id, request.params.keyId);
        return reply.code(204).send(null);
      },
    );
  };
}

export function gatewayRoutes(ctx: AppContext): FastifyPluginAsyncTypebox {
  const base = '/api/v1/gateways';
  const config = { permission: 'gateway.manage' };
  return async (app) => {
    app.get(
      base,
      { config, schema: { tags, summary: '共享交换网关 Gateways', response: { 200: GatewayList } } },
      async () => ({
        items: (await listGatewayRows(ctx.db.app)).map((row) => ({
          id: row.gateway_id,
          name: row.name,
          by: row.certificate === null ? ('key' as const) : ('certificate' as const),
          certificate: row.certificate,
          addresses: row.addresses,
          createdAt: row.created_at,
          revokedAt: row.revoked_at,
        })),
        nextCursor: null,
        dataAsOf: ctx.clock.now(),
      }),
    );
    app.post(
      base,
      {
        config,
        schema: {
          tags,
          summary: '登记网关 Register a gateway',
          body: GatewayRequest,
          response: { 201: GatewayCreated },
        },
      },
      async (request, reply) => {
        const made = await createGateway(ctx, actorOf(request), request.body);
        reply.header('cache-control', 'no-store');
        return reply.code(201).send({ id: made.gatewayId, secret: made.secret });
      },
    );
    app.post(
      `${base}/:id/revoke`,
      { config, schema: { tags, summary: '停用网关 Revoke a gateway', params: Id, response: { 204: Type.Null() } } },
      async (request, reply) => {
        await revokeGateway(ctx, actorOf(request), request.params.id);
        return reply.code(204).send(null);
      },
    );
  };
}
