/** Alarms: an address that does not answer, a receipt that is overdue, that does not hold, or that says no. */
import type { ExchangeAlarmView } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Tag, type Tone } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { ActForm } from '../oversight/act-form.tsx';
import { alarmsQuery, renewExchange } from './queries.ts';

const kindKey: Readonly<Record<ExchangeAlarmView['kind'], Key>> = {
  unreachable: 'exchange.kind.unreachable',
  overdue: 'exchange.kind.overdue',
  wrongReceipt: 'exchange.kind.wrongReceipt',
  declined: 'exchange.kind.declined',
};
const stateKey: Readonly<Record<ExchangeAlarmView['state'], Key>> = {
  open: 'exchange.alarm.open',
  replied: 'exchange.alarm.replied',
  closed: 'exchange.alarm.closed',
};
const tones: Readonly<Record<ExchangeAlarmView['state'], Tone | undefined>> = {
  open: 'seal',
  replied: 'waiting',
  closed: 'done',
};

export function AlarmsTab() {
  const { t } = useI18n();
  const [state, setState] = useState('unclosed');
  const query = useInfiniteQuery(alarmsQuery(state === 'all' ? undefined : state));
  return (
    <>
      <div className="filters">
        <Pick
          label={t('exchange.filter')}
          value={state}
          options={[
            { value: 'unclosed', label: t('exchange.unclosed') },
            { value: 'closed', label: t('exchange.alarm.closed') },
            { value: 'all', label: t('exchange.everything') },
          ]}
          onChange={setState}
        />
      </div>
      <PagedList
        query={query}
        empty={
          <Empty title={t(state === 'unclosed' ? 'exchange.noAlarms' : 'exchange.nothing')}>
            {state === 'unclosed' ? t('exchange.noAlarmsHint') : null}
          </Empty>
        }
      >
        {(rows) => <AlarmTable rows={rows} />}
      </PagedList>
    </>
  );
}

function AlarmTable({ rows }: { rows: readonly ExchangeAlarmView[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<ExchangeAlarmView>[] = [
    {
      key: 'receiver',
      head: t('exchange.receiver'),
      width: 'middle',
      cell: (row) => (
        <>
          <RowOpener id={row.id} open={open} onOpen={setOpen}>
            {row.receiver.body}
          </RowOpener>
          <div className="sub">{row.receiver.name}</div>
        </>
      ),
    },
    {
      key: 'what',
      head: t('exchange.what'),
      width: 'wide',
      cell: (row) => (
        <>
          <strong>{t(kindKey[row.kind])}</strong>
          <div>{w(row.what)}</div>
          {row.subject ? <div className="sub">{t('exchange.about', { name: row.subject })}</div> : null}
        </>
      ),
    },
    {
      key: 'since',
      head: t('exchange.since'),
      cell: (row) => <span className="number">{formatInstant(row.raisedAt)}</span>,
    },
    {
      key: 'state',
      head: t('exchange.state'),
      cell: (row) => (
        <>
          <Tag tone={tones[row.state]}>{t(stateKey[row.state])}</Tag>
          {row.closing ? <div className="sub">{w(row.closing)}</div> : null}
        </>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('exchange.alarms')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <AlarmBody alarm={row} /> : null)}
    />
  );
}

function AlarmBody({ alarm }: { alarm: ExchangeAlarmView }) {
  const { t } = useI18n();
  const [act, setAct] = useState<'reply' | 'close' | null>(null);
  return (
    <div className="draft">
      <p>{t('exchange.call', { contact: alarm.receiver.contact })}</p>
      {alarm.reply ? (
        <p>
          <strong>{t('exchange.reply')}</strong>{' '}
          <span className="quiet number">{alarm.repliedAt ? formatInstant(alarm.repliedAt) : ''}</span>
          <br />
          {alarm.reply}
        </p>
      ) : null}
      {act ? (
        <ActForm<ExchangeAlarmView>
          path={`/exchange/alarms/${alarm.id}/${act}`}
          label={t(act === 'reply' ? 'exchange.reply' : 'exchange.closing')}
          {...(act === 'close' ? { hint: t('exchange.closingHint') } : {})}
          send={t(act === 'reply' ? 'exchange.doReply' : 'exchange.doClose')}
          done={() => t('dispute.done')}
          body={(words) => (act === 'reply' ? { reply: words } : { reason: words })}
          onClose={() => {
            renewExchange();
            setAct(null);
          }}
        />
      ) : (
        <div className="actions">
          {alarm.mayReply ? <Button onClick={() => setAct('reply')}>{t('exchange.doReply')}</Button> : null}
          {alarm.mayClose ? <Button onClick={() => setAct('close')}>{t('exchange.doClose')}</Button> : null}
        </div>
      )}
    </div>
  );
}
