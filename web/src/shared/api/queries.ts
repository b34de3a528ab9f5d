/** What is read from the server, by name. Keys begin with the thing, so that a write can renew all that shows it. */
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query';
import { ApiError, call, type Query } from './client.ts';
import type {
  BodyView,
  ChannelItemView,
  ChannelView,
  DeskSummary,
  DoubtfulRowView,
  DraftView,
  FindingView,
  FullArchive,
  FullRecord,
  ListOf,
  PublicSite,
  PurposeView,
  RecordDetail,
  RecordLineage,
  RecordRow,
  RuleCount,
  SessionView,
  StandardView,
  SubjectItem,
  SubmissionView,
} from './types.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // An answer of the server is an answer; only a lost connection is tried again.
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 2,
      refetchOnWindowFocus: false,
    },
    mutations: { retry: false },
  },
});

function pages<T>(key: readonly unknown[], path: string, query: Query) {
  return infiniteQueryOptions({
    queryKey: [...key, query],
    queryFn: ({ pageParam, signal }) => call<ListOf<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<SessionView | null> => {
    try {
      return await call<SessionView>('/session', { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** Another account, or none: nothing that was read for the one before may be seen. */
export function forgetAll(session: SessionView | null): void {
  queryClient.setQueryData(sessionQuery.queryKey, session);
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' && queryKey[0] !== 'site' });
}

export const siteQuery = queryOptions({
  queryKey: ['site'],
  queryFn: ({ signal }) => call<PublicSite>('/public/site', { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export const summaryQuery = queryOptions({
  queryKey: ['summary'],
  queryFn: ({ signal }) => call<DeskSummary>('/desk/summary', { signal }),
  refetchInterval: 60_000,
});

export const standardsQuery = queryOptions({
  queryKey: ['standards'],
  queryFn: async ({ signal }) => (await call<{ items: readonly StandardView[] }>('/standards', { signal })).items,
  staleTime: 10 * 60_000,
});

export const bodiesQuery = queryOptions({
  queryKey: ['bodies'],
  queryFn: async ({ signal }) => (await call<ListOf<BodyView>>('/bodies', { signal })).items,
  staleTime: 10 * 60_000,
});

/** Asked again while the page is open: somebody waits for a channel to recover. */
export const channelsQuery = infiniteQueryOptions({
  ...pages<ChannelView>(['channels', 'list'], '/channels', { limit: 50 }),
  refetchInterval: 10_000,
});

export const channelItemsQuery = (id: string) =>
  infiniteQueryOptions({
    ...pages<ChannelItemView>(['channels', 'items', id], `/channels/${id}/items`, { limit: 20 }),
    refetchInterval: 10_000,
  });

export interface SubmissionFilter {
  readonly standard?: string | undefined;
  readonly state?: string | undefined;
  readonly q?: string | undefined;
}
const running: ReadonlySet<string> = new Set(['received', 'processing']);
export const isRunning = (submission: Pick<SubmissionView, 'state'> | undefined): boolean =>
  submission !== undefined && running.has(submission.state);

/** The newest page is asked again while something on it is processed. */
export const submissionsQuery = (filter: SubmissionFilter, limit = 50) =>
  infiniteQueryOptions({
    ...pages<SubmissionView>(['submissions', 'list'], '/submissions', { ...filter, limit }),
    refetchInterval: (query) => (query.state.data?.pages[0]?.items.some(isRunning) ? 2000 : false),
  });

/** Asked again every 0.7 s while the file is processed. */
export const submissionQuery = (id: string) =>
  queryOptions({
    queryKey: ['submissions', 'one', id],
    queryFn: ({ signal }) => call<SubmissionView>(`/submissions/${id}`, { signal }),
    refetchInterval: (query) => (isRunning(query.state.data) ? 700 : false),
  });

export const findingsQuery = (id: string, filter: { severity: string; rule?: string | undefined }) =>
  pages<FindingView>(['submissions', 'findings', id], `/submissions/${id}/findings`, { ...filter, limit: 100 });

export const doubtfulQuery = (id: string) =>
  pages<DoubtfulRowView>(['submissions', 'rows', id], `/submissions/${id}/rows`, { outcome: 'doubtful', limit: 50 });

export const rulesQuery = (id: string) =>
  queryOptions({
    queryKey: ['submissions', 'rules', id],
    queryFn: async ({ signal }) => {
      const answer = await call<readonly RuleCount[] | { items: readonly RuleCount[] }>(`/submissions/${id}/rules`, {
        signal,
      });
      return 'items' in answer ? answer.items : answer;
    },
  });

export const recordsQuery = (filter: { standard?: string | undefined; q?: string | undefined }) =>
  pages<RecordRow>(['records', 'list'], '/records', { ...filter, limit: 50 });

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ['records', 'one', id],
    queryFn: ({ signal }) => call<RecordDetail>(`/records/${id}`, { signal }),
  });

export const lineageQuery = (recordId: string, purpose: Purpose) =>
  queryOptions({
    queryKey: ['lineage', recordId, purpose],
    queryFn: ({ signal }) => call<RecordLineage>(`/records/${recordId}/lineage`, { query: { ...purpose }, signal }),
  });

export const draftsQuery = (state: string) => pages<DraftView>(['drafts'], '/drafts', { state, limit: 50 });

export const subjectsQuery = (q: string) => pages<SubjectItem>(['subjects'], '/subjects', { q, limit: 20 });

export interface Purpose {
  readonly purpose: string;
  readonly matter?: string | undefined;
  readonly caseNumber?: string | undefined;
}
/** The purposes that the account may state for an act; policy, so that it rarely changes. */
export const purposesQuery = (act: 'archive' | 'report' | 'export' | 'authorisation') =>
  queryOptions({
    queryKey: ['purposes', act],
    queryFn: async ({ signal }) => (await call<ListOf<PurposeView>>('/purposes', { query: { act }, signal })).items,
    staleTime: 10 * 60_000,
  });

/** Never asked again by itself: every look is written to the access log. */
const oneLook = { staleTime: Number.POSITIVE_INFINITY, refetchOnReconnect: false, retry: false } as const;

export const archiveQuery = (key: string, purpose: Purpose) =>
  queryOptions({
    queryKey: ['archive', key, purpose],
    queryFn: ({ signal }) =>
      call<FullArchive>(`/subjects/${encodeURIComponent(key)}`, { query: { ...purpose }, signal }),
    ...oneLook,
  });

export const archiveRecordsQuery = (key: string, purpose: Purpose, item: string) => ({
  ...pages<FullRecord>(['archive', key, 'records'], `/subjects/${encodeURIComponent(key)}/records`, {
    ...purpose,
    item,
    limit: 20,
  }),
  ...oneLook,
});

/** After any write about rows or records: what counts or lists them is read anew. */
export function renewWork(): void {
  for (const key of ['summary', 'submissions', 'records', 'drafts'])
    void queryClient.invalidateQueries({ queryKey: [key] });
}
