/** What changes from one version to another, row by row in the clerk's own words, and whom it concerns. */
import { itemsOf, type PolicyRuntime } from '../policy/index.ts';
import { type Cells, columnsOf, type SheetFile, standardsOf, toRows } from './sheets.ts';

export interface Difference {
  readonly how: 'added' | 'removed' | 'changed';
  /** The row's own code. */
  readonly key: string;
  readonly name: string;
  readonly departments: readonly string[];
  readonly cells: readonly { readonly column: string; readonly before: string; readonly after: string }[];
}

const keyOf = (kind: SheetFile['kind'], cells: Cells, at: number): string => {
  if (kind === 'catalogue') return `${cells.kind} ${cells.key}`;
  // Conditions of a class are tried in order: their place is what they are known by.
  if (kind === 'disclosure') return `${cells.kind} ${cells.id}${cells.kind === '分类' ? ` ${at}` : ''}`;
  return cells.code ?? cells.id ?? '';
};
const nameOf = (cells: Cells): string => cells.zh || cells.messageZh || cells.id || cells.code || cells.key || '';

function rowsOf(file: SheetFile | null, policy: PolicyRuntime): Map<string, Cells> {
  const rows = new Map<string, Cells>();
  const seen = new Map<string, number>();
  for (const cells of file ? toRows(file, policy) : []) {
    const place = `${cells.kind ?? ''} ${cells.id ?? ''}`;
    const at = seen.get(place) ?? 0;
    seen.set(place, at + 1);
    if (file) rows.set(keyOf(file.kind, cells, at), cells);
  }
  return rows;
}

/** Names of the units that a row concerns: those responsible for the items behind it. */
function departmentsOf(file: SheetFile, cells: Cells, policy: PolicyRuntime): string[] {
  const ofItems = (items: readonly string[]): string[] => [
    ...new Set(items.flatMap((item) => policy.catalogueItem(item)?.responsible ?? [])),
  ];
  switch (file.kind) {
    case 'catalogue':
      return (cells.responsible ?? '').split('、').filter((one) => one !== '');
    case 'dataStandard':
      return ofItems(itemsOf(file.body));
    case 'ruleSet':
      return file.body.standards.includes('*')
        ? []
        : ofItems(standardsOf(policy, file.body.standards).flatMap(itemsOf));
    case 'codeTable':
      return ofItems(
        policy
          .standards()
          .filter((standard) => standard.fields.some((field) => field.codeTable === file.key))
          .flatMap(itemsOf),
      );
    case 'disclosure':
      return ofItems(file.body.items);
  }
}

export function differencesOf(before: SheetFile | null, after: SheetFile, policy: PolicyRuntime): Difference[] {
  const [old, next] = [rowsOf(before, policy), rowsOf(after, policy)];
  const differences: Difference[] = [];
  const columns = columnsOf[after.kind];
  for (const [key, cells] of next) {
    const was = old.get(key);
    const changed = columns
      .map((column) => ({ column: column.heading, before: was?.[column.key] ?? '', after: cells[column.key] ?? '' }))
      .filter((cell) => cell.before !== cell.after);
    if (was && changed.length === 0) continue;
    const departments = [
      ...new Set([
        ...departmentsOf(after, cells, policy),
        ...(was && before ? departmentsOf(before, was, policy) : []),
      ]),
    ];
    differences.push({ how: was ? 'changed' : 'added', key, name: nameOf(cells), departments, cells: changed });
  }
  for (const [key, cells] of old) {
    if (next.has(key) || !before) continue;
    differences.push({
      how: 'removed',
      key,
      name: nameOf(cells),
      departments: departmentsOf(before, cells, policy),
      cells: columns
        .map((column) => ({ column: column.heading, before: cells[column.key] ?? '', after: '' }))
        .filter((cell) => cell.before !== ''),
    });
  }
  return differences;
}
