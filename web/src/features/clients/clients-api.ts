/** What the page of API clients reads, by name. */
import type { ClientChoices, ClientView, GatewayView } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';
import type { Key } from '../../shared/i18n/index.tsx';

export type { ClientChoices, ClientView, GatewayView, KeyIssued, KeyKind } from '@chengxin/contract';
export type ClientKey = ClientView['keys'][number];
interface ClientPage extends ListOf<ClientView> {
  readonly choices: ClientChoices;
}

export const clientsQuery = infiniteQueryOptions({
  queryKey: ['clients', 'list'],
  queryFn: ({ pageParam, signal }) => call<ClientPage>('/clients', { query: { limit: 30, cursor: pageParam }, signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.nextCursor,
});
export const gatewaysQuery = queryOptions({
  queryKey: ['clients', 'gateways'],
  queryFn: async ({ signal }) => (await call<ListOf<GatewayView>>('/gateways', { signal })).items,
});
export const renewClients = (): void => void queryClient.invalidateQueries({ queryKey: ['clients'] });

const scopeWords: Readonly<Record<string, Key>> = {
  'submission.create': 'client.scope.submission.create',
  'submission.read': 'client.scope.submission.read',
  'submission.withdraw': 'client.scope.submission.withdraw',
  'subject.search': 'client.scope.subject.search',
  'policy.read': 'client.scope.policy.read',
  'body.read': 'client.scope.body.read',
};
/** A scope that has no words yet goes by its own name. */
export const scopeName = (t: (key: Key) => string, scope: string): string => {
  const key = scopeWords[scope];
  return key ? t(key) : scope;
};

export const isValid = (key: ClientKey, now: string): boolean => key.revokedAt === null && key.expiresAt > now;
export type ClientState = 'waiting' | 'active' | 'noKey' | 'revoked';
export function stateOf(client: ClientView, now: string): ClientState {
  if (client.revokedAt) return 'revoked';
  if (!client.approvedAt) return 'waiting';
  return client.keys.some((key) => isValid(key, now)) ? 'active' : 'noKey';
}

/** One address a line, as somebody types or pastes them. */
export const linesOf = (text: string): string[] =>
  text
    .split(/[\s,;，；、]+/)
    .map((line) => line.trim())
    .filter(Boolean);
