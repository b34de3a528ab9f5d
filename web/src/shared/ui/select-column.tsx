/** The first column of a list on which work is done on many at once: a box for all that may be chosen, and one for each row. */
import { Checkbox } from 'antd';
import type { Column } from './data-table.tsx';

/** @param words said to who does not see the box; `rows`: those that may be chosen */
export function selectColumn<T extends { readonly id: string }>(
  rows: readonly T[],
  selected: ReadonlySet<string>,
  onSelected: (ids: ReadonlySet<string>) => void,
  words: { readonly all: string; readonly one: (row: T) => string },
): Column<T> {
  const all = rows.length > 0 && rows.every((row) => selected.has(row.id));
  const toggle = (id: string, on: boolean): void => {
    const next = new Set(selected);
    if (on) next.add(id);
    else next.delete(id);
    onSelected(next);
  };
  return {
    key: 'select',
    width: 'narrow',
    label: '',
    head: (
      <Checkbox
        aria-label={words.all}
        checked={all}
        indeterminate={!all && selected.size > 0}
        onChange={(event) => onSelected(new Set(event.target.checked ? rows.map((row) => row.id) : []))}
      />
    ),
    cell: (row) =>
      rows.includes(row) ? (
        <Checkbox
          aria-label={words.one(row)}
          checked={selected.has(row.id)}
          onChange={(event) => toggle(row.id, event.target.checked)}
        />
      ) : null,
  };
}
