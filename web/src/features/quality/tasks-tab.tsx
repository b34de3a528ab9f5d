/** What a body has to do: confirm the month, answer letters, put rows right, look after gaps. */
import type { QualityDuty } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { Gaps } from './gaps.tsx';
import { LetterTable } from './letters-tab.tsx';
import { renewQuality, tasksQuery } from './queries.ts';

const dutyKey: Readonly<Record<QualityDuty['state'], Key>> = {
  waiting: 'quality.duty.waiting',
  overdue: 'quality.duty.overdue',
  confirmed: 'quality.duty.confirmed',
  zero: 'quality.duty.zero',
};

export function TasksTab() {
  const { t } = useI18n();
  return (
    <Loaded query={useQuery(tasksQuery)}>
      {(tasks) => (
        <>
          <Section title={t('quality.confirmTitle', { month: tasks.month })}>
            <p className="quiet">{t(tasks.duties.length === 0 ? 'quality.allConfirmed' : 'quality.confirmHint')}</p>
            {tasks.duties.length > 0 ? <Duties duties={tasks.duties} month={tasks.month} /> : null}
          </Section>
          {tasks.letters.length > 0 ? (
            <Section title={t('quality.letters')}>
              <LetterTable rows={tasks.letters} />
            </Section>
          ) : null}
          <Section title={t('quality.files')}>
            {tasks.submissions.length === 0 ? (
              <p className="quiet">{t('quality.noFiles')}</p>
            ) : (
              <DataTable
                caption={t('quality.files')}
                rows={tasks.submissions}
                rowKey={(row) => row.submissionId}
                columns={[
                  {
                    key: 'file',
                    head: t('quality.file'),
                    width: 'wide',
                    cell: (row) => (
                      <>
                        <Link to="/submissions/$id" params={{ id: row.submissionId }}>
                          {row.fileName}
                        </Link>
                        <div className="sub">{row.body}</div>
                      </>
                    ),
                  },
                  {
                    key: 'at',
                    head: t('quality.received'),
                    cell: (row) => <span className="number">{formatInstant(row.receivedAt)}</span>,
                  },
                  { key: 'refused', head: t('quality.refused'), align: 'end', cell: (row) => row.refused },
                  { key: 'doubtful', head: t('quality.doubtfulOpen'), align: 'end', cell: (row) => row.doubtfulOpen },
                ]}
              />
            )}
          </Section>
          <Gaps month={tasks.month} />
        </>
      )}
    </Loaded>
  );
}

function Duties({ duties, month }: { duties: readonly QualityDuty[]; month: string }) {
  const { t, w } = useI18n();
  return (
    <DataTable
      caption={t('quality.confirmTitle', { month })}
      rows={duties}
      rowKey={(row) => `${row.bodyId} ${row.standard}`}
      columns={[
        {
          key: 'item',
          head: t('quality.item'),
          width: 'middle',
          cell: (row) => (
            <>
              {w(row.standardName)}
              <div className="sub">{row.body}</div>
            </>
          ),
        },
        { key: 'arrived', head: t('quality.arrivedCount'), align: 'end', cell: (row) => row.arrived },
        { key: 'by', head: t('quality.confirmBy'), cell: (row) => <span className="number">{row.dueOn}</span> },
        {
          key: 'state',
          head: t('quality.state'),
          cell: (row) => <Tag tone={row.state === 'overdue' ? 'seal' : 'waiting'}>{t(dutyKey[row.state])}</Tag>,
        },
        {
          key: 'act',
          head: t('quality.decisions'),
          width: 'wide',
          cell: (row) => (row.mayConfirm ? <Declare duty={row} month={month} /> : '—'),
        },
      ]}
    />
  );
}

function Declare({ duty, month }: { duty: QualityDuty; month: string }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const [count, setCount] = useState(duty.arrived > 0 ? String(duty.arrived) : '');
  const act = useMutation({
    mutationFn: (decisions: number) =>
      call<QualityDuty>('/quality/declarations', {
        method: 'POST',
        body: { month, bodyId: duty.bodyId, standard: duty.standard, decisions },
      }),
    onSuccess: () => {
      message.success(t('quality.confirmed'));
      renewQuality();
    },
  });
  const name = w(duty.standardName);
  const valid = /^\d{1,7}$/.test(count.trim());
  return (
    <>
      <div className="actions">
        <Input
          className="number"
          inputMode="numeric"
          aria-label={t('quality.decisionsOf', { name })}
          value={count}
          maxLength={7}
          onChange={(event) => setCount(event.target.value)}
        />
        <Button disabled={!valid || act.isPending} onClick={() => act.mutate(Number(count))}>
          {t('quality.confirm')}
        </Button>
        {duty.arrived === 0 ? (
          <Button disabled={act.isPending} aria-label={t('quality.zeroOf', { name })} onClick={() => act.mutate(0)}>
            {t('quality.zero')}
          </Button>
        ) : null}
      </div>
      {act.error ? <ErrorNote error={act.error} /> : null}
    </>
  );
}
