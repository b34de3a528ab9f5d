import type { ContactView, InboxList, OverdueList, SentItem, UnreadCount } from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

export const unreadQuery = queryOptions({
  queryKey: ['notices', 'unread'],
  queryFn: ({ signal }) => call<UnreadCount>('/notices/unread', { signal }),
  refetchInterval: 60_000,
});

export const inboxQuery = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: ['notices', 'inbox', unread],
    queryFn: ({ pageParam, signal }) =>
      call<InboxList>('/notices', {
        query: { unread: unread ? 'true' : undefined, cursor: pageParam, limit: 50 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: InboxList) => last.nextCursor,
  });

export const contactQuery = queryOptions({
  queryKey: ['notices', 'contact'],
  queryFn: ({ signal }) => call<ContactView>('/notices/contact', { signal }),
});

export interface SentFilter {
  readonly state?: string | undefined;
  readonly channel?: string | undefined;
}
export const sentQuery = (filter: SentFilter) =>
  infiniteQueryOptions({
    queryKey: ['notices', 'sent', filter],
    queryFn: ({ pageParam, signal }) =>
      call<ListOf<SentItem>>('/notices/sent', { query: { ...filter, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<SentItem>) => last.nextCursor,
  });

export const overdueQuery = (bodyId: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['overdue', bodyId],
    queryFn: ({ pageParam, signal }) =>
      call<OverdueList>('/casework/overdue', { query: { bodyId, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: OverdueList) => last.nextCursor,
  });

export const renewNotices = (): void => {
  void queryClient.invalidateQueries({ queryKey: ['notices'] });
};
export const renewOverdue = (): void => {
  void queryClient.invalidateQueries({ queryKey: ['overdue'] });
};
