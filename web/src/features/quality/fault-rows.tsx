/** The rows that a rate lacks, each with its file. */
import type { FaultRow } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { faultsQuery } from './queries.ts';

const outcomeKey: Readonly<Record<string, Key>> = {
  accepted: 'quality.outcome.accepted',
  doubtful: 'quality.outcome.doubtful',
  refused: 'quality.outcome.refused',
};

export function FaultRows({ month, fault, bodyId }: { month: string; fault: string; bodyId: string | undefined }) {
  const { t, w } = useI18n();
  const query = useInfiniteQuery(faultsQuery({ month, fault, bodyId }));
  return (
    <PagedList query={query} empty={<Empty title={t('quality.noRows')} />}>
      {(rows: readonly FaultRow[]) => (
        <DataTable
          caption={t('quality.rows')}
          rows={rows}
          rowKey={(row) => `${row.submissionId} ${row.row}`}
          columns={[
            {
              key: 'row',
              head: t('quality.file'),
              width: 'middle',
              cell: (row) => (
                <>
                  <Link to="/submissions/$id" params={{ id: row.submissionId }}>
                    {t('quality.row', { n: row.row })}
                  </Link>
                  <div className="sub">
                    {row.body} · {w(row.standardName)}
                  </div>
                </>
              ),
            },
            {
              key: 'document',
              head: t('quality.document'),
              width: 'middle',
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
              cell: (row) => (
                <>
                  <span className="number">{row.arrivedOn}</span>
                  {row.dueOn ? (
                    <div className="sub number">
                      {t('quality.due')} {row.dueOn}
                    </div>
                  ) : null}
                </>
              ),
            },
            {
              key: 'why',
              head: t('quality.why'),
              width: 'wide',
              cell: (row) => (
                <>
                  {t(outcomeKey[row.outcome] ?? 'quality.outcome.accepted')}
                  {row.findings.map((finding) => (
                    <div key={finding.zh} className="sub">
                      {w(finding)}
                    </div>
                  ))}
                </>
              ),
            },
          ]}
        />
      )}
    </PagedList>
  );
}
