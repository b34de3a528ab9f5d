/** What each body owes: set one at a time or by Excel; what was confirmed of a month, with the decisions behind it; gaps. */
import type { DutyCycle, DutyImport, QualityDuty, SetDuty } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery } from '../../shared/api/queries.ts';
import { upload } from '../../shared/api/upload.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatCount } from '../../shared/ui/format.ts';
import { Section, Tag, type Tone } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty, ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { DecisionRows } from './decision-rows.tsx';
import { Gaps } from './gaps.tsx';
import { dutiesQuery, dutyStandardsQuery, renewQuality, setDutiesQuery } from './queries.ts';

const cycles: readonly DutyCycle[] = ['month', 'quarter', 'year'];
const stateKey: Readonly<Record<QualityDuty['state'], Key>> = {
  waiting: 'quality.duty.waiting',
  overdue: 'quality.duty.overdue',
  confirmed: 'quality.duty.confirmed',
  zero: 'quality.duty.zero',
};
const tones: Readonly<Record<QualityDuty['state'], Tone>> = {
  waiting: 'waiting',
  overdue: 'seal',
  confirmed: 'done',
  zero: 'done',
};

export function DutiesTab({ month }: { month: string }) {
  return (
    <>
      <Confirmed month={month} />
      <Gaps month={month} />
      <SetDuties month={month} />
    </>
  );
}

const keyOf = (row: { bodyId: string; standard: string }): string => `${row.bodyId} ${row.standard}`;

function Confirmed({ month }: { month: string }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Section title={t('quality.confirmTitle', { month })}>
      <p className="quiet">{t('quality.confirmedHint')}</p>
      <Loaded query={useQuery(dutiesQuery(month))}>
        {(list) =>
          list.items.length === 0 ? (
            <Empty title={t('quality.nothingOwed')}>{t('quality.nothingOwedHint')}</Empty>
          ) : (
            <DataTable
              caption={t('quality.confirmTitle', { month })}
              rows={list.items}
              rowKey={keyOf}
              columns={[
                {
                  key: 'body',
                  head: t('quality.body'),
                  width: 'middle',
                  cell: (row) => (
                    <>
                      <RowOpener
                        id={keyOf(row)}
                        open={open}
                        onOpen={setOpen}
                        label={`${row.body} ${w(row.standardName)}`}
                      >
                        {row.body}
                      </RowOpener>
                      <div className="sub">
                        {w(row.standardName)} · {t(`quality.cycle.${row.cycle}`)}
                      </div>
                    </>
                  ),
                },
                {
                  key: 'declared',
                  head: t('quality.declaredCount'),
                  align: 'end',
                  cell: (row) => (row.declared === null ? '—' : formatCount(row.declared)),
                },
                {
                  key: 'arrived',
                  head: t('quality.arrivedCount'),
                  align: 'end',
                  cell: (row) => formatCount(row.arrived),
                },
                { key: 'by', head: t('quality.confirmBy'), cell: (row) => <span className="number">{row.dueOn}</span> },
                {
                  key: 'state',
                  head: t('quality.state'),
                  cell: (row) => <Tag tone={tones[row.state]}>{t(stateKey[row.state])}</Tag>,
                },
              ]}
              below={(row) =>
                open === keyOf(row) ? (
                  <div className="draft">
                    <DecisionRows month={month} bodyId={row.bodyId} standard={row.standard} />
                  </div>
                ) : null
              }
            />
          )
        }
      </Loaded>
    </Section>
  );
}

function SetDuties({ month }: { month: string }) {
  const { t, w } = useI18n();
  const [bodyId, setBodyId] = useState('');
  const bodies = useQuery(bodiesQuery).data ?? [];
  const query = useInfiniteQuery(setDutiesQuery(bodyId === '' ? {} : { bodyId }));
  return (
    <Section title={t('quality.setDuties')}>
      <p className="quiet">{t('quality.setDutiesHint')}</p>
      <DutyForm month={month} />
      <BySheet />
      <div className="filters">
        <Pick
          label={t('quality.filter')}
          value={bodyId}
          options={[
            { value: '', label: t('quality.anyBody') },
            ...bodies.map((body) => ({ value: body.id, label: body.name })),
          ]}
          onChange={setBodyId}
        />
      </div>
      <PagedList query={query} empty={<Empty title={t('quality.nothingOwed')}>{t('quality.nothingOwedHint')}</Empty>}>
        {(rows: readonly SetDuty[]) => (
          <DataTable
            caption={t('quality.setDuties')}
            rows={rows}
            rowKey={keyOf}
            columns={[
              { key: 'body', head: t('quality.body'), width: 'middle', cell: (row) => row.body },
              { key: 'item', head: t('quality.item'), width: 'middle', cell: (row) => w(row.standardName) },
              { key: 'cycle', head: t('quality.cycle'), cell: (row) => t(`quality.cycle.${row.cycle}`) },
              {
                key: 'months',
                head: t('quality.dutyMonths'),
                cell: (row) => <span className="number">{`${row.from} — ${row.to ?? ''}`}</span>,
              },
              { key: 'source', head: t('quality.dutySource'), cell: (row) => t(`quality.dutySource.${row.source}`) },
            ]}
          />
        )}
      </PagedList>
    </Section>
  );
}

const isMonth = (text: string): boolean => /^20\d\d-(0[1-9]|1[0-2])$/.test(text);

function DutyForm({ month }: { month: string }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const bodies = useQuery(bodiesQuery).data ?? [];
  const standards = useQuery(dutyStandardsQuery).data?.items ?? [];
  const [bodyId, setBodyId] = useState('');
  const [standard, setStandard] = useState('');
  const [cycle, setCycle] = useState<string>('month');
  const [from, setFrom] = useState(month);
  const [to, setTo] = useState('');
  const send = useMutation({
    mutationFn: () =>
      call<null>('/quality/duties', {
        method: 'PUT',
        body: { bodyId, standard, cycle, from, to: to === '' ? null : to },
      }),
    onSuccess: () => {
      message.success(t('quality.dutySet'));
      renewQuality();
    },
  });
  const valid = bodyId !== '' && standard !== '' && isMonth(from) && (to === '' || isMonth(to));
  return (
    <>
      {send.error ? <ErrorNote error={send.error} /> : null}
      <div className="filters">
        <Pick
          label={t('quality.body')}
          value={bodyId}
          options={[
            { value: '', label: t('quality.pickBody') },
            ...bodies.map((body) => ({ value: body.id, label: body.name })),
          ]}
          onChange={setBodyId}
        />
        <Pick
          label={t('quality.item')}
          value={standard}
          options={[
            { value: '', label: t('quality.pickItem') },
            ...standards.map((one) => ({ value: one.standard, label: w(one.name) })),
          ]}
          onChange={setStandard}
        />
        <Pick
          label={t('quality.cycle')}
          value={cycle}
          options={cycles.map((one) => ({ value: one, label: t(`quality.cycle.${one}`) }))}
          onChange={setCycle}
        />
        <Input
          aria-label={t('quality.dutyFrom')}
          placeholder={t('quality.dutyFrom')}
          className="number"
          maxLength={7}
          value={from}
          onChange={(event) => setFrom(event.target.value.trim())}
        />
        <Input
          aria-label={t('quality.dutyTo')}
          placeholder={t('quality.dutyTo')}
          className="number"
          maxLength={7}
          value={to}
          onChange={(event) => setTo(event.target.value.trim())}
        />
        <Button type="primary" disabled={!valid || send.isPending} onClick={() => send.mutate()}>
          {t('quality.setDuty')}
        </Button>
      </div>
    </>
  );
}

function BySheet() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const input = useRef<HTMLInputElement>(null);
  const send = useMutation({
    mutationFn: (file: File) => upload<DutyImport>('/quality/duties/sheet', file, {}).done,
    onSuccess: (done) => {
      message.success(t('quality.dutiesTaken', { rows: done.rows, set: done.set }), 6);
      renewQuality();
    },
  });
  return (
    <>
      {send.error ? <ErrorNote error={send.error} /> : null}
      <div className="actions">
        <DownloadButton path="/quality/duties/sheet">{t('quality.dutySheet')}</DownloadButton>
        <input
          ref={input}
          type="file"
          hidden
          accept=".csv,.xlsx"
          aria-label={t('quality.dutyUpload')}
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file) send.mutate(file);
          }}
        />
        <Button loading={send.isPending} onClick={() => input.current?.click()}>
          {t('quality.dutyUpload')}
        </Button>
      </div>
    </>
  );
}
