/** 通道: where rows come from by machine, how each stands, and what to do when it does not go on. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { channelItemsQuery, channelsQuery, queryClient, standardsQuery } from '../../shared/api/queries.ts';
import type { ChannelItemView, ChannelView } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag, type Tone } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { NewPull } from './new-pull.tsx';

type State = ChannelView['state'] | 'paused';
const tones: Readonly<Record<State, Tone | undefined>> = {
  idle: 'done',
  running: undefined,
  failing: 'seal',
  held: 'waiting',
  paused: undefined,
};
const stateKeys: Readonly<Record<State, Key>> = {
  idle: 'channels.state.idle',
  running: 'channels.state.running',
  failing: 'channels.state.failing',
  held: 'channels.state.held',
  paused: 'channels.state.paused',
};

export function ChannelsPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const query = useInfiniteQuery(channelsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <>
      <PageHead
        title={t('nav.channels')}
        actions={
          may('channel.manage') && !adding ? (
            <Button onClick={() => setAdding(true)}>{t('pull.new')}</Button>
          ) : undefined
        }
      >
        <p className="quiet">{t('channels.lead')}</p>
      </PageHead>
      {adding ? (
        <Section title={t('pull.new')}>
          <NewPull onDone={() => setAdding(false)} />
        </Section>
      ) : null}
      <PagedList query={query} empty={<Empty title={t('channels.empty')}>{t('channels.emptyHint')}</Empty>}>
        {(rows) => (
          <ul className="plain channels">
            {rows.map((channel) => (
              <li key={channel.id} className="channel">
                <Channel channel={channel} />
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </>
  );
}

function Channel({ channel }: { channel: ChannelView }) {
  const { t, w } = useI18n();
  const own = useSession().session?.account.body?.id;
  const standards = useQuery(standardsQuery).data ?? [];
  const [open, setOpen] = useState(false);
  const state: State = channel.enabled ? channel.state : 'paused';
  const standard = standards.find((entry) => entry.key === channel.standard);
  const facts = [
    t(channel.kind === 'folder' ? 'channels.folder' : 'channels.pull'),
    channel.body.id === own ? null : channel.body.name,
    standard ? w(standard.name) : null,
    channel.source ? `${channel.source.host} ${channel.source.database} ${channel.source.table}` : null,
  ].filter(Boolean);
  return (
    <>
      <div className="channel-head">
        <h2>{channel.name}</h2>
        <Tag tone={tones[state]}>{t(stateKeys[state])}</Tag>
      </div>
      <p className="sub">{facts.join(' · ')}</p>
      {channel.problem && channel.enabled ? <Problem channel={channel} problem={channel.problem} /> : null}
      <Times channel={channel} />
      <Actions channel={channel} />
      {channel.kind === 'folder' ? (
        <>
          <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t(open ? 'channels.hideItems' : 'channels.showItems')}
          </button>
          {open ? <Items channelId={channel.id} /> : null}
        </>
      ) : null}
    </>
  );
}

function Problem({ channel, problem }: { channel: ChannelView; problem: NonNullable<ChannelView['problem']> }) {
  const { t, w } = useI18n();
  return (
    <Note tone={channel.state === 'held' ? 'waiting' : 'seal'}>
      <strong>{w(problem.message)}</strong>
      <p>{w(problem.fix)}</p>
      {channel.failures > 1 ? <p className="quiet">{t('channels.failures', { n: channel.failures })}</p> : null}
    </Note>
  );
}

function Times({ channel }: { channel: ChannelView }) {
  const { t } = useI18n();
  const when = (instant: string | null): string => (instant === null ? t('channels.never') : formatInstant(instant));
  const rows: [Key, string][] = [
    ['channels.lastSuccess', when(channel.lastSuccessAt)],
    ['channels.lastRun', when(channel.lastRunAt)],
  ];
  if (channel.kind === 'pull') {
    if (channel.nextRunAt && channel.enabled) rows.push(['channels.nextRun', when(channel.nextRunAt)]);
    rows.push(
      ['channels.rowsTaken', formatCount(channel.rowsTaken)],
      ['channels.rowsWithdrawn', formatCount(channel.rowsWithdrawn)],
    );
  }
  return (
    <dl className="channel-facts">
      {rows.map(([key, value]) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Actions({ channel }: { channel: ChannelView }) {
  const { t } = useI18n();
  const { may } = useSession();
  const [asking, setAsking] = useState(false);
  const act = useMutation({
    mutationFn: ({ path, body }: { path: string; body?: object }) =>
      call<ChannelView>(`/channels/${channel.id}/${path}`, { method: 'POST', ...(body ? { body } : {}) }),
    onSettled: () => {
      setAsking(false);
      void queryClient.invalidateQueries({ queryKey: ['channels'] });
    },
  });
  if (!may('channel.run')) return null;
  const busy = act.isPending || channel.state === 'running';
  return (
    <>
      <div className="actions">
        {channel.enabled ? (
          <Button
            disabled={busy}
            onClick={() => act.mutate({ path: 'run', body: channel.state === 'held' ? { compare: true } : {} })}
          >
            {t('channels.runNow')}
          </Button>
        ) : null}
        {channel.state === 'held' && channel.enabled ? (
          <Button danger disabled={busy} onClick={() => setAsking(true)}>
            {t('channels.confirm')}
          </Button>
        ) : null}
        <Button
          type="text"
          disabled={act.isPending}
          onClick={() => act.mutate({ path: channel.enabled ? 'pause' : 'enable' })}
        >
          {t(channel.enabled ? 'channels.pause' : 'channels.enable')}
        </Button>
      </div>
      {asking ? (
        <Note
          tone="waiting"
          role="alert"
          action={
            <Button danger onClick={() => act.mutate({ path: 'run', body: { confirm: true } })}>
              {t('channels.confirmYes')}
            </Button>
          }
        >
          {t('channels.confirmAsk')}
          <Button type="text" onClick={() => setAsking(false)}>
            {t('action.cancel')}
          </Button>
        </Note>
      ) : null}
      {act.isSuccess && act.variables.path === 'run' ? (
        <p className="quiet" role="status">
          {t('channels.started')}
        </p>
      ) : null}
      {act.error ? <ErrorNote error={act.error} /> : null}
    </>
  );
}

const itemKeys: Readonly<Record<string, Key>> = {
  waiting: 'channels.item.waiting',
  received: 'channels.item.received',
  done: 'channels.item.done',
  failed: 'channels.item.failed',
};

function Items({ channelId }: { channelId: string }) {
  const { t, w } = useI18n();
  const query = useInfiniteQuery(channelItemsQuery(channelId));
  const columns: Column<ChannelItemView>[] = [
    {
      key: 'name',
      head: t('submissions.file'),
      width: 'wide',
      cell: (row) => (
        <>
          {row.submissionId ? (
            <Link to="/submissions/$id" params={{ id: row.submissionId }}>
              {row.name}
            </Link>
          ) : (
            row.name
          )}
          <div className="sub">{formatInstant(row.seenAt)}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('submissions.state'),
      cell: (row) => (
        <>
          <Tag tone={row.state === 'done' ? 'done' : row.state === 'failed' ? 'seal' : 'waiting'}>
            {t(itemKeys[row.state] ?? 'channels.item.waiting')}
          </Tag>
          {row.problem ? <div className="sub">{`${w(row.problem.message)}${w(row.problem.fix)}`}</div> : null}
        </>
      ),
    },
    {
      key: 'accepted',
      head: t('count.accepted'),
      align: 'end',
      cell: (row) => (row.counts ? formatCount(row.counts.accepted) : '—'),
    },
    {
      key: 'doubtful',
      head: t('count.doubtful'),
      align: 'end',
      cell: (row) => (row.counts ? formatCount(row.counts.doubtful) : '—'),
    },
    {
      key: 'refused',
      head: t('count.refused'),
      align: 'end',
      cell: (row) => (row.counts ? formatCount(row.counts.refused) : '—'),
    },
  ];
  return (
    <PagedList query={query} empty={<Empty title={t('channels.noItems')}>{t('channels.noItemsHint')}</Empty>}>
      {(rows) => <DataTable caption={t('channels.showItems')} columns={columns} rows={rows} rowKey={(row) => row.id} />}
    </PagedList>
  );
}
