/** What comes of a rule: read back, its rows, and rows of what was reported that it finds and keeps. */
import type { PolicyRuleTrial } from '@chengxin/contract';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { Figures, Section, Tag } from '../../shared/ui/page.tsx';

type Sample = NonNullable<PolicyRuleTrial['sample']>;

export function RuleResult({ trial }: { trial: PolicyRuleTrial | undefined }) {
  const { t } = useI18n();
  return (
    <>
      <Section title={t('policy.rule.readBack')}>
        {trial?.said ? (
          <p className="words-said">
            {trial.said.when ? `${t('policy.rule.if')} ${trial.said.when} ${t('policy.rule.then')} ` : ''}
            {trial.said.require}
          </p>
        ) : (
          <p className="quiet">{t(trial ? 'policy.rule.notRead' : 'policy.rule.notBegun')}</p>
        )}
      </Section>
      <Section title={t('policy.rule.cases')}>
        {trial && trial.cases.length > 0 ? (
          <ul className="rule-cases">
            {trial.cases.map((one) => (
              <li key={`${one.expects} ${one.words}`}>
                <Tag tone={one.ok ? 'done' : 'seal'}>{t(one.ok ? 'policy.rule.right' : 'policy.rule.wrong')}</Tag>{' '}
                {t(one.expects === 'finding' ? 'policy.rule.mustFind' : 'policy.rule.mustPass')}：{one.words}
              </li>
            ))}
          </ul>
        ) : (
          <p className="quiet">{t('policy.rule.noCases')}</p>
        )}
      </Section>
    </>
  );
}

RuleResult.Sample = function SampleRows({ sample, tried }: { sample: Sample | null; tried: boolean }) {
  const { t } = useI18n();
  if (!sample) return <p className="quiet">{t(tried ? 'policy.rule.noSample' : 'policy.rule.notTried')}</p>;
  return (
    <>
      <Figures
        items={[
          { key: 'rows', value: sample.rows, label: t('policy.rule.sampled') },
          { key: 'applies', value: sample.applies, label: t('policy.rule.applies') },
          { key: 'found', value: sample.found, label: t('policy.rule.found'), tone: 'seal' },
          { key: 'kept', value: sample.kept, label: t('policy.rule.kept'), tone: 'done' },
        ]}
      />
      <p className="quiet">
        {t(sample.complete ? 'policy.rule.wholeSample' : 'policy.rule.partSample', { n: sample.submissions })}
        {sample.personRows > 0 ? t('policy.rule.persons', { n: sample.personRows }) : ''}
      </p>
      {(['found', 'kept'] as const).map((outcome) => (
        <SampleTable key={outcome} sample={sample} outcome={outcome} />
      ))}
    </>
  );
};

function SampleTable({ sample, outcome }: { sample: Sample; outcome: 'found' | 'kept' }) {
  const { t, w } = useI18n();
  const rows = sample.shown.filter((row) => row.outcome === outcome);
  const total = sample[outcome];
  return (
    <>
      <h3 className="sub-head">
        {t(outcome === 'found' ? 'policy.rule.foundRows' : 'policy.rule.keptRows', { n: total })}
      </h3>
      {rows.length === 0 ? (
        <p className="quiet">{t('policy.rule.noRows')}</p>
      ) : (
        <DataTable
          caption={t(outcome === 'found' ? 'policy.rule.foundRows' : 'policy.rule.keptRows', { n: total })}
          columns={[
            {
              key: 'row',
              head: t('policy.row'),
              width: 'middle',
              cell: (row) => (
                <>
                  <Link to="/submissions/$id" params={{ id: row.submissionId }}>
                    {t('policy.rule.rowNo', { n: row.row })}
                  </Link>
                  <div className="sub">{row.body}</div>
                </>
              ),
            },
            ...sample.columns.map((column, at) => ({
              key: column.key,
              head: w(column.name),
              cell: (row: Sample['shown'][number]) => row.values[at] || '—',
            })),
          ]}
          rows={rows}
          rowKey={(row) => `${row.submissionId} ${row.row}`}
        />
      )}
    </>
  );
}
