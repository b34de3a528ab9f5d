/** What changes, row by row, and whom it concerns. */
import type { PolicyChangeView, PolicyDifference } from '@chengxin/contract';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { Tag } from '../../shared/ui/page.tsx';

export function Differences({ change }: { change: PolicyChangeView }) {
  const { t, w } = useI18n();
  if (change.differences.every((one) => one.total === 0)) return <p className="quiet">{t('policy.noDifference')}</p>;
  return change.differences.map((one) => (
    <div key={`${one.kind}/${one.key}`}>
      <h3 className="sub-head">
        {w(
          change.files.find((file) => file.kind === one.kind && file.key === one.key)?.name ?? {
            zh: one.key,
            en: one.key,
          },
        )}
      </h3>
      <p>
        {t('policy.rows', { n: one.total })}
        {one.departments.length > 0 ? `；${t('policy.departments')}：` : ''}
        {one.departments
          .slice(0, 20)
          .map((unit) => `${unit.name}（${unit.rows}）`)
          .join('、')}
      </p>
      <DifferenceTable rows={one.rows} total={one.total} />
    </div>
  ));
}

export function DifferenceTable({ rows, total }: { rows: readonly PolicyDifference[]; total: number }) {
  const { t } = useI18n();
  return (
    <>
      <DataTable
        caption={t('policy.differences')}
        columns={[
          { key: 'how', head: t('policy.how'), width: 'narrow', cell: (row) => <Tag>{t(`policy.${row.how}`)}</Tag> },
          { key: 'row', head: t('policy.row'), cell: (row) => `${row.name}（${row.key}）` },
          {
            key: 'what',
            head: t('policy.what'),
            width: 'wide',
            cell: (row) =>
              row.cells.map((cell) => (
                <div key={cell.column}>
                  {cell.column}：{cell.before ? <del>{cell.before}</del> : null} →{' '}
                  {cell.after ? <ins>{cell.after}</ins> : '—'}
                </div>
              )),
          },
        ]}
        rows={rows}
        rowKey={(row) => `${row.how} ${row.key}`}
      />
      {total > rows.length ? <p className="quiet">{t('policy.more', { n: rows.length })}</p> : null}
    </>
  );
}
