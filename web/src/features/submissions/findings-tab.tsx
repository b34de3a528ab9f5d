import { useInfiniteQuery } from '@tanstack/react-query';
import { findingsQuery } from '../../shared/api/queries.ts';
import type { FindingView, RuleCount, SubmissionView } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Chips } from '../../shared/ui/chips.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Empty } from '../../shared/ui/states.tsx';

type Severity = 'refuse' | 'correct' | 'warn';
const emptyKey: Readonly<Record<Severity, Key>> = {
  refuse: 'findings.noneRefused',
  correct: 'findings.noneCorrected',
  warn: 'findings.noneWarned',
};

/** The message of a rule as a chip: its first statement, without the places where a row's own value would stand. */
function shortRule(message: string): string {
  const plain = message.replace(/[「“"(（]?\{\w+\}[」”")）]?/g, '…');
  const first = plain.split(/[：；。]|: |; |\. |\.$/).find((part) => part.replace(/[…→，, ]/g, '').length > 1) ?? plain;
  const words = first
    .replace(/^…(?:中的|填写的|的)?/, '')
    .replace(/[，,\s…→]+$/, '')
    .trim();
  return words.length > 40 ? `${words.slice(0, 39)}…` : words;
}

export function FindingsTab({
  submission,
  severity,
  rules,
  rule,
  onRule,
}: {
  submission: SubmissionView;
  severity: Severity;
  rules: readonly RuleCount[];
  rule: string | undefined;
  onRule: (rule: string | undefined) => void;
}) {
  const { t, w } = useI18n();
  const known = rules.some((entry) => entry.rule === rule) ? rule : undefined;
  const query = useInfiniteQuery(findingsQuery(submission.id, { severity, rule: known }));
  return (
    <>
      {rules.length > 1 ? (
        <Chips
          label={t('findings.byRule')}
          all={t('findings.allRules')}
          items={rules.map((entry) => ({ key: entry.rule, label: shortRule(w(entry.message)), count: entry.count }))}
          value={known}
          onChange={onRule}
        />
      ) : null}
      <PagedList query={query} empty={<Empty title={t(emptyKey[severity])} />}>
        {(rows) => <FindingTable rows={rows} severity={severity} />}
      </PagedList>
    </>
  );
}

const Value = ({ text }: { text: string | null }) => {
  const { t } = useI18n();
  if (text === null) return null;
  return <div className="raw">{text === '' ? t('findings.blank') : text}</div>;
};

function FindingTable({ rows, severity }: { rows: readonly FindingView[]; severity: Severity }) {
  const { t, w } = useI18n();
  const columns: Column<FindingView>[] = [
    { key: 'row', head: t('findings.row'), width: 'narrow', cell: (row) => <span className="number">{row.row}</span> },
    {
      key: 'field',
      head: t('findings.field'),
      width: 'middle',
      cell: (row) => (
        <>
          {row.fieldLabel ? w(row.fieldLabel) : (row.field ?? t('findings.wholeRow'))}
          <Value text={row.value} />
        </>
      ),
    },
    {
      key: 'message',
      head: t(severity === 'correct' ? 'findings.what' : 'findings.problem'),
      cell: (row) => (
        <>
          {w(row.message)}
          {severity === 'correct' && row.newValue !== null && !w(row.message).includes(row.newValue) ? (
            <div className="raw">
              <span className="quiet">{t('findings.became')}</span>{' '}
              {row.newValue === '' ? t('findings.blank') : row.newValue}
            </div>
          ) : null}
        </>
      ),
    },
    {
      key: 'fix',
      head: t(severity === 'correct' ? 'findings.check' : 'findings.fix'),
      width: 'wide',
      cell: (row) => (
        <div className="secondary">
          {w(row.fix)}
          {row.basis ? (
            <details className="basis">
              <summary>{t('findings.basis')}</summary>
              {row.basis}
            </details>
          ) : null}
        </div>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('findings.caption')}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.row}-${row.field ?? ''}-${row.rule}-${row.value ?? ''}`}
    />
  );
}
