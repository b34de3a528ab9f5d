/** 公示期满未履行: display has ended, nothing shows that the duties are fulfilled; the body that recognised says how they stand. */
import type { OpenDutyItem, OpenDutyList } from '@chengxin/contract';
import { infiniteQueryOptions, useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';

const route = getRouteApi('/desk/duties');
const outcomes = ['fulfilled', 'unfulfilled', 'enforcement'] as const;

const dutiesQuery = (state: 'open' | 'answered') =>
  infiniteQueryOptions({
    queryKey: ['duties', state],
    queryFn: ({ pageParam, signal }) =>
      call<OpenDutyList>('/repairs/duties', { query: { state, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: OpenDutyList) => last.nextCursor,
  });

export function DutiesPage() {
  const { t } = useI18n();
  const state = route.useSearch().state ?? 'open';
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(dutiesQuery(state));
  return (
    <>
      <PageHead title={t('nav.duties')}>
        <p className="quiet">{t('duties.lead')}</p>
      </PageHead>
      <Tabs
        label={t('nav.duties')}
        items={[
          { key: 'open', label: t('duties.open') },
          { key: 'answered', label: t('duties.answered') },
        ]}
        active={state}
        onChange={(next) =>
          void navigate({ search: { state: next === 'answered' ? 'answered' : undefined }, replace: true })
        }
      >
        <PagedList
          query={query}
          empty={<Empty title={t('duties.none')}>{state === 'open' ? t('duties.noneHint') : null}</Empty>}
        >
          {(rows) => <Duties rows={rows} />}
        </PagedList>
      </Tabs>
    </>
  );
}

function Duties({ rows }: { rows: readonly OpenDutyItem[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<OpenDutyItem>[] = [
    {
      key: 'subject',
      head: t('duties.record'),
      width: 'wide',
      cell: (row) => (
        <>
          {row.subject.name}
          <div className="sub">
            <span>{w(row.itemName)}</span>
            {row.documentNumber ? <span>{row.documentNumber}</span> : null}
          </div>
        </>
      ),
    },
    { key: 'body', head: t('duties.body'), cell: (row) => row.body },
    {
      key: 'until',
      head: t('duties.until'),
      cell: (row) => (
        <>
          {row.shownUntil}
          {row.decidedOn ? <div className="sub">{t('duties.decidedOn', { day: row.decidedOn })}</div> : null}
        </>
      ),
    },
    {
      key: 'do',
      head: t('duties.how'),
      cell: (row) =>
        row.outcome ? (
          <>
            <Tag tone={row.outcome === 'fulfilled' ? 'done' : 'waiting'}>{t(`duties.outcome.${row.outcome}`)}</Tag>
            <div className="sub">{row.note}</div>
          </>
        ) : (
          <Button
            aria-expanded={open === row.recordId}
            onClick={() => setOpen(open === row.recordId ? null : row.recordId)}
          >
            {t('duties.answer')}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.duties')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.recordId}
      below={(row) => (open === row.recordId ? <Answer of={row} onClose={() => setOpen(null)} /> : null)}
    />
  );
}

function Answer({ of, onClose }: { of: OpenDutyItem; onClose: () => void }) {
  const { t } = useI18n();
  const [outcome, setOutcome] = useState('');
  const [note, setNote] = useState('');
  const ready = outcome !== '' && note.trim().length >= 2;
  const answer = useMutation({
    mutationFn: () =>
      call(`/repairs/duties/${of.recordId}/answer`, { method: 'POST', body: { outcome, note: note.trim() } }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['duties'] });
      onClose();
    },
  });
  return (
    <form
      className="decide"
      aria-label={t('duties.answer')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) answer.mutate();
      }}
    >
      {answer.error ? <ErrorNote error={answer.error} /> : null}
      <Field label={t('duties.how')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={outcome}
            options={[
              { value: '', label: t('work.choose') },
              ...outcomes.map((value) => ({ value, label: t(`duties.outcome.${value}`) })),
            ]}
            onChange={setOutcome}
          />
        )}
      </Field>
      <Field label={t('duties.note')} hint={t('duties.noteHint')}>
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            aria-describedby={slot.describedBy}
            rows={2}
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={answer.isPending} disabled={!ready}>
          {t('duties.answer')}
        </Button>
        <Button onClick={onClose}>{t('case.cancel')}</Button>
      </div>
    </form>
  );
}
