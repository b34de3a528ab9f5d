/** 账号: the list with its filters, many at once, export exactly as filtered. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery } from '../../shared/api/queries.ts';
import type { Words } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { SearchBox } from '../../shared/ui/search-box.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { accountRemarks, accountStates, roleKeys, StateTag, useRoleName } from './account-words.tsx';
import { type AccountView, accountsQuery, renewAccounts } from './accounts-api.ts';

const route = getRouteApi('/desk/accounts');

export function AccountsPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  const name = useRoleName();
  const bodies = useQuery(bodiesQuery).data ?? [];
  const query = useInfiniteQuery(accountsQuery(filter));
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const set = (change: Partial<typeof filter>): void => {
    setChosen([]);
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  };
  const filtered = Object.values(filter).some(Boolean);
  return (
    <>
      <PageHead
        title={t('nav.accounts')}
        actions={
          <>
            <DownloadButton path="/accounts.xlsx" query={{ ...filter }}>
              {t('action.exportExcel')}
            </DownloadButton>
            {may('account.create') ? (
              <>
                <LinkButton to="/accounts/import">{t('account.import')}</LinkButton>
                <LinkButton primary to="/accounts/new">
                  {t('account.new')}
                </LinkButton>
              </>
            ) : null}
          </>
        }
      />
      <div className="filters">
        <SearchBox
          label={t('account.search')}
          placeholder={t('account.search')}
          action={t('action.search')}
          value={filter.q ?? ''}
          onSearch={(q) => set({ q: q || undefined })}
        />
        <Pick
          label={t('account.state')}
          value={filter.state ?? ''}
          onChange={(state) => set({ state: state || undefined })}
          options={[
            { value: '', label: t('account.allStates') },
            ...accountStates.map((state) => ({ value: state, label: t(`account.state.${state}`) })),
          ]}
        />
        <Pick
          label={t('account.role')}
          value={filter.role ?? ''}
          onChange={(role) => set({ role: role || undefined })}
          options={[
            { value: '', label: t('account.allRoles') },
            ...roleKeys.map((role) => ({ value: role, label: name(role) })),
          ]}
        />
        <Pick
          label={t('account.body')}
          value={filter.body ?? ''}
          onChange={(body) => set({ body: body || undefined })}
          options={[
            { value: '', label: t('account.allBodies') },
            ...bodies
              .filter((body) => !body.closedOn)
              .map((body) => ({ value: body.id, label: body.shortName ?? body.name })),
          ]}
        />
        <Pick
          label={t('account.remark')}
          value={filter.remark ?? ''}
          onChange={(remark) => set({ remark: remark || undefined })}
          options={[
            { value: '', label: t('account.allRemarks') },
            ...accountRemarks.map((remark) => ({ value: remark, label: t(`account.remark.${remark}`) })),
          ]}
        />
      </div>
      {may('account.manage') ? <Many chosen={chosen} onDone={() => setChosen([])} /> : null}
      <PagedList
        query={query}
        empty={
          filtered ? (
            <Empty
              title={t('list.noMatch')}
              action={
                <Button
                  onClick={() =>
                    set({ q: undefined, state: undefined, role: undefined, body: undefined, remark: undefined })
                  }
                >
                  {t('list.clear')}
                </Button>
              }
            />
          ) : (
            <Empty title={t('account.empty')}>{t('account.emptyHint')}</Empty>
          )
        }
      >
        {(rows) => <AccountTable rows={rows} chosen={chosen} onChoose={may('account.manage') ? setChosen : null} />}
      </PagedList>
    </>
  );
}

interface BatchAnswer {
  readonly done: number;
  readonly items: readonly { id: string; ok: boolean; message: Words | null }[];
}
const atOnce = 200;

function Many({ chosen, onDone }: { chosen: readonly string[]; onDone: () => void }) {
  const { t, w } = useI18n();
  const [reason, setReason] = useState('');
  const disable = useMutation({
    mutationFn: () =>
      call<BatchAnswer>('/accounts:batch', {
        method: 'POST',
        body: { accountIds: chosen, act: 'disable', reason: reason.trim() },
      }),
    onSuccess: () => {
      setReason('');
      onDone();
      renewAccounts();
    },
  });
  const failed = disable.data?.items.filter((item) => !item.ok) ?? [];
  return (
    <>
      {disable.error ? <ErrorNote error={disable.error} /> : null}
      {disable.data ? (
        <Note tone={failed.length > 0 ? 'waiting' : 'done'} role="status">
          {t('account.manyDone', { n: disable.data.done })}
          {failed.map((item) => (
            <p key={item.id}>{item.message ? w(item.message) : ''}</p>
          ))}
        </Note>
      ) : null}
      {chosen.length > 0 ? (
        <Note
          action={
            <Button
              danger
              loading={disable.isPending}
              disabled={reason.trim().length < 2 || chosen.length > atOnce}
              onClick={() => disable.mutate()}
            >
              {t('account.disableMany', { n: chosen.length })}
            </Button>
          }
        >
          <Field label={t('account.why')}>
            {(slot) => (
              <Input id={slot.id} value={reason} maxLength={300} onChange={(event) => setReason(event.target.value)} />
            )}
          </Field>
        </Note>
      ) : null}
    </>
  );
}

function AccountTable({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly AccountView[];
  chosen: readonly string[];
  onChoose: ((ids: readonly string[]) => void) | null;
}) {
  const { t } = useI18n();
  const name = useRoleName();
  const columns: Column<AccountView>[] = [
    {
      key: 'who',
      head: t('account.person'),
      width: 'middle',
      cell: (row) => (
        <>
          {onChoose && row.state === 'active' ? (
            <Checkbox
              aria-label={t('account.choose', { name: row.name })}
              checked={chosen.includes(row.id)}
              onChange={(event) =>
                onChoose(event.target.checked ? [...chosen, row.id] : chosen.filter((id) => id !== row.id))
              }
            />
          ) : null}{' '}
          <Link to="/accounts/$id" params={{ id: row.id }}>
            {row.name}
          </Link>
          <div className="sub">
            {row.login}
            {row.kind === 'staff' ? '' : ` · ${t(`account.kind.${row.kind}`)}`}
          </div>
        </>
      ),
    },
    { key: 'body', head: t('account.body'), width: 'middle', cell: (row) => row.body?.name ?? '—' },
    {
      key: 'roles',
      head: t('account.role'),
      cell: (row) => (
        <>
          {row.roles.map(({ role }) => name(role)).join('、') || '—'}
          {row.waitingRoles.length > 0 ? (
            <div className="sub">{t('account.waitingRole', { roles: row.waitingRoles.map(name).join('、') })}</div>
          ) : null}
        </>
      ),
    },
    {
      key: 'state',
      head: t('account.state'),
      cell: (row) => (
        <>
          <StateTag account={row} />
          {row.unused ? <Tag tone="waiting">{t('account.remark.unused')}</Tag> : null}
          {row.departsOn ? <div className="sub">{t('account.departsOn', { on: row.departsOn })}</div> : null}
          {row.activeUntil && !row.departsOn ? (
            <div className="sub">{t('account.activeUntil', { on: row.activeUntil })}</div>
          ) : null}
        </>
      ),
    },
    {
      key: 'used',
      head: t('account.lastUsed'),
      cell: (row) => (
        <span className="number">{row.lastUsedAt ? formatInstant(row.lastUsedAt) : t('account.never')}</span>
      ),
    },
  ];
  return <DataTable caption={t('nav.accounts')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
