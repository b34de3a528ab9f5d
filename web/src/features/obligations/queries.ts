/** What the tabs of obligations read. */
import type { ObligationCycle, ObligationRates, ObligationsResult, ObligationView } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

export interface ObligationFilter {
  readonly state?: string | undefined;
  readonly overdue?: string | undefined;
  readonly list?: string | undefined;
  readonly bodyId?: string | undefined;
}

export const obligationsQuery = (filter: ObligationFilter) =>
  infiniteQueryOptions({
    queryKey: ['obligations', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      call<ListOf<ObligationView>>('/obligations', { query: { ...filter, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<ObligationView>) => last.nextCursor,
  });

export const cycleQuery = queryOptions({
  queryKey: ['obligations', 'cycle'],
  queryFn: ({ signal }) => call<ObligationCycle>('/obligations/cycle', { signal }),
});

export const ratesQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['obligations', 'rates', from, to],
    queryFn: ({ signal }) => call<ObligationRates>('/obligations/rates', { query: { from, to }, signal }),
    enabled: from !== '' && to !== '',
  });

/** Lists, figures and hits: an act here may lift what was fed back at a check. */
export function renewObligations(): Promise<unknown> {
  return Promise.all([
    queryClient.invalidateQueries({ queryKey: ['obligations'] }),
    queryClient.invalidateQueries({ queryKey: ['checks', 'hits'] }),
  ]);
}

export const actOnMany = (act: 'acknowledge' | 'lift', ids: readonly string[]): Promise<ObligationsResult> =>
  call<ObligationsResult>(`/obligations:${act}`, { method: 'POST', body: { ids } });
