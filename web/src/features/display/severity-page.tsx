/** 失信程度确认: what the classification proposes, confirmed by the deciding body, one or hundreds at once; served notices. */
import type { ConfirmSeverityResult, NoticesMissing, ServedNotice, SeverityWaiting } from '@chengxin/contract';
import { infiniteQueryOptions, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useSession } from '../session/use-session.ts';

const route = getRouteApi('/desk/severity');
type Waiting = SeverityWaiting['items'][number];
type Unserved = NoticesMissing['items'][number];
const classes = ['minor', 'general', 'serious'] as const;
type Class = (typeof classes)[number];

const pages = <T,>(key: string, path: string) =>
  infiniteQueryOptions({
    queryKey: ['display', key],
    queryFn: ({ pageParam, signal }) =>
      call<{ items: T[]; nextCursor: string | null; dataAsOf: string }>(path, {
        query: { limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
const waitingQuery = pages<Waiting>('waiting', '/records:severityWaiting');
const unservedQuery = pages<Unserved>('unserved', '/repair-notices:missing');
const renew = (): void => void queryClient.invalidateQueries({ queryKey: ['display'] });

export function SeverityPage() {
  const { t } = useI18n();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const active = tab === 'notices' ? 'notices' : 'waiting';
  return (
    <>
      <PageHead title={t('severity.title')}>
        <p className="quiet">{t('severity.lead')}</p>
      </PageHead>
      <Tabs
        label={t('severity.title')}
        items={[
          { key: 'waiting', label: t('severity.waiting') },
          { key: 'notices', label: t('severity.notices') },
        ]}
        active={active}
        onChange={(next) => void navigate({ search: { tab: next === 'waiting' ? undefined : next }, replace: true })}
      >
        {active === 'waiting' ? <WaitingList /> : <UnservedList />}
      </Tabs>
    </>
  );
}

const recordColumn = <T extends Waiting | Unserved>(head: string): Column<T> => ({
  key: 'record',
  head,
  width: 'wide',
  cell: (row) => (
    <>
      <Link to="/records/$id/why" params={{ id: row.recordId }}>
        {row.subject.name}
      </Link>
      <div className="sub">
        <span>{row.title}</span>
        {row.documentNumber ? <span>{row.documentNumber}</span> : null}
        {row.decidedOn ? <span>{row.decidedOn}</span> : null}
      </div>
    </>
  ),
});

function WaitingList() {
  const { t, w } = useI18n();
  const { may } = useSession();
  const query = useInfiniteQuery(waitingQuery);
  const [chosen, setChosen] = useState<Readonly<Record<string, Class>>>({});
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const confirm = useMutation({
    mutationFn: (rows: readonly { recordId: string; severity: Class }[]) =>
      call<ConfirmSeverityResult>('/records:confirmSeverity', { method: 'POST', body: { rows } }),
    onSuccess: () => {
      setSelected(new Set());
      renew();
    },
  });
  const classOf = (row: Waiting): Class => chosen[row.recordId] ?? row.proposed ?? 'minor';
  const toggle = (id: string, on: boolean): void => {
    const next = new Set(selected);
    if (on) next.add(id);
    else next.delete(id);
    setSelected(next);
  };
  const bad = (confirm.data?.results ?? []).filter((result) => result.outcome === 'refused');
  return (
    <>
      {confirm.error ? <ErrorNote error={confirm.error} /> : null}
      {confirm.data ? (
        <Note tone={bad.length > 0 ? 'waiting' : 'done'} role="status">
          {t('severity.done', { ok: confirm.data.results.length - bad.length, bad: bad.length })}
          {bad.length > 0 ? (
            <ul className="plain">
              {bad.map((one) => (
                <li key={one.recordId}>{one.problem ? w(one.problem) : one.recordId}</li>
              ))}
            </ul>
          ) : null}
        </Note>
      ) : null}
      <PagedList query={query} empty={<Empty title={t('severity.none')} />}>
        {(rows) => (
          <>
            {may('severity.confirm') ? (
              <div className="batch">
                <Checkbox
                  checked={selected.size > 0 && rows.every((row) => selected.has(row.recordId))}
                  indeterminate={selected.size > 0 && !rows.every((row) => selected.has(row.recordId))}
                  onChange={(event) =>
                    setSelected(new Set(event.target.checked ? rows.map((row) => row.recordId) : []))
                  }
                >
                  {t('case.selectAll')}
                </Checkbox>
                <Button
                  type="primary"
                  disabled={selected.size === 0}
                  loading={confirm.isPending}
                  onClick={() =>
                    confirm.mutate(
                      rows
                        .filter((row) => selected.has(row.recordId))
                        .slice(0, 500)
                        .map((row) => ({ recordId: row.recordId, severity: classOf(row) })),
                    )
                  }
                >
                  {t('severity.confirm', { n: selected.size })}
                </Button>
              </div>
            ) : null}
            <DataTable
              caption={t('severity.waiting')}
              rows={rows}
              rowKey={(row) => row.recordId}
              columns={[
                ...(may('severity.confirm')
                  ? [
                      {
                        key: 'select',
                        width: 'narrow' as const,
                        head: '',
                        cell: (row: Waiting) => (
                          <Checkbox
                            aria-label={t('case.select', { name: row.documentNumber ?? row.subject.name })}
                            checked={selected.has(row.recordId)}
                            onChange={(event) => toggle(row.recordId, event.target.checked)}
                          />
                        ),
                      },
                    ]
                  : []),
                recordColumn<Waiting>(t('severity.record')),
                {
                  key: 'proposed',
                  head: t('severity.proposed'),
                  cell: (row) => (
                    <>
                      {row.proposed ? t(`severity.${row.proposed}`) : '—'}
                      <div className="sub">{row.basis}</div>
                    </>
                  ),
                },
                {
                  key: 'class',
                  head: t('severity.class'),
                  cell: (row) => (
                    <Pick
                      label={t('severity.class')}
                      value={classOf(row)}
                      options={classes.map((one) => ({ value: one, label: t(`severity.${one}`) }))}
                      onChange={(value) => setChosen({ ...chosen, [row.recordId]: value as Class })}
                    />
                  ),
                },
              ]}
            />
          </>
        )}
      </PagedList>
    </>
  );
}

function UnservedList() {
  const { t } = useI18n();
  const { may } = useSession();
  const query = useInfiniteQuery(unservedQuery);
  return (
    <PagedList query={query} empty={<Empty title={t('severity.noneNotices')} />}>
      {(rows) => (
        <DataTable
          caption={t('severity.notices')}
          rows={rows}
          rowKey={(row) => row.recordId}
          columns={[
            recordColumn<Unserved>(t('severity.record')),
            ...(may('notice.serve')
              ? [{ key: 'serve', head: t('severity.serve'), cell: (row: Unserved) => <Serve row={row} /> }]
              : []),
          ]}
        />
      )}
    </PagedList>
  );
}

function Serve({ row }: { row: Unserved }) {
  const { t, explain } = useI18n();
  const [on, setOn] = useState(row.decidedOn ?? '');
  const [proof, setProof] = useState('');
  const serve = useMutation({
    mutationFn: () =>
      call<ServedNotice>('/repair-notices', {
        method: 'POST',
        body: { recordId: row.recordId, servedOn: on, channel: 'withDecision', proof: proof.trim() },
      }),
    onSuccess: renew,
  });
  const name = row.documentNumber ?? row.subject.name;
  return (
    <form
      className="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        serve.mutate();
      }}
    >
      <Input
        type="date"
        aria-label={`${t('severity.servedOn')} ${name}`}
        value={on}
        onChange={(event) => setOn(event.target.value)}
      />
      <Input
        aria-label={`${t('severity.proof')} ${name}`}
        placeholder={t('severity.proof')}
        maxLength={300}
        value={proof}
        onChange={(event) => setProof(event.target.value)}
      />
      <Button htmlType="submit" loading={serve.isPending} disabled={on === '' || proof.trim().length < 2}>
        {t('severity.serve')}
      </Button>
      {serve.error ? (
        <p className="remark-seal" role="alert">
          {explain(serve.error)}
        </p>
      ) : null}
    </form>
  );
}
