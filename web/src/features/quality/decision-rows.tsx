/** The decisions behind a figure, each with its file; of a sequence of numbers, where a gap was opened. */
import type { DecisionRow } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { decisionsQuery } from './queries.ts';

export function DecisionRows(of: { month: string; bodyId: string; standard: string; series?: string }) {
  const { t } = useI18n();
  const query = useInfiniteQuery(decisionsQuery({ ...of }));
  return (
    <PagedList query={query} empty={<Empty title={t('quality.noDecisions')} />}>
      {(rows: readonly DecisionRow[]) => (
        <DataTable
          caption={t('quality.decisionRows')}
          rows={rows}
          rowKey={(row) => `${row.submissionId} ${row.row}`}
          columns={[
            {
              key: 'document',
              head: t('quality.document'),
              width: 'wide',
              cell: (row) => row.documentNumber ?? '—',
            },
            {
              key: 'decided',
              head: t('quality.decided'),
              cell: (row) => <span className="number">{row.decidedOn ?? '—'}</span>,
            },
            {
              key: 'arrived',
              head: t('quality.arrived'),
              cell: (row) => <span className="number">{row.arrivedOn}</span>,
            },
            {
              key: 'file',
              head: t('quality.file'),
              cell: (row) => (
                <Link to="/submissions/$id" params={{ id: row.submissionId }}>
                  {t('quality.row', { n: row.row })}
                </Link>
              ),
            },
          ]}
        />
      )}
    </PagedList>
  );
}
