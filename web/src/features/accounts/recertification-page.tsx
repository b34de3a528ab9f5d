/** 年度确认: once a year each body says which of its accounts are still needed. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import type { Words } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Figures, PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useSession } from '../session/use-session.ts';
import { useRoleName } from './account-words.tsx';
import {
  campaignsQuery,
  itemsQuery,
  type RecertificationItem,
  type RecertificationView,
  renewAccounts,
} from './accounts-api.ts';

const route = getRouteApi('/desk/recertification');
const states = ['waiting', 'escalated', 'confirmed', 'notNeeded', 'disabled', 'kept'] as const;
const tones = {
  waiting: 'waiting',
  escalated: 'seal',
  confirmed: 'done',
  notNeeded: undefined,
  disabled: 'seal',
  kept: 'waiting',
} as const;

export function RecertificationPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const query = useQuery(campaignsQuery);
  return (
    <>
      <PageHead title={t('nav.recertification')}>
        <p className="quiet">{t('confirm.lead')}</p>
      </PageHead>
      <Loaded query={query}>
        {(campaigns) => {
          const running = campaigns.find((campaign) => campaign.state !== 'closed');
          const shown = running ?? campaigns[0];
          return (
            <>
              {!running && may('recertification.open') ? <Open /> : null}
              {shown ? (
                <Campaign key={shown.id} campaign={shown} />
              ) : (
                <Empty title={t('confirm.empty')}>{t('confirm.emptyHint')}</Empty>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Open() {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const [deadlineOn, setDeadline] = useState('');
  const open = useMutation({
    mutationFn: () =>
      call('/recertifications', { method: 'POST', body: { name: name.trim(), ...(deadlineOn ? { deadlineOn } : {}) } }),
    onSuccess: renewAccounts,
  });
  return (
    <Section title={t('confirm.open')}>
      {open.error ? <ErrorNote error={open.error} /> : null}
      <form
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim().length >= 2) open.mutate();
        }}
      >
        <Field label={t('confirm.name')} hint={t('confirm.nameHint')}>
          {(slot) => (
            <Input id={slot.id} maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <Field label={t('confirm.deadline')} hint={t('confirm.deadlineHint')}>
          {(slot) => (
            <Input id={slot.id} type="date" value={deadlineOn} onChange={(event) => setDeadline(event.target.value)} />
          )}
        </Field>
        <div className="form-end">
          <Button type="primary" htmlType="submit" loading={open.isPending} disabled={name.trim().length < 2}>
            {t('confirm.openNow')}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Campaign({ campaign }: { campaign: RecertificationView }) {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const first = campaign.state === 'escalated' ? 'escalated' : 'waiting';
  const state = states.find((entry) => entry === search.state) ?? first;
  const query = useInfiniteQuery(itemsQuery(campaign.id, state));
  const { counts } = campaign;
  return (
    <Section
      title={campaign.name}
      aside={
        <span className="quiet">
          {t('confirm.days', { deadline: campaign.deadlineOn, disable: campaign.disableAfterOn })}
        </span>
      }
    >
      <Figures
        items={[
          { key: 'waiting', value: counts.waiting, label: t('confirm.state.waiting'), tone: 'waiting' },
          { key: 'escalated', value: counts.escalated, label: t('confirm.state.escalated'), tone: 'seal' },
          { key: 'confirmed', value: counts.confirmed, label: t('confirm.state.confirmed'), tone: 'done' },
          { key: 'off', value: counts.notNeeded + counts.disabled, label: t('confirm.off') },
        ]}
      />
      <Tabs
        label={t('nav.recertification')}
        items={states.map((entry) => ({ key: entry, label: t(`confirm.state.${entry}`), count: counts[entry] }))}
        active={state}
        onChange={(next) => void navigate({ search: { state: next === first ? undefined : next }, replace: true })}
      >
        <PagedList query={query} empty={<Empty title={t('confirm.none')} />}>
          {(rows) => (
            <Items key={state} campaign={campaign} rows={rows} open={state === 'waiting' || state === 'escalated'} />
          )}
        </PagedList>
      </Tabs>
    </Section>
  );
}

interface Answer {
  readonly done: number;
  readonly items: readonly { id: string; ok: boolean; message: Words | null }[];
}

function Items({
  campaign,
  rows,
  open,
}: {
  campaign: RecertificationView;
  rows: readonly RecertificationItem[];
  open: boolean;
}) {
  const { t, w } = useI18n();
  const { may } = useSession();
  const { message } = App.useApp();
  const name = useRoleName();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const decides = open && campaign.state !== 'closed' && may('recertification.confirm');
  const decide = useMutation({
    mutationFn: (needed: boolean) =>
      call<Answer>(`/recertifications/${campaign.id}/items:decide`, {
        method: 'POST',
        body: { accountIds: chosen.slice(0, 200), needed },
      }),
    onSuccess: (answer) => {
      message.success(t('confirm.decided', { n: answer.done }));
      setChosen([]);
      renewAccounts();
    },
  });
  const failed = decide.data?.items.filter((item) => !item.ok) ?? [];
  const columns: Column<RecertificationItem>[] = [
    {
      key: 'who',
      head: t('account.person'),
      width: 'middle',
      cell: (row) => (
        <>
          {decides ? (
            <Checkbox
              aria-label={t('account.choose', { name: row.account.name })}
              checked={chosen.includes(row.account.id)}
              onChange={(event) =>
                setChosen(
                  event.target.checked ? [...chosen, row.account.id] : chosen.filter((id) => id !== row.account.id),
                )
              }
            />
          ) : null}{' '}
          <Link to="/accounts/$id" params={{ id: row.account.id }}>
            {row.account.name}
          </Link>
          <div className="sub">{row.account.login}</div>
        </>
      ),
    },
    { key: 'body', head: t('account.body'), cell: (row) => row.body?.name ?? '—' },
    { key: 'roles', head: t('account.role'), cell: (row) => row.account.roles.map(name).join('、') || '—' },
    {
      key: 'used',
      head: t('account.lastUsed'),
      cell: (row) => (row.account.lastUsedAt ? formatInstant(row.account.lastUsedAt) : t('account.never')),
    },
    {
      key: 'state',
      head: t('account.state'),
      cell: (row) => (
        <>
          <Tag tone={tones[row.state]}>{t(`confirm.state.${row.state}`)}</Tag>
          {row.decidedBy ? <div className="sub">{row.decidedBy}</div> : null}
        </>
      ),
    },
  ];
  return (
    <>
      {decide.error ? <ErrorNote error={decide.error} /> : null}
      {failed.length > 0 ? (
        <Note tone="waiting" role="alert">
          {failed.map((item) => (
            <p key={item.id}>{item.message ? w(item.message) : ''}</p>
          ))}
        </Note>
      ) : null}
      {decides ? (
        <div className="actions wrap">
          <Button onClick={() => setChosen(chosen.length === rows.length ? [] : rows.map((row) => row.account.id))}>
            {t('confirm.all')}
          </Button>
          <Button
            type="primary"
            disabled={chosen.length === 0}
            loading={decide.isPending}
            onClick={() => decide.mutate(true)}
          >
            {t('confirm.needed', { n: chosen.length })}
          </Button>
          <Button danger disabled={chosen.length === 0 || decide.isPending} onClick={() => decide.mutate(false)}>
            {t('confirm.notNeeded', { n: chosen.length })}
          </Button>
        </div>
      ) : null}
      <DataTable caption={campaign.name} columns={columns} rows={rows} rowKey={(row) => row.account.id} />
    </>
  );
}
