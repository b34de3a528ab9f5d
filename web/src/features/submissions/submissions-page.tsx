import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { standardsQuery, submissionsQuery } from '../../shared/api/queries.ts';
import type { SubmissionView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { SearchBox } from '../../shared/ui/search-box.tsx';
import { standardOptions } from '../../shared/ui/standard-options.ts';
import { Empty } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { StateTag, stateKey, submissionStates } from './submission-words.tsx';
import { UploadPanel } from './upload-panel.tsx';

const route = getRouteApi('/desk/submissions');

export function SubmissionsPage() {
  const { t, w } = useI18n();
  const { may } = useSession();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const standards = useQuery(standardsQuery).data ?? [];
  const query = useInfiniteQuery(submissionsQuery(filter));
  const filtered = Boolean(filter.standard || filter.state || filter.q);
  const set = (change: Partial<typeof filter>): void => {
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  };
  return (
    <>
      <PageHead
        title={t('nav.submissions')}
        actions={
          <DownloadButton path="/submissions.xlsx" query={filter}>
            {t('action.exportExcel')}
          </DownloadButton>
        }
      />
      {may('submission.create') ? <UploadPanel /> : null}
      <div className="filters">
        <SearchBox
          label={t('submissions.search')}
          placeholder={t('submissions.searchHint')}
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
        <Pick
          label={t('submissions.state')}
          value={filter.state ?? ''}
          onChange={(state) => set({ state: state || undefined })}
          options={[
            { value: '', label: t('submissions.allStates') },
            ...submissionStates.map((state) => ({ value: state, label: t(stateKey[state]) })),
          ]}
        />
      </div>
      <PagedList
        query={query}
        empty={
          filtered ? (
            <Empty
              title={t('list.noMatch')}
              action={
                <Button onClick={() => set({ standard: undefined, state: undefined, q: undefined })}>
                  {t('list.clear')}
                </Button>
              }
            />
          ) : (
            <Empty title={t('submissions.empty')}>{t('submissions.emptyHint')}</Empty>
          )
        }
      >
        {(rows) => <SubmissionTable rows={rows} />}
      </PagedList>
    </>
  );
}

const count = (value: number, tone: string) => (
  <span className={value > 0 ? `number ${tone}` : 'number quiet'}>{formatCount(value)}</span>
);

function SubmissionTable({ rows }: { rows: readonly SubmissionView[] }) {
  const { t, w } = useI18n();
  const own = useSession().session?.account.body?.id;
  const columns: Column<SubmissionView>[] = [
    {
      key: 'file',
      head: t('submissions.file'),
      width: 'wide',
      cell: (row) => (
        <>
          <Link to="/submissions/$id" params={{ id: row.id }}>
            {row.fileName}
          </Link>
          <div className="sub">
            {[
              formatInstant(row.receivedAt),
              row.receivedBy,
              row.batchNo && !row.batchNo.includes(row.fileName) ? row.batchNo : null,
            ]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </>
      ),
    },
    {
      key: 'standard',
      head: t('submissions.standard'),
      cell: (row) => (
        <>
          {w(row.standardName)}
          {row.body.id === own ? null : <div className="sub">{row.body.name}</div>}
        </>
      ),
    },
    { key: 'state', head: t('submissions.state'), cell: (row) => <StateTag state={row.state} /> },
    {
      key: 'accepted',
      head: t('count.accepted'),
      align: 'end',
      cell: (row) => count(row.counts.accepted, 'text-done'),
    },
    {
      key: 'doubtful',
      head: t('count.doubtful'),
      align: 'end',
      cell: (row) => count(row.counts.doubtfulOpen, 'text-waiting'),
    },
    { key: 'refused', head: t('count.refused'), align: 'end', cell: (row) => count(row.counts.refused, 'text-seal') },
    { key: 'duplicate', head: t('count.duplicate'), align: 'end', cell: (row) => count(row.counts.duplicate, '') },
  ];
  return <DataTable caption={t('nav.submissions')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
