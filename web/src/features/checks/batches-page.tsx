/** 批量核查: a list is sent; the lists of the own body, newest first. */
import type { BatchCheckView } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { BatchForm } from './batch-form.tsx';
import { batchesQuery } from './batch-queries.ts';
import { CheckLinks } from './check-links.tsx';

export function BatchesPage() {
  const { t } = useI18n();
  const { may } = useSession();
  return (
    <>
      <PageHead title={t('batches.title')}>
        <p className="quiet">{t('batches.lead')}</p>
        <CheckLinks />
      </PageHead>
      {may('check.run') ? (
        <Section title={t('batches.new')}>
          <BatchForm />
        </Section>
      ) : null}
      <Section title={t('batches.list')}>
        <PagedList
          query={useInfiniteQuery(batchesQuery)}
          empty={<Empty title={t('batches.none')}>{t('batches.noneHint')}</Empty>}
        >
          {(rows) => <Batches rows={rows} />}
        </PagedList>
      </Section>
    </>
  );
}

export function useProgress(): (batch: BatchCheckView) => string {
  const { t } = useI18n();
  return (batch) =>
    batch.state === 'done'
      ? t('batches.done')
      : t('batches.running', { done: formatCount(batch.done), rows: formatCount(batch.rows) });
}

function Batches({ rows }: { rows: readonly BatchCheckView[] }) {
  const { t, w } = useI18n();
  const progress = useProgress();
  const columns: Column<BatchCheckView>[] = [
    {
      key: 'name',
      head: t('batches.name'),
      width: 'wide',
      cell: (row) => (
        <>
          <Link to="/checks/batches/$id" params={{ id: row.id }}>
            {row.listName}
          </Link>
          <div className="sub">{row.body}</div>
        </>
      ),
    },
    {
      key: 'about',
      head: t('batches.about'),
      width: 'wide',
      cell: (row) => (
        <>
          {w(row.matterName)}
          <div className="sub">{row.document}</div>
        </>
      ),
    },
    {
      key: 'progress',
      head: t('batches.progress'),
      cell: (row) => <Tag tone={row.state === 'done' ? 'done' : 'waiting'}>{progress(row)}</Tag>,
    },
    {
      key: 'rows',
      head: t('batches.rows'),
      align: 'end',
      cell: (row) => <span className="number">{formatCount(row.rows)}</span>,
    },
    {
      key: 'found',
      head: t('batches.found'),
      cell: (row) => t('batches.summary', { hits: row.hits, unknown: row.unknown, ambiguous: row.ambiguous }),
    },
    {
      key: 'at',
      head: t('batches.at'),
      cell: (row) => (
        <>
          <span className="number">{formatInstant(row.receivedAt)}</span>
          <div className="sub">{row.by}</div>
        </>
      ),
    },
  ];
  return <DataTable caption={t('batches.list')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
