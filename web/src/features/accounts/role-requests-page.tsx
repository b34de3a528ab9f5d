/** 角色审批: asked for by one, decided by a security administrator who is neither that one nor the person it is for. */
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useRoleName } from './account-words.tsx';
import { type RoleRequestView, renewAccounts, requestsQuery } from './accounts-api.ts';

const route = getRouteApi('/desk/role-requests');
const states = ['waiting', 'approved', 'refused', 'withdrawn'] as const;
const tones = { waiting: 'waiting', approved: 'done', refused: 'seal', withdrawn: undefined } as const;

export function RoleRequestsPage() {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = states.find((entry) => entry === search.state) ?? 'waiting';
  const query = useInfiniteQuery(requestsQuery({ state }));
  return (
    <>
      <PageHead title={t('nav.roleRequests')}>
        <p className="quiet">{t('request.lead')}</p>
      </PageHead>
      <Tabs
        label={t('nav.roleRequests')}
        items={states.map((entry) => ({ key: entry, label: t(`request.state.${entry}`) }))}
        active={state}
        onChange={(next) => void navigate({ search: { state: next === 'waiting' ? undefined : next }, replace: true })}
      >
        <PagedList query={query} empty={<Empty title={t('request.empty')}>{t('request.emptyHint')}</Empty>}>
          {(rows) => <RequestTable rows={rows} />}
        </PagedList>
      </Tabs>
    </>
  );
}

function RequestTable({ rows }: { rows: readonly RoleRequestView[] }) {
  const { t } = useI18n();
  const name = useRoleName();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<RoleRequestView>[] = [
    {
      key: 'who',
      head: t('account.person'),
      width: 'middle',
      cell: (row) => (
        <>
          <Link to="/accounts/$id" params={{ id: row.account.id }}>
            {row.account.name}
          </Link>
          <div className="sub">{[row.account.login, row.account.body?.name].filter(Boolean).join(' · ')}</div>
        </>
      ),
    },
    {
      key: 'role',
      head: t('request.role'),
      cell: (row) => (
        <>
          <strong>{name(row.role)}</strong>
          {row.expiresOn ? <div className="sub">{t('account.activeUntil', { on: row.expiresOn })}</div> : null}
          {row.account.roles.length > 0 ? (
            <div className="sub">{t('request.has', { roles: row.account.roles.map(name).join('、') })}</div>
          ) : null}
        </>
      ),
    },
    {
      key: 'by',
      head: t('request.by'),
      cell: (row) => (
        <>
          {row.requestedBy}
          <div className="sub">{formatInstant(row.requestedAt)}</div>
        </>
      ),
    },
    { key: 'reason', head: t('account.why'), cell: (row) => row.reason },
    {
      key: 'state',
      head: t('account.state'),
      cell: (row) =>
        row.mayDecide ? (
          <Button aria-expanded={open === row.id} onClick={() => setOpen(open === row.id ? null : row.id)}>
            {t('request.decide')}
          </Button>
        ) : (
          <>
            <Tag tone={tones[row.state]}>{t(`request.state.${row.state}`)}</Tag>
            {row.decidedBy ? (
              <div className="sub">
                {row.decidedBy} {row.decidedAt ? formatInstant(row.decidedAt) : ''}
              </div>
            ) : null}
            {row.note ? <div className="sub">{row.note}</div> : null}
            <Why row={row} />
          </>
        ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.roleRequests')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <Decide row={row} onDone={() => setOpen(null)} /> : null)}
    />
  );
}

function Why({ row }: { row: RoleRequestView }) {
  const { w } = useI18n();
  return row.why ? <div className="sub">{w(row.why)}</div> : null;
}

function Decide({ row, onDone }: { row: RoleRequestView; onDone: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const name = useRoleName();
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const decide = useMutation({
    mutationFn: (approve: boolean) =>
      call(`/role-requests/${row.id}/decision`, { method: 'POST', body: { approve, note: note.trim() } }),
    onSuccess: () => {
      message.success(t('account.done'));
      onDone();
      renewAccounts();
    },
  });
  return (
    <div className="decide">
      <Note>{t('request.check', { name: row.account.name, role: name(row.role) })}</Note>
      {decide.error ? <ErrorNote error={decide.error} /> : null}
      <Field
        label={t('request.note')}
        remarks={tried && note.trim() === '' ? [{ key: 'note', tone: 'seal', text: t('request.noteMissing') }] : []}
      >
        {(slot) => (
          <Input id={slot.id} maxLength={300} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button type="primary" loading={decide.isPending} onClick={() => decide.mutate(true)}>
          {t('request.approve')}
        </Button>
        <Button
          disabled={decide.isPending}
          onClick={() => {
            setTried(true);
            if (note.trim() !== '') decide.mutate(false);
          }}
        >
          {t('request.refuse')}
        </Button>
      </div>
    </div>
  );
}
