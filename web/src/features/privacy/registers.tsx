/** Registers that are read: purposes, consents as counts, figures of the year, runs of retention. */
import type { PrivacyPurposes } from '@chengxin/contract';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { usePrivacy } from './use-privacy.ts';

type Purpose = PrivacyPurposes['items'][number];

export function PurposesTab() {
  const { t, w } = useI18n();
  const query = usePrivacy<PrivacyPurposes>('purposes');
  return (
    <Loaded query={query}>
      {({ items }) => (
        <DataTable
          caption={t('privacy.tab.purposes')}
          rows={items}
          rowKey={(row: Purpose) => `${row.purpose} ${row.version}`}
          columns={[
            {
              key: 'purpose',
              head: t('privacy.purpose'),
              width: 'wide',
              cell: (row: Purpose) => (
                <>
                  {w(row.name)}
                  <div className="sub">{w(row.dataKinds)}</div>
                </>
              ),
            },
            {
              key: 'basis',
              head: t('privacy.basis'),
              width: 'wide',
              cell: (row: Purpose) => (
                <>
                  {t('privacy.basisItem', { n: row.legalBasis })}
                  <div className="sub">{row.basis.map((one) => `${one.document}${one.article ?? ''}`).join('；')}</div>
                </>
              ),
            },
            {
              key: 'retain',
              head: t('privacy.retain'),
              cell: (row: Purpose) => t('privacy.retainYears', { n: row.retainYears }),
            },
            {
              key: 'state',
              head: t('privacy.state'),
              cell: (row: Purpose) => (
                <>
                  <Tag tone={row.endedAt ? undefined : 'done'}>
                    {t(row.endedAt ? 'privacy.ended' : 'privacy.inForce')}
                  </Tag>
                  {row.endedReason ? <div className="sub">{row.endedReason}</div> : null}
                </>
              ),
            },
          ]}
        />
      )}
    </Loaded>
  );
}

interface Cell {
  readonly what: string;
  readonly part: string;
  readonly count: number | null;
}

function Cells({ caption, rows, minimum }: { caption: string; rows: readonly Cell[]; minimum: number }) {
  const { t } = useI18n();
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={(row: Cell) => `${row.what} ${row.part}`}
      columns={[
        { key: 'what', head: t('privacy.what'), cell: (row: Cell) => row.what },
        { key: 'part', head: t('privacy.part'), cell: (row: Cell) => row.part },
        {
          key: 'count',
          head: t('privacy.count'),
          align: 'end',
          cell: (row: Cell) => row.count ?? t('privacy.fewer', { n: minimum }),
        },
      ]}
    />
  );
}

export function FiguresTab() {
  const { t } = useI18n();
  const year = new Date().getFullYear();
  const consents = usePrivacy<{ minimum: number; items: { purpose: string; status: string; count: number | null }[] }>(
    'consents',
  );
  const figures = usePrivacy<{ minimum: number; figures: Cell[] }>(`report/${year}`);
  return (
    <>
      <Section title={t('privacy.consents')}>
        <Loaded query={consents}>
          {({ items, minimum }) =>
            items.length === 0 ? (
              <Empty title={t('privacy.noConsents')}>{t('privacy.noConsentsHint')}</Empty>
            ) : (
              <Cells
                caption={t('privacy.consents')}
                minimum={minimum}
                rows={items.map((row) => ({ what: row.purpose, part: row.status, count: row.count }))}
              />
            )
          }
        </Loaded>
      </Section>
      <Section title={t('privacy.year', { year })}>
        <Loaded query={figures}>
          {(report) => (
            <>
              <p className="quiet">{t('privacy.yearHint', { n: report.minimum })}</p>
              {report.figures.length === 0 ? (
                <Empty title={t('privacy.noFigures')} />
              ) : (
                <Cells caption={t('privacy.year', { year })} minimum={report.minimum} rows={report.figures} />
              )}
            </>
          )}
        </Loaded>
      </Section>
    </>
  );
}

interface Run {
  readonly runId: string;
  readonly kind: string;
  readonly startedAt: string;
  readonly removed: Readonly<Record<string, number>>;
  readonly proof: string;
}

export function RetentionTab() {
  const { t } = useI18n();
  const query = usePrivacy<{ items: Run[] }>('retention');
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title={t('privacy.noRuns')}>{t('privacy.noRunsHint')}</Empty>
        ) : (
          <DataTable
            caption={t('privacy.tab.retention')}
            rows={items}
            rowKey={(row: Run) => row.runId}
            columns={[
              { key: 'at', head: t('privacy.runAt'), cell: (row: Run) => formatInstant(row.startedAt) },
              {
                key: 'removed',
                head: t('privacy.removed'),
                cell: (row: Run) =>
                  Object.entries(row.removed)
                    .filter(([, count]) => count > 0)
                    .map(([name, count]) => `${name} ${count}`)
                    .join('，'),
              },
              {
                key: 'proof',
                head: t('privacy.proof'),
                width: 'wide',
                cell: (row: Run) => <code>{row.proof.slice(0, 16)}…</code>,
              },
            ]}
          />
        )
      }
    </Loaded>
  );
}
