/** The full archive of an organisation, after the purpose is said. Every look is recorded and the organisation sees it. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { type FormEvent, useState } from 'react';
import { archiveQuery, archiveRecordsQuery, type Purpose } from '../../shared/api/queries.ts';
import type { FullArchive, FullRecord } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import {
  emptyPurpose,
  type PurposeDraft,
  PurposeFields,
  stated,
  usePurposes,
} from '../../shared/ui/purpose-fields.tsx';
import { Empty, Loaded, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { SubjectStanding } from '../lists/subject-standing.tsx';
import { ArchiveRecord } from './archive-record.tsx';
import { LineageDrawer } from './lineage-drawer.tsx';
import { lastPurpose, purposeFor, sayPurpose } from './purposes.ts';

const route = getRouteApi('/desk/archive/$key');

export function ArchivePage() {
  const { key } = route.useParams();
  return <Asked key={key} subject={key} />;
}

function Asked({ subject }: { subject: string }) {
  const [purpose, setPurpose] = useState(purposeFor(subject));
  return purpose ? (
    <Archive subject={subject} purpose={purpose} />
  ) : (
    <PurposeForm subject={subject} onSaid={setPurpose} />
  );
}

function Crumb({ children }: { children: string }) {
  const { t } = useI18n();
  return (
    <>
      <Link to="/archive">{t('nav.archive')}</Link> / <span>{children}</span>
    </>
  );
}

function PurposeForm({ subject, onSaid }: { subject: string; onSaid: (purpose: Purpose) => void }) {
  const { t } = useI18n();
  const last = lastPurpose();
  const [draft, setDraft] = useState<PurposeDraft>(last ? { ...emptyPurpose, purpose: last } : emptyPurpose);
  const [tried, setTried] = useState(false);
  const purposes = usePurposes('archive');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    const said = stated(draft, purposes);
    if (said) onSaid(sayPurpose(subject, said));
  };
  return (
    <>
      <PageHead crumb={<Crumb>{subject}</Crumb>} title={t('purpose.title')} />
      <form className="purpose" onSubmit={submit} noValidate>
        <Note>{t('purpose.recorded')}</Note>
        <PurposeFields act="archive" draft={draft} tried={tried} onChange={setDraft} />
        <Button type="primary" htmlType="submit">
          {t('purpose.open')}
        </Button>
      </form>
    </>
  );
}

function Archive({ subject, purpose }: { subject: string; purpose: Purpose }) {
  const query = useQuery(archiveQuery(subject, purpose));
  return (
    <Loaded query={query} rows={8}>
      {(archive) => <ArchiveView archive={archive} purpose={purpose} />}
    </Loaded>
  );
}

function ArchiveView({ archive, purpose }: { archive: FullArchive; purpose: Purpose }) {
  const { t, w } = useI18n();
  const { formerNames } = archive;
  const purposes = usePurposes('archive');
  return (
    <>
      <PageHead crumb={<Crumb>{archive.name}</Crumb>} title={archive.name}>
        <p>
          {archive.code ? <Code value={archive.code} /> : <span className="quiet">{t('archive.noCode')}</span>}
          {archive.provisional ? <Tag tone="waiting">{t('archive.provisional')}</Tag> : null}
          {formerNames.length > 0 ? (
            <span className="quiet">
              {' '}
              {t('archive.formerNames', { names: formerNames.map((former) => named(former)).join('、') })}
            </span>
          ) : null}
        </p>
      </PageHead>
      <RegisterFacts archive={archive} />
      <Note>
        {t('archive.looked', {
          purpose:
            purposes.filter((entry) => entry.key === purpose.purpose).map((entry) => w(entry.name))[0] ??
            purpose.purpose,
          at: formatInstant(archive.dataAsOf),
        })}
        {purpose.caseNumber ? t('archive.lookedCase', { no: purpose.caseNumber }) : ''}
      </Note>
      {archive.provisional ? <Note tone="waiting">{t('archive.provisionalHint')}</Note> : null}
      {archive.code ? <SubjectStanding code={archive.code} /> : null}
      {archive.tabs.length === 0 ? (
        <Empty title={t('archive.noRecords')}>{t('archive.noRecordsHint', { kind: w(archive.kindLabel) })}</Empty>
      ) : (
        <Records archive={archive} purpose={purpose} />
      )}
    </>
  );
}

const named = (former: FullArchive['formerNames'][number]): string =>
  former.from || former.to
    ? `${former.name}（${former.from?.slice(0, 4) ?? ''}—${former.to?.slice(0, 4) ?? ''}）`
    : former.name;

function RegisterFacts({ archive }: { archive: FullArchive }) {
  const { t, w } = useI18n();
  const facts: readonly (readonly [string, string | null])[] = [
    [t('fact.status'), archive.status],
    [t('fact.establishedOn'), archive.establishedOn],
    [t('fact.kind'), [w(archive.kindLabel), archive.companyType].filter(Boolean).join(' · ')],
    [t('fact.industry'), archive.industry],
    [t('fact.legalRepresentative'), archive.legalRepresentative],
    [t('fact.registeredCapital'), archive.registeredCapital],
    [t('fact.address'), archive.address],
    [t('fact.registrationAuthority'), archive.registrationAuthority],
    [t('fact.region'), archive.region],
    ...archive.identifiers
      .filter((identifier) => identifier.value !== archive.code)
      .map((identifier) => [schemeWords(t, identifier.scheme), identifier.value] as const),
    [t('fact.businessScope'), archive.businessScope],
  ];
  return (
    <dl className="facts register">
      {facts
        .filter((fact): fact is readonly [string, string] => Boolean(fact[1]))
        .map(([label, value]) => (
          <div key={label} className={value.length > 60 ? 'long' : undefined}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

const schemes: Readonly<Record<string, Parameters<ReturnType<typeof useI18n>['t']>[0]>> = {
  unifiedCode: 'scheme.unifiedCode',
  registrationNumber: 'scheme.registrationNumber',
  organisationCode: 'scheme.organisationCode',
  taxNumber: 'scheme.taxNumber',
  institutionNumber: 'scheme.institutionNumber',
  socialNumber: 'scheme.socialNumber',
};
const schemeWords = (t: ReturnType<typeof useI18n>['t'], scheme: string): string => {
  const key = schemes[scheme];
  return key ? t(key) : scheme;
};

function Records({ archive, purpose }: { archive: FullArchive; purpose: Purpose }) {
  const { t, w } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [lineage, setLineage] = useState<FullRecord | null>(null);
  const active = archive.tabs.find((tab) => tab.item === search.item)?.item ?? archive.tabs[0]?.item ?? '';
  return (
    <>
      <Tabs
        label={t('archive.records')}
        items={archive.tabs.map((tab) => ({ key: tab.item, label: w(tab.name), count: tab.count }))}
        active={active}
        onChange={(item) => void navigate({ search: { item }, replace: true, resetScroll: false })}
      >
        <RecordList subject={archive.key} purpose={purpose} item={active} onLineage={setLineage} />
      </Tabs>
      <LineageDrawer record={lineage} purpose={purpose} onClose={() => setLineage(null)} />
    </>
  );
}

function RecordList({
  subject,
  purpose,
  item,
  onLineage,
}: {
  subject: string;
  purpose: Purpose;
  item: string;
  onLineage: (record: FullRecord) => void;
}) {
  const { t } = useI18n();
  const query = useInfiniteQuery(archiveRecordsQuery(subject, purpose, item));
  return (
    <PagedList query={query} empty={<Empty title={t('archive.noneOfItem')} />}>
      {(rows) => (
        <ul className="records">
          {rows.map((record) => (
            <ArchiveRecord key={record.recordId} record={record} onLineage={() => onLineage(record)} />
          ))}
        </ul>
      )}
    </PagedList>
  );
}
