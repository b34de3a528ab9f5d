/** What the pages of cases read and write. A procedure is its path under the API: `/objections`, `/repairs`, `/complaints`. */
import type { CaseItem, CaseView } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

export interface CaseFilter {
  readonly state?: string | undefined;
  readonly open?: 'true' | 'false' | undefined;
  readonly overdue?: 'true' | undefined;
  readonly mine?: 'true' | undefined;
}

export const casesQuery = (path: string, filter: CaseFilter) =>
  infiniteQueryOptions({
    queryKey: ['cases', path, 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      call<ListOf<CaseItem>>(path, { query: { ...filter, limit: 50, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<CaseItem>) => last.nextCursor,
  });

export const caseQuery = <V extends CaseView = CaseView>(path: string, id: string) =>
  queryOptions({
    queryKey: ['cases', path, 'one', id],
    queryFn: ({ signal }) => call<V>(`${path}/${id}`, { signal }),
  });

/** After an act: what shows it is read anew. */
export function renewCases(): void {
  void queryClient.invalidateQueries({ queryKey: ['cases'] });
  void queryClient.invalidateQueries({ queryKey: ['summary'] });
}
