/** What the pages of receivers read. */
import type { DeliveryView, ExchangeAlarmView, ReceiverView, WebhookView } from '@chengxin/contract';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { call, type Query } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

function pages<T>(key: readonly unknown[], path: string, query: Query) {
  return infiniteQueryOptions({
    queryKey: ['exchange', ...key, query],
    queryFn: ({ pageParam, signal }) => call<ListOf<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<T>) => last.nextCursor,
  });
}

export const receiversQuery = pages<ReceiverView>(['receivers'], '/receivers', { limit: 50 });
export const deliveriesQuery = (state: string | undefined) =>
  pages<DeliveryView>(['deliveries'], '/exchange/deliveries', { state, limit: 50 });
export const alarmsQuery = (state: string | undefined) =>
  pages<ExchangeAlarmView>(['alarms'], '/exchange/alarms', { state, limit: 50 });

export const webhooksQuery = (state: string) => pages<WebhookView>(['webhooks'], '/webhooks', { state, limit: 50 });

/** After an act: what shows it is read anew. */
export function renewExchange(): void {
  void queryClient.invalidateQueries({ queryKey: ['exchange'] });
}
