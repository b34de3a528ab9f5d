/** 复核: what a colleague entered, corrected or wants withdrawn, read by a second person. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { draftsQuery, renewWork, standardsQuery } from '../../shared/api/queries.ts';
import type { DraftView, RecordFormResult, StandardView } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { RecordValues } from '../records/record-values.tsx';
import { useSession } from '../session/use-session.ts';
import { draftKindKey } from './draft-words.ts';

const route = getRouteApi('/desk/review');

const states = ['waiting', 'approved', 'returned'] as const;
type State = (typeof states)[number];
const stateKey: Readonly<Record<State, Key>> = {
  waiting: 'draft.state.waiting',
  approved: 'draft.state.approved',
  returned: 'draft.state.returned',
};
const emptyKey: Readonly<Record<State, Key>> = {
  waiting: 'draft.noneWaiting',
  approved: 'draft.noneApproved',
  returned: 'draft.noneReturned',
};

export function ReviewPage() {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const state = states.find((entry) => entry === search.state) ?? 'waiting';
  const query = useInfiniteQuery(draftsQuery(state));
  return (
    <>
      <PageHead title={t('nav.review')}>
        <p className="quiet">{t('draft.lead')}</p>
      </PageHead>
      <Tabs
        label={t('nav.review')}
        items={states.map((entry) => ({ key: entry, label: t(stateKey[entry]) }))}
        active={state}
        onChange={(next) => void navigate({ search: { state: next === 'waiting' ? undefined : next }, replace: true })}
      >
        <PagedList
          query={query}
          empty={<Empty title={t(emptyKey[state])}>{state === 'waiting' ? t('draft.noneHint') : null}</Empty>}
        >
          {(rows) => <DraftTable rows={rows} />}
        </PagedList>
      </Tabs>
    </>
  );
}

function DraftTable({ rows }: { rows: readonly DraftView[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const standards = useQuery(standardsQuery).data ?? [];
  const standardOf = (draft: DraftView): StandardView | undefined =>
    standards.find((entry) => entry.key === draft.standard);
  const columns: Column<DraftView>[] = [
    {
      key: 'what',
      head: t('draft.what'),
      width: 'wide',
      cell: (row) => {
        const standard = standardOf(row);
        return (
          <>
            <RowOpener id={row.id} open={open} onOpen={setOpen}>
              {row.subjectName || t('draft.noName')}
            </RowOpener>
            <div className="sub">
              {t(draftKindKey[row.kind])} · {standard ? w(standard.name) : row.standard}
            </div>
          </>
        );
      },
    },
    {
      key: 'by',
      head: t('draft.by'),
      cell: (row) => (
        <>
          {row.createdBy}
          <div className="sub">{formatInstant(row.createdAt)}</div>
        </>
      ),
    },
    { key: 'reason', head: t('draft.reason'), cell: (row) => row.reason ?? '—' },
    {
      key: 'state',
      head: t('draft.state'),
      cell: (row) => (
        <>
          <Tag tone={row.state === 'waiting' ? 'waiting' : row.state === 'approved' ? 'done' : 'seal'}>
            {t(stateKey[row.state])}
          </Tag>
          {row.own && row.state === 'waiting' ? <div className="sub">{t('draft.own')}</div> : null}
          {row.decidedBy ? (
            <div className="sub">
              {[row.decidedBy, row.decidedAt ? formatInstant(row.decidedAt) : null].filter(Boolean).join(' ')}
            </div>
          ) : null}
          {row.decisionNote ? <div className="sub">{row.decisionNote}</div> : null}
        </>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.review')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <DraftBody draft={row} standard={standardOf(row)} /> : null)}
    />
  );
}

function DraftBody({ draft, standard }: { draft: DraftView; standard: StandardView | undefined }) {
  const { t } = useI18n();
  const { may } = useSession();
  return (
    <div className="draft">
      <RecordValues standard={standard} values={draft.values} />
      {draft.state === 'waiting' && may('record.decide') ? (
        draft.own ? (
          <Note tone="waiting">{t('draft.ownHint')}</Note>
        ) : (
          <Decide draft={draft} />
        )
      ) : null}
    </div>
  );
}

function Decide({ draft }: { draft: DraftView }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const approve = useMutation({
    mutationFn: () => call<RecordFormResult | undefined>(`/drafts/${draft.id}/approve`, { method: 'POST' }),
    onSuccess: (result) => {
      if (result && (result.outcome === 'refused' || result.outcome === 'doubtful')) return;
      message.success(t('draft.approved'));
      renewWork();
    },
  });
  const giveBack = useMutation({
    mutationFn: () => call<undefined>(`/drafts/${draft.id}/return`, { method: 'POST', body: { note: note.trim() } }),
    onSuccess: () => {
      message.success(t('draft.returned'));
      renewWork();
    },
  });
  const stopped =
    approve.data && (approve.data.outcome === 'refused' || approve.data.outcome === 'doubtful') ? approve.data : null;
  return (
    <div className="decide">
      {stopped ? (
        <Note tone="waiting" role="alert">
          <strong>{t(stopped.outcome === 'refused' ? 'draft.notRecorded' : 'draft.becameDoubtful')}</strong>
          {stopped.findings.map((finding) => (
            <p key={`${finding.rule}-${finding.field ?? ''}`}>
              {w(finding.message)} {w(finding.fix)}
            </p>
          ))}
        </Note>
      ) : null}
      {approve.error || giveBack.error ? <ErrorNote error={approve.error ?? giveBack.error} /> : null}
      <Field
        label={t('draft.note')}
        remarks={
          tried && note.trim().length < 2 ? [{ key: 'missing', tone: 'seal', text: t('draft.noteMissing') }] : []
        }
      >
        {(slot) => (
          <Input
            id={slot.id}
            maxLength={500}
            placeholder={t('draft.noteHint')}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <div className="actions">
        <Button
          type="primary"
          loading={approve.isPending}
          disabled={giveBack.isPending}
          onClick={() => approve.mutate()}
        >
          {t('draft.approve')}
        </Button>
        <Button
          loading={giveBack.isPending}
          disabled={approve.isPending}
          onClick={() => {
            setTried(true);
            if (note.trim().length >= 2) giveBack.mutate();
          }}
        >
          {t('draft.return')}
        </Button>
      </div>
    </div>
  );
}
