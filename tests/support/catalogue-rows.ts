/** A valid row of any data standard, made from the standard itself: code knows none of them by name. Made-up values. */
import type { DataStandard, FieldRole, PolicyRuntime, StandardField } from '../../server/src/modules/policy/index.ts';
import { codeOf, DEPARTMENT } from './rows.ts';

/** What a field must look like where a rule asks for a form: months, years, counts, case and customs numbers. */
const SHAPES: readonly [RegExp, (serial: number) => string][] = [
  [/年月$/, () => '202602'],
  [/年度$/, () => '2025'],
  [/人数$|期数$/, () => '12'],
  [/案号$/, (serial) => `（2026）示01民初${serial}号`],
  [/申请日$/, () => '2024-01-08'],
  [/海关注册编码/, (serial) => `37029${String(serial).padStart(5, '0')}`],
  [/承诺编码/, (serial) => `99990020260105${String(serial).padStart(6, '0')}`],
];
/** Filled only where something ended or went wrong. */
const EMPTY: readonly RegExp[] = [/移出|解除|取消|未履行|追究|完成日期|整改|注销标志/];

const byRole: Partial<Record<FieldRole, (serial: number) => string>> = {
  subjectName: (serial) => `示范市${serial}号测试有限公司`,
  unifiedCode: (serial) => codeOf(500_000 + serial),
  legalRepresentative: () => '张三',
  documentNumber: (serial) => `示测〔2026〕${serial}号`,
  certificateNumber: (serial) => `SF2026${String(serial).padStart(6, '0')}`,
  decidedOn: () => '2026-01-15',
  effectiveFrom: () => '2026-01-15',
  effectiveTo: () => '2028-12-31',
  establishedOn: () => '2010-05-01',
  decidingBody: () => DEPARTMENT.name,
  decidingBodyCode: () => DEPARTMENT.code,
  sourceBody: () => DEPARTMENT.name,
  sourceBodyCode: () => DEPARTMENT.code,
};
const EMPTY_ROLES: ReadonlySet<FieldRole | undefined> = new Set<FieldRole | undefined>([
  'registrationNumber',
  'organisationCode',
  'taxNumber',
  'institutionNumber',
  'socialNumber',
  'endedOn',
  'formerNames',
  'disclosedUntilReported',
  'personDocument',
  'personDocumentType',
  'legalRepresentativeDocument',
  'legalRepresentativeDocumentType',
]);

function cellOf(field: StandardField, policy: PolicyRuntime, serial: number): string {
  const shape = SHAPES.find(([label]) => label.test(field.label.zh));
  if (shape) return shape[1](serial);
  if (EMPTY_ROLES.has(field.role) || EMPTY.some((label) => label.test(field.label.zh))) return '';
  const made = field.role && byRole[field.role]?.(serial);
  if (made) return made;
  if (field.codeTable !== undefined && field.type !== 'text') {
    const values = policy.codeTable(field.codeTable).values;
    return (values.find((value) => value.means !== 'liberty') ?? values[0])?.code ?? '';
  }
  if (field.type === 'date') return '2026-01-20';
  if (field.type === 'amount10k') return '3.5';
  return `${field.label.zh}示例`.slice(0, field.length ?? 200);
}

export function sampleRow(
  standard: DataStandard,
  policy: PolicyRuntime,
  serial: number,
  over: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const row: Record<string, string> = {};
  for (const field of standard.fields) row[field.code] = over[field.code] ?? cellOf(field, policy, serial);
  return row;
}

/** As a CSV headed by the Chinese headings in the given order of columns. */
export function sampleCsv(
  standard: DataStandard,
  rows: readonly Record<string, string>[],
  columns: readonly string[] = standard.fields.map((field) => field.code),
): string {
  const label = (code: string): string => standard.fields.find((field) => field.code === code)?.label.zh ?? code;
  const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return `${[columns.map(label), ...rows.map((row) => columns.map((code) => row[code] ?? ''))]
    .map((cells) => cells.map(quote).join(','))
    .join('\r\n')}\r\n`;
}
