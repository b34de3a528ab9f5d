import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { subjectsQuery } from '../../shared/api/queries.ts';
import type { SubjectItem } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { SearchBox } from '../../shared/ui/search-box.tsx';
import { Empty, Note } from '../../shared/ui/states.tsx';

const route = getRouteApi('/desk/archive');

export function SearchPage() {
  const { t } = useI18n();
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHead title={t('nav.archive')}>
        <p className="quiet">{t('archive.lead')}</p>
      </PageHead>
      <SearchBox
        large
        autoFocus
        label={t('archive.search')}
        placeholder={t('archive.searchHint')}
        action={t('action.search')}
        value={q}
        onSearch={(text) => void navigate({ search: { q: text || undefined } })}
      />
      {q ? <Results q={q} /> : <Empty title={t('archive.start')}>{t('archive.startHint')}</Empty>}
    </>
  );
}

function Results({ q }: { q: string }) {
  const { t } = useI18n();
  const query = useInfiniteQuery({ ...subjectsQuery(q), staleTime: 60_000 });
  const truncated = (query.data?.pages[0] as { truncated?: boolean } | undefined)?.truncated;
  return (
    <PagedList query={query} empty={<Empty title={t('archive.none', { q })}>{t('archive.noneHint')}</Empty>}>
      {(rows) => (
        <>
          {truncated ? <Note>{t('archive.truncated')}</Note> : null}
          <ul className="results">
            {rows.map((row) => (
              <Result key={row.key} row={row} />
            ))}
          </ul>
        </>
      )}
    </PagedList>
  );
}

function Result({ row }: { row: SubjectItem }) {
  const { t, w } = useI18n();

  return (
    <li>
      <Link to="/archive/$key" params={{ key: row.key }} className="result-name" preload={false}>
        {row.name}
      </Link>
      {row.provisional ? <Tag tone="waiting">{t('archive.provisional')}</Tag> : null}
      <div className="sub">
        {row.code ? <Code value={row.code} /> : null}
        <span>{[w(row.kindLabel), row.status].filter(Boolean).join(' · ')}</span>
        {row.formerName ? <span>{t('archive.formerName', { name: row.formerName })}</span> : null}
      </div>
    </li>
  );
}
