/** One record as a reader of a level may see it. Pure: policy says which field is whose, this applies it. */
import { type FieldPublicity, levelCovers } from '../../platform/authz/index.ts';
import type { Bilingual, DataStandard, FieldRole, PolicyRuntime, StandardField } from '../policy/types.ts';
import type { DetailRow, FactRow } from './archive-queries.ts';
import { maskPersonName, maskText } from './masking.ts';
import type { DisclosureView } from './ports.ts';

export interface RecordField {
  code: string;
  label: Bilingual;
  value: string;
}

export interface RecordView {
  recordId: string;
  item: string;
  itemName: Bilingual;
  category: string;
  /** What was decided, in a few words. */
  title: string;
  /** Second line: the facts of a penalty, the content of a licence. */
  summary: string | null;
  documentNumber: string | null;
  decidedOn: string | null;
  effectiveFrom: string | null;
  effectiveTo: string | null;
  categories: string[];
  amountFen: string | null;
  decidingBody: string;
  sourceBody: string;
  fields: RecordField[];
  disclosure: {
    shown: boolean;
    state: string;
    from: string | null;
    until: string | null;
    severity: string | null;
    severityConfirmed: boolean;
    reason: Bilingual;
    basis: { document: string; number: string | null; article: string | null };
    regime: Bilingual;
    earliestRepairOn: string | null;
    annotations: string[];
    notes: { kind: string; text: string; check: string | null; since: string }[];
  };
}

/** Roles that the head of the block or the page shows already, or that describe the subject. */
const shownElsewhere: ReadonlySet<FieldRole | undefined> = new Set<FieldRole | undefined>([
  'subjectName',
  'subjectCategory',
  'unifiedCode',
  'registrationNumber',
  'organisationCode',
  'taxNumber',
  'institutionNumber',
  'socialNumber',
  'documentNumber',
  'decidedOn',
  'decidingBody',
  'decidingBodyCode',
  'sourceBody',
  'sourceBodyCode',
]);

/** 2000000 → 2 万元; 150000 → 1500 元. Fen to the unit an officer would say, exact. */
export function formatFen(fen: bigint): string {
  const wan = 1_000_000n;
  if (fen >= wan) {
    const rest = (fen % wan).toString().padStart(6, '0').replace(/0+$/, '');
    return `${fen / wan}${rest === '' ? '' : `.${rest}`} 万元`;
  }
  const cents = (fen % 100n).toString().padStart(2, '0').replace(/0+$/, '');
  return `${fen / 100n}${cents === '' ? '' : `.${cents}`} 元`;
}

type Payload = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join('、');
  return '';
};

export function roleValue(standard: DataStandard | undefined, payload: Payload, role: FieldRole): string {
  const field = standard?.fields.find((candidate) => candidate.role === role);
  return field === undefined ? '' : textOf(payload[field.code]);
}

/** Printed label of a code; the value itself where no table knows it. */
function labelOf(policy: PolicyRuntime, field: StandardField, value: string): string {
  if (field.codeTable === undefined) return value;
  try {
    const table = policy.codeTable(field.codeTable);
    const label = (one: string): string => table.values.find((entry) => entry.code === one)?.label.zh ?? one;
    return field.type === 'multiEnum' ? value.split('、').map(label).join('、') : label(value);
  } catch {
    return value;
  }
}

function fieldValue(policy: PolicyRuntime, field: StandardField, raw: unknown, people: readonly string[]): string {
  const text = textOf(raw);
  if (text === '') return '';
  if (field.person === 'name') return maskPersonName(text);
  return maskText(labelOf(policy, field, text), people);
}

export interface ViewContext {
  readonly policy: PolicyRuntime;
  readonly level: FieldPublicity;
  /** Names of persons known from the register and this record, hidden in running text below government level. */
  readonly people: readonly string[];
}

function fieldsOf(context: ViewContext, standard: DataStandard | undefined, payload: Payload): RecordField[] {
  const out: RecordField[] = [];
  for (const field of standard?.fields ?? []) {
    if (shownElsewhere.has(field.role) || field.person === 'document') continue;
    if (!levelCovers(context.level, field.publicity)) continue;
    const open = levelCovers(context.level, 'government');
    const value =
      open && field.person === 'name'
        ? textOf(payload[field.code])
        : fieldValue(context.policy, field, payload[field.code], context.people);
    if (value !== '') out.push({ code: field.code, label: field.label, value });
  }
  return out;
}

/** The fields of a record of a standard, as a level may see them. */
export const recordFields = (context: ViewContext, standard: string, payload: Payload): RecordField[] =>
  fieldsOf(
    context,
    context.policy.standards().find((one) => one.standard === standard),
    payload,
  );

const firstSentence = (text: string, max: number): string => {
  const characters = [...text.trim()];
  return characters.length <= max ? characters.join('') : `${characters.slice(0, max).join('')}…`;
};

/** The matter before its particulars: 夜间施工许可：沧湖东路… → 夜间施工许可. */
function firstClause(text: string, max: number): string {
  const clause = /^(.{3,}?)[：:；;。，,\n]/u.exec(text.trim())?.[1];
  return firstSentence(clause ?? text, max);
}

/** Longest content that serves as a title, in characters. */
const maxTitle = 40;

/** 罚款 2 万元 · 食品经营许可: what an officer would call the decision. */
function titleOf(
  facts: FactRow,
  standard: DataStandard | undefined,
  payload: Payload,
  context: ViewContext,
  name: Bilingual,
): string {
  const categoriesField = standard?.fields.find((field) => field.role === 'categories');
  const kinds = categoriesField
    ? facts.categories.map((category) => labelOf(context.policy, categoriesField, category))
    : facts.categories;
  if (standard?.fields.some((field) => field.role === 'amount' || field.role === 'confiscated')) {
    const withAmount = kinds.map((kind) =>
      kind === '罚款' && facts.amount_fen !== null && facts.amount_fen > 0n
        ? `罚款 ${formatFen(facts.amount_fen)}`
        : kind,
    );
    if (withAmount.length > 0) return withAmount.join('、');
  }
  const content = roleValue(standard, payload, 'content');
  const title = firstClause(content, maxTitle) || roleValue(standard, payload, 'documentTitle');
  const text = maskText(title, context.people);
  // Grades and lists have no title of their own: the item says what they are, its value only what that does not.
  if (text === '' && standard?.itemBy) return [name.zh, ...kinds.filter((kind) => !name.zh.includes(kind))].join(' · ');
  if (text === '') return kinds.join('、') || name.zh;
  return kinds.length > 0 ? `${text} · ${kinds.join('、')}` : text;
}

function summaryOf(standard: DataStandard | undefined, payload: Payload, context: ViewContext): string | null {
  const parts = (['facts', 'conduct', 'content'] as const).map((role) => roleValue(standard, payload, role));
  const [facts = '', conduct = '', content = ''] = parts;
  const text = facts || conduct || content;
  // A short licence content is the title already.
  if (text === '' || (text === content && firstClause(content, maxTitle) === content.trim())) return null;
  return maskText(firstSentence(text, 300), context.people);
}

function nameOfItem(
  policy: PolicyRuntime,
  item: string,
  standard: (DataStandard & { name?: Bilingual }) | undefined,
): Bilingual {
  return policy.catalogueItem(item)?.name ?? standard?.name ?? { zh: item, en: item };
}

export function standardOf(
  policy: PolicyRuntime,
  key: string,
): (DataStandard & { name: Bilingual; hash: string }) | undefined {
  return policy.standards().find((standard) => standard.standard === key);
}

/** Builds the view of a record. At public level the caller has already left out whatever is not shown. */
export function recordView(
  facts: FactRow,
  detail: DetailRow,
  disclosure: DisclosureView,
  context: ViewContext,
): RecordView {
  const standard = standardOf(context.policy, facts.standard);
  const payload = detail.payload;
  const itemName = nameOfItem(context.policy, facts.item, standard);
  const own = roleValue(standard, payload, 'legalRepresentative');
  const open = levelCovers(context.level, 'government');
  const seen: ViewContext = { ...context, people: open ? [] : [...context.people, own].filter((name) => name !== '') };
  return {
    recordId: facts.record_id,
    item: facts.item,
    itemName,
    category: context.policy.catalogueItem(facts.item)?.category ?? facts.item,
    title: titleOf(facts, standard, payload, seen, itemName),
    summary: summaryOf(standard, payload, seen),
    documentNumber: facts.document_number,
    decidedOn: facts.decided_on,
    effectiveFrom: facts.effective_from,
    effectiveTo: facts.effective_to,
    categories: facts.categories,
    amountFen: facts.amount_fen?.toString() ?? null,
    decidingBody: detail.deciding_body,
    sourceBody: detail.source_body,
    fields: fieldsOf(seen, standard, payload),
    disclosure: {
      shown: disclosure.shown,
      state: disclosure.state,
      from: disclosure.from,
      until: disclosure.until,
      severity: disclosure.severity,
      severityConfirmed: disclosure.severityConfirmed,
      reason: disclosure.reason,
      basis: {
        document: disclosure.article.document,
        number: disclosure.article.number ?? null,
        article: disclosure.article.article ?? null,
      },
      regime: disclosure.regime.name,
      earliestRepairOn: disclosure.earliestRepairOn,
      annotations: [...disclosure.annotations],
      // Words of the parties: names of persons and numbers are hidden from the public like in any other text.
      notes: disclosure.notes.map((note) => ({
        ...note,
        text: maskText(note.text, seen.people),
        check: note.check === null ? null : maskText(note.check, seen.people),
      })),
    },
  };
}
