/** `/api/v1/objections`. */
import {
  ObjectableQuery,
  ObjectableRecords,
  ObjectionCommandRequest,
  ObjectionRules,
  ObjectionView,
  SubmitObjectionRequest,
} from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { procedureRoutes, viewCase } from '../casework/index.ts';
import { objectionDesk, objectionFor } from './act-on-objection.ts';
import { correctionView } from './correction.ts';
import { objectableRecords } from './own-records.ts';
import { objectionRules } from './read-objections.ts';
import { submitObjection } from './submit-objection.ts';

const tags = ['objections'];

/** Register with `app.register(objectionRoutes(ctx))`. */
export function objectionRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    app.get(
      `${apiPrefix}/objections/rules`,
      {
        config: { permission: 'public' },
        schema: { tags, summary: '异议的类型、时限和理由 Kinds, days and reasons', response: { 200: ObjectionRules } },
      },
      async () => objectionRules(ctx),
    );
    app.get(
      `${apiPrefix}/objections/records`,
      {
        config: { permission: 'objection.submit' },
        schema: {
          tags,
          summary: '可以提出异议的信息 Records to choose from',
          querystring: ObjectableQuery,
          response: { 200: ObjectableRecords },
        },
      },
      async (request) => objectableRecords(ctx, request.actor, request.query),
    );
    app.post(
      `${apiPrefix}/objections`,
      {
        config: { permission: 'objection.submit' },
        schema: { tags, summary: '提出异议 Object', body: SubmitObjectionRequest, response: { 201: ObjectionView } },
      },
      async (request, reply) => {
        const row = await submitObjection(ctx, request.actor, request.body);
        const view = await viewCase(ctx, request.actor, objectionDesk, row.case_id);
        return reply.code(201).send({ ...view, correction: null });
      },
    );
    await procedureRoutes(app, ctx, {
      desk: objectionDesk,
      tags,
      commandBody: ObjectionCommandRequest,
      view: ObjectionView,
      more: async (context, request, id) => {
        const { row, party } = await objectionFor(context, request.actor, id);
        return { correction: await correctionView(context, row, party) };
      },
    });
  };
}
