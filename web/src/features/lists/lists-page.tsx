/** 名单: which there are, by kind, with how many on each, and the acts that lead to none. */
import type { CreditListView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { formatCount } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Empty, Loaded, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useSession } from '../session/use-session.ts';
import { earlyWords, termWords } from './list-words.ts';
import { exemptionsQuery, listsQuery } from './queries.ts';

const route = getRouteApi('/desk/lists');
const tabs = ['serious', 'watch', 'honour', 'exempt'] as const;
export type ListsTab = (typeof tabs)[number];

export function ListsPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const { tab = 'serious' } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHead
        title={t('nav.lists')}
        actions={
          may('listing.propose') ? (
            <LinkButton primary to="/listings/new">
              {t('lists.propose')}
            </LinkButton>
          ) : null
        }
      >
        <p className="quiet">{t('lists.lead')}</p>
      </PageHead>
      <Tabs
        label={t('nav.lists')}
        items={tabs.map((key) => ({ key, label: t(`lists.tab.${key}`) }))}
        active={tab}
        onChange={(next) => void navigate({ search: next === 'serious' ? {} : { tab: next }, replace: true })}
      >
        {tab === 'exempt' ? <Exemptions /> : <Lists kind={tab} />}
      </Tabs>
    </>
  );
}

function Lists({ kind }: { kind: CreditListView['kind'] }) {
  const { t, w } = useI18n();
  const columns: Column<CreditListView>[] = [
    {
      key: 'name',
      head: t('lists.list'),
      width: 'wide',
      cell: (list) => (
        <>
          <Link to="/lists/$list" params={{ list: list.key }}>
            {w(list.name)}
          </Link>
          <div className="sub">
            {list.key} · {list.basis[0]}
          </div>
        </>
      ),
    },
    { key: 'live', head: t('lists.live'), align: 'end', width: 'narrow', cell: (list) => formatCount(list.live) },
    { key: 'body', head: t('lists.recogniser'), cell: (list) => list.recognisers.join('、') },
    {
      key: 'term',
      head: t('lists.term'),
      cell: (list) => {
        const early = earlyWords(t, list);
        return (
          <>
            {termWords(t, list)}
            {early === null ? null : <div className="sub">{early}</div>}
          </>
        );
      },
    },
    {
      key: 'how',
      head: t('lists.how'),
      cell: (list) => (
        <>
          {list.mayPropose ? (
            <Link to="/listings/new" search={{ list: list.key }}>
              {t('lists.propose')}
            </Link>
          ) : (
            t(list.recognisedHere ? 'lists.here' : 'lists.elsewhere')
          )}
          {list.confirmed ? null : (
            <div>
              <Tag tone="waiting">{t('lists.unconfirmed')}</Tag>
            </div>
          )}
        </>
      ),
    },
  ];
  return (
    <Loaded query={useQuery(listsQuery)} rows={8}>
      {(data) => {
        const rows = data.items.filter((list) => list.kind === kind);
        return (
          <>
            {kind === 'serious' ? null : <Note>{t(kind === 'watch' ? 'lists.watchNote' : 'lists.honourNote')}</Note>}
            {rows.length === 0 ? (
              <Empty title={t('lists.noLists')} />
            ) : (
              <DataTable caption={t(`lists.tab.${kind}`)} columns={columns} rows={rows} rowKey={(list) => list.key} />
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function Exemptions() {
  const { t, w } = useI18n();
  return (
    <Loaded query={useQuery(exemptionsQuery)} rows={4}>
      {(data) => (
        <>
          <Note>{t('lists.exemptNote')}</Note>
          <DataTable
            caption={t('lists.tab.exempt')}
            rows={data.items}
            rowKey={(row) => row.key}
            columns={[
              { key: 'act', head: t('lists.act'), width: 'wide', cell: (row) => w(row.act) },
              { key: 'sector', head: t('lists.sector'), cell: (row) => w(row.sector) },
              {
                key: 'conditions',
                head: t('lists.conditions'),
                cell: (row) => row.conditions.map((one) => w(one)).join('；'),
              },
              {
                key: 'basis',
                head: t('lists.basis'),
                cell: (row) => (
                  <>
                    {row.basis.join('；')}
                    {row.confirmed ? null : (
                      <div>
                        <Tag tone="waiting">{t('lists.unconfirmed')}</Tag>
                      </div>
                    )}
                  </>
                ),
              },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}
