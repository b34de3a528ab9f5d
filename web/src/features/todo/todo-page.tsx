/** 待办: what waits for this office, each line a step from the work itself. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { apiPath } from '../../shared/api/client.ts';
import { draftsQuery, isRunning, submissionsQuery, summaryQuery } from '../../shared/api/queries.ts';
import type { SubmissionView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, itemsOf } from '../../shared/ui/data-table.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { Figures, PageHead, Section } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Loaded, Skeleton } from '../../shared/ui/states.tsx';
import { draftKindKey } from '../review/draft-words.ts';
import { useSession } from '../session/use-session.ts';
import { useProgressWords } from '../submissions/submission-words.tsx';

/** How far back the lists look; what is older is found under 报送. */
const looked = 200;
const shownRows = 10;

export function TodoPage() {
  const { t } = useI18n();
  const { session, may } = useSession();
  const summary = useQuery(summaryQuery);
  return (
    <>
      <PageHead
        title={t('nav.todo')}
        actions={
          <>
            {may('record.enter') ? <LinkButton to="/entry">{t('nav.entry')}</LinkButton> : null}
            {may('submission.create') ? (
              <LinkButton primary to="/submissions">
                {t('todo.upload')}
              </LinkButton>
            ) : null}
          </>
        }
      >
        <p className="quiet">{session?.account.body?.name}</p>
      </PageHead>
      <Loaded query={summary} rows={2}>
        {(data) => (
          <Figures
            items={[
              { key: 'doubtful', value: data.doubtfulRows, label: t('todo.doubtful'), tone: 'waiting' },
              { key: 'drafts', value: data.drafts, label: t('todo.drafts'), tone: 'waiting' },
              { key: 'refused', value: data.refusedRows, label: t('todo.refused'), tone: 'seal' },
              { key: 'submissions', value: data.submissionsThisMonth, label: t('todo.submissions') },
              { key: 'records', value: data.recordsThisMonth, label: t('todo.records') },
            ]}
          />
        )}
      </Loaded>
      <Waiting />
    </>
  );
}

function Waiting() {
  const { t } = useI18n();
  const { may } = useSession();
  const submissions = useInfiniteQuery(submissionsQuery({}, looked));
  const drafts = useInfiniteQuery({ ...draftsQuery('waiting'), enabled: may('record.decide') });
  if (submissions.error) return <ErrorNote error={submissions.error} onRetry={() => void submissions.refetch()} />;
  if (submissions.isPending || (may('record.decide') && drafts.isPending)) return <Skeleton />;
  const all = itemsOf(submissions.data);
  const running = all.filter(isRunning);
  const doubtful = all.filter((row) => row.counts.doubtfulOpen > 0);
  const refused = all.filter((row) => row.counts.refused > 0 || row.state === 'failed');
  const waiting = itemsOf(drafts.data);
  if (running.length + doubtful.length + refused.length + waiting.length === 0) {
    return <Empty title={t('todo.nothing')}>{t(all.length === 0 ? 'todo.nothingYet' : 'todo.nothingHint')}</Empty>;
  }
  return (
    <>
      {running.length > 0 ? <RunningList rows={running} /> : null}
      {doubtful.length > 0 ? (
        <Section title={t('todo.doubtfulTitle')}>
          <WaitTable rows={doubtful} kind="doubtful" />
        </Section>
      ) : null}
      {waiting.length > 0 ? (
        <Section title={t('todo.draftsTitle')} aside={<Link to="/review">{t('todo.toReview')}</Link>}>
          <ul className="plain lines">
            {waiting.slice(0, shownRows).map((draft) => (
              <li key={draft.id}>
                <Link to="/review">{draft.subjectName || t('draft.noName')}</Link>{' '}
                <span className="quiet">
                  {[
                    t(draftKindKey[draft.kind]),
                    draft.createdBy,
                    formatInstant(draft.createdAt),
                    draft.own ? t('draft.own') : null,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {refused.length > 0 ? (
        <Section title={t('todo.refusedTitle')} aside={<span className="quiet">{t('todo.refusedHint')}</span>}>
          <WaitTable rows={refused} kind="refused" />
        </Section>
      ) : null}
    </>
  );
}

function RunningList({ rows }: { rows: readonly SubmissionView[] }) {
  const { t } = useI18n();
  const words = useProgressWords();
  return (
    <Section title={t('todo.runningTitle')}>
      <ul className="plain lines">
        {rows.map((row) => (
          <li key={row.id}>
            <Link to="/submissions/$id" params={{ id: row.id }}>
              {row.fileName}
            </Link>{' '}
            <span className="quiet">{words(row)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function WaitTable({ rows, kind }: { rows: readonly SubmissionView[]; kind: 'doubtful' | 'refused' }) {
  const { t, w } = useI18n();
  const columns: Column<SubmissionView>[] = [
    {
      key: 'file',
      head: t('submissions.file'),
      width: 'wide',
      cell: (row) => (
        <Link to="/submissions/$id" params={{ id: row.id }} search={{ tab: row.state === 'failed' ? undefined : kind }}>
          {row.fileName}
        </Link>
      ),
    },
    { key: 'standard', head: t('submissions.standard'), cell: (row) => w(row.standardName) },
    {
      key: 'at',
      head: t('submissions.receivedAt'),
      cell: (row) => <span className="number">{formatInstant(row.receivedAt)}</span>,
    },
    {
      key: 'count',
      head: t(kind === 'doubtful' ? 'count.doubtful' : 'count.refused'),
      align: 'end',
      cell: (row) => {
        if (kind === 'refused' && row.state === 'failed')
          return <span className="text-seal">{t('submission.state.failed')}</span>;
        const value = kind === 'doubtful' ? row.counts.doubtfulOpen : row.counts.refused;
        return (
          <span className={`number ${kind === 'doubtful' ? 'text-waiting' : 'text-seal'}`}>{formatCount(value)}</span>
        );
      },
    },
    ...(kind === 'refused'
      ? [
          {
            key: 'download',
            head: t('todo.toMend'),
            align: 'end' as const,
            cell: (row: SubmissionView) =>
              row.counts.refused > 0 ? (
                <a href={apiPath(`/submissions/${row.id}/refused`, { format: 'xlsx' })} download>
                  {t('submission.downloadRefused')}
                </a>
              ) : (
                '—'
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <DataTable
        caption={t(kind === 'doubtful' ? 'todo.doubtfulTitle' : 'todo.refusedTitle')}
        columns={columns}
        rows={rows.slice(0, shownRows)}
        rowKey={(row) => row.id}
      />
      {rows.length > shownRows ? (
        <p className="more">
          <Link to="/submissions">{t('todo.allSubmissions')}</Link>
        </p>
      ) : null}
    </>
  );
}
