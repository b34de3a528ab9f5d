/** Registered receivers: how each stands, pause and end, and the form that registers one. */
import type { ReceiverView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { Tag, type Tone } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { receiversQuery, renewExchange } from './queries.ts';
import { ReceiverForm } from './receiver-form.tsx';

const stateKey: Readonly<Record<ReceiverView['state'], Key>> = {
  active: 'exchange.state.active',
  paused: 'exchange.state.paused',
  ended: 'exchange.state.ended',
};
const tones: Readonly<Record<ReceiverView['state'], Tone | undefined>> = {
  active: 'done',
  paused: 'waiting',
  ended: undefined,
};
export const levelKey: Readonly<Record<ReceiverView['level'], Key>> = {
  public: 'exchange.level.public',
  authorised: 'exchange.level.authorised',
  government: 'exchange.level.government',
};

export function ReceiversTab() {
  const { t } = useI18n();
  const { may } = useSession();
  const [adding, setAdding] = useState(false);
  const query = useInfiniteQuery(receiversQuery);
  return (
    <>
      {may('exchange.manage') ? (
        adding ? (
          <div className="draft">
            <ReceiverForm onClose={() => setAdding(false)} />
          </div>
        ) : (
          <div className="filters">
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('exchange.register')}
            </Button>
          </div>
        )
      ) : null}
      <PagedList query={query} empty={<Empty title={t('exchange.noReceivers')}>{t('exchange.noReceiversHint')}</Empty>}>
        {(rows) => (
          <ul className="plain channels">
            {rows.map((receiver) => (
              <li key={receiver.id} className="channel">
                <Receiver receiver={receiver} />
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </>
  );
}

function Receiver({ receiver }: { receiver: ReceiverView }) {
  const { t, w } = useI18n();
  const facts: [Key, string][] = [
    ['exchange.address', receiver.url ?? t('exchange.feedOnly')],
    ['exchange.contact', receiver.contact],
    ['exchange.lastSuccess', receiver.lastSuccessAt ? formatInstant(receiver.lastSuccessAt) : t('channels.never')],
    ['exchange.waiting', formatCount(receiver.waiting)],
    ['exchange.overdue', formatCount(receiver.overdue)],
    ['exchange.openAlarms', formatCount(receiver.openAlarms)],
    [
      'exchange.keys',
      receiver.keys
        .filter((key) => key.revokedAt === null)
        .map((key) => key.keyId)
        .join('、') || '—',
    ],
  ];
  return (
    <>
      <div className="channel-head">
        <h2>{receiver.name}</h2>
        <Tag tone={tones[receiver.state]}>{t(stateKey[receiver.state])}</Tag>
      </div>
      <p className="sub">
        {[
          receiver.body.name,
          t(levelKey[receiver.level]),
          t(receiver.covers === 'all' ? 'exchange.covers.all' : 'exchange.covers.received'),
          receiver.items.length > 0 ? t('exchange.items', { n: receiver.items.length }) : null,
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {receiver.problem && receiver.state === 'active' ? (
        <Note tone="seal">
          <strong>{w(receiver.problem)}</strong>
          <p className="quiet">
            {t('channels.failures', { n: receiver.failures })}
            {receiver.nextAttemptAt
              ? ` ${t('exchange.nextAttempt', { at: formatInstant(receiver.nextAttemptAt) })}`
              : ''}
          </p>
        </Note>
      ) : null}
      <dl className="channel-facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <States receiver={receiver} />
    </>
  );
}

function States({ receiver }: { receiver: ReceiverView }) {
  const { t } = useI18n();
  const { may } = useSession();
  const act = useMutation({
    mutationFn: (state: ReceiverView['state']) =>
      call<ReceiverView>(`/receivers/${receiver.id}/state`, { method: 'POST', body: { state } }),
    onSettled: renewExchange,
  });
  if (!may('exchange.manage') || receiver.state === 'ended') return null;
  const paused = receiver.state === 'paused';
  return (
    <>
      {act.error ? <ErrorNote error={act.error} /> : null}
      <div className="actions">
        <Button loading={act.isPending} onClick={() => act.mutate(paused ? 'active' : 'paused')}>
          {t(paused ? 'exchange.resume' : 'exchange.pause')}
        </Button>
        <Popconfirm
          title={t('exchange.endAsk')}
          okText={t('exchange.end')}
          cancelText={t('dispute.cancel')}
          onConfirm={() => act.mutate('ended')}
        >
          <Button danger>{t('exchange.end')}</Button>
        </Popconfirm>
      </div>
    </>
  );
}
