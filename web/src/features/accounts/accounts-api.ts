/** What the pages of accounts read, by name. */
import type {
  AccountCounts,
  AccountDetail,
  AccountEvent,
  AccountView,
  DeputyView,
  DutyView,
  OrganisationNode,
  RecertificationItem,
  RecertificationView,
  RoleRequestView,
} from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, type Query } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

export type {
  AccountDetail,
  AccountEvent,
  AccountView,
  DeputyView,
  DutyView,
  ImportResult,
  OrganisationNode,
  RecertificationItem,
  RecertificationView,
  RoleRequestView,
} from '@chengxin/contract';

export interface Colleague {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly body: { readonly id: string; readonly name: string } | null;
}

function pages<T>(key: readonly unknown[], path: string, query: Query) {
  return infiniteQueryOptions({
    queryKey: ['accounts', ...key, query],
    queryFn: ({ pageParam, signal }) => call<ListOf<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
}

export interface AccountFilter {
  readonly q?: string | undefined;
  readonly state?: string | undefined;
  readonly role?: string | undefined;
  readonly body?: string | undefined;
  readonly remark?: string | undefined;
}

export const accountsQuery = (filter: AccountFilter) =>
  pages<AccountView>(['list'], '/accounts', { ...filter, limit: 50 });
export const countsQuery = queryOptions({
  queryKey: ['accounts', 'counts'],
  queryFn: ({ signal }) => call<AccountCounts>('/accounts/counts', { signal }),
  refetchInterval: 60_000,
});
/** Each look is written to the access log: never asked again by itself. */
export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ['accounts', 'one', id],
    queryFn: ({ signal }) => call<AccountDetail>(`/accounts/${id}`, { signal }),
    refetchOnReconnect: false,
  });
export const eventsQuery = (id: string) => pages<AccountEvent>(['events', id], `/accounts/${id}/events`, { limit: 20 });
export const requestsQuery = (filter: { state?: string | undefined; account?: string | undefined }) =>
  pages<RoleRequestView>(['requests'], '/role-requests', { ...filter, limit: 50 });
export const campaignsQuery = queryOptions({
  queryKey: ['accounts', 'campaigns'],
  queryFn: async ({ signal }) => (await call<ListOf<RecertificationView>>('/recertifications', { signal })).items,
});
export const itemsQuery = (id: string, state: string | undefined) =>
  pages<RecertificationItem>(['items', id], `/recertifications/${id}/items`, { state, limit: 100 });
export const deputiesQuery = pages<DeputyView>(['deputies'], '/deputies', { limit: 50 });
export const dutiesQuery = (from: string) => pages<DutyView>(['duties'], '/duty-roster', { from, limit: 100 });
export const colleaguesQuery = (body?: string) =>
  queryOptions({
    queryKey: ['accounts', 'colleagues', body ?? ''],
    queryFn: async ({ signal }) => (await call<ListOf<Colleague>>('/colleagues', { query: { body }, signal })).items,
  });
export const organisationQuery = queryOptions({
  queryKey: ['accounts', 'organisation'],
  queryFn: async ({ signal }) => (await call<ListOf<OrganisationNode>>('/organisation', { signal })).items,
});

/** After any write about accounts: all of it is read anew. */
export function renewAccounts(): void {
  void queryClient.invalidateQueries({ queryKey: ['accounts'] });
}
