/**
 * Judged rows on their way from the worker to the thread that talks to the database. Only what matching and writing need
 * crosses: the payload as the text that COPY takes, its digest, the fields with a part in the record, what was found.
 */
import { parseUnifiedCode } from '@chengxin/identifiers';
import type { KeyedToken } from '../../platform/crypto.ts';
import type { FieldRole } from '../policy/index.ts';
import type { CellValue } from './cells.ts';
import { type ReadyPayload, readyPayload } from './record-facts.ts';
import type { Finding, PreparedRow, RowFate, RowProcessor } from './row-processor.ts';

/** Texts of one field in all rows of a batch: as they are, or numbers of the few that there are. */
type TextColumn = { texts: (string | null)[] } | { words: (string | null)[]; of: Uint16Array };

export interface WireBatch {
  rowNos: Int32Array;
  marks: Uint8Array;
  /** In the order of `carriedFields`. */
  texts: TextColumn[];
  /** Of fields whose value is more than its text. */
  values: CellValue[][];
  payloads: (ReadyPayload | null)[];
  findings: { at: number; list: Finding[] }[];
  identifiers: { at: number; tokens: readonly KeyedToken[]; kind: string; cipher: string; keyId: string }[];
}

const DOUBT = 1;
const REFUSE = 2;
const PERSON = 4;
const BARRED = 8;
const CODE = 16;

/** Long or needed in the payload only. */
const LEFT_BEHIND = new Set<FieldRole>([
  'documentTitle',
  'content',
  'facts',
  'conduct',
  'legalGround',
  'suspendedCertificate',
  'recordStatus',
  'remark',
  'disclosedUntilReported',
  'legalRepresentative',
  'legalRepresentativeDocumentType',
  'legalRepresentativeDocument',
  'personDocumentType',
  'procedure',
]);

interface Carried {
  texts: number[];
  values: number[];
}

const carriedBy = new WeakMap<RowProcessor, Carried>();

function carriedFields(processor: RowProcessor): Carried {
  const known = carriedBy.get(processor);
  if (known) return known;
  const { standard } = processor.plan;
  const keyed = new Set([...(standard.keyFields ?? []), ...(standard.itemBy ? [standard.itemBy.field] : [])]);
  const made: Carried = { texts: [], values: [] };
  standard.fields.forEach((field, index) => {
    const part = keyed.has(field.code) || (field.role !== undefined && !LEFT_BEHIND.has(field.role));
    // The register's rows fill the subject with whatever they hold.
    if (!part && !standard.registers) return;
    made.texts.push(index);
    if (
      field.type === 'multiEnum' ||
      field.type === 'nameList' ||
      field.type === 'amount10k' ||
      field.role === 'categories'
    )
      made.values.push(index);
  });
  carriedBy.set(processor, made);
  return made;
}

/** A column with at most this share of different texts goes as numbers. */
const FEW = 4;

function textColumn(rows: readonly PreparedRow[], index: number): TextColumn {
  const most = Math.max(2, Math.floor(rows.length / FEW));
  const numbers = new Map<string | null, number>();
  const of = new Uint16Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const text = rows[at]?.texts[index] ?? null;
    let number = numbers.get(text);
    if (number === undefined) {
      if (numbers.size >= most) return { texts: rows.map((row) => row.texts[index] ?? null) };
      number = numbers.size;
      numbers.set(text, number);
    }
    of[at] = number;
  }
  return { words: [...numbers.keys()], of };
}

function markOf(row: PreparedRow): number {
  const fate = row.fate === 'refuse' ? REFUSE : row.fate === 'doubt' ? DOUBT : 0;
  return fate | (row.person ? PERSON : 0) | (row.barred ? BARRED : 0) | (row.unified ? CODE : 0);
}

export function packRows(processor: RowProcessor, rows: readonly PreparedRow[]): WireBatch {
  const carried = carriedFields(processor);
  const batch: WireBatch = {
    rowNos: Int32Array.from(rows, (row) => row.rowNo),
    marks: Uint8Array.from(rows, markOf),
    texts: carried.texts.map((index) => textColumn(rows, index)),
    values: carried.values.map((index) => rows.map((row) => row.values[index] ?? null)),
    payloads: rows.map((row) => (row.fate === 'refuse' ? null : readyPayload(processor, row))),
    findings: [],
    identifiers: [],
  };
  rows.forEach((row, at) => {
    if (row.findings.length > 0) batch.findings.push({ at, list: row.findings });
    // Of a refused row nothing is kept.
    if (row.fate === 'refuse' || row.barred) return;
    for (const { tokens, kind, sealed } of row.identifiers)
      batch.identifiers.push({ at, tokens, kind, cipher: sealed.cipher.toString('latin1'), keyId: sealed.keyId });
  });
  return batch;
}

const fateOf = (mark: number): RowFate => ((mark & REFUSE) !== 0 ? 'refuse' : (mark & DOUBT) !== 0 ? 'doubt' : 'ok');

/** Fresh rows each time, so that a batch can be tried again from the start. */
export function unpackRows(processor: RowProcessor, batch: WireBatch): PreparedRow[] {
  const carried = carriedFields(processor);
  const width = processor.plan.standard.fields.length;
  const rows: PreparedRow[] = [];
  for (let at = 0; at < batch.rowNos.length; at += 1) {
    const mark = batch.marks[at] ?? 0;
    rows.push({
      rowNo: batch.rowNos[at] ?? 0,
      values: new Array<CellValue>(width).fill(null),
      texts: new Array<string | null>(width).fill(null),
      findings: [],
      fate: fateOf(mark),
      person: (mark & PERSON) !== 0,
      barred: (mark & BARRED) !== 0,
      unified: null,
      identifiers: [],
      payload: batch.payloads[at] ?? null,
    });
  }
  carried.texts.forEach((index, column) => {
    const from = batch.texts[column];
    if (!from) return;
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at];
      const text = 'texts' in from ? from.texts[at] : from.words[from.of[at] ?? 0];
      if (row && text !== null && text !== undefined) row.texts[index] = row.values[index] = text;
    }
  });
  carried.values.forEach((index, column) => {
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at];
      if (row) row.values[index] = batch.values[column]?.[at] ?? null;
    }
  });
  const code = processor.role('unifiedCode');
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (!row || ((batch.marks[at] ?? 0) & CODE) === 0) continue;
    const parsed = parseUnifiedCode(row.texts[code] ?? '');
    if (parsed.ok) row.unified = parsed;
  }
  for (const { at, list } of batch.findings) rows[at]?.findings.push(...list);
  for (const { at, tokens, kind, cipher, keyId } of batch.identifiers)
    rows[at]?.identifiers.push({
      token: tokens[0]?.token ?? '',
      tokens,
      kind,
      sealed: { cipher: Buffer.from(cipher, 'latin1'), keyId },
    });
  return rows;
}
