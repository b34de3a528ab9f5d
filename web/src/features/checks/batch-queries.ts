/** What the pages of lists, counts and receipts read. */
import type { BatchCheckView, BatchRowView, CheckCounts, ReceiptView } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Static } from 'typebox';
import { call } from '../../shared/api/client.ts';
import type { ListOf } from '../../shared/api/types.ts';

const pollMs = 1_000;

export const batchesQuery = infiniteQueryOptions({
  queryKey: ['checks', 'batches'],
  queryFn: ({ pageParam, signal }) =>
    call<ListOf<BatchCheckView>>('/checks/batches', { query: { limit: 20, cursor: pageParam }, signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (last: ListOf<BatchCheckView>) => last.nextCursor,
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ items }) => items.some((one) => one.state !== 'done')) ? pollMs * 3 : false,
});

export const batchQuery = (id: string) =>
  queryOptions({
    queryKey: ['checks', 'batch', id],
    queryFn: ({ signal }) => call<BatchCheckView>(`/checks/batches/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.state === 'done' ? false : pollMs),
  });

export const batchRowsQuery = (id: string, outcome: BatchRowView['outcome'] | null) =>
  infiniteQueryOptions({
    queryKey: ['checks', 'batch', id, 'rows', outcome],
    queryFn: ({ pageParam, signal }) =>
      call<ListOf<BatchRowView>>(`/checks/batches/${id}/rows`, {
        query: { outcome, limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<BatchRowView>) => last.nextCursor,
  });

export type Counts = Static<typeof CheckCounts>;
export const countsQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['checks', 'counts', from, to],
    queryFn: ({ signal }) => call<Counts>('/checks/counts', { query: { from, to }, signal }),
  });

export const receiptQuery = (number: string) =>
  queryOptions({
    queryKey: ['checks', 'receipt', number],
    queryFn: ({ signal }) => call<ReceiptView>(`/checks/receipts/${encodeURIComponent(number)}`, { signal }),
    retry: false,
  });
