/** `/api/v1/channels`: what stands where, retry now, pause; the office sets up a pull. */
import { ChannelItemView, ChannelView, listOf, NewPullRequest, RunChannelRequest } from '@chengxin/contract';
import { Type } from 'typebox';
import type { AppContext } from '../../../context.ts';
import { apiPrefix, type HttpInstance } from '../../../platform/http/index.ts';
import { channelsPage, createPull, enableChannel, itemsPage, readChannel, runChannel } from './operate.ts';

const IdParams = Type.Object({ id: Type.String({ format: 'uuid' }) });
const Page = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 500 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
});

export function channelRoutes(app: HttpInstance, ctx: AppContext): void {
  const tags = ['channels'];
  const read = { permission: 'channel.read' };
  const run = { permission: 'channel.run' };
  app.get(
    `${apiPrefix}/channels`,
    {
      config: read,
      schema: { tags, summary: '报送通道 Channels', querystring: Page, response: { 200: listOf(ChannelView) } },
    },
    async (request) => channelsPage(ctx, request.actor, request.query),
  );
  app.post(
    `${apiPrefix}/channels`,
    {
      config: { permission: 'channel.manage' },
      schema: { tags, summary: '设置数据库取数 Set up a pull', body: NewPullRequest, response: { 201: ChannelView } },
    },
    async (request, reply) => {
      const channel = await createPull(ctx, request.actor, request.body);
      reply.code(201).header('location', `${apiPrefix}/channels/${channel.id}`);
      return channel;
    },
  );
  app.get(
    `${apiPrefix}/channels/:id`,
    { config: read, schema: { tags, params: IdParams, response: { 200: ChannelView } } },
    async (request) => readChannel(ctx, request.actor, request.params.id),
  );
  app.get(
    `${apiPrefix}/channels/:id/items`,
    {
      config: read,
      schema: {
        tags,
        summary: '取走的文件 Files picked up',
        params: IdParams,
        querystring: Page,
        response: { 200: listOf(ChannelItemView) },
      },
    },
    async (request) => itemsPage(ctx, request.actor, request.params.id, request.query),
  );
  app.post(
    `${apiPrefix}/channels/:id/run`,
    {
      config: run,
      schema: {
        tags,
        summary: '立即重试 Retry now',
        params: IdParams,
        body: RunChannelRequest,
        response: { 202: ChannelView },
      },
    },
    async (request, reply) => {
      const channel = await runChannel(ctx, request.actor, request.params.id, request.body);
      reply.code(202);
      return channel;
    },
  );
  for (const [verb, enabled] of [
    ['enable', true],
    ['pause', false],
  ] as const) {
    app.post(
      `${apiPrefix}/channels/:id/${verb}`,
      { config: run, schema: { tags, params: IdParams, response: { 200: ChannelView } } },
      async (request) => enableChannel(ctx, request.actor, request.params.id, enabled),
    );
  }
}
