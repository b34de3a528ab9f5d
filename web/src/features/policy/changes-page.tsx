/** 政策变更: every change of the rules, and the form for a new one. */
import type { PolicyChangeList, PolicyChangeSummary, PolicyChangeView } from '@chengxin/contract';
import { infiniteQueryOptions, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag, type Tone } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';

const changesQuery = infiniteQueryOptions({
  queryKey: ['policy', 'changes'],
  queryFn: ({ signal, pageParam }) =>
    call<PolicyChangeList>('/policy-changes', { signal, query: { cursor: pageParam } }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
});

export const stateTones: Readonly<Record<string, Tone | undefined>> = {
  circulated: 'waiting',
  submitted: 'waiting',
  scheduled: 'waiting',
  active: 'done',
  rolledBack: 'seal',
};

export function PolicyChangesPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const [making, setMaking] = useState(false);
  const query = useInfiniteQuery(changesQuery);
  return (
    <>
      <PageHead
        title={t('nav.policy')}
        actions={
          may('policyChange.draft') ? (
            <>
              <Link to="/policy-versions">{t('policy.versions')}</Link>
              <Link to="/policy-rules">{t('policy.rule.edit')}</Link>
              <Button type="primary" aria-expanded={making} onClick={() => setMaking(!making)}>
                {t('policy.new')}
              </Button>
            </>
          ) : null
        }
      >
        <p className="quiet">{t('policy.lead')}</p>
      </PageHead>
      {making ? <NewChange /> : null}
      <PagedList query={query} empty={<Empty title={t('policy.none')}>{t('policy.noneHint')}</Empty>}>
        {(rows) => <ChangeTable rows={rows} />}
      </PagedList>
    </>
  );
}

function NewChange() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [reason, setReason] = useState('');
  const make = useMutation({
    mutationFn: () => call<PolicyChangeView>('/policy-changes', { method: 'POST', body: { title, reason } }),
    onSuccess: (made) => navigate({ to: '/policy-changes/$id', params: { id: made.id } }),
  });
  return (
    <form
      className="decide"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Field label={t('policy.title')}>
        {({ id }) => <Input id={id} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />}
      </Field>
      <Field label={t('policy.reason')}>
        {({ id }) => (
          <Input.TextArea
            id={id}
            rows={3}
            value={reason}
            maxLength={2_000}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {make.error ? <ErrorNote error={make.error} /> : null}
      <Button
        type="primary"
        htmlType="submit"
        loading={make.isPending}
        disabled={title.trim().length < 2 || reason.trim().length < 2}
      >
        {t('policy.new')}
      </Button>
    </form>
  );
}

function ChangeTable({ rows }: { rows: readonly PolicyChangeSummary[] }) {
  const { t, w } = useI18n();
  const columns: Column<PolicyChangeSummary>[] = [
    {
      key: 'title',
      head: t('policy.title'),
      width: 'wide',
      cell: (row) => (
        <>
          <Link to="/policy-changes/$id" params={{ id: row.id }}>
            {row.title}
          </Link>
          <div className="sub">{row.files.map((file) => w(file.name)).join('、')}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('policy.state'),
      width: 'narrow',
      cell: (row) => <Tag tone={stateTones[row.state]}>{w(row.stateLabel)}</Tag>,
    },
    { key: 'on', head: t('policy.effectiveOn'), width: 'narrow', cell: (row) => row.effectiveOn ?? '—' },
    { key: 'by', head: t('policy.createdBy'), width: 'narrow', cell: (row) => row.createdBy ?? '—' },
    { key: 'at', head: t('policy.createdAt'), width: 'narrow', cell: (row) => formatInstant(row.createdAt) },
  ];
  return <DataTable caption={t('nav.policy')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
