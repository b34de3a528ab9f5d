/** What the pages of lists read. */
import type { CreditListList, ExemptionList, ListEntryView, SubjectListsView } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import type { ListOf } from '../../shared/api/types.ts';

export const listsQuery = queryOptions({
  queryKey: ['lists', 'all'],
  queryFn: ({ signal }) => call<CreditListList>('/lists', { signal }),
});
export const exemptionsQuery = queryOptions({
  queryKey: ['lists', 'exemptions'],
  queryFn: ({ signal }) => call<ExemptionList>('/lists/exemptions', { signal }),
  staleTime: 10 * 60_000,
});
export const ownListsQuery = queryOptions({
  queryKey: ['lists', 'own'],
  queryFn: ({ signal }) => call<SubjectListsView>('/lists/own', { signal }),
});
export const subjectListsQuery = (code: string) =>
  queryOptions({
    queryKey: ['lists', 'subject', code],
    queryFn: ({ signal }) => call<SubjectListsView>(`/lists/subjects/${encodeURIComponent(code)}`, { signal }),
  });

export interface EntryFilter {
  readonly q?: string | undefined;
  readonly all?: 'true' | undefined;
}
export const entriesQuery = (list: string, filter: EntryFilter) =>
  infiniteQueryOptions({
    queryKey: ['lists', 'entries', list, filter],
    queryFn: ({ pageParam, signal }) =>
      call<ListOf<ListEntryView>>(`/lists/${list}/entries`, {
        query: { ...filter, limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<ListEntryView>) => last.nextCursor,
  });
