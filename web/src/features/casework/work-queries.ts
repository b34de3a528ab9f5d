import type { WorkerList } from '@chengxin/contract';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';

/** To whom work may be given, with how much each has. */
export const workersQuery = queryOptions({
  queryKey: ['workers'],
  queryFn: ({ signal }) => call<WorkerList>('/casework/workers', { signal }),
});
export const renewWorkers = (): void => {
  void queryClient.invalidateQueries({ queryKey: ['workers'] });
  void queryClient.invalidateQueries({ queryKey: ['overdue'] });
};
