/** What the pages of quality read. */
import type {
  CodeProblems,
  DecisionRow,
  DutyStandards,
  FaultRow,
  FeedbackList,
  GapList,
  LetterView,
  MonthList,
  QualityBoard,
  QualityDutyList,
  QualityTasks,
  SampleDetail,
  SampleView,
  SetDuty,
} from '@chengxin/contract';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, type Query } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import type { ListOf } from '../../shared/api/types.ts';

const one = <T>(key: readonly unknown[], path: string, query: Query = {}) =>
  queryOptions({
    queryKey: ['quality', ...key, query],
    queryFn: ({ signal }) => call<T>(path, { query, signal }),
  });

function pages<T>(key: readonly unknown[], path: string, query: Query) {
  return infiniteQueryOptions({
    queryKey: ['quality', ...key, query],
    queryFn: ({ pageParam, signal }) => call<ListOf<T>>(path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: ListOf<T>) => last.nextCursor,
  });
}

export const boardQuery = (month: string, by: string) => one<QualityBoard>(['board'], '/quality/board', { month, by });
export const tasksQuery = one<QualityTasks>(['tasks'], '/quality/tasks');
export const dutiesQuery = (month: string) => one<QualityDutyList>(['duties'], '/quality/duties', { month });
export const dutyStandardsQuery = one<DutyStandards>(['dutyStandards'], '/quality/duties/standards');
export const setDutiesQuery = (query: Query) =>
  pages<SetDuty>(['setDuties'], '/quality/duties/set', { ...query, limit: 50 });
export const decisionsQuery = (query: Query) =>
  pages<DecisionRow>(['decisions'], '/quality/decisions', { ...query, limit: 50 });
export const gapsQuery = (month: string) => one<GapList>(['gaps'], '/quality/gaps', { month });
export const feedbackQuery = (month: string) => one<FeedbackList>(['feedback'], '/quality/feedback', { month });
export const monthsQuery = one<MonthList>(['months'], '/quality/months');
export const codesQuery = one<CodeProblems>(['codes'], '/quality/codes', { limit: 50 });
export const sampleQuery = (id: string) => one<SampleDetail>(['sample', id], `/quality/samples/${id}`);
export const faultsQuery = (query: Query) => pages<FaultRow>(['rows'], '/quality/rows', { ...query, limit: 50 });
export const samplesQuery = pages<SampleView>(['samples'], '/quality/samples', { limit: 50 });
export const lettersQuery = (state: string) => pages<LetterView>(['letters'], '/quality/letters', { state, limit: 50 });

/** After an act: what shows it is read anew. */
export function renewQuality(): void {
  void queryClient.invalidateQueries({ queryKey: ['quality'] });
}

/** The month of a day `back` months before the one of today in China. */
export function monthBack(back: number): string {
  const now = new Date(Date.now() + 8 * 3_600_000);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7);
}
