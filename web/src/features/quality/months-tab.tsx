/** Months: closed once, with the bulletin, the reports and the letters at one press. */
import type { MonthView, PaperOfMonth, PressedPapers } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { CasePapers } from '../cases/case-papers.tsx';
import { codesQuery, monthsQuery, renewQuality } from './queries.ts';

export function MonthsTab() {
  const { t } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <Loaded query={useQuery(monthsQuery)}>
        {(list) => (
          <DataTable
            caption={t('quality.months')}
            rows={list.items}
            rowKey={(row) => row.month}
            columns={[
              {
                key: 'month',
                head: t('quality.month'),
                cell: (row) => (
                  <RowOpener id={row.month} open={open} onOpen={setOpen} number>
                    {row.month}
                  </RowOpener>
                ),
              },
              {
                key: 'state',
                head: t('quality.state'),
                cell: (row) => (
                  <Tag tone={row.state === 'closed' ? 'done' : row.state === 'ended' ? 'waiting' : undefined}>
                    {t(`quality.monthState.${row.state}`)}
                  </Tag>
                ),
              },
              {
                key: 'closed',
                head: t('quality.closedNow'),
                width: 'wide',
                cell: (row) =>
                  row.closedAt ? (
                    <>
                      <span className="number">{formatInstant(row.closedAt)}</span> {row.closedBy}
                      <div className="sub">
                        {t(row.intact ? 'quality.intact' : 'quality.notIntact')}{' '}
                        <span className="number">{row.hash?.slice(0, 12)}</span>
                      </div>
                    </>
                  ) : (
                    '—'
                  ),
              },
              {
                key: 'papers',
                head: t('quality.papersOf'),
                align: 'end',
                cell: (row) => t('quality.papersCount', { n: row.papers.length }),
              },
              { key: 'letters', head: t('quality.letters'), align: 'end', cell: (row) => row.letters },
            ]}
            below={(row) => (open === row.month ? <Month month={row} /> : null)}
          />
        )}
      </Loaded>
      <Year />
      <Codes />
    </>
  );
}

function Month({ month }: { month: MonthView }) {
  const { t } = useI18n();
  const { message, modal } = App.useApp();
  const done = (): void => {
    renewQuality();
    void queryClient.invalidateQueries({ queryKey: ['papers'] });
  };
  const press = useMutation({
    mutationFn: () => call<PressedPapers>(`/quality/months/${month.month}/papers`, { method: 'POST' }),
    onSuccess: (pressed) => {
      message.success(
        t('quality.pressed', {
          number: pressed.bulletin.number,
          reports: pressed.reports,
          letters: pressed.letters,
          ms: pressed.milliseconds,
        }),
        8,
      );
      done();
    },
  });
  const close = useMutation({
    mutationFn: () => call<MonthView>(`/quality/months/${month.month}/close`, { method: 'POST' }),
    onSuccess: () => {
      message.success(t('quality.closedNow'));
      done();
    },
  });
  const ask = (work: () => void): void => {
    if (month.state === 'closed') work();
    else modal.confirm({ title: t('quality.closeAsk'), onOk: work });
  };
  const busy = press.isPending || close.isPending;
  return (
    <div className="draft">
      {press.error ? <ErrorNote error={press.error} /> : null}
      {close.error ? <ErrorNote error={close.error} /> : null}
      {month.state === 'open' ? (
        <p className="quiet">{t('quality.openMonth')}</p>
      ) : (
        <div className="actions">
          <Button type="primary" loading={press.isPending} disabled={busy} onClick={() => ask(() => press.mutate())}>
            {t(month.papers.length > 0 ? 'quality.pressAgain' : 'quality.press')}
          </Button>
          {month.state === 'ended' ? (
            <Button disabled={busy} onClick={() => ask(() => close.mutate())}>
              {t('quality.closeMonth')}
            </Button>
          ) : null}
          <DownloadButton path={`/quality/months/${month.month}/annex`}>{t('quality.annex')}</DownloadButton>
        </div>
      )}
      {month.fileId ? <CasePapers caseId={month.fileId} onChange={renewQuality} /> : null}
    </div>
  );
}

function Year() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const year = new Date().getFullYear();
  const press = useMutation({
    mutationFn: () => call<PaperOfMonth>(`/quality/years/${year}/report`, { method: 'POST' }),
    onSuccess: (paper) => {
      message.success(t('quality.yearDone', { number: paper.number }));
      renewQuality();
    },
  });
  return (
    <div className="actions">
      <Button loading={press.isPending} onClick={() => press.mutate()}>
        {t('quality.year', { year })}
      </Button>
      {press.data ? (
        <>
          <DownloadButton path={`/papers/${press.data.id}/docx`}>Word</DownloadButton>
          <DownloadButton path={`/papers/${press.data.id}/pdf`}>PDF</DownloadButton>
        </>
      ) : null}
      {press.error ? <ErrorNote error={press.error} /> : null}
    </div>
  );
}

function Codes() {
  const { t } = useI18n();
  return (
    <Section title={t('quality.codes')}>
      <Loaded query={useQuery(codesQuery)} rows={2}>
        {(codes) => (
          <>
            <p className="quiet">
              {codes.countedOn
                ? t('quality.codesCount', {
                    on: codes.countedOn,
                    subjects: codes.subjects,
                    shared: codes.shared,
                    invalid: codes.invalid,
                    mismatched: codes.mismatched,
                  })
                : t('quality.notCounted')}
            </p>
            {codes.items.length > 0 ? (
              <DataTable
                caption={t('quality.codes')}
                rows={codes.items}
                rowKey={(row) => `${row.kind} ${row.subjectId}`}
                columns={[
                  { key: 'kind', head: t('quality.state'), cell: (row) => t(`quality.code.${row.kind}`) },
                  { key: 'code', head: t('quality.code'), cell: (row) => <span className="number">{row.code}</span> },
                  { key: 'name', head: t('quality.name'), width: 'wide', cell: (row) => row.name },
                ]}
              />
            ) : null}
          </>
        )}
      </Loaded>
    </Section>
  );
}
