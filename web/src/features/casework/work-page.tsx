/** 分办和移交: who has how much, and everything open of one person to another, as when somebody leaves. */
import type { CaseBatchResult, WorkerList } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { renewCases } from '../cases/queries.ts';
import { BatchNote } from './batch-note.tsx';
import { renewWorkers, workersQuery } from './work-queries.ts';

type Worker = WorkerList['items'][number];
const queue = 'queue';

export function WorkPage() {
  const { t } = useI18n();
  const query = useQuery(workersQuery);
  const [result, setResult] = useState<CaseBatchResult | null>(null);
  return (
    <>
      <PageHead title={t('nav.work')}>
        <p className="quiet">{t('work.lead')}</p>
      </PageHead>
      {result ? <BatchNote result={result} /> : null}
      <Loaded query={query}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty title={t('work.none')}>{t('work.noneHint')}</Empty>
          ) : (
            <Workers rows={data.items} onDone={setResult} />
          )
        }
      </Loaded>
    </>
  );
}

function Workers({ rows, onDone }: { rows: readonly Worker[]; onDone: (result: CaseBatchResult) => void }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<Worker>[] = [
    { key: 'name', head: t('work.name'), cell: (row) => row.name },
    { key: 'body', head: t('work.body'), width: 'wide', cell: (row) => row.body },
    { key: 'open', head: t('work.open'), align: 'end', cell: (row) => <span className="number">{row.open}</span> },
    {
      key: 'do',
      head: t('work.handOver'),
      cell: (row) =>
        row.open === 0 ? (
          <span className="quiet">{t('work.nothing')}</span>
        ) : (
          <Button
            aria-expanded={open === row.id}
            aria-label={t('work.handOverOf', { name: row.name })}
            onClick={() => setOpen(open === row.id ? null : row.id)}
          >
            {t('work.handOver')}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.work')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) =>
        open === row.id ? (
          <HandOver
            from={row}
            others={rows.filter(({ id }) => id !== row.id)}
            onClose={() => setOpen(null)}
            onDone={(result) => {
              setOpen(null);
              onDone(result);
            }}
          />
        ) : null
      }
    />
  );
}

function HandOver({
  from,
  others,
  onClose,
  onDone,
}: {
  from: Worker;
  others: readonly Worker[];
  onClose: () => void;
  onDone: (result: CaseBatchResult) => void;
}) {
  const { t } = useI18n();
  const [to, setTo] = useState('');
  const [note, setNote] = useState('');
  const hand = useMutation({
    mutationFn: () =>
      call<CaseBatchResult>('/casework/hand-over', {
        method: 'POST',
        body: { from: from.id, to: to === queue ? null : to, ...(note.trim() ? { note: note.trim() } : {}) },
      }),
    onSuccess: (result) => {
      renewCases();
      renewWorkers();
      onDone(result);
    },
  });
  return (
    <form
      className="decide"
      aria-label={t('work.handOverOf', { name: from.name })}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (to !== '') hand.mutate();
      }}
    >
      {hand.error ? <ErrorNote error={hand.error} /> : null}
      <Field label={t('work.to')} hint={t('work.toHint')}>
        {(slot) => (
          <Pick
            id={slot.id}
            describedBy={slot.describedBy}
            value={to}
            options={[
              { value: '', label: t('work.choose') },
              { value: queue, label: t('work.queue') },
              ...others.map((one) => ({
                value: one.id,
                label: t('work.person', { name: one.name, n: one.open }),
                group: one.body,
              })),
            ]}
            onChange={setTo}
          />
        )}
      </Field>
      <Field label={t('work.note')}>
        {(slot) => (
          <Input id={slot.id} maxLength={300} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={hand.isPending} disabled={to === ''}>
          {t('work.handOverAll', { n: from.open })}
        </Button>
        <Button onClick={onClose}>{t('case.cancel')}</Button>
      </div>
    </form>
  );
}
