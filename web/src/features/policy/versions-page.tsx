/** 政策版本: every file of policy, and the history of one: what changed, who approved it, what used it, as a file again. */
import type { PolicyFileList, PolicySetView, PolicyVersionList } from '@chengxin/contract';
import { infiniteQueryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { DifferenceTable } from './differences.tsx';
import { useKindName } from './kind-names.ts';

const list = getRouteApi('/desk/policy-versions');
const one = getRouteApi('/desk/policy-versions/$kind/$key');
const set = getRouteApi('/desk/policy-sets/$setId');
const sheetKinds = ['catalogue', 'dataStandard', 'codeTable', 'ruleSet', 'disclosure'];

const filesQuery = (kind: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['policy', 'files', kind ?? ''],
    queryFn: ({ signal, pageParam }) =>
      call<PolicyFileList>('/policy-versions', { signal, query: { cursor: pageParam, kind, limit: 100 } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });

export function PolicyVersionsPage() {
  const { t } = useI18n();
  const kindName = useKindName();
  const { kind } = list.useSearch();
  const navigate = useNavigate({ from: '/policy-versions' });
  const query = useInfiniteQuery(filesQuery(kind));
  const kinds = query.data?.pages[0]?.kinds ?? [];
  return (
    <>
      <PageHead crumb={<Link to="/policy-changes">{t('nav.policy')}</Link>} title={t('policy.versions')}>
        <p className="quiet">{t('policy.versionsLead')}</p>
      </PageHead>
      <Field label={t('policy.kind')}>
        {({ id }) => (
          <select
            id={id}
            value={kind ?? ''}
            onChange={(event) => void navigate({ search: { kind: event.target.value || undefined }, replace: true })}
          >
            <option value="">{t('policy.allKinds')}</option>
            {kinds.map((each) => (
              <option key={each} value={each}>
                {kindName(each)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <PagedList query={query} empty={<Empty title={t('policy.noFiles')} />}>
        {(rows) => <FileTable rows={rows} />}
      </PagedList>
    </>
  );
}

interface NamedFile {
  readonly kind: string;
  readonly key: string;
  readonly name: Parameters<ReturnType<typeof useI18n>['w']>[0];
  readonly validFrom: string | null;
}

/** What a list of policy files begins with: the name that leads to its history, the kind, the first day. */
function useFileColumns<T extends NamedFile>(): Column<T>[] {
  const { t, w } = useI18n();
  const kindName = useKindName();
  return [
    {
      key: 'name',
      head: t('policy.fileName'),
      width: 'wide',
      cell: (row) => (
        <>
          <Link to="/policy-versions/$kind/$key" params={{ kind: row.kind, key: row.key }}>
            {w(row.name)}
          </Link>
          <div className="sub">{row.key}</div>
        </>
      ),
    },
    { key: 'kind', head: t('policy.kind'), width: 'narrow', cell: (row) => kindName(row.kind) },
    { key: 'from', head: t('policy.validFrom'), width: 'narrow', cell: (row) => row.validFrom ?? '—' },
  ];
}

function FileTable({ rows }: { rows: PolicyFileList['items'] }) {
  const { t } = useI18n();
  const columns: Column<PolicyFileList['items'][number]>[] = [
    ...useFileColumns<PolicyFileList['items'][number]>(),
    { key: 'hash', head: t('policy.hash'), width: 'narrow', cell: (row) => <Hash hash={row.hash} /> },
    { key: 'versions', head: t('policy.versionCount'), align: 'end', width: 'narrow', cell: (row) => row.versions },
  ];
  return (
    <DataTable
      caption={t('policy.versions')}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.kind} ${row.key}`}
    />
  );
}

function Hash({ hash }: { hash: string }) {
  return (
    <span className="code" title={hash}>
      {hash.slice(0, 12)}
    </span>
  );
}

export function PolicyHistoryPage() {
  const { t, w } = useI18n();
  const kindName = useKindName();
  const { kind, key } = one.useParams();
  const query = useQuery({
    queryKey: ['policy', 'history', kind, key],
    queryFn: ({ signal }) => call<PolicyVersionList>(`/policy-versions/${kind}/${key}`, { signal }),
  });
  const [on, setOn] = useState('');
  const formats = sheetKinds.includes(kind) ? (['xlsx', 'yaml'] as const) : (['yaml'] as const);
  return (
    <Loaded query={query}>
      {(history) => (
        <>
          <PageHead crumb={<Link to="/policy-versions">{t('policy.versions')}</Link>} title={w(history.name)}>
            <p className="quiet">
              {kindName(kind)} · {key} · {t('policy.historyLead')}
            </p>
          </PageHead>
          <Section title={t('policy.asOf')}>
            <Field label={t('policy.asOfDay')} hint={t('policy.asOfHint')}>
              {({ id, describedBy }) => (
                <input
                  id={id}
                  type="date"
                  aria-describedby={describedBy}
                  value={on}
                  onChange={(event) => setOn(event.target.value)}
                />
              )}
            </Field>
            <div className="actions">
              {formats.map((format) => (
                <DownloadButton key={format} path={`/policy-versions/${kind}/${key}/file`} query={{ format, on }}>
                  {t(format === 'xlsx' ? 'policy.downloadXlsx' : 'policy.downloadYaml')}
                </DownloadButton>
              ))}
            </div>
          </Section>
          {history.items.map((version) => (
            <Version key={version.hash} version={version} place={`${kind}/${key}`} formats={formats} />
          ))}
        </>
      )}
    </Loaded>
  );
}

function Version({
  version,
  place,
  formats,
}: {
  version: PolicyVersionList['items'][number];
  place: string;
  formats: readonly ('xlsx' | 'yaml')[];
}) {
  const { t } = useI18n();
  const { used, change, differences } = version;
  const origin = change ? (
    <Link to="/policy-changes/$id" params={{ id: change.id }}>
      {change.title}
    </Link>
  ) : (
    t('policy.fromFolder')
  );
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    [t('policy.valid'), `${version.validFrom ?? '—'} ～ ${version.validTo ?? '—'}`],
    [t('policy.loadedAt'), formatInstant(version.loadedAt)],
    [t('policy.supersededAt'), version.supersededAt ? formatInstant(version.supersededAt) : '—'],
    [t('policy.from'), origin],
    [t('policy.approvedBy'), change?.approvedBy ?? '—'],
    [
      t('policy.sets'),
      version.sets.length === 0
        ? '—'
        : version.sets.map((setId) => (
            <span key={setId}>
              <Link to="/policy-sets/$setId" params={{ setId: String(setId) }}>
                {setId}
              </Link>{' '}
            </span>
          )),
    ],
    [
      t('policy.used'),
      t('policy.usedBy', {
        submissions: formatCount(used.submissions),
        records: formatCount(used.records),
        cases: formatCount(used.cases),
      }),
    ],
  ];
  return (
    <Section
      title={
        <>
          <Hash hash={version.hash} /> {version.current ? <Tag tone="done">{t('policy.current')}</Tag> : null}
        </>
      }
      aside={
        <div className="actions">
          {formats.map((format) => (
            <DownloadButton key={format} path={`/policy-versions/${place}/file`} query={{ format, hash: version.hash }}>
              {t(format === 'xlsx' ? 'policy.downloadXlsx' : 'policy.downloadYaml')}
            </DownloadButton>
          ))}
        </div>
      }
    >
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {differences === null ? null : differences.total === 0 ? (
        <p className="quiet">{t('policy.sameRows')}</p>
      ) : (
        <details className="folded">
          <summary>{t('policy.sinceBefore', { n: differences.total })}</summary>
          <DifferenceTable rows={differences.rows} total={differences.total} />
        </details>
      )}
    </Section>
  );
}

export function PolicySetPage() {
  const { t } = useI18n();
  const fileColumns = useFileColumns<PolicySetView['versions'][number]>();
  const { setId } = set.useParams();
  const query = useQuery({
    queryKey: ['policy', 'set', setId],
    queryFn: ({ signal }) => call<PolicySetView>(`/policy-sets/${setId}`, { signal }),
  });
  return (
    <Loaded query={query}>
      {(found) => (
        <>
          <PageHead
            crumb={<Link to="/policy-versions">{t('policy.versions')}</Link>}
            title={t('lineage.policyNo', { no: found.setId })}
          >
            <p className="quiet">{t('policy.setLead', { at: formatInstant(found.createdAt) })}</p>
          </PageHead>
          <DataTable
            caption={t('policy.versions')}
            columns={[
              ...fileColumns,
              {
                key: 'file',
                head: t('policy.hash'),
                width: 'narrow',
                cell: (row) => (
                  <a
                    href={`/api/v1/policy-versions/${row.kind}/${row.key}/file?format=yaml&hash=${row.hash}`}
                    download
                    className="code"
                  >
                    {row.hash.slice(0, 12)}
                  </a>
                ),
              },
            ]}
            rows={found.versions}
            rowKey={(row) => `${row.kind} ${row.key} ${row.hash}`}
          />
        </>
      )}
    </Loaded>
  );
}
