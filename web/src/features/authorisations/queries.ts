/** What the pages of authorisations read. Each look within a use is written to the access log: never asked again by itself. */
import type { AuthorisationTerms, AuthorisationUseView, AuthorisationView } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { Archive, ListOf, PublicRecord } from '../../shared/api/types.ts';

const pages = <T>(key: readonly unknown[], path: string, query: Record<string, string | number | undefined>) =>
  infiniteQueryOptions({
    queryKey: [...key, query],
    queryFn: ({ pageParam, signal }) => call<ListOf<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });

export const authorisationsQuery = pages<AuthorisationView>(['authorisations', 'list'], '/authorisations', {
  limit: 30,
});
export const authorisationQuery = (id: string) =>
  queryOptions({
    queryKey: ['authorisations', 'one', id],
    queryFn: ({ signal }) => call<AuthorisationView>(`/authorisations/${id}`, { signal }),
  });
export const usesQuery = (id: string) =>
  pages<AuthorisationUseView>(['authorisations', 'uses', id], `/authorisations/${id}/uses`, { limit: 30 });
export const termsQuery = queryOptions({
  queryKey: ['authorisation-terms'],
  queryFn: ({ signal }) => call<AuthorisationTerms>('/authorisations:terms', { signal }),
  staleTime: 10 * 60_000,
});
export interface Grantee {
  readonly id: string;
  readonly name: string;
  readonly code: string | null;
  readonly kind: string;
}
export const granteesQuery = queryOptions({
  queryKey: ['authorisation-grantees'],
  queryFn: async ({ signal }) => (await call<ListOf<Grantee>>('/authorisations:grantees', { signal })).items,
  staleTime: 60_000,
});
export const renewAuthorisations = (): void => void queryClient.invalidateQueries({ queryKey: ['authorisations'] });

const oneLook = { staleTime: Number.POSITIVE_INFINITY, refetchOnReconnect: false, retry: false } as const;
export const usedArchiveQuery = (id: string, use: string) =>
  queryOptions({
    queryKey: ['used-archive', id, use],
    queryFn: ({ signal }) => call<Archive>(`/authorisations/${id}/archive`, { query: { use }, signal }),
    ...oneLook,
  });
export const usedRecordsQuery = (id: string, use: string, item: string) => ({
  ...pages<PublicRecord>(['used-records', id], `/authorisations/${id}/records`, { use, item, limit: 20 }),
  ...oneLook,
});
