import type { ObjectableRecords, ObjectionRules } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';

export const path = '/objections';

export const rulesQuery = queryOptions({
  queryKey: ['objection-rules'],
  queryFn: ({ signal }) => call<ObjectionRules>('/objections/rules', { signal }),
  staleTime: 10 * 60_000,
});

/** Logged as a look at the organisation: never asked again by itself. */
export const objectableQuery = (code: string | null) =>
  infiniteQueryOptions({
    queryKey: ['objectable', code],
    queryFn: ({ pageParam, signal }) =>
      call<ObjectableRecords>('/objections/records', { query: { code, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ObjectableRecords) => last.nextCursor,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  });
