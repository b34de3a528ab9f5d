import type { PolicyIndex, Report } from './check-files.ts';
import type { CodeTable, DataStandard, StandardEdition } from './types.ts';

/** Headings are compared without blanks, width and case, as the pipeline compares them. */
export const headingKey = (text: string): string => text.normalize('NFKC').replace(/[\s*]/g, '').toUpperCase();

const MAX_CODE_TABLE_TEXT = 100;

export function checkStandard(key: string, standard: DataStandard, index: PolicyIndex, report: Report): void {
  if (key !== standard.standard) {
    report('body.standard', `应与 key（${key}）一致`, `it must equal the key (${key})`);
  }
  if (index.items.size > 0 && !index.items.has(standard.item)) {
    report('body.item', `目录中没有条目“${standard.item}”`, `the catalogue has no item “${standard.item}”`);
  }
  checkItemBy(standard, index, report);
  for (const [at, code] of (standard.keyFields ?? []).entries()) {
    if (!standard.fields.some((field) => field.code === code))
      report(`body.keyFields[${at}]`, `没有字段“${code}”`, `there is no field “${code}”`);
  }
  checkFields(standard, index, report);
  const roles = new Set(standard.fields.flatMap((field) => (field.role === undefined ? [] : [field.role])));
  for (const [at, role] of standard.keyRoles.entries()) {
    if (!roles.has(role)) {
      report(`body.keyRoles[${at}]`, `没有字段担任“${role}”`, `no field has the role “${role}”`);
    }
  }
  for (const [at, edition] of standard.editions.entries())
    checkEdition(edition, standard, `body.editions[${at}]`, report);
  const keys = standard.editions.map((edition) => edition.key);
  if (new Set(keys).size !== keys.length) report('body.editions', '版本的 key 重复', 'two editions have the same key');
}

/** Values that lead to another item are values of the field's code table, and the items are in the catalogue. */
function checkItemBy(standard: DataStandard, index: PolicyIndex, report: Report): void {
  if (!standard.itemBy) return;
  const { field: code, items } = standard.itemBy;
  const field = standard.fields.find((candidate) => candidate.code === code);
  const values = field?.codeTable === undefined ? undefined : index.codeTables.get(field.codeTable)?.values;
  if (field?.type !== 'enum' || !values) {
    report('body.itemBy.field', `“${code}”应是有代码表的字段`, `“${code}” must be a coded field`);
    return;
  }
  for (const [value, item] of Object.entries(items)) {
    if (!values.some((entry) => entry.code === value))
      report(`body.itemBy.items.${value}`, `代码表中没有“${value}”`, `“${value}” is not in the code table`);
    if (index.items.size > 0 && !index.items.has(item))
      report(`body.itemBy.items.${value}`, `目录中没有条目“${item}”`, `the catalogue has no item “${item}”`);
  }
}

/** Every catalogue item that rows of the standard may be recorded under. */
export const itemsOf = (standard: DataStandard): string[] => [
  ...new Set([standard.item, ...Object.values(standard.itemBy?.items ?? {})]),
];

function checkFields(standard: DataStandard, index: PolicyIndex, report: Report): void {
  const headings = new Map<string, string>();
  const roles = new Map<string, string>();
  for (const [at, field] of standard.fields.entries()) {
    const path = `body.fields[${at}]`;
    for (const heading of new Set([field.code, field.label.zh, ...(field.aliases ?? [])].map(headingKey))) {
      const other = headings.get(heading);
      if (other !== undefined && other !== field.code) {
        report(
          path,
          `表头“${heading}”同时属于 ${other} 和 ${field.code}`,
          `the heading “${heading}” belongs to ${other} and ${field.code}`,
        );
      }
      headings.set(heading, field.code);
    }
    if (field.role !== undefined) {
      const other = roles.get(field.role);
      if (other !== undefined) {
        report(`${path}.role`, `“${field.role}”已由 ${other} 担任`, `${other} already has the role “${field.role}”`);
      }
      roles.set(field.role, field.code);
    }
    const coded = field.type === 'enum' || field.type === 'multiEnum';
    if (coded && (field.codeTable === undefined || !index.codeTables.has(field.codeTable))) {
      report(
        `${path}.codeTable`,
        `没有代码表“${field.codeTable ?? ''}”`,
        `there is no code table “${field.codeTable ?? ''}”`,
      );
    }
    if (field.person === 'document' && field.publicity !== 'internal') {
      report(
        `${path}.publicity`,
        '个人证件号码只能是不予共享（internal）',
        'a personal document number can only be internal',
      );
    }
    if (standard.fields.findIndex((other) => other.code === field.code) !== at) {
      report(`${path}.code`, `字段 ${field.code} 重复`, `the field ${field.code} is there twice`);
    }
  }
}

function checkEdition(edition: StandardEdition, standard: DataStandard, path: string, report: Report): void {
  const codes = new Set(standard.fields.map((field) => field.code));
  const maps = edition.maps ?? {};
  const noField = (place: string, code: string): void => {
    if (!codes.has(code)) report(`${path}.${place}`, `没有字段“${code}”`, `there is no field “${code}”`);
  };
  const ignored = new Set(edition.ignored ?? []);
  for (const [at, column] of edition.columns.entries()) {
    if (!codes.has(column) && !Object.hasOwn(maps, column) && !ignored.has(column)) {
      report(
        `${path}.columns[${at}]`,
        `“${column}”既不是字段，也没有对应（maps）或忽略（ignored）`,
        `“${column}” is no field and neither mapped nor ignored`,
      );
    }
  }
  if (new Set(edition.columns).size !== edition.columns.length) {
    report(`${path}.columns`, '列重复', 'a column is there twice');
  }
  for (const [heading, target] of Object.entries(maps)) {
    noField(`maps.${heading}`, target.field);
    for (const code of Object.keys(target.constants ?? {})) noField(`maps.${heading}.constants`, code);
  }
  for (const [at, code] of (edition.optional ?? []).entries()) noField(`optional[${at}]`, code);
}

export function checkCodeTable(table: CodeTable, report: Report): void {
  const spellings = new Map<string, string>();
  for (const [at, value] of table.values.entries()) {
    for (const spelling of [value.code, ...(value.aliases ?? [])]) {
      const other = spellings.get(spelling);
      if (other !== undefined) {
        report(
          `body.values[${at}]`,
          `“${spelling}”重复：同时指“${other}”和“${value.code}”`,
          `“${spelling}” is there twice: for “${other}” and “${value.code}”`,
        );
      }
      spellings.set(spelling.slice(0, MAX_CODE_TABLE_TEXT), value.code);
    }
    if (value.validFrom && value.validTo && value.validFrom > value.validTo) {
      report(`body.values[${at}].validTo`, '失效日期早于生效日期', 'the last day of effect is before the first');
    }
  }
}
