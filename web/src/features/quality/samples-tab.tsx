/** Samples: drawn for an assessor, or compared with a department's website. */
import type { SampleView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery, standardsQuery } from '../../shared/api/queries.ts';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty, ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { monthsQuery, renewQuality, sampleQuery, samplesQuery } from './queries.ts';

export function SamplesTab() {
  const { t } = useI18n();
  const query = useInfiniteQuery(samplesQuery);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <Draw />
      <Website />
      <PagedList query={query} empty={<Empty title={t('quality.noSamples')}>{t('quality.noSamplesHint')}</Empty>}>
        {(rows) => (
          <DataTable
            caption={t('quality.samples')}
            rows={rows}
            rowKey={(row) => row.id}
            columns={[
              {
                key: 'kind',
                head: t('quality.samples'),
                width: 'middle',
                cell: (row) => (
                  <>
                    <RowOpener id={row.id} open={open} onOpen={setOpen}>
                      {t(`quality.kind.${row.kind}`)}
                    </RowOpener>
                    <div className="sub number">{formatInstant(row.createdAt)}</div>
                  </>
                ),
              },
              {
                key: 'body',
                head: t('quality.body'),
                width: 'middle',
                cell: (row) => row.body ?? t('quality.anyBody'),
              },
              { key: 'month', head: t('quality.month'), cell: (row) => <span className="number">{row.month}</span> },
              { key: 'count', head: t('quality.count'), align: 'end', cell: (row) => row.rows },
              {
                key: 'result',
                head: t('quality.result'),
                width: 'wide',
                cell: (row) =>
                  row.state === 'judged' ? (
                    t('quality.results', { same: row.same, late: row.late, wrong: row.wrong, concealed: row.concealed })
                  ) : (
                    <Tag tone="waiting">{t('quality.sampleState.drawn')}</Tag>
                  ),
              },
            ]}
            below={(row) => (open === row.id ? <Sample sample={row} /> : null)}
          />
        )}
      </PagedList>
    </>
  );
}

function useMonthAndBody() {
  // The server's months: its day counts, not that of the computer in front.
  const months = (useQuery(monthsQuery).data?.items ?? []).map((one) => ({ value: one.month, label: one.month }));
  const [chosen, setMonth] = useState('');
  const month = chosen || (months[0]?.value ?? '');
  const [bodyId, setBodyId] = useState('');
  const bodies = useQuery(bodiesQuery).data ?? [];
  return { month, months, setMonth, bodyId, setBodyId, bodies };
}

/** The filters of both ways of sampling. */
function MonthAndBody({ of, noBody }: { of: ReturnType<typeof useMonthAndBody>; noBody: string }) {
  const { t } = useI18n();
  return (
    <>
      <Pick label={t('quality.month')} value={of.month} options={of.months} onChange={of.setMonth} />
      <Pick
        label={t('quality.body')}
        value={of.bodyId}
        options={[{ value: '', label: noBody }, ...of.bodies.map((body) => ({ value: body.id, label: body.name }))]}
        onChange={of.setBodyId}
      />
    </>
  );
}

function Draw() {
  const { t } = useI18n();
  const filters = useMonthAndBody();
  const { month, bodyId } = filters;
  const [count, setCount] = useState('30');
  const draw = useMutation({
    mutationFn: () =>
      call<SampleView>('/quality/samples', {
        method: 'POST',
        body: { month, rows: Number(count), ...(bodyId ? { bodyId } : {}) },
      }),
    onSuccess: renewQuality,
  });
  const valid = /^\d{1,3}$/.test(count) && Number(count) >= 1 && Number(count) <= 500;
  return (
    <Section title={t('quality.draw')}>
      <p className="quiet">{t('quality.drawHint')}</p>
      {draw.error ? <ErrorNote error={draw.error} /> : null}
      <div className="filters">
        <MonthAndBody of={filters} noBody={t('quality.anyBody')} />
        <Input
          aria-label={t('quality.count')}
          className="number"
          inputMode="numeric"
          maxLength={3}
          value={count}
          onChange={(event) => setCount(event.target.value)}
        />
        <Button type="primary" disabled={!valid || month === '' || draw.isPending} onClick={() => draw.mutate()}>
          {t('quality.draw')}
        </Button>
      </div>
    </Section>
  );
}

function FileButton({
  path,
  children,
  primary,
  disabled,
}: {
  path: string;
  children: ReactNode;
  primary?: boolean;
  disabled?: boolean;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const input = useRef<HTMLInputElement>(null);
  const send = useMutation({
    mutationFn: (file: File) => upload<SampleView>(path, file, {}).done,
    onSuccess: (sample) => {
      message.success(
        t('quality.results', {
          same: sample.same,
          late: sample.late,
          wrong: sample.wrong,
          concealed: sample.concealed,
        }),
        6,
      );
      renewQuality();
    },
  });
  return (
    <>
      {send.error ? <ErrorNote error={send.error} /> : null}
      <input
        ref={input}
        type="file"
        hidden
        accept=".csv,.xlsx"
        aria-label={String(children)}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) send.mutate(file);
        }}
      />
      <Button
        {...(primary ? { type: 'primary' as const } : {})}
        loading={send.isPending}
        disabled={disabled ?? false}
        onClick={() => input.current?.click()}
      >
        {children}
      </Button>
    </>
  );
}

const compared = [
  'licence',
  'penalty',
  'coercion',
  'confirmation',
  'levy',
  'grant',
  'adjudication',
  'compensation',
  'award',
  'inspection',
];

function Website() {
  const { t, w } = useI18n();
  const filters = useMonthAndBody();
  const { month, bodyId } = filters;
  const [standard, setStandard] = useState('penalty');
  const standards = (useQuery(standardsQuery).data ?? []).filter(({ key }) => compared.includes(key));
  return (
    <Section title={t('quality.website')}>
      <p className="quiet">{t('quality.websiteHint')}</p>
      <div className="filters">
        <MonthAndBody of={filters} noBody={t('quality.body')} />
        <Pick
          label={t('quality.standard')}
          value={standard}
          options={standards.map((one) => ({ value: one.key, label: w(one.name) }))}
          onChange={setStandard}
        />
        <FileButton
          path={`/quality/samples/website?month=${month}&bodyId=${bodyId}&standard=${standard}`}
          disabled={bodyId === '' || month === ''}
        >
          {t('quality.chooseFile')}
        </FileButton>
      </div>
    </Section>
  );
}

function Sample({ sample }: { sample: SampleView }) {
  const { t, w } = useI18n();
  return (
    <div className="draft">
      <div className="actions">
        <DownloadButton path={`/quality/samples/${sample.id}/sheet`}>{t('quality.sheet')}</DownloadButton>
        {sample.state === 'drawn' ? (
          <FileButton path={`/quality/samples/${sample.id}/result`} primary>
            {t('quality.upload')}
          </FileButton>
        ) : null}
      </div>
      <Loaded query={useQuery(sampleQuery(sample.id))} rows={3}>
        {(detail) => (
          <DataTable
            caption={t('quality.samples')}
            rows={detail.items}
            rowKey={(row) => String(row.row)}
            columns={[
              {
                key: 'document',
                head: t('quality.document'),
                width: 'wide',
                cell: (row) => (
                  <>
                    {row.documentNumber}
                    <div className="sub">
                      {row.body} · {w(row.standardName)}
                    </div>
                  </>
                ),
              },
              {
                key: 'decided',
                head: t('quality.decided'),
                cell: (row) => <span className="number">{row.decidedOn ?? '—'}</span>,
              },
              {
                key: 'arrived',
                head: t('quality.arrived'),
                cell: (row) => <span className="number">{row.arrivedOn ?? '—'}</span>,
              },
              {
                key: 'verdict',
                head: t('quality.result'),
                width: 'middle',
                cell: (row) => (
                  <>
                    {row.verdict ? (
                      <Tag tone={row.verdict === 'same' ? 'done' : 'seal'}>{t(`quality.verdict.${row.verdict}`)}</Tag>
                    ) : (
                      '—'
                    )}
                    {row.note ? <div className="sub">{row.note}</div> : null}
                  </>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </div>
  );
}
