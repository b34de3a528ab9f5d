/** What came in, what was wrong, what was mended, and how long it took. */
import { useQuery } from '@tanstack/react-query';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { formatCount } from '../../shared/ui/format.ts';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { feedbackQuery } from './queries.ts';

export function FeedbackTab({ month }: { month: string }) {
  const { t, w } = useI18n();
  return (
    <Loaded query={useQuery(feedbackQuery(month))}>
      {(list) =>
        list.items.length === 0 ? (
          <Empty title={t('quality.noFeedback')}>{t('quality.noneHint')}</Empty>
        ) : (
          <DataTable
            caption={t('quality.feedback')}
            rows={list.items}
            rowKey={(row) => row.bodyId}
            columns={[
              { key: 'body', head: t('quality.body'), width: 'middle', cell: (row) => row.body },
              { key: 'rows', head: t('quality.received'), align: 'end', cell: (row) => formatCount(row.rows) },
              { key: 'accepted', head: t('quality.accepted'), align: 'end', cell: (row) => formatCount(row.accepted) },
              {
                key: 'corrected',
                head: t('quality.correctedRows'),
                align: 'end',
                cell: (row) => formatCount(row.corrected),
              },
              {
                key: 'doubtful',
                head: t('quality.doubtful'),
                align: 'end',
                cell: (row) => (
                  <>
                    {formatCount(row.doubtful)}
                    {row.doubtfulOpen > 0 ? (
                      <div className="sub">{`${t('quality.doubtfulOpen')} ${row.doubtfulOpen}`}</div>
                    ) : null}
                  </>
                ),
              },
              { key: 'refused', head: t('quality.refused'), align: 'end', cell: (row) => formatCount(row.refused) },
              {
                key: 'mended',
                head: t('quality.mended'),
                align: 'end',
                cell: (row) => (row.hoursToMend === null ? '—' : t('quality.hours', { n: row.hoursToMend })),
              },
              {
                key: 'common',
                head: t('quality.common'),
                width: 'wide',
                cell: (row) =>
                  row.rules.length === 0
                    ? '—'
                    : row.rules.map((rule) => (
                        <div key={rule.rule} className="sub">{`${rule.rows} · ${w(rule.name)}`}</div>
                      )),
              },
            ]}
          />
        )
      }
    </Loaded>
  );
}
