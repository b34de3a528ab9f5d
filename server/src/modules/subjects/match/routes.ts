/** `POST /api/v1/match`. */
import { MatchBodySchema, MatchListSchema } from '@chengxin/contract';
import type { AppContext } from '../../../context.ts';
import { apiPrefix, type HttpInstance } from '../../../platform/http/index.ts';
import { dataAsOf } from '../load-archive.ts';
import { matchingPolicy, matchSubjects } from './match-subjects.ts';

const defaultCandidates = 5;

export function matchRoutes(app: HttpInstance, ctx: AppContext): void {
  app.post(
    `${apiPrefix}/match`,
    {
      config: { permission: 'subject.search' },
      schema: {
        tags: ['subjects'],
        summary: '按名称匹配主体 Match names',
        body: MatchBodySchema,
        response: { 200: MatchListSchema },
      },
    },
    async (request) => {
      const { names, limit = defaultCandidates } = request.body;
      const results = await matchSubjects(ctx, request.actor, names, limit);
      const { algorithm, threshold } = matchingPolicy(ctx.policy());
      return {
        results: results.map((result) => ({
          ...result,
          candidates: result.candidates.map((candidate) => ({ ...candidate, features: [...candidate.features] })),
        })),
        algorithm,
        threshold,
        dataAsOf: await dataAsOf(ctx, ctx.db.app),
      };
    },
  );
}
