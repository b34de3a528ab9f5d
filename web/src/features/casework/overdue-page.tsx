/** 逾期督办: what is late in the own area, at which bodies, and what the superior did about it. */
import type { OverdueItem, OverdueList } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Figures, PageHead, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { casePageOf } from '../cases/case-pages.ts';
import { overdueQuery, renewOverdue } from '../notices/queries.ts';

const route = getRouteApi('/desk/overdue');

export function OverduePage() {
  const { t } = useI18n();
  const { body } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(overdueQuery(body));
  const bodies = query.data?.pages[0]?.bodies ?? [];
  const late = bodies.filter((one) => one.overdue > 0);
  return (
    <>
      <PageHead title={t('nav.overdue')}>
        <p className="quiet">{t('overdue.lead')}</p>
      </PageHead>
      {bodies.length > 0 ? <Summary bodies={bodies} /> : null}
      {late.length > 1 || body ? (
        <div className="filters">
          <Pick
            label={t('overdue.body')}
            value={body ?? ''}
            options={[
              { value: '', label: t('overdue.anyBody') },
              ...late.map((one) => ({
                value: one.id,
                label: t('overdue.bodyCount', { name: one.name, n: one.overdue }),
              })),
            ]}
            onChange={(next) => void navigate({ search: { body: next || undefined }, replace: true })}
          />
        </div>
      ) : null}
      <PagedList query={query} empty={<Empty title={t('overdue.none')}>{t('overdue.noneHint')}</Empty>}>
        {(rows) => <OverdueTable rows={rows} />}
      </PagedList>
    </>
  );
}

function Summary({ bodies }: { bodies: OverdueList['bodies'] }) {
  const { t } = useI18n();
  const sum = (pick: (one: OverdueList['bodies'][number]) => number): number =>
    bodies.reduce((total, one) => total + pick(one), 0);
  return (
    <Figures
      items={[
        { key: 'overdue', value: sum((one) => one.overdue), label: t('overdue.count'), tone: 'seal' },
        { key: 'open', value: sum((one) => one.open), label: t('overdue.open') },
        { key: 'bodies', value: bodies.filter((one) => one.overdue > 0).length, label: t('overdue.bodies') },
      ]}
    />
  );
}

function OverdueTable({ rows }: { rows: readonly OverdueItem[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<OverdueItem>[] = [
    {
      key: 'case',
      head: t('overdue.case'),
      width: 'wide',
      cell: (row) => {
        const page = casePageOf(row.procedure);
        return (
          <>
            {page ? (
              <Link to={page} params={{ id: row.id }}>
                {row.subject}
              </Link>
            ) : (
              row.subject
            )}
            <div className="sub">
              <span>{w(row.procedureName)}</span>
              <span>{row.number ?? t('case.noNumber')}</span>
            </div>
          </>
        );
      },
    },
    {
      key: 'body',
      head: t('case.handler'),
      cell: (row) => (
        <>
          {row.body}
          <div className="sub">
            <span>{row.assignee ?? t('overdue.nobody')}</span>
          </div>
        </>
      ),
    },
    {
      key: 'due',
      head: t('case.due'),
      cell: (row) => (
        <>
          {row.dueOn}
          <div className="sub">
            <Tag tone="seal">{t('overdue.days', { n: row.lateDays })}</Tag>
          </div>
        </>
      ),
    },
    {
      key: 'do',
      head: t('overdue.superior'),
      cell: (row) =>
        row.taskId === null ? (
          <span className="quiet">{t('overdue.answered')}</span>
        ) : row.mayAnswer ? (
          <Button aria-expanded={open === row.id} onClick={() => setOpen(open === row.id ? null : row.id)}>
            {t('overdue.answer')}
          </Button>
        ) : (
          <span className="quiet">{t('overdue.told')}</span>
        ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.overdue')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) =>
        open === row.id && row.taskId ? <AnswerForm taskId={row.taskId} onDone={() => setOpen(null)} /> : null
      }
    />
  );
}

function AnswerForm({ taskId, onDone }: { taskId: string; onDone: () => void }) {
  const { t } = useI18n();
  const [note, setNote] = useState('');
  const answer = useMutation({
    mutationFn: () => call(`/casework/tasks/${taskId}/answer`, { method: 'POST', body: { note: note.trim() } }),
    onSuccess: () => {
      renewOverdue();
      onDone();
    },
  });
  return (
    <form
      className="decide"
      aria-label={t('overdue.answer')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (note.trim().length >= 2) answer.mutate();
      }}
    >
      {answer.error ? <ErrorNote error={answer.error} /> : null}
      <Field label={t('overdue.note')} hint={t('overdue.noteHint')}>
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
        <Button type="primary" htmlType="submit" loading={answer.isPending} disabled={note.trim().length < 2}>
          {t('overdue.answer')}
        </Button>
        <Button onClick={onDone}>{t('case.cancel')}</Button>
      </div>
    </form>
  );
}
