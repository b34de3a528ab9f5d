/** `/api/v1/targets`. */
import { TargetList } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { readTargets } from './targets.ts';

export function targetRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    app.get(
      `${apiPrefix}/targets`,
      {
        config: { permission: 'target.read' },
        schema: { tags: ['targets'], summary: '办理目标 Targets, live', response: { 200: TargetList } },
      },
      async (request) => readTargets(ctx, request.actor),
    );
  };
}
