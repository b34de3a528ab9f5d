/** 文书登记簿: every number of a year in its series, voided ones among them. */
import type { PaperRegister, PaperView } from '@chengxin/contract';
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty } from '../../shared/ui/states.tsx';

const route = getRouteApi('/desk/papers');
const states = ['draft', 'signedOff', 'sealed', 'served', 'voided'] as const;
const yearsShown = 6;

const registerQuery = (year: number, state: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['papers', 'register', year, state],
    queryFn: ({ pageParam, signal }) =>
      call<PaperRegister>('/papers', { query: { year, state, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: PaperRegister) => last.nextCursor,
  });

export function RegisterPage() {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const thisYear = new Date().getFullYear();
  const year = search.year ?? thisYear;
  const query = useInfiniteQuery(registerQuery(year, search.state));
  return (
    <>
      <PageHead title={t('nav.papers')}>
        <p className="quiet">{t('papers.lead')}</p>
      </PageHead>
      <div className="filters">
        <Pick
          label={t('papers.year')}
          value={String(year)}
          options={Array.from({ length: yearsShown }, (_, n) => String(thisYear - n)).map((value) => ({
            value,
            label: t('papers.ofYear', { year: value }),
          }))}
          onChange={(next) => void navigate({ search: { ...search, year: Number(next) }, replace: true })}
        />
        <Pick
          label={t('papers.state')}
          value={search.state ?? ''}
          options={[
            { value: '', label: t('papers.anyState') },
            ...states.map((value) => ({ value, label: t(`papers.state.${value}`) })),
          ]}
          onChange={(next) =>
            void navigate({ search: { ...search, state: states.find((state) => state === next) }, replace: true })
          }
        />
      </div>
      <PagedList query={query} empty={<Empty title={t('papers.none')}>{t('papers.noneHint')}</Empty>}>
        {(rows) => <Register rows={rows} />}
      </PagedList>
    </>
  );
}

function Register({ rows }: { rows: readonly PaperView[] }) {
  const { t, w } = useI18n();
  const columns: Column<PaperView>[] = [
    {
      key: 'number',
      head: t('papers.number'),
      width: 'wide',
      cell: (row) => (
        <>
          {row.number ?? t('papers.noNumber')}
          <div className="sub">{w(row.name)}</div>
        </>
      ),
    },
    {
      key: 'subject',
      head: t('papers.subject'),
      width: 'wide',
      cell: (row) => (
        <>
          {row.subject}
          <div className="sub">{row.body}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('papers.state'),
      cell: (row) => (
        <>
          <Tag tone={row.voided ? 'seal' : row.state === 'served' ? 'done' : 'waiting'}>{w(row.stateLabel)}</Tag>
          {row.voided ? <div className="sub">{row.voided.reason}</div> : null}
          {row.service ? <div className="sub">{t('papers.servedOn', { day: row.service.on })}</div> : null}
        </>
      ),
    },
    { key: 'issued', head: t('papers.issued'), cell: (row) => row.issuedOn ?? '' },
  ];
  return <DataTable caption={t('nav.papers')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
