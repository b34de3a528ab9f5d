/** What the pages of exports and of the emergency switch read. */
import type { EmergencyView, ExportView, PlatformState } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

export const exportsQuery = infiniteQueryOptions({
  queryKey: ['exports'],
  queryFn: ({ pageParam, signal }) =>
    call<ListOf<ExportView>>('/exports', { query: { limit: 30, cursor: pageParam }, signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.nextCursor,
});
export const renewExports = (): void => void queryClient.invalidateQueries({ queryKey: ['exports'] });

export const emergencyQuery = queryOptions({
  queryKey: ['emergency'],
  queryFn: ({ signal }) => call<EmergencyView>('/emergency', { signal }),
  refetchInterval: 15_000,
});

/** Asked now and then by every desk: a write that will not be taken should not be begun. */
export const platformStateQuery = queryOptions({
  queryKey: ['site', 'state'],
  queryFn: ({ signal }) => call<PlatformState>('/public/state', { signal }),
  refetchInterval: 30_000,
  retry: false,
});
