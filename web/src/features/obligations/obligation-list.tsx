/** Obligations with what may be done about each, and about many at once. */
import type { ObligationsResult, ObligationView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, itemsOf, PagedList } from '../../shared/ui/data-table.tsx';
import { Tag, type Tone } from '../../shared/ui/page.tsx';
import { selectColumn } from '../../shared/ui/select-column.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { FeedbackForm } from './feedback-form.tsx';
import { actOnMany, type ObligationFilter, obligationsQuery, renewObligations } from './queries.ts';

/** Of one call. */
const maxAtOnce = 200;
const mayAcknowledge = (one: ObligationView): boolean => one.own && one.state === 'sent' && one.causeLive;
const mayLift = (one: ObligationView): boolean => one.own && one.state === 'toLift';
const mayFeedBack = (one: ObligationView): boolean =>
  one.own && one.causeLive && ['sent', 'acknowledged', 'applied', 'notApplied'].includes(one.state);

const toneOf = (one: ObligationView): Tone | undefined => {
  if (one.overdue || one.state === 'toLift') return 'seal';
  if (one.state === 'sent') return 'waiting';
  return one.state === 'applied' || one.state === 'lifted' ? 'done' : undefined;
};

export function ObligationList({ filter, empty }: { filter: ObligationFilter; empty: ReactNode }) {
  const { t } = useI18n();
  const { may } = useSession();
  const query = useInfiniteQuery(obligationsQuery(filter));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [result, setResult] = useState<ObligationsResult | null>(null);
  const answers = may('obligation.answer');
  const chosen = itemsOf(query.data).filter((one) => selected.has(one.id));
  return (
    <>
      {selected.size > 0 || result ? (
        <Bulk
          rows={chosen}
          result={result}
          onDone={(answer) => {
            setResult(answer);
            setSelected(new Set(answer.results.filter((one) => !one.ok).map((one) => one.id)));
          }}
        />
      ) : null}
      <PagedList query={query} empty={empty}>
        {(rows) => (
          <Rows rows={rows} selected={answers ? selected : null} onSelected={setSelected} caption={t('obl.caption')} />
        )}
      </PagedList>
    </>
  );
}

function Bulk({
  rows,
  result,
  onDone,
}: {
  rows: readonly ObligationView[];
  result: ObligationsResult | null;
  onDone: (result: ObligationsResult) => void;
}) {
  const { t } = useI18n();
  const act = useMutation({
    mutationFn: ({ kind, ids }: { kind: 'acknowledge' | 'lift'; ids: readonly string[] }) =>
      actOnMany(kind, ids.slice(0, maxAtOnce)),
    onSuccess: async (answer) => {
      onDone(answer);
      await renewObligations();
    },
  });
  const ids = { acknowledge: rows.filter(mayAcknowledge), lift: rows.filter(mayLift) };
  return (
    <div className="bulk">
      {rows.length === 0 ? null : (
        <div className="batch">
          <strong>{t('obl.selected', { n: rows.length })}</strong>
          <div className="batch-actions">
            {(['acknowledge', 'lift'] as const).map((kind) =>
              ids[kind].length === 0 ? null : (
                <Button
                  key={kind}
                  type="primary"
                  loading={act.isPending}
                  onClick={() => act.mutate({ kind, ids: ids[kind].map(({ id }) => id) })}
                >
                  {t(`obl.${kind}Many`)}
                </Button>
              ),
            )}
          </div>
        </div>
      )}
      {act.error ? <ErrorNote error={act.error} /> : null}
      {result ? <Outcome result={result} /> : null}
    </div>
  );
}

function Outcome({ result }: { result: ObligationsResult }) {
  const { t, w } = useI18n();
  const failed = result.results.filter((one) => !one.ok);
  const words = [...new Set(failed.map((one) => (one.message ? w(one.message) : '')))];
  return (
    <Note tone={failed.length === 0 ? 'done' : 'seal'}>
      {t('obl.done', { n: result.results.length - failed.length })}
      {failed.length === 0 ? null : (
        <>
          {' · '}
          {t('obl.failed', { n: failed.length })} {words.join(' ')}
        </>
      )}
    </Note>
  );
}

function Rows({
  rows,
  selected,
  onSelected,
  caption,
}: {
  rows: readonly ObligationView[];
  selected: ReadonlySet<string> | null;
  onSelected: (ids: ReadonlySet<string>) => void;
  caption: string;
}) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const boxed = rows.filter((row) => mayAcknowledge(row) || mayLift(row));
  const boxes =
    selected === null || boxed.length === 0
      ? []
      : [
          selectColumn(boxed, selected, onSelected, {
            all: t('obl.selectAll'),
            one: (row) => t('obl.select', { name: row.subject.name, measure: w(row.measureName) }),
          }),
        ];
  // Whoever only watches has nothing to do here.
  const acts: Column<ObligationView>[] = rows.some((row) => row.own)
    ? [
        {
          key: 'act',
          head: t('obl.act'),
          cell: (row) => (row.own ? <Acts row={row} open={open === row.id} onOpen={setOpen} /> : null),
        },
      ]
    : [];
  const columns: Column<ObligationView>[] = [
    ...boxes,
    {
      key: 'subject',
      head: t('obl.subject'),
      cell: (row) => (
        <>
          {row.subject.name}
          <div className="sub">{row.subject.code}</div>
          {row.own ? null : <div className="sub">{row.body}</div>}
        </>
      ),
    },
    {
      key: 'measure',
      head: t('obl.measure'),
      cell: (row) => (
        <>
          <Tag tone={row.force === 'required' ? 'seal' : 'waiting'}>{t(`checks.${row.force}`)}</Tag>{' '}
          {w(row.measureName)}
          <div className="sub">{w(row.content)}</div>
        </>
      ),
    },
    {
      key: 'why',
      head: t('obl.why'),
      width: 'wide',
      cell: (row) => (
        <>
          {w(row.listName)} · {row.document}
          <div className="sub">{row.article}</div>
          <div className="sub">{row.until === null ? t('obl.untilGone') : t('obl.until', { on: row.until })}</div>
        </>
      ),
    },
    { key: 'state', head: t('obl.state'), cell: (row) => <Standing row={row} /> },
    ...acts,
  ];
  return (
    <DataTable
      caption={caption}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <FeedbackForm of={row} onClose={() => setOpen(null)} /> : null)}
    />
  );
}

function Standing({ row }: { row: ObligationView }) {
  const { t } = useI18n();
  const day = row.dueOn;
  return (
    <>
      <Tag tone={toneOf(row)}>{t(`obl.state.${row.state}`)}</Tag>
      {day ? <div className="sub">{t(row.overdue ? 'obl.overdue' : 'obl.due', { on: day })}</div> : null}
      {row.liftedOn ? <div className="sub">{t('obl.liftedOn', { on: row.liftedOn })}</div> : null}
      {day || row.liftedOn ? null : <div className="sub">{t('obl.sentOn', { on: row.sentOn })}</div>}
      {row.feedback.slice(-3).map((one) => (
        <div className="sub" key={`${one.actedOn}${one.action}${one.caseNumber ?? ''}${one.document ?? ''}`}>
          {t('obl.given', {
            on: one.actedOn,
            action: t(`obl.action.${one.action}`),
            document: one.document ?? '',
          })}
        </div>
      ))}
    </>
  );
}

function Acts({ row, open, onOpen }: { row: ObligationView; open: boolean; onOpen: (id: string | null) => void }) {
  const { t } = useI18n();
  const act = useMutation({
    mutationFn: (kind: 'acknowledge' | 'lift') => call(`/obligations/${row.id}/${kind}`, { method: 'POST', body: {} }),
    onSuccess: renewObligations,
  });
  return (
    <div className="row-acts">
      {mayAcknowledge(row) ? (
        <Button size="small" type="primary" loading={act.isPending} onClick={() => act.mutate('acknowledge')}>
          {t('obl.acknowledge')}
        </Button>
      ) : null}
      {mayFeedBack(row) ? (
        <Button size="small" aria-expanded={open} onClick={() => onOpen(open ? null : row.id)}>
          {t('obl.feedback')}
        </Button>
      ) : null}
      {mayLift(row) ? (
        <Button size="small" type="primary" loading={act.isPending} onClick={() => act.mutate('lift')}>
          {t('obl.lift')}
        </Button>
      ) : null}
      {act.error ? <ErrorNote error={act.error} /> : null}
    </div>
  );
}
