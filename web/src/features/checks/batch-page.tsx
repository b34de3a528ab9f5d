/** One list: how far it is, what came of each row, the result as a sheet, and the reply letter. */
import type { BatchCheckView, BatchRowView, ReplyLetterView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Input, Progress } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Figures, PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { CasePapers } from '../cases/case-papers.tsx';
import { useSession } from '../session/use-session.ts';
import { batchQuery, batchRowsQuery } from './batch-queries.ts';
import { useProgress } from './batches-page.tsx';

const route = getRouteApi('/desk/checks/batches/$id');

export function BatchPage() {
  const { id } = route.useParams();
  return (
    <Loaded query={useQuery(batchQuery(id))} rows={8}>
      {(batch) => <Batch batch={batch} />}
    </Loaded>
  );
}

function Batch({ batch }: { batch: BatchCheckView }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  const done = batch.state === 'done';
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/checks/batches">{t('batches.title')}</Link> / <span>{batch.listName}</span>
          </>
        }
        title={batch.listName}
        actions={
          done ? (
            <DownloadButton type="primary" path={`/checks/batches/${batch.id}/result.xlsx`}>
              {t('batches.download')}
            </DownloadButton>
          ) : null
        }
      >
        <p className="sub">
          <span>{w(batch.matterName)}</span>
          <span>{batch.document}</span>
          <span>{t('batches.by', { by: batch.by, at: formatInstant(batch.receivedAt) })}</span>
        </p>
      </PageHead>
      {done ? null : <Running batch={batch} />}
      <Figures
        items={[
          { key: 'rows', value: batch.rows, label: t('batches.rows') },
          { key: 'hits', value: batch.hits, label: t('batches.hits'), tone: 'seal' },
          { key: 'unknown', value: batch.unknown, label: t('batches.unknown'), tone: 'waiting' },
          { key: 'ambiguous', value: batch.ambiguous, label: t('batches.ambiguous'), tone: 'waiting' },
          { key: 'persons', value: batch.persons, label: t('batches.personsCount') },
          { key: 'repeated', value: batch.repeated, label: t('batches.repeated') },
        ]}
      />
      {batch.persons > 0 ? (
        <Note tone="waiting">
          {t('batches.persons')} <a href="/own">{t('batches.ownPage')}</a>
        </Note>
      ) : null}
      {done ? <Rows batch={batch} /> : null}
      {done && may('paper.write') ? <Letter id={batch.id} /> : null}
    </>
  );
}

function Running({ batch }: { batch: BatchCheckView }) {
  const progress = useProgress();
  const words = progress(batch);
  return (
    <div role="status" className="section">
      <p>{words}</p>
      <Progress percent={Math.floor((batch.done / Math.max(batch.rows, 1)) * 100)} aria-label={words} status="active" />
    </div>
  );
}

const outcomes = ['all', 'hit', 'ambiguous', 'unknown', 'clear'] as const;
const tones = { hit: 'seal', ambiguous: 'waiting', unknown: 'waiting', clear: 'done', waiting: undefined } as const;

function Rows({ batch }: { batch: BatchCheckView }) {
  const { t } = useI18n();
  const [tab, setTab] = useState<(typeof outcomes)[number]>('all');
  const counts = {
    all: batch.rows,
    hit: batch.hits,
    ambiguous: batch.ambiguous,
    unknown: batch.unknown,
    clear: batch.rows - batch.hits - batch.ambiguous - batch.unknown,
  };
  const query = useInfiniteQuery(batchRowsQuery(batch.id, tab === 'all' ? null : tab));
  return (
    <Section title={t('batches.outcome')}>
      <Tabs
        label={t('batches.outcome')}
        items={outcomes.map((key) => ({ key, label: t(`batches.outcome.${key}`), count: counts[key] }))}
        active={tab}
        onChange={setTab}
      >
        <PagedList query={query} empty={<Empty title={t('batches.noRows')} />}>
          {(rows) => <RowTable rows={rows} />}
        </PagedList>
      </Tabs>
    </Section>
  );
}

function RowTable({ rows }: { rows: readonly BatchRowView[] }) {
  const { t, w } = useI18n();
  const columns: Column<BatchRowView>[] = [
    {
      key: 'row',
      head: t('batches.row'),
      align: 'end',
      width: 'narrow',
      cell: (row) => <span className="number">{row.row}</span>,
    },
    {
      key: 'organisation',
      head: t('batches.organisation'),
      width: 'wide',
      cell: (row) => {
        const code = row.asked === '' ? row.result?.code : row.asked;
        const now = row.result?.code;
        return (
          <>
            {row.name}
            {code ? (
              <div className="sub">
                <Code value={code} />
                {now && now !== code ? <span>{t('batches.codeNow', { code: now })}</span> : null}
              </div>
            ) : null}
          </>
        );
      },
    },
    {
      key: 'result',
      head: t('batches.result'),
      width: 'wide',
      cell: (row) => (
        <>
          <Tag tone={tones[row.outcome]}>{t(`batches.outcome.${row.outcome}`)}</Tag>
          {row.note ? <div className="sub">{w(row.note)}</div> : null}
          {(row.result?.measures ?? []).map((one) => (
            <div key={`${one.id}${one.list}${one.document}`}>
              {t(`checks.${one.force}`)} · <a href={`/measures/${one.id}`}>{w(one.name)}</a>
              <div className="sub">
                {w(one.listName)} {one.document}
              </div>
            </div>
          ))}
          {(row.result?.incentives ?? []).map((one) => (
            <div key={`${one.id}${one.list}`} className="sub">
              {t('checks.incentive', { name: w(one.name), condition: w(one.condition) })}
            </div>
          ))}
        </>
      ),
    },
    {
      key: 'receipt',
      head: t('batches.receipt'),
      cell: (row) =>
        row.receipt ? (
          <Link to="/checks/receipts" search={{ no: row.receipt }} className="number">
            {row.receipt}
          </Link>
        ) : null,
    },
  ];
  return (
    <DataTable
      caption={t('batches.outcome')}
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.row} ${row.asked} ${row.name}`}
    />
  );
}

function Letter({ id }: { id: string }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [addressee, setAddressee] = useState('');
  const [tried, setTried] = useState(false);
  const fits = addressee.trim().length >= 2;
  const issue = useMutation({
    mutationFn: () =>
      call<ReplyLetterView>(`/checks/batches/${id}/letter`, {
        method: 'POST',
        body: { addressee: addressee.trim() },
        once: false,
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['papers', id] }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (fits) issue.mutate();
  };
  return (
    <>
      <Section title={t('batches.letter')}>
        <p className="quiet">{t('batches.letterLead')}</p>
        <form className="purpose" onSubmit={submit} noValidate>
          <Field
            label={t('batches.addressee')}
            hint={t('batches.addresseeHint')}
            remarks={tried && !fits ? [{ key: 'x', tone: 'seal', text: t('batches.addresseeNeeded') }] : []}
          >
            {(slot) => (
              <Input
                id={slot.id}
                maxLength={200}
                aria-describedby={slot.describedBy}
                status={slot.status ?? ''}
                value={addressee}
                onChange={(event) => setAddressee(event.target.value)}
              />
            )}
          </Field>
          {issue.error ? <ErrorNote error={issue.error} /> : null}
          <Button htmlType="submit" loading={issue.isPending}>
            {t('batches.issue')}
          </Button>
        </form>
      </Section>
      <CasePapers caseId={id} composed />
    </>
  );
}
