/** The archive within an open use: the authorised sections, until the time is over. */
import type { UseOpened } from '@chengxin/contract';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Archive } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section } from '../../shared/ui/page.tsx';
import { Empty, Loaded, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { ArchiveRecord } from '../archive/archive-record.tsx';
import { usedArchiveQuery, usedRecordsQuery } from './queries.ts';

export function UsedArchive({ id, use }: { id: string; use: UseOpened }) {
  const { t } = useI18n();
  const query = useQuery(usedArchiveQuery(id, use.id));
  return (
    <Section title={t('auth.archive')}>
      <Note>{t('auth.until', { at: formatInstant(use.endsAt), n: use.usesLeft })}</Note>
      <Loaded query={query} rows={8}>
        {(archive) => <Body id={id} use={use.id} archive={archive} />}
      </Loaded>
    </Section>
  );
}

function Body({ id, use, archive }: { id: string; use: string; archive: Archive }) {
  const { t, w } = useI18n();
  const [chosen, setChosen] = useState<string | null>(null);
  const active = archive.tabs.find((tab) => tab.item === chosen)?.item ?? archive.tabs[0]?.item ?? '';
  const facts: readonly (readonly [string, string | null])[] = [
    [t('fact.status'), archive.status],
    [t('fact.establishedOn'), archive.establishedOn],
    [t('fact.kind'), [w(archive.kindLabel), archive.companyType].filter(Boolean).join(' · ')],
    [t('fact.legalRepresentative'), archive.legalRepresentative],
    [t('fact.registeredCapital'), archive.registeredCapital],
    [t('fact.address'), archive.address],
  ];
  return (
    <>
      <dl className="facts register">
        {facts.map(([label, value]) =>
          value ? (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {archive.tabs.length === 0 ? (
        <Empty title={t('archive.noRecords')} />
      ) : (
        <Tabs
          label={t('archive.records')}
          items={archive.tabs.map((tab) => ({ key: tab.item, label: w(tab.name), count: tab.count }))}
          active={active}
          onChange={setChosen}
        >
          <Records id={id} use={use} item={active} />
        </Tabs>
      )}
    </>
  );
}

function Records({ id, use, item }: { id: string; use: string; item: string }) {
  const { t } = useI18n();
  const query = useInfiniteQuery(usedRecordsQuery(id, use, item));
  return (
    <PagedList query={query} empty={<Empty title={t('archive.noneOfItem')} />}>
      {(rows) => (
        <ul className="records">
          {rows.map((record) => (
            <ArchiveRecord key={record.recordId} record={record} />
          ))}
        </ul>
      )}
    </PagedList>
  );
}
