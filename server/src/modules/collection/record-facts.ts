/** A prepared row → the typed facts of a record and its payload. Pure. */
import { escapeCopyText, unescapeCopyText } from '../../platform/copy-rows.ts';
import type { FieldRole } from '../policy/index.ts';
import {
  isKeyed,
  keyPartsOf,
  payloadDigestHex,
  type RecordFacts,
  type RecordKeyParts,
  recordKeyHex,
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

/** Facts without the payload, which a row that is recorded needs as text only. */
export type RowFacts = Omit<OpenFacts, 'payload'>;

/** Where a standard has what a record needs, looked up once for a file. */
interface FactShape {
  readonly documentNumber: number;
  readonly certificateNumber: number;
  readonly decidedOn: number;
  readonly effectiveFrom: number;
  readonly effectiveTo: number;
  readonly endedOn: number;
  readonly categories: number;
  readonly amount: number;
  readonly confiscated: number;
  readonly keyed: boolean;
  readonly byCode: ReadonlyMap<string, number>;
  /** For each field: its JSON key with what stands before the value, its code in the digest (null: not in it). */
  readonly fields: readonly { json: string; digest: string | null }[];
}

const shapes = new WeakMap<RowProcessor, FactShape>();

function shapeOf(processor: RowProcessor): FactShape {
  const known = shapes.get(processor);
  if (known) return known;
  const { standard } = processor.plan;
  const made: FactShape = {
    documentNumber: processor.role('documentNumber'),
    certificateNumber: processor.role('certificateNumber'),
    decidedOn: processor.role('decidedOn'),
    effectiveFrom: processor.role('effectiveFrom'),
    effectiveTo: processor.role('effectiveTo'),
    endedOn: processor.role('endedOn'),
    categories: processor.role('categories'),
    amount: processor.role('amount'),
    confiscated: processor.role('confiscated'),
    keyed: isKeyed(standard),
    byCode: new Map(standard.fields.map((field, index) => [field.code, index])),
    fields: standard.fields.map((field) => ({
      json: escapeCopyText(`${JSON.stringify(field.code)}:`),
      digest: field.role && NOT_IN_DIGEST.has(field.role) ? null : `${field.code}\u001f`,
    })),
  };
  shapes.set(processor, made);
  return made;
}

export function rowFacts(
  processor: RowProcessor,
  row: PreparedRow,
  bodies: { decidingBodyId: string; sourceBodyId: string },
): RowFacts {
  const { standard } = processor.plan;
  const shape = shapeOf(processor);
  const text = (index: number): string | null => (index < 0 ? null : (row.texts[index] ?? null));
  const fen = (index: number): string | null => {
    const value = index < 0 ? null : row.values[index];
    return typeof value === 'bigint' ? value.toString() : null;
  };
  const kinds = shape.categories < 0 ? null : row.values[shape.categories];
  // A licence without a document number is known by its licence number (double disclosure §2, column 15).
  const documentNumber = text(shape.documentNumber) ?? text(shape.certificateNumber);
  const decidedOn = text(shape.decidedOn);
  const value = (code: string): string | null => text(shape.byCode.get(code) ?? -1);
  const served = standard.itemBy && value(standard.itemBy.field);
  return {
    item: (served && standard.itemBy?.items[served]) || standard.item,
    standard: standard.standard,
    documentNumber,
    decidedOn,
    effectiveFrom: text(shape.effectiveFrom),
    effectiveTo: earlier(text(shape.effectiveTo), dayBefore(text(shape.endedOn))),
    decidingBodyId: bodies.decidingBodyId,
    sourceBodyId: bodies.sourceBodyId,
    categories: Array.isArray(kinds) ? [...kinds] : typeof kinds === 'string' ? [kinds] : [],
    amountFen: fen(shape.amount),
    confiscatedFen: fen(shape.confiscated),
    key: shape.keyed
      ? keyPartsOf(standard, { documentNumber, decidedOn, decidingBodyId: bodies.decidingBodyId, value })
      : null,
  };
}

export function payloadOf(processor: RowProcessor, row: PreparedRow): Record<string, string> {
  if (row.payload) return JSON.parse(unescapeCopyText(row.payload.column)) as Record<string, string>;
  const payload: Record<string, string> = {};
  processor.plan.standard.fields.forEach((field, index) => {
    const value = row.texts[index];
    if (value !== null && value !== undefined) payload[field.code] = value;
  });
  return payload;
}

export function openFacts(
  processor: RowProcessor,
  row: PreparedRow,
  bodies: { decidingBodyId: string; sourceBodyId: string },
): OpenFacts {
  return { ...rowFacts(processor, row, bodies), payload: payloadOf(processor, row) };
}

/** The key of open facts once their subject is known. */
export function keyOf(facts: Pick<OpenFacts, 'key' | 'item' | 'sourceBodyId'>, subjectId: string): string {
  const register = { item: facts.item, decidingBodyId: facts.sourceBodyId, documentNumber: null, decidedOn: null };
  return recordKeyHex({ ...(facts.key ?? register), canonicalSubjectId: subjectId });
}

/** A list entry that was removed on a day was last in effect the day before. */
function dayBefore(day: string | null): string | null {
  return day === null ? null : new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

const earlier = (a: string | null, b: string | null): string | null => (a === null ? b : b === null || a < b ? a : b);

/** A payload as COPY takes it, and its digest. */
export interface ReadyPayload {
  column: string;
  hash: string;
}

/** What can be made ready before the subject is known. */
export interface ReadyFacts {
  facts: RowFacts;
  payload: ReadyPayload;
}

/** Needs an escape in JSON or in COPY. Everything else goes in as it stands. */
const SPECIAL = /["\\\u0000-\u001f\u007f-\u009f\ud800-\udfff]/;
const jsonColumn = (text: string): string => (SPECIAL.test(text) ? escapeCopyText(JSON.stringify(text)) : `"${text}"`);

/** Columns are joined by a sign that no cell holds; who reported is left out (see NOT_IN_DIGEST). */
function payloadText(
  shape: Pick<FactShape, 'fields'>,
  value: (index: number) => string | null | undefined,
): ReadyPayload {
  let digested = '';
  let column = '';
  for (let index = 0; index < shape.fields.length; index += 1) {
    const text = value(index);
    const field = shape.fields[index];
    if (text === null || text === undefined || field === undefined) continue;
    if (field.digest !== null) digested += `${field.digest}${text}\u001e`;
    column += column === '' ? `{${field.json}${jsonColumn(text)}` : `,${field.json}${jsonColumn(text)}`;
  }
  return { column: column === '' ? '{}' : `${column}}`, hash: payloadDigestHex(digested) };
}

export function readyPayload(processor: RowProcessor, row: PreparedRow): ReadyPayload {
  const { texts } = row;
  return payloadText(shapeOf(processor), (index) => texts[index]);
}

export function readyRow(
  processor: RowProcessor,
  row: PreparedRow,
  bodies: { decidingBodyId: string; sourceBodyId: string },
): ReadyFacts {
  return { facts: rowFacts(processor, row, bodies), payload: row.payload ?? readyPayload(processor, row) };
}

/** Facts that waited in the database, whose JSON has its keys in another order: that of the standard counts. */
export function readyFacts(facts: OpenFacts, fields: readonly { code: string; role?: FieldRole }[]): ReadyFacts {
  const shape = {
    fields: fields.map((field) => ({
      json: escapeCopyText(`${JSON.stringify(field.code)}:`),
      digest: field.role && NOT_IN_DIGEST.has(field.role) ? null : `${field.code}\u001f`,
    })),
  };
  return { facts, payload: payloadText(shape, (index) => facts.payload[fields[index]?.code ?? '']) };
}

/** Closes the facts for a subject: the key follows from it. */
export function closeFacts({ facts, payload }: ReadyFacts, subjectId: string, rowNo: number): RecordFacts {
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
    payloadHash: payload.hash,
    payloadColumn: payload.column,
    rowNo,
  };
}
