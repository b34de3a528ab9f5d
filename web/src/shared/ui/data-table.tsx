/**
 * Tables as papers have them: a dark line under the head, a light line between rows. On a phone each row is a card with
 * the heads beside the values. Roles are spelled out because `display: block` takes a table's own away.
 */
import type { InfiniteData } from '@tanstack/react-query';
import { Button } from 'antd';
import { Fragment, type ReactNode } from 'react';
import type { ListOf } from '../api/types.ts';
import { useI18n } from '../i18n/index.tsx';
import { Loaded } from './states.tsx';

export interface Column<T> {
  readonly key: string;
  readonly head: ReactNode;
  readonly cell: (row: T) => ReactNode;
  readonly align?: 'end';
  /** One of the widths of desk.css: narrow, middle, wide. */
  readonly width?: 'narrow' | 'middle' | 'wide';
}

export interface DataTableProps<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** Opens below its row. */
  readonly below?: (row: T) => ReactNode;
}

const cellClass = <T,>(column: Column<T>): string =>
  [column.align === 'end' ? 'end' : '', column.width ? `w-${column.width}` : ''].join(' ').trim();

export function DataTable<T>({ caption, columns, rows, rowKey, below }: DataTableProps<T>) {
  return (
    <div className="table-wrap">
      {/* biome-ignore-start lint/a11y/noRedundantRoles: see the head of the file */}
      <table className="data" role="table">
        <caption className="unseen">{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.key} role="columnheader" scope="col" className={cellClass(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => {
            const opened = below?.(row);
            return (
              <Fragment key={rowKey(row)}>
                <tr role="row" className={opened ? 'opened' : undefined}>
                  {columns.map((column) => (
                    <td key={column.key} role="cell" className={cellClass(column)}>
                      <span className="card-label" aria-hidden="true">
                        {/* A box that selects all of them is no label of one. */}
                        {column.key === 'select' ? null : column.head}
                      </span>
                      <div className="cell">{column.cell(row)}</div>
                    </td>
                  ))}
                </tr>
                {opened ? (
                  <tr role="row" className="below">
                    <td role="cell" colSpan={columns.length}>
                      {opened}
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            );
          })}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see the head of the file */}
    </div>
  );
}

interface InfiniteList<T> {
  readonly data: InfiniteData<ListOf<T>> | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
  refetch(): unknown;
}

export const itemsOf = <T,>(data: InfiniteData<ListOf<T>> | undefined): T[] =>
  data?.pages.flatMap((page) => [...page.items]) ?? [];

/** A list read page by page, with its three states and a way to read on. */
export function PagedList<T>({
  query,
  empty,
  children,
}: {
  query: InfiniteList<T>;
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}) {
  const { t } = useI18n();
  return (
    <Loaded query={query}>
      {(data) => {
        const rows = itemsOf(data);
        if (rows.length === 0 && !query.hasNextPage) return empty;
        return (
          <>
            {children(rows)}
            <div className="more">
              <span className="quiet">
                {t(query.hasNextPage ? 'list.shownMore' : 'list.shownAll', { n: rows.length })}
              </span>
              {query.hasNextPage ? (
                <Button onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>
                  {t('list.more')}
                </Button>
              ) : null}
            </div>
          </>
        );
      }}
    </Loaded>
  );
}
