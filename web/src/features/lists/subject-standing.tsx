/** How an organisation stands: its entries, and the acts that lead to nothing. Part of the archive and of the own page. */
import type { ListEntryView, SubjectListsView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { Empty, Note } from '../../shared/ui/states.tsx';
import { EntryDocument, EntryState, EntryTerm } from './entry-parts.tsx';
import { subjectListsQuery } from './queries.ts';

export function StandingTable({ data, own = false }: { data: SubjectListsView; own?: boolean }) {
  const { t, w } = useI18n();
  const columns: Column<ListEntryView>[] = [
    {
      key: 'list',
      head: t('lists.list'),
      width: 'wide',
      cell: (entry) =>
        entry.caseId ? (
          <Link to="/listings/$id" params={{ id: entry.caseId }}>
            {w(entry.listName)}
          </Link>
        ) : (
          w(entry.listName)
        ),
    },
    { key: 'document', head: t('lists.document'), cell: (entry) => <EntryDocument entry={entry} /> },
    { key: 'term', head: t('lists.listedOn'), cell: (entry) => <EntryTerm entry={entry} /> },
    { key: 'state', head: t('case.state'), width: 'narrow', cell: (entry) => <EntryState entry={entry} /> },
    ...(own
      ? [
          {
            key: 'leave',
            head: t('lists.leave'),
            width: 'narrow' as const,
            cell: (entry: ListEntryView) =>
              entry.state === 'live' && entry.kind === 'serious' && entry.recordId ? (
                <Link to="/repairs/new">{t('lists.repair')}</Link>
              ) : (
                '—'
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      {data.entries.length === 0 ? (
        <Empty title={t('lists.onNone')} />
      ) : (
        <DataTable caption={t('nav.lists')} columns={columns} rows={data.entries} rowKey={(entry) => entry.id} />
      )}
      {data.exempt.map((one) => (
        <Note key={one.recordId} tone="done">
          {t('lists.exempt', { document: one.documentNumber ?? '', act: w(one.act) })}
        </Note>
      ))}
    </>
  );
}

/** In the archive: nothing is said where there is nothing to say. */
export function SubjectStanding({ code }: { code: string }) {
  const { t } = useI18n();
  const { data } = useQuery(subjectListsQuery(code));
  if (!data || (data.entries.length === 0 && data.exempt.length === 0)) return null;
  return (
    <Section title={t('lists.standing')}>
      <StandingTable data={data} />
    </Section>
  );
}
