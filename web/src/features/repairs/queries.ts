/** What the pages of repair read. */
import type { RepairablePage, RepairRulesView } from '@chengxin/contract';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';

export const path = '/repairs';
export const rulesQuery = queryOptions({
  queryKey: ['repair-rules'],
  queryFn: ({ signal }) => call<RepairRulesView>(`${path}/rules`, { signal }),
  staleTime: 10 * 60_000,
});
/** Under the key of cases, so that a case that was begun shows at once. */
export const repairableQuery = (code: string | null, lane: string) =>
  queryOptions({
    queryKey: ['cases', path, 'repairable', code, lane],
    queryFn: ({ signal }) => call<RepairablePage>(`${path}/repairable`, { query: { code, lane }, signal }),
  });
