import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { recordsQuery, standardsQuery } from '../../shared/api/queries.ts';
import type { RecordRow } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { SearchBox } from '../../shared/ui/search-box.tsx';
import { standardOptions } from '../../shared/ui/standard-options.ts';
import { Empty } from '../../shared/ui/states.tsx';

const route = getRouteApi('/desk/records');

export const recordStateKey: Readonly<Record<RecordRow['state'], Key>> = {
  live: 'record.state.live',
  superseded: 'record.state.superseded',
  withdrawn: 'record.state.withdrawn',
};

export function RecordsPage() {
  const { t, w } = useI18n();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const standards = useQuery(standardsQuery).data ?? [];
  const query = useInfiniteQuery(recordsQuery(filter));
  const set = (change: Partial<typeof filter>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  };
  return (
    <>
      <PageHead
        title={t('nav.records')}
        actions={
          <>
            <DownloadButton path="/records.xlsx" query={filter}>
              {t('action.exportExcel')}
            </DownloadButton>
            <LinkButton primary to="/entry">
              {t('nav.entry')}
            </LinkButton>
          </>
        }
      />
      <div className="filters">
        <SearchBox
          label={t('records.search')}
          placeholder={t('records.searchHint')}
          action={t('action.search')}
          value={filter.q ?? ''}
          onSearch={(q) => set({ q: q || undefined })}
        />
        <Pick
          label={t('submissions.standard')}
          value={filter.standard ?? ''}
          onChange={(standard) => set({ standard: standard || undefined })}
          options={[{ value: '', label: t('submissions.allStandards') }, ...standardOptions(standards, w)]}
        />
      </div>
      <PagedList
        query={query}
        empty={
          filter.q || filter.standard ? (
            <Empty
              title={t('list.noMatch')}
              action={<Button onClick={() => set({ standard: undefined, q: undefined })}>{t('list.clear')}</Button>}
            />
          ) : (
            <Empty
              title={t('records.empty')}
              action={
                <LinkButton primary to="/submissions">
                  {t('todo.upload')}
                </LinkButton>
              }
            >
              {t('records.emptyHint')}
            </Empty>
          )
        }
      >
        {(rows) => <RecordTable rows={rows} />}
      </PagedList>
    </>
  );
}

function RecordTable({ rows }: { rows: readonly RecordRow[] }) {
  const { t } = useI18n();
  const columns: Column<RecordRow>[] = [
    {
      key: 'title',
      head: t('records.decision'),
      width: 'wide',
      cell: (row) => (
        <>
          <Link to="/records/$id" params={{ id: row.recordId }}>
            {row.title}
          </Link>
          {row.documentNumber ? <div className="sub">{row.documentNumber}</div> : null}
        </>
      ),
    },
    {
      key: 'subject',
      head: t('records.subject'),
      cell: (row) => (
        <>
          {row.subjectName}
          {row.code ? (
            <div className="sub">
              <Code value={row.code} />
            </div>
          ) : null}
        </>
      ),
    },
    {
      key: 'decidedOn',
      head: t('records.decidedOn'),
      cell: (row) => <span className="number">{row.decidedOn ?? '—'}</span>,
    },
    { key: 'body', head: t('records.decidingBody'), cell: (row) => row.decidingBody },
    {
      key: 'recordedAt',
      head: t('records.recordedAt'),
      cell: (row) => <span className="number">{formatInstant(row.recordedAt)}</span>,
    },
    { key: 'state', head: t('records.state'), cell: (row) => <RecordState state={row.state} /> },
  ];
  return <DataTable caption={t('nav.records')} columns={columns} rows={rows} rowKey={(row) => row.recordId} />;
}

export function RecordState({ state }: { state: RecordRow['state'] }) {
  const { t } = useI18n();
  return <Tag tone={state === 'live' ? 'done' : undefined}>{t(recordStateKey[state])}</Tag>;
}
