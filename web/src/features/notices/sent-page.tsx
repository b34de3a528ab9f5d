/** 发送记录: what was sent to whom, what failed, and sending again. */
import { deliveryStates, noticeChannels, type SendAgainResult, type SentItem } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Checkbox } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag, type Tone } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { renewNotices, sentQuery } from './queries.ts';

const route = getRouteApi('/desk/notices/sent');
const channelKey: Readonly<Record<SentItem['channel'], Key>> = {
  inApp: 'notice.channel.inApp',
  email: 'notice.channel.email',
  sms: 'notice.channel.sms',
  im: 'notice.channel.im',
};
const stateKey: Readonly<Record<SentItem['state'], Key>> = {
  waiting: 'notice.state.waiting',
  sent: 'notice.state.sent',
  delivered: 'notice.state.delivered',
  read: 'notice.state.read',
  failed: 'notice.state.failed',
  bounced: 'notice.state.bounced',
};
const tones: Readonly<Record<SentItem['state'], Tone | undefined>> = {
  waiting: 'waiting',
  sent: undefined,
  delivered: 'done',
  read: 'done',
  failed: 'seal',
  bounced: 'seal',
};

export function SentPage() {
  const { t, w } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(sentQuery(search));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const again = useMutation({
    mutationFn: () =>
      call<SendAgainResult>('/notices/sent/again', { method: 'POST', body: { ids: [...selected].slice(0, 500) } }),
    onSuccess: () => {
      setSelected(new Set());
      renewNotices();
    },
  });
  const change = (next: { state?: string | undefined; channel?: string | undefined }): void => {
    setSelected(new Set());
    again.reset();
    void navigate({ search: { ...search, ...next }, replace: true });
  };
  const failed = again.data?.results.filter((one) => !one.ok) ?? [];
  return (
    <>
      <PageHead title={t('notice.sent')} crumb={<Link to="/notices">{t('nav.notices')}</Link>}>
        <p className="quiet">{t('notice.sentLead')}</p>
      </PageHead>
      <div className="filters">
        <Pick
          label={t('notice.state')}
          value={search.state ?? ''}
          options={[
            { value: '', label: t('notice.anyState') },
            ...deliveryStates.map((state) => ({ value: state, label: t(stateKey[state]) })),
          ]}
          onChange={(state) => change({ state: state || undefined })}
        />
        <Pick
          label={t('notice.channel')}
          value={search.channel ?? ''}
          options={[
            { value: '', label: t('notice.anyChannel') },
            ...noticeChannels.map((channel) => ({ value: channel, label: t(channelKey[channel]) })),
          ]}
          onChange={(channel) => change({ channel: channel || undefined })}
        />
        <Button type="primary" disabled={selected.size === 0} loading={again.isPending} onClick={() => again.mutate()}>
          {t('notice.again', { n: selected.size })}
        </Button>
      </div>
      {again.error ? <ErrorNote error={again.error} /> : null}
      {again.data ? (
        <Note tone={failed.length > 0 ? 'waiting' : 'done'} role="status">
          {t('notice.againDone', { ok: again.data.results.length - failed.length, bad: failed.length })}
          {failed.length > 0 ? (
            <ul className="plain">
              {failed.map((one) => (
                <li key={one.id}>{one.message ? w(one.message) : one.id}</li>
              ))}
            </ul>
          ) : null}
        </Note>
      ) : null}
      <PagedList query={query} empty={<Empty title={t('notice.noneSent')} />}>
        {(rows) => <SentTable rows={rows} selected={selected} onSelected={setSelected} />}
      </PagedList>
    </>
  );
}

function SentTable({
  rows,
  selected,
  onSelected,
}: {
  rows: readonly SentItem[];
  selected: ReadonlySet<string>;
  onSelected: (next: ReadonlySet<string>) => void;
}) {
  const { t, w } = useI18n();
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelected(next);
  };
  const columns: Column<SentItem>[] = [
    {
      key: 'select',
      head: <span className="unseen">{t('notice.select')}</span>,
      width: 'narrow',
      cell: (row) =>
        row.mayAgain ? (
          <Checkbox
            aria-label={t('notice.selectOne', { name: row.recipient ?? row.for ?? '' })}
            checked={selected.has(row.id)}
            onChange={() => toggle(row.id)}
          />
        ) : null,
    },
    {
      key: 'what',
      head: t('notice.what'),
      width: 'wide',
      cell: (row) => (
        <>
          {w(row.title)}
          <div className="sub">
            <span>{formatInstant(row.at)}</span>
          </div>
        </>
      ),
    },
    {
      key: 'whom',
      head: t('notice.whom'),
      cell: (row) => (
        <>
          {row.recipient ?? t('notice.nobody')}
          {row.for ? (
            <div className="sub">
              <span>{row.for}</span>
            </div>
          ) : null}
        </>
      ),
    },
    { key: 'channel', head: t('notice.channel'), cell: (row) => t(channelKey[row.channel]) },
    {
      key: 'state',
      head: t('notice.state'),
      cell: (row) => (
        <>
          <Tag tone={tones[row.state]}>{w(row.stateLabel)}</Tag>
          {row.problem ? (
            <div className="sub">
              <span>{w(row.problem)}</span>
              {row.attempts > 0 ? <span>{t('notice.attempts', { n: row.attempts })}</span> : null}
            </div>
          ) : null}
        </>
      ),
    },
  ];
  return <DataTable caption={t('notice.sent')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
