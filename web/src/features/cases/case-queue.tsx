/**
 * The queue of a procedure: filters that live in the address, a table, many at once, the sheet as filtered. It knows no
 * procedure. See README.md beside this file.
 */
import type { CaseBatchResult, CaseItem } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { selectColumn } from '../../shared/ui/select-column.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { AssignMany } from '../casework/assign-many.tsx';
import { useSession } from '../session/use-session.ts';
import { type BulkCommand, CaseBulk } from './case-bulk.tsx';
import { DueLine } from './case-parts.tsx';
import { type CaseRange, type CaseSearch, caseRanges } from './case-search.ts';
import { caseTone } from './case-words.ts';
import { type CaseFilter, casesQuery } from './queries.ts';

export interface CaseQueueProps {
  /** Of the procedure under the API, such as `/objections`. */
  readonly path: string;
  /** Page of one case on the desk, with `$id`. */
  readonly to: string;
  readonly caption: string;
  readonly search: CaseSearch;
  readonly onSearch: (search: CaseSearch) => void;
  /** Ranges that are offered; the first stands. */
  readonly ranges?: readonly CaseRange[];
  readonly states?: readonly { readonly key: string; readonly label: string }[];
  /** Commands that may be given to many at once. Without them rows are selected only to be given out. */
  readonly bulk?: {
    readonly commands: readonly BulkCommand[];
    readonly run: (ids: readonly string[], body: Readonly<Record<string, string>>) => Promise<CaseBatchResult>;
  };
  readonly empty?: ReactNode;
  /** False where the queue cannot be taken as a sheet. */
  readonly sheet?: boolean;
}

const filterOf = (range: CaseRange, state: string | undefined): CaseFilter => ({
  state,
  ...(range === 'all' ? {} : { open: 'true' as const }),
  ...(range === 'overdue' ? { overdue: 'true' as const } : {}),
  ...(range === 'mine' ? { mine: 'true' as const } : {}),
});

export function CaseQueue(props: CaseQueueProps) {
  const { path, caption, search, onSearch, ranges = caseRanges, states = [], sheet = true, bulk } = props;
  const { t } = useI18n();
  const { may } = useSession();
  // Whoever works on cases may give them out, also where no command is for many at once.
  const assigns = may('case.work');
  const range = search.range ?? ranges[0] ?? 'open';
  const filter = filterOf(range, search.state);
  const query = useInfiniteQuery(casesQuery(path, filter));
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [result, setResult] = useState<CaseBatchResult | null>(null);
  const words = {
    open: t('case.filter.open'),
    mine: t('case.filter.mine'),
    overdue: t('case.filter.overdue'),
    all: t('case.filter.all'),
  };
  const change = (next: CaseSearch): void => {
    setSelected(new Set());
    setResult(null);
    onSearch(next);
  };
  return (
    <Tabs
      label={t('case.filter.label')}
      items={ranges.map((one) => ({ key: one, label: words[one] }))}
      active={range}
      onChange={(next) => change({ range: next === ranges[0] ? undefined : next, state: search.state })}
    >
      <div className="filters">
        {states.length > 0 ? (
          <Pick
            label={t('case.filter.state')}
            value={search.state ?? ''}
            options={[
              { value: '', label: t('case.filter.anyState') },
              ...states.map((state) => ({ value: state.key, label: state.label })),
            ]}
            onChange={(state) => change({ range: search.range, state: state === '' ? undefined : state })}
          />
        ) : null}
        {sheet ? (
          <DownloadButton path={`${path}.xlsx`} query={{ ...filter }}>
            {t('case.export')}
          </DownloadButton>
        ) : null}
      </div>
      {bulk && (selected.size > 0 || result) ? (
        <CaseBulk
          ids={[...selected]}
          commands={bulk.commands}
          run={bulk.run}
          result={result}
          onDone={(answer) => {
            setResult(answer);
            setSelected(new Set(answer.results.filter((one) => !one.ok).map((one) => one.id)));
          }}
        />
      ) : null}
      {assigns && selected.size > 0 ? <AssignMany ids={[...selected]} /> : null}
      <PagedList
        query={query}
        empty={
          search.state === undefined && props.empty ? (
            props.empty
          ) : (
            <Empty title={t(range === 'open' && !search.state ? 'case.noneOpen' : 'case.none')} />
          )
        }
      >
        {(rows) => (
          <QueueTable
            rows={rows}
            to={props.to}
            caption={caption}
            selected={bulk || assigns ? selected : null}
            onSelected={setSelected}
          />
        )}
      </PagedList>
    </Tabs>
  );
}

function QueueTable({
  rows,
  to,
  caption,
  selected,
  onSelected,
}: {
  rows: readonly CaseItem[];
  to: string;
  caption: string;
  selected: ReadonlySet<string> | null;
  onSelected: (ids: ReadonlySet<string>) => void;
}) {
  const { t, w } = useI18n();
  const boxes =
    selected === null
      ? []
      : [
          selectColumn(rows, selected, onSelected, {
            all: t('case.selectAll'),
            one: (row) => t('case.select', { name: row.number ?? row.subject.name }),
          }),
        ];
  const columns: Column<CaseItem>[] = [
    ...boxes,
    {
      key: 'subject',
      head: t('case.subject'),
      width: 'wide',
      cell: (row) => (
        <>
          <Link to={to} params={{ id: row.id }}>
            {row.subject.name}
          </Link>
          <div className="sub">{row.number ?? t('case.noNumber')}</div>
        </>
      ),
    },
    {
      key: 'kind',
      head: t('case.kind'),
      cell: (row) => (
        <>
          {w(row.kindLabel)}
          {row.about ? <div className="sub">{row.about}</div> : null}
        </>
      ),
    },
    {
      key: 'state',
      head: t('case.state'),
      cell: (row) => (
        <>
          <Tag tone={caseTone(row)}>{w(row.stateLabel)}</Tag>
          <div className="sub">
            <DueLine item={row} />
          </div>
        </>
      ),
    },
    {
      key: 'handler',
      head: t('case.handler'),
      cell: (row) => (
        <>
          {row.handler}
          {row.assignee ? <div className="sub">{row.assignee}</div> : null}
        </>
      ),
    },
    {
      key: 'opened',
      head: t('case.opened'),
      cell: (row) => <span className="number">{formatInstant(row.openedAt)}</span>,
    },
  ];
  return <DataTable caption={caption} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
