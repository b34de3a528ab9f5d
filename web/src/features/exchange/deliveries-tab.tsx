/** Messages and their receipts, newest first. */
import type { DeliveryView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Tag, type Tone } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { deliveriesQuery, renewExchange } from './queries.ts';

const stateKey: Readonly<Record<DeliveryView['state'], Key>> = {
  waiting: 'exchange.delivery.waiting',
  sent: 'exchange.delivery.sent',
  receipted: 'exchange.delivery.receipted',
  declined: 'exchange.delivery.declined',
  closed: 'exchange.delivery.closed',
};
const tones: Readonly<Record<DeliveryView['state'], Tone | undefined>> = {
  waiting: 'waiting',
  sent: 'waiting',
  receipted: 'done',
  declined: 'seal',
  closed: undefined,
};
const reasonKey = (reason: DeliveryView['reason']): Key => `exchange.reason.${reason}`;
const askedKey = (asked: DeliveryView['asked']): Key => `exchange.asked.${asked}`;
const filters = ['all', 'open', 'overdue', 'receipted', 'declined', 'closed'] as const;

export function DeliveriesTab() {
  const { t } = useI18n();
  const [state, setState] = useState<(typeof filters)[number]>('all');
  const query = useInfiniteQuery(deliveriesQuery(state === 'all' ? undefined : state));
  const label = (filter: (typeof filters)[number]): string =>
    filter === 'all' || filter === 'open' || filter === 'overdue'
      ? t(filter === 'all' ? 'exchange.everything' : filter === 'open' ? 'exchange.open' : 'exchange.overdue')
      : t(stateKey[filter]);
  return (
    <>
      <div className="filters">
        <Pick
          label={t('exchange.filter')}
          value={state}
          options={filters.map((value) => ({ value, label: label(value) }))}
          onChange={(next) => setState(filters.find((one) => one === next) ?? 'all')}
        />
      </div>
      <PagedList
        query={query}
        empty={<Empty title={t('exchange.nothing')}>{state === 'all' ? t('exchange.noDeliveriesHint') : null}</Empty>}
      >
        {(rows) => <DeliveryTable rows={rows} />}
      </PagedList>
    </>
  );
}

function DeliveryTable({ rows }: { rows: readonly DeliveryView[] }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  const columns: Column<DeliveryView>[] = [
    {
      key: 'receiver',
      head: t('exchange.receiver'),
      cell: (row) => row.receiver.name,
    },
    {
      key: 'change',
      head: t('exchange.change'),
      width: 'wide',
      cell: (row) => (
        <>
          {row.subject.code ? (
            <Link to="/archive/$key" params={{ key: row.subject.code }}>
              {row.subject.name}
            </Link>
          ) : (
            row.subject.name
          )}
          <div className="sub">
            {t(reasonKey(row.reason))} · {t(askedKey(row.asked))} · {t('exchange.effective', { day: row.effectiveOn })}
          </div>
        </>
      ),
    },
    {
      key: 'sent',
      head: t('exchange.told'),
      cell: (row) => (
        <>
          <span className="number">{formatInstant(row.createdAt)}</span>
          {(row.state === 'waiting' || row.state === 'sent') && row.lastOutcome ? (
            <div className="sub">{w(row.lastOutcome)}</div>
          ) : null}
          {row.attempts > 0 && row.state === 'waiting' ? (
            <div className="sub">{t('exchange.attempts', { n: row.attempts })}</div>
          ) : null}
        </>
      ),
    },
    {
      key: 'state',
      head: t('exchange.receipt'),
      cell: (row) => (
        <>
          <Tag tone={row.overdue ? 'seal' : tones[row.state]}>
            {row.overdue ? t('exchange.overdue') : t(stateKey[row.state])}
          </Tag>
          <div className="sub">
            {row.state === 'receipted' && row.finishedAt
              ? t(row.sameDay ? 'exchange.sameDay' : 'exchange.receiptedAt', { at: formatInstant(row.finishedAt) })
              : row.finishedAt
                ? formatInstant(row.finishedAt)
                : t(row.provisional ? 'exchange.dueProvisional' : 'exchange.due', { day: row.dueOn })}
          </div>
          {row.receipt?.reason ? <div className="sub">{row.receipt.reason}</div> : null}
        </>
      ),
    },
    ...(may('exchange.close')
      ? [
          {
            key: 'do',
            head: <span className="unseen">{t('exchange.do')}</span>,
            cell: (row: DeliveryView) =>
              row.state === 'waiting' || row.state === 'sent' ? <Retry delivery={row} /> : null,
          },
        ]
      : []),
  ];
  return <DataTable caption={t('exchange.deliveries')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}

function Retry({ delivery }: { delivery: DeliveryView }) {
  const { t } = useI18n();
  const act = useMutation({
    mutationFn: () => call<DeliveryView>(`/exchange/deliveries/${delivery.id}/retry`, { method: 'POST' }),
    onSettled: renewExchange,
  });
  return (
    <>
      <Button loading={act.isPending} onClick={() => act.mutate()}>
        {t('exchange.retry')}
      </Button>
      {act.error ? <ErrorNote error={act.error} /> : null}
    </>
  );
}
