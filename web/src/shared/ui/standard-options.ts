/** The kinds of data as a choice: dozens, so they stand under the categories of the catalogue. */
import type { StandardView } from '../api/types.ts';
import type { PickOption } from './pick.tsx';

type Words = StandardView['name'];

export function standardOptions(standards: readonly StandardView[], w: (words: Words) => string): PickOption[] {
  return standards
    .toSorted((a, b) => Number(b.often) - Number(a.often) || a.category.number - b.category.number)
    .map((standard) => ({
      value: standard.key,
      label: w(standard.name),
      ...(standard.often ? {} : { group: w(standard.category.name) }),
    }));
}
