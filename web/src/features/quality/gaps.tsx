/** Gaps in sequences of document numbers; each opens to the numbers that did come. */
import type { GapView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Loaded } from '../../shared/ui/states.tsx';
import { DecisionRows } from './decision-rows.tsx';
import { gapsQuery } from './queries.ts';

const shownGaps = 50;
const shownNumbers = 20;
const keyOf = (row: GapView): string => `${row.bodyId} ${row.standard} ${row.series}`;

export function Gaps({ month }: { month: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Section title={t('quality.gaps')}>
      <p className="quiet">{t('quality.gapsHint')}</p>
      <Loaded query={useQuery(gapsQuery(month))} rows={2}>
        {(gaps) =>
          gaps.items.length === 0 ? (
            <p className="quiet">{t('quality.noGaps')}</p>
          ) : (
            <DataTable
              caption={t('quality.gaps')}
              rows={gaps.items.slice(0, shownGaps)}
              rowKey={keyOf}
              columns={[
                {
                  key: 'series',
                  head: t('quality.series'),
                  width: 'middle',
                  cell: (row) => (
                    <RowOpener id={keyOf(row)} open={open} onOpen={setOpen}>
                      {row.series.replace('{n}', `${row.from}–${row.to}`)}
                    </RowOpener>
                  ),
                },
                { key: 'body', head: t('quality.body'), width: 'middle', cell: (row) => row.body },
                {
                  key: 'missing',
                  head: t('quality.missing'),
                  width: 'wide',
                  cell: (row) =>
                    t('quality.missingOf', {
                      n: row.missingCount,
                      list: `${row.missing.slice(0, shownNumbers).join('、')}${row.missingCount > shownNumbers ? '…' : ''}`,
                    }),
                },
              ]}
              below={(row) =>
                open === keyOf(row) ? (
                  <div className="draft">
                    <DecisionRows month={month} bodyId={row.bodyId} standard={row.standard} series={row.series} />
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
