/** The queue of a procedure with its title and what may be done for many: the whole page, from what the server says of it. */
import type { CaseBatchResult, CaseDeskView } from '@chengxin/contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { CaseQueue } from './case-queue.tsx';
import type { CaseRange, CaseSearch } from './case-search.ts';

/** States, kinds and what may be given to many, for whoever reads this procedure. */
export const caseDeskQuery = (path: string) =>
  queryOptions({
    queryKey: ['case-desk', path],
    queryFn: ({ signal }) => call<CaseDeskView>(`${path}/desk`, { signal }),
    staleTime: 10 * 60_000,
  });

export function ProcedureQueue({
  path,
  to,
  title,
  lead,
  actions,
  ranges,
  search,
  onSearch,
  empty,
}: {
  path: string;
  to: string;
  title: string;
  lead: string;
  actions?: ReactNode;
  ranges: readonly CaseRange[];
  search: CaseSearch;
  onSearch: (search: CaseSearch) => void;
  empty?: ReactNode;
}) {
  const { w } = useI18n();
  const desk = useQuery(caseDeskQuery(path)).data;
  return (
    <>
      <PageHead title={title} actions={actions}>
        <p className="quiet">{lead}</p>
      </PageHead>
      <CaseQueue
        path={path}
        to={to}
        caption={title}
        search={search}
        onSearch={onSearch}
        ranges={ranges}
        states={(desk?.states ?? []).map((state) => ({ key: state.key, label: w(state.name) }))}
        {...(desk && desk.bulk.length > 0
          ? {
              bulk: {
                commands: desk.bulk,
                run: (ids: readonly string[], body: Readonly<Record<string, string>>) =>
                  call<CaseBatchResult>(`${path}:batch`, { method: 'POST', body: { ...body, ids } }),
              },
            }
          : {})}
        empty={empty}
      />
    </>
  );
}
