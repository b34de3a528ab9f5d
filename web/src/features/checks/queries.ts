/** What the page of checks reads. */
import type { CheckMatterView, HitView } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import type { ListOf } from '../../shared/api/types.ts';

export const mattersQuery = queryOptions({
  queryKey: ['checks', 'matters'],
  queryFn: ({ signal }) => call<{ items: CheckMatterView[] }>('/checks/matters', { signal }),
  staleTime: 10 * 60_000,
});

export const hitsQuery = (state: HitView['state']) =>
  infiniteQueryOptions({
    queryKey: ['checks', 'hits', state],
    queryFn: ({ pageParam, signal }) =>
      call<ListOf<HitView>>('/checks/hits', { query: { state, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<HitView>) => last.nextCursor,
  });
