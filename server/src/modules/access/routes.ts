/** `/api/v1` of access: the purposes that the caller may state. */
import { PurposeList, PurposeQuery } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { basisLine } from '../policy/index.ts';
import { purposesOf } from './reading.ts';

/** Register with `app.register(accessRoutes(ctx))`. */
export function accessRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    app.get(
      `${apiPrefix}/purposes`,
      {
        config: { permission: 'purpose.read' },
        schema: {
          tags: ['access'],
          summary: '可用的查询用途 Purposes that the caller may state',
          querystring: PurposeQuery,
          response: { 200: PurposeList },
        },
      },
      async (request) => {
        const purposes = purposesOf(ctx.policy(), request.actor.roles, request.query.act);
        const items = purposes.map(({ key, name, matter, caseNumber, basis, confirmed }) => ({
          key,
          name,
          matter,
          caseNumber,
          basis: basis.map(basisLine),
          confirmed: confirmed ?? true,
        }));
        return { items, nextCursor: null, dataAsOf: ctx.clock.now() };
      },
    );
  };
}
