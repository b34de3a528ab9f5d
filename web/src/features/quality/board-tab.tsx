/** Rates of the month with their warnings; each opens to the rows that it lacks. */
import type { BoardRow, IndicatorView, QualityBoard } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { Section } from '../../shared/ui/page.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty, Loaded, Note } from '../../shared/ui/states.tsx';
import { FaultRows } from './fault-rows.tsx';
import { boardQuery } from './queries.ts';
import { Rate, useRateText } from './rate.tsx';

const faults = ['compliance', 'timeliness', 'qualified', 'codeErrors'] as const;
type Fault = (typeof faults)[number];
/** What has room in the table; the others are in the lines below a row and in Excel. */
const inTable = ['reporting', 'compliance', 'timeliness', 'qualified', 'coverage'];

export function BoardTab({ month, by }: { month: string; by: string }) {
  const { t } = useI18n();
  return (
    <Loaded query={useQuery(boardQuery(month, by))}>
      {(board) => (
        <>
          <p className="quiet">
            {board.closed
              ? t('quality.closedAt', {
                  at: formatInstant(board.closed.at),
                  by: board.closed.by ?? '—',
                  hash: board.closed.hash.slice(0, 12),
                })
              : t('quality.openMonth')}
          </p>
          {board.rows.length === 0 ? (
            <Empty title={t('quality.none')}>{t('quality.noneHint')}</Empty>
          ) : (
            <BoardTable board={board} by={by} />
          )}
          <Trend board={board} />
          <Definitions indicators={board.indicators} />
        </>
      )}
    </Loaded>
  );
}

function BoardTable({ board, by }: { board: QualityBoard; by: string }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const shown = board.indicators.filter(({ key }) => inTable.includes(key));
  const columns: Column<BoardRow>[] = [
    { key: 'rank', head: t('quality.rank'), align: 'end', width: 'narrow', cell: (row) => row.rank ?? '—' },
    {
      key: 'name',
      head: t('quality.name'),
      width: 'middle',
      cell: (row) => (
        <RowOpener id={row.key} open={open} onOpen={setOpen}>
          {w(row.name)}
        </RowOpener>
      ),
    },
    { key: 'reported', head: t('quality.reported'), align: 'end', cell: (row) => formatCount(row.reported) },
    ...shown.map(
      (indicator): Column<BoardRow> => ({
        key: indicator.key,
        head: w(indicator.name),
        align: 'end',
        cell: (row) => <Rate indicator={indicator} rate={row.rates.find(({ key }) => key === indicator.key)} />,
      }),
    ),
    { key: 'score', head: t('quality.score'), align: 'end', cell: (row) => row.score ?? '—' },
  ];
  return (
    <DataTable
      caption={t('quality.board')}
      columns={columns}
      rows={[...board.rows, { ...board.total, key: 'total' }]}
      rowKey={(row) => row.key}
      below={(row) =>
        open === row.key ? (
          <RowRates
            row={row}
            board={board}
            bodyId={by === 'body' && row.key !== 'total' ? row.key : undefined}
            drill={by === 'body'}
          />
        ) : null
      }
    />
  );
}

function RowRates({
  row,
  board,
  bodyId,
  drill,
}: {
  row: BoardRow;
  board: QualityBoard;
  bodyId: string | undefined;
  drill: boolean;
}) {
  const { t, w } = useI18n();
  const text = useRateText();
  const [fault, setFault] = useState<Fault | null>(null);
  return (
    <div className="draft">
      <dl className="facts">
        {board.indicators.map((indicator) => {
          const rate = row.rates.find(({ key }) => key === indicator.key);
          const key = faults.find((one) => one === indicator.key);
          return (
            <div key={indicator.key}>
              <dt>{w(indicator.name)}</dt>
              <dd>
                <span className="number">{text(indicator, rate)}</span>{' '}
                <span className="quiet number">
                  {rate ? `${formatCount(rate.numerator)} / ${formatCount(rate.denominator)}` : ''}
                </span>{' '}
                {drill && key && rate && rate.denominator > 0 ? (
                  <button
                    type="button"
                    className="link"
                    aria-expanded={fault === key}
                    aria-label={`${t('quality.rows')} ${w(indicator.name)}`}
                    onClick={() => setFault(fault === key ? null : key)}
                  >
                    {t('quality.rows')}
                  </button>
                ) : null}
              </dd>
            </div>
          );
        })}
      </dl>
      {fault ? <FaultRows month={board.month} fault={fault} bodyId={bodyId} /> : null}
    </div>
  );
}

function Trend({ board }: { board: QualityBoard }) {
  const { t, w } = useI18n();
  const shown = board.indicators.filter(({ key }) => inTable.includes(key));
  if (board.trend.length < 2) return null;
  return (
    <Section title={t('quality.trend')} aside={<span className="quiet">{t('quality.trendHint')}</span>}>
      <DataTable
        caption={t('quality.trend')}
        rows={board.trend}
        rowKey={({ month }) => month}
        columns={[
          { key: 'month', head: t('quality.month'), cell: ({ month }) => <span className="number">{month}</span> },
          ...shown.map((indicator) => ({
            key: indicator.key,
            head: w(indicator.name),
            align: 'end' as const,
            cell: (row: QualityBoard['trend'][number]) => (
              <Rate indicator={indicator} rate={row.rates.find(({ key }) => key === indicator.key)} />
            ),
          })),
        ]}
      />
    </Section>
  );
}

function Definitions({ indicators }: { indicators: readonly IndicatorView[] }) {
  const { t, w } = useI18n();
  const unit = { percent: '%', permille: '‰', days: '' } as const;
  return (
    <details>
      <summary>{t('quality.definitions')}</summary>
      {indicators.some(({ confirmed }) => !confirmed) ? (
        <Note tone="waiting">{t('quality.unconfirmedRules')}</Note>
      ) : null}
      <DataTable
        caption={t('quality.definitions')}
        rows={indicators}
        rowKey={({ key }) => key}
        columns={[
          { key: 'name', head: t('quality.name'), width: 'middle', cell: (one) => `${one.code} ${w(one.name)}` },
          { key: 'numerator', head: t('quality.numerator'), width: 'wide', cell: (one) => w(one.numerator) },
          { key: 'denominator', head: t('quality.denominator'), width: 'wide', cell: (one) => w(one.denominator) },
          { key: 'target', head: t('quality.target'), align: 'end', cell: (one) => `${one.target}${unit[one.unit]}` },
          {
            key: 'warn',
            head: t('quality.warn'),
            align: 'end',
            cell: (one) => `${one.yellow ?? '—'} / ${one.red ?? '—'}`,
          },
          { key: 'basis', head: t('quality.basis'), width: 'middle', cell: (one) => one.basis },
        ]}
      />
    </details>
  );
}
