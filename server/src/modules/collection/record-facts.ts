/** A prepared row → the typed facts of a record and its payload. Pure. */
import { escapeCopyText } from '../../platform/copy-rows.ts';
import type { FieldRole } from '../policy/index.ts';
import {
  isKeyed,
  keyPartsOf,
  payloadDigest,
  type RecordFacts,
  type RecordKeyParts,
  recordKey,
} from '../records/index.ts';
import type { PreparedRow, RowProcessor } from './row-processor.ts';

/** Facts without what only the subject decides; kept with a doubtful row so that a decision needs no second reading of the file. */
export interface OpenFacts {
  item: string;
  standard: string;
  documentNumber: string | null;
  decidedOn: string | null;
  effectiveFrom: string | null;
  effectiveTo: string | null;
  decidingBodyId: string;
  sourceBodyId: string;
  categories: string[];
  amountFen: string | null;
  confiscatedFen: string | null;
  payload: Record<string, string>;
  /** What makes the same fact, but for the subject; null for the register, whose key is subject and source. */
  key: Omit<RecordKeyParts, 'canonicalSubjectId'> | null;
}

/** Who reported is not part of what was reported: two sources that say the same are no contradiction. */
const NOT_IN_DIGEST = new Set<FieldRole>(['sourceBody', 'sourceBodyCode']);

export function openFacts(
  processor: RowProcessor,
  row: PreparedRow,
  bodies: { decidingBodyId: string; sourceBodyId: string },
): OpenFacts {
  const { standard } = processor.plan;
  const text = (role: FieldRole): string | null => {
    const index = processor.role(role);
    return index < 0 ? null : (row.texts[index] ?? null);
  };
  const fen = (role: FieldRole): string | null => {
    const index = processor.role(role);
    const value = index < 0 ? null : row.values[index];
    return typeof value === 'bigint' ? value.toString() : null;
  };
  const categories = processor.role('categories');
  const kinds = categories < 0 ? null : row.values[categories];
  const payload: Record<string, string> = {};
  standard.fields.forEach((field, index) => {
    const value = row.texts[index];
    if (value !== null && value !== undefined) payload[field.code] = value;
  });
  // A licence without a document number is known by its licence number (double disclosure §2, column 15).
  const documentNumber = text('documentNumber') ?? text('certificateNumber');
  const decidedOn = text('decidedOn');
  const value = (code: string): string | null => payload[code] ?? null;
  const served = standard.itemBy && value(standard.itemBy.field);
  return {
    item: (served && standard.itemBy?.items[served]) || standard.item,
    standard: standard.standard,
    documentNumber,
    decidedOn,
    effectiveFrom: text('effectiveFrom'),
    effectiveTo: earlier(text('effectiveTo'), dayBefore(text('endedOn'))),
    ...bodies,
    categories: Array.isArray(kinds) ? [...kinds] : typeof kinds === 'string' ? [kinds] : [],
    amountFen: fen('amount'),
    confiscatedFen: fen('confiscated'),
    payload,
    key: isKeyed(standard)
      ? keyPartsOf(standard, { documentNumber, decidedOn, decidingBodyId: bodies.decidingBodyId, value })
      : null,
  };
}

/** The key of open facts once their subject is known. */
export function keyOf(facts: Pick<OpenFacts, 'key' | 'item' | 'sourceBodyId'>, subjectId: string): Buffer {
  const register = { item: facts.item, decidingBodyId: facts.sourceBodyId, documentNumber: null, decidedOn: null };
  return recordKey({ ...(facts.key ?? register), canonicalSubjectId: subjectId });
}

/** A list entry that was removed on a day was last in effect the day before. */
function dayBefore(day: string | null): string | null {
  return day === null ? null : new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

const earlier = (a: string | null, b: string | null): string | null => (a === null ? b : b === null || a < b ? a : b);

/** What can be made ready before the subject is known. */
export interface ReadyFacts {
  facts: OpenFacts;
  payloadColumn: string;
  payloadHash: Buffer;
}

/** Columns are joined by a sign that no cell holds; who reported is left out (see NOT_IN_DIGEST). */
export function readyFacts(facts: OpenFacts, sourceFields: ReadonlySet<string>): ReadyFacts {
  let digested = '';
  for (const code in facts.payload)
    if (!sourceFields.has(code)) digested += `${code}\u001f${facts.payload[code]}\u001e`;
  return { facts, payloadColumn: escapeCopyText(JSON.stringify(facts.payload)), payloadHash: payloadDigest(digested) };
}

/** Closes the facts for a subject: the key follows from it. */
export function closeFacts(
  { facts, payloadColumn, payloadHash }: ReadyFacts,
  subjectId: string,
  rowNo: number,
): RecordFacts {
  return {
    subjectId,
    item: facts.item,
    standard: facts.standard,
    documentNumber: facts.documentNumber,
    decidedOn: facts.decidedOn,
    effectiveFrom: facts.effectiveFrom,
    effectiveTo: facts.effectiveTo,
    decidingBodyId: facts.decidingBodyId,
    sourceBodyId: facts.sourceBodyId,
    categories: facts.categories,
    domain: null,
    amountFen: facts.amountFen === null ? null : BigInt(facts.amountFen),
    confiscatedFen: facts.confiscatedFen === null ? null : BigInt(facts.confiscatedFen),
    keyHash: keyOf(facts, subjectId),
    payloadHash,
    payloadColumn,
    rowNo,
  };
}

/** Codes of the columns that say who reported. */
export function sourceFieldsOf(fields: readonly { code: string; role?: FieldRole }[]): ReadonlySet<string> {
  return new Set(fields.filter((field) => field.role && NOT_IN_DIGEST.has(field.role)).map((field) => field.code));
}
