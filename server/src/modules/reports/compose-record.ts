import { maskPersonName } from '@chengxin/identifiers';
import { levelCovers } from '../../platform/authz/index.ts';
import { type Reading, readsNames } from '../access/index.ts';
import type { DataStandard, FieldRole, PolicyRuntime, StandardField } from '../policy/types.ts';
import { maskText } from '../subjects/index.ts';
import type { DisclosedRecord, Fact, ReportBlock } from './types.ts';
import { cleanText, printAmount, printInstant, printLabel, printValue } from './values.ts';

/** Who the record is about, and what stands elsewhere in the block: not repeated among its facts. */
const elsewhere: ReadonlySet<FieldRole> = new Set<FieldRole>([
  'subjectName',
  'subjectCategory',
  'unifiedCode',
  'registrationNumber',
  'organisationCode',
  'taxNumber',
  'institutionNumber',
  'socialNumber',
  'legalRepresentative',
  'legalRepresentativeDocumentType',
  'legalRepresentativeDocument',
  'personDocumentType',
  'personDocument',
  'disclosedUntilReported',
  'recordStatus',
  'decidingBody',
  'decidingBodyCode',
  'sourceBody',
  'sourceBodyCode',
]);

const longRoles: ReadonlySet<FieldRole> = new Set<FieldRole>(['content', 'facts', 'conduct', 'legalGround', 'remark']);
const codeRoles: ReadonlySet<FieldRole> = new Set<FieldRole>([
  'decidedOn',
  'effectiveFrom',
  'effectiveTo',
  'certificateNumber',
]);
/** Characters that fit into half the measure. */
const HALF = 17;

const mayPrint = (field: StandardField, reading: Reading): boolean =>
  field.person !== 'document' && levelCovers(reading.level, field.publicity);

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) < 0x2000 ? 0.55 : 1;
  return width;
}

function factOf(field: StandardField, text: string): Fact {
  const wide = (field.role !== undefined && longRoles.has(field.role)) || widthOf(text) > HALF || text.includes('\n');
  const code = field.role !== undefined && codeRoles.has(field.role);
  return { label: printLabel(field.label.zh), value: text, ...(wide ? { wide } : {}), ...(code ? { code } : {}) };
}

function reportedValue(field: StandardField, entry: DisclosedRecord): unknown {
  const { record } = entry;
  // Typed columns are what indicators and disclosure use: the paper says the same.
  if (field.role === 'amount') return record.amountFen;
  if (field.role === 'confiscated') return record.confiscatedFen;
  if (field.role === 'decidedOn') return record.decidedOn;
  if (field.role === 'documentNumber') return record.documentNumber ?? record.payload[field.code];
  if (field.role === 'categories') return record.categories.length > 0 ? record.categories : record.payload[field.code];
  return record.payload[field.code];
}

/** Printed labels of the values of a code table; a value that the table lacks stays as it is. */
function labelled(value: unknown, field: StandardField, policy: PolicyRuntime): unknown {
  if (field.codeTable === undefined) return value;
  const { values } = policy.codeTable(field.codeTable);
  const one = (code: unknown): unknown => values.find((entry) => entry.code === code)?.label.zh ?? code;
  return Array.isArray(value) ? value.map(one) : one(value);
}

interface Reader {
  readonly reading: Reading;
  readonly policy: PolicyRuntime;
  /** Masks running text as this reader needs it. */
  readonly mask: (text: string) => string;
}

function factsOf(entry: DisclosedRecord, standard: DataStandard, reader: Reader, title: string): Fact[] {
  const { reading, policy } = reader;
  const facts: Fact[] = [];
  for (const field of standard.fields) {
    if ((field.role !== undefined && elsewhere.has(field.role)) || !mayPrint(field, reading)) continue;
    const text = printValue(labelled(reportedValue(field, entry), field, policy), field);
    if (text === null || (field.role === 'documentTitle' && text === title)) continue;
    const masked = field.person === 'name' && !readsNames(reading) ? maskPersonName(text) : reader.mask(text);
    facts.push(factOf(field, masked));
  }
  return facts;
}

function payloadText(entry: DisclosedRecord, standard: DataStandard, ...roles: FieldRole[]): string | null {
  for (const role of roles) {
    const field = standard.fields.find((candidate) => candidate.role === role && candidate.publicity === 'public');
    const text = field ? printValue(entry.record.payload[field.code], field) : null;
    if (text !== null) return text;
  }
  return null;
}

/** What was decided, in a few words: 罚款 2 万元, 警告; or the title of the licence. */
function titleOf(
  entry: DisclosedRecord,
  standard: DataStandard & { name: { zh: string } },
  policy: PolicyRuntime,
): string {
  const { record } = entry;
  if (standard.fields.some((field) => field.role === 'amount')) {
    const words = record.categories.map((category) => {
      if (/罚款/.test(category) && record.amountFen !== null) return `罚款 ${printAmount(record.amountFen)}`;
      if (/没收/.test(category) && record.confiscatedFen !== null)
        return `${category} ${printAmount(record.confiscatedFen)}`;
      return category;
    });
    if (words.length > 0) return cleanText(words.join('、'));
  }
  const item = policy.catalogueItem(record.item)?.name as { zh: string } | undefined;
  return payloadText(entry, standard, 'documentTitle') ?? item?.zh ?? record.documentNumber ?? standard.name.zh;
}

function codeOf(entry: DisclosedRecord, standard: DataStandard, role: FieldRole): string {
  const field = standard.fields.find((candidate) => candidate.role === role);
  const code = field ? printValue(entry.record.payload[field.code], field) : null;
  return code === null ? '' : `（${code}）`;
}

function sourceOf(entry: DisclosedRecord, standard: DataStandard): string {
  const { record } = entry;
  const deciding = `${cleanText(record.decidingBody)}${codeOf(entry, standard, 'decidingBodyCode')}`;
  const source = `${cleanText(record.sourceBody)}${codeOf(entry, standard, 'sourceBodyCode')}`;
  return deciding === source ? `决定机关、数据来源：${deciding}` : `决定机关：${deciding}　数据来源：${source}`;
}

/**
 * One record as the report prints it.
 * @param people names of persons known from the register; masked in the public's running text
 */
export function composeRecord(
  entry: DisclosedRecord,
  number: number,
  reading: Reading,
  policy: PolicyRuntime,
  people: readonly string[],
): ReportBlock {
  const { record, disclosure } = entry;
  const standard = policy.standard(record.standard);
  const own = standard.fields
    .filter((field) => field.person === 'name')
    .map((field) => printValue(record.payload[field.code], field))
    .filter((name) => name !== null);
  const reader: Reader = {
    reading,
    policy,
    mask: (text) => maskText(text, !readsNames(reading) ? [...people, ...own] : []),
  };
  const title = titleOf(entry, standard, policy);
  const block: ReportBlock = {
    number,
    title: reader.mask(title),
    facts: factsOf(entry, standard, reader, title),
    source: sourceOf(entry, standard),
    until: disclosure.until,
    disclosure: disclosure.reason.zh,
    severity: disclosure.severity,
    severityConfirmed: disclosure.severityConfirmed,
    annotations: disclosure.annotations,
    ...(disclosure.notes.length === 0
      ? {}
      : {
          notes: disclosure.notes.map((note) => ({
            ...note,
            text: reader.mask(note.text),
            check: note.check === null ? null : reader.mask(note.check),
          })),
        }),
  };
  if (reading.level === 'public') return block;
  // Where a fact was filed is the business of government; outsiders have the deciding and the source body.
  if (!readsNames(reading)) return { ...block, state: disclosure.state };
  return {
    ...block,
    state: disclosure.state,
    lineage: `报送批次 ${record.submissionId}，第 ${record.rowNo} 行；规则版本集 ${record.policySetId}；入库 ${printInstant(record.recordedAt)}`,
  };
}
