/** What the pages of oversight read. The audit administrator's and the representative's readings are logged: not asked again by themselves. */

import type {
  AlertView,
  DelayList,
  DisputeView,
  LogIntegrity,
  LogList,
  LogRowView,
  LookList,
  LookView,
} from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Static } from 'typebox';
import { call, type Query } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

function pages<T, L extends ListOf<T> = ListOf<T>>(key: readonly unknown[], path: string, query: Query) {
  return infiniteQueryOptions({
    queryKey: ['oversight', ...key, query],
    queryFn: ({ pageParam, signal }) => call<L>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: L) => last.nextCursor,
  });
}
const oneReading = { staleTime: Number.POSITIVE_INFINITY, refetchOnReconnect: false } as const;

export const looksQuery = (kind: string | undefined) => ({
  ...pages<LookView, LookList>(['looks'], '/my/looks', { kind }),
  ...oneReading,
});

export const disputesQuery = (state: string | undefined) =>
  pages<DisputeView>(['disputes'], '/disputes', { state, limit: 50 });

export const alertsQuery = (state: string | undefined) => pages<AlertView>(['alerts'], '/alerts', { state, limit: 50 });

export const delaysQuery = () =>
  pages<Static<typeof DelayList>['items'][number], Static<typeof DelayList>>(['delays'], '/delays', { limit: 50 });

export interface LogFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly account?: string | undefined;
  readonly body?: string | undefined;
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
}

export const logQuery = (filter: LogFilter) => ({
  ...pages<LogRowView, LogList>(['log'], '/log', { ...filter, limit: 50 }),
  ...oneReading,
});

export const integrityQuery = queryOptions({
  queryKey: ['oversight', 'integrity'],
  queryFn: ({ signal }) => call<LogIntegrity>('/log/integrity', { signal }),
  refetchInterval: 60_000,
});

/** After an act: what shows it is read anew. */
export function renewOversight(): void {
  void queryClient.invalidateQueries({ queryKey: ['oversight'] });
}
