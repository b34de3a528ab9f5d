/** One list: what it is by law, and who is on it. */
import type { CreditListView, ListEntryView } from '@chengxin/contract';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Checkbox } from 'antd';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { SearchBox } from '../../shared/ui/search-box.tsx';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { EntryDocument, EntryState, EntryTerm } from './entry-parts.tsx';
import { earlyWords, termWords } from './list-words.ts';
import { type EntryFilter, entriesQuery, listsQuery } from './queries.ts';

const route = getRouteApi('/desk/lists/$list');

export function ListPage() {
  const { t } = useI18n();
  const { list } = route.useParams();
  return (
    <Loaded query={useQuery(listsQuery)} rows={8}>
      {(data) => {
        const found = data.items.find((one) => one.key === list);
        return found ? <Entries list={found} /> : <Empty title={t('lists.noSuchList')} />;
      }}
    </Loaded>
  );
}

function Entries({ list }: { list: CreditListView }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filter: EntryFilter = { q: search.q, ...(search.all ? { all: 'true' as const } : {}) };
  const query = useInfiniteQuery(entriesQuery(list.key, filter));
  const columns: Column<ListEntryView>[] = [
    {
      key: 'subject',
      head: t('case.subject'),
      width: 'wide',
      cell: (entry) => (
        <>
          {entry.subject.code ? (
            <Link to="/archive/$key" params={{ key: entry.subject.code }}>
              {entry.subject.name}
            </Link>
          ) : (
            entry.subject.name
          )}
          {entry.subject.code ? (
            <div className="sub">
              <Code value={entry.subject.code} />
            </div>
          ) : null}
        </>
      ),
    },
    { key: 'document', head: t('lists.document'), cell: (entry) => <EntryDocument entry={entry} /> },
    { key: 'term', head: t('lists.listedOn'), cell: (entry) => <EntryTerm entry={entry} /> },
    { key: 'state', head: t('case.state'), width: 'narrow', cell: (entry) => <EntryState entry={entry} /> },
  ];
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/lists">{t('nav.lists')}</Link> / <span>{w(list.name)}</span>
          </>
        }
        title={w(list.name)}
        actions={
          list.mayPropose ? (
            <LinkButton primary to="/listings/new" search={{ list: list.key }}>
              {t('lists.propose')}
            </LinkButton>
          ) : null
        }
      >
        <p className="sub">
          <span>{list.key}</span>
          <span>{t(`lists.tab.${list.kind}`)}</span>
          <span>{t(list.public ? 'lists.public' : 'lists.internal')}</span>
          {list.confirmed ? null : <Tag tone="waiting">{t('lists.unconfirmed')}</Tag>}
        </p>
      </PageHead>
      <Facts list={list} />
      <div className="filters">
        <SearchBox
          label={t('lists.search')}
          placeholder={t('lists.search')}
          action={t('lists.find')}
          value={search.q ?? ''}
          onSearch={(q) => void navigate({ search: { ...search, q: q.length >= 2 ? q : undefined }, replace: true })}
        />
        <Checkbox
          checked={search.all === true}
          onChange={(event) =>
            void navigate({ search: { ...search, all: event.target.checked ? true : undefined }, replace: true })
          }
        >
          {t('lists.withEnded')}
        </Checkbox>
        <DownloadButton path={`/lists/${list.key}/entries.xlsx`} query={{ ...filter }}>
          {t('case.export')}
        </DownloadButton>
        {may('list.reconcile') ? (
          <LinkButton to="/lists/$list/reconcile" params={{ list: list.key }}>
            {t('reconcile.open')}
          </LinkButton>
        ) : null}
      </div>
      <PagedList
        query={query}
        empty={<Empty title={t(search.q ? 'lists.noneFound' : 'lists.noEntries')}>{t('lists.noEntriesHint')}</Empty>}
      >
        {(rows) => <DataTable caption={w(list.name)} columns={columns} rows={rows} rowKey={(entry) => entry.id} />}
      </PagedList>
    </>
  );
}

function Facts({ list }: { list: CreditListView }) {
  const { t, w } = useI18n();
  const early = earlyWords(t, list);
  const facts: readonly (readonly [string, string])[] = [
    [t('lists.recogniser'), list.recognisers.join('、')],
    [t('lists.term'), termWords(t, list)],
    [
      t('lists.early'),
      early === null ? t('lists.noEarly') : `${early}：${list.earlyConditions.map((one) => w(one)).join('；')}`,
    ],
    [t('lists.measures'), w(list.measures)],
    [t('lists.removal'), w(list.removal)],
    [t('lists.basis'), list.basis.join('；')],
  ];
  return (
    <dl className="facts register">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
