/** One submission: what became of the file, and the rows that need somebody. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Progress } from 'antd';
import { useEffect, useRef } from 'react';
import { isRunning, queryClient, rulesQuery, submissionQuery, summaryQuery } from '../../shared/api/queries.ts';
import type { RuleCount, SubmissionView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatBytes, formatCount, formatInstant, secondsBetween } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { type Figure, Figures, PageHead } from '../../shared/ui/page.tsx';
import { ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { type TabItem, Tabs } from '../../shared/ui/tabs.tsx';
import { DoubtfulRows } from './doubtful-rows.tsx';
import { FindingsTab } from './findings-tab.tsx';
import { percentOf, sayDuration, useProgressWords } from './submission-words.tsx';
import { Templates } from './templates.tsx';

const route = getRouteApi('/desk/submissions/$id');

export function SubmissionPage() {
  const { id } = route.useParams();
  const query = useQuery(submissionQuery(id));
  const running = isRunning(query.data);
  const before = useRef(running);
  useEffect(() => {
    // Everything that was read while the file was being processed is old when it is done.
    if (before.current && !running) {
      for (const part of ['findings', 'rows', 'rules'])
        void queryClient.invalidateQueries({ queryKey: ['submissions', part, id] });
      void queryClient.invalidateQueries({ queryKey: ['submissions', 'list'] });
      void queryClient.invalidateQueries({ queryKey: summaryQuery.queryKey });
    }
    before.current = running;
  }, [running, id]);
  return <Loaded query={query}>{(submission) => <Submission submission={submission} />}</Loaded>;
}

/** Editions mostly carry the name of their standard: it is not said twice. */
function titleOf(standard: string, edition: string | null): string {
  if (!edition) return standard;
  const stem = standard.replace(/^Administrative /, '').replace(/(?:基本)?信息$/, '');
  return edition.toLowerCase().includes(stem.toLowerCase()) ? edition : `${standard} · ${edition}`;
}

function Submission({ submission }: { submission: SubmissionView }) {
  const { t, w } = useI18n();
  const { counts } = submission;
  const title =
    submission.standard === 'auto'
      ? submission.fileName
      : titleOf(w(submission.standardName), submission.editionName ? w(submission.editionName) : null);
  const facts = [
    submission.body.name,
    formatInstant(submission.receivedAt),
    submission.receivedBy,
    formatBytes(submission.fileBytes),
    submission.fileKind?.toUpperCase(),
    submission.fileKind === 'csv' ? submission.fileEncoding : null,
    submission.batchNo && !submission.batchNo.includes(submission.fileName)
      ? t('submission.batch', { no: submission.batchNo })
      : null,
  ];
  const done = submission.state === 'done';
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/submissions">{t('nav.submissions')}</Link> / <span>{submission.fileName}</span>
          </>
        }
        title={title}
        actions={
          <>
            {done && counts.findings > 0 ? (
              <DownloadButton path={`/submissions/${submission.id}/findings.xlsx`}>
                {t('submission.exportFindings')}
              </DownloadButton>
            ) : null}
            {done && counts.refused > 0 ? (
              <DownloadButton path={`/submissions/${submission.id}/refused`} query={{ format: 'xlsx' }}>
                {t('submission.downloadRefused')}
              </DownloadButton>
            ) : null}
            <LinkButton primary to="/submissions">
              {t(
                submission.state === 'failed' || counts.refused > 0
                  ? 'submission.uploadAgain'
                  : 'submission.uploadMore',
              )}
            </LinkButton>
          </>
        }
      >
        <p className="quiet">{facts.filter(Boolean).join(' · ')}</p>
      </PageHead>
      {isRunning(submission) ? <Running submission={submission} /> : null}
      {submission.failure ? <Failure failure={submission.failure} /> : null}
      {submission.state === 'failed' && !submission.failure ? (
        <Note tone="seal">{t('submission.failedPlain')}</Note>
      ) : null}
      {submission.state === 'failed' && counts.rows === 0 ? null : <Counts submission={submission} />}
      {done ? <Work submission={submission} /> : null}
    </>
  );
}

function Running({ submission }: { submission: SubmissionView }) {
  const { t } = useI18n();
  const words = useProgressWords()(submission);
  return (
    <div className="running">
      <Progress percent={percentOf(submission)} showInfo={false} aria-label={t('submission.progress')} />
      <p role="status">
        {words} <span className="quiet">{t('submission.mayLeave')}</span>
      </p>
    </div>
  );
}

function Failure({ failure }: { failure: NonNullable<SubmissionView['failure']> }) {
  const { t, w } = useI18n();
  return (
    <Note tone="seal" role="alert">
      <strong>
        {t('submission.fileRefused')}
        {failure.row === null ? '' : t('submission.atRow', { row: failure.row })}
      </strong>
      <p>{w(failure.message)}</p>
      <p>
        <span className="quiet">{t('submission.whatToDo')}</span> {w(failure.fix)}
      </p>
      <Templates />
    </Note>
  );
}

function Counts({ submission }: { submission: SubmissionView }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { counts } = submission;
  const seconds = secondsBetween(submission.startedAt, submission.finishedAt);
  const inside = [
    counts.corrected > 0 ? t('count.ofCorrected', { n: formatCount(counts.corrected) }) : null,
    counts.superseding > 0 ? t('count.ofSuperseding', { n: formatCount(counts.superseding) }) : null,
  ].filter(Boolean);
  const decided = counts.doubtful - counts.doubtfulOpen;
  const items: (Figure | null)[] = [
    { key: 'rows', value: counts.rows, label: t('count.rows') },
    {
      key: 'accepted',
      value: counts.accepted,
      label: inside.length > 0 ? `${t('count.accepted')}（${inside.join('，')}）` : t('count.accepted'),
      tone: 'done',
    },
    {
      key: 'doubtful',
      value: counts.doubtfulOpen,
      label: decided > 0 ? t('count.doubtfulDecided', { n: formatCount(decided) }) : t('count.doubtfulWaiting'),
      tone: 'waiting',
    },
    { key: 'refused', value: counts.refused, label: t('count.refused'), tone: 'seal' },
    { key: 'duplicate', value: counts.duplicate, label: t('count.duplicate') },
    counts.personRows > 0 ? { key: 'person', value: counts.personRows, label: t('count.person') } : null,
    seconds === null ? null : { key: 'time', value: sayDuration(i18n, seconds), label: t('count.time') },
  ];
  return <Figures items={items.filter((item) => item !== null)} />;
}

type TabKey = 'refused' | 'doubtful' | 'corrected' | 'warned';
const severityOf = { refused: 'refuse', corrected: 'correct', warned: 'warn' } as const;

const sum = (rules: readonly RuleCount[], severity: string): number =>
  rules.filter((rule) => rule.severity === severity).reduce((total, rule) => total + rule.count, 0);

function Work({ submission }: { submission: SubmissionView }) {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const rulesRead = useQuery(rulesQuery(submission.id));
  const rules = rulesRead.data ?? [];
  const { counts } = submission;
  const tabs: TabItem<TabKey>[] = [
    { key: 'refused', label: t('tab.refused'), count: counts.refused },
    { key: 'doubtful', label: t('tab.doubtful'), count: counts.doubtfulOpen },
    { key: 'corrected', label: t('tab.corrected'), count: counts.corrected },
    { key: 'warned', label: t('tab.warned'), count: sum(rules, 'warn') },
  ];
  // Without a choice in the address: the first tab where there is something to do.
  const active =
    tabs.find((tab) => tab.key === search.tab)?.key ?? tabs.find((tab) => (tab.count ?? 0) > 0)?.key ?? 'refused';
  const set = (change: { tab?: string | undefined; rule?: string | undefined }): void => {
    void navigate({ search: change, replace: true, resetScroll: false });
  };
  return (
    <Tabs label={t('submission.tabs')} items={tabs} active={active} onChange={(tab) => set({ tab })}>
      {rulesRead.error ? <ErrorNote error={rulesRead.error} onRetry={() => void rulesRead.refetch()} /> : null}
      {active === 'doubtful' ? (
        <DoubtfulRows submissionId={submission.id} />
      ) : (
        <FindingsTab
          key={active}
          submission={submission}
          severity={severityOf[active]}
          rules={rules.filter((rule) => rule.severity === severityOf[active])}
          rule={search.rule}
          onRule={(rule) => set({ tab: active, rule })}
        />
      )}
    </Tabs>
  );
}
