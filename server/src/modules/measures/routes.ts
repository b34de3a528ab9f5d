/** `/api/v1/measures`. */
import { MeasureList } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { apiPrefix, type HttpInstance } from '../../platform/http/index.ts';
import { readMeasures } from './read-measures.ts';

export function measureRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    app.get(
      `${apiPrefix}/measures`,
      {
        config: { permission: 'public' },
        schema: {
          tags: ['measures'],
          summary: '失信惩戒措施清单 Measures, what leads to them and how they end',
          response: { 200: MeasureList },
        },
      },
      async () => readMeasures(ctx),
    );
  };
}
