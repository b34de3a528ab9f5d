/**
 * Which template is this? Decided by the headings alone, never by the file's name (double disclosure: both editions are
 * in circulation, and older ones still turn up). Pure.
 */
import { startsWithWord } from '../../platform/tabular/index.ts';
import type { DataStandard, PolicyRuntime, StandardEdition } from '../policy/index.ts';

type NamedStandard = ReturnType<PolicyRuntime['standard']>;

export interface HeaderPlan {
  standard: NamedStandard;
  edition: StandardEdition;
  /** For each column of the file: index of the field in `standard.fields`, or -1 where it is ignored. */
  columns: number[];
  /** Reported value → value of the code table, by column of the file (old editions number their states differently). */
  values: ReadonlyMap<number, Readonly<Record<string, string>>>;
  /** Values that the edition fixes where the template has no such column (2018: 身份证). */
  constants: { field: number; value: string }[];
  /** Headings that are not part of the standard; kept in the file as received, not recorded. */
  ignored: string[];
  cells: string[];
  /** The headings as the file writes them. */
  headings: ReadonlySet<string>;
  /** See `headingWords`. */
  words?: ReadonlySet<string>;
}

export type HeaderProblem =
  | { code: 'no-header'; nearest: string | null; missing: string[] }
  | { code: 'repeated-column'; columns: string[] }
  | { code: 'missing-columns'; standard: string; edition: string; missing: string[] };

/** Headings are compared without blanks, width, required-marks, unit brackets' width and case. */
export function normaliseHeading(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s*\u200b\ufeff]/g, '')
    .replace(/\(必填\)|\(选填\)|\(必选\)/g, '')
    .toUpperCase();
}

interface HeadingIndex {
  standard: NamedStandard;
  /** Headings as they are usually written: a cheap look before the exact one, for it is asked of every row. */
  plain: Set<string>;
  /** Heading → field index. */
  byHeading: Map<string, number>;
  codeOf: Map<string, number>;
}

const indexes = new WeakMap<DataStandard, HeadingIndex>();

function headingIndex(standard: NamedStandard): HeadingIndex {
  const known = indexes.get(standard);
  if (known) return known;
  const byHeading = new Map<string, number>();
  const codeOf = new Map<string, number>();
  const plain = new Set<string>();
  standard.fields.forEach((field, index) => {
    codeOf.set(field.code, index);
    for (const heading of [field.code, field.label.zh, ...(field.aliases ?? [])]) {
      const key = normaliseHeading(heading);
      plain.add(heading);
      plain.add(key);
      if (!byHeading.has(key)) byHeading.set(key, index);
    }
  });
  const made = { standard, plain, byHeading, codeOf };
  indexes.set(standard, made);
  return made;
}

interface Fit {
  index: HeadingIndex;
  edition: StandardEdition;
  matched: number;
  missing: string[];
  columns: number[];
  values: Map<number, Readonly<Record<string, string>>>;
  constants: { field: number; value: string }[];
  repeated: string[];
}

interface Mapped {
  field: number;
  constants: { field: number; value: string }[];
  values: Readonly<Record<string, string>> | undefined;
}

/** Columns that an edition has but whose heading means another field (2018: one 法定代表人身份证号). */
function editionHeadings(index: HeadingIndex, edition: StandardEdition): Map<string, Mapped> {
  const map = new Map<string, Mapped>();
  for (const [heading, target] of Object.entries(edition.maps ?? {})) {
    const field = index.codeOf.get(target.field);
    if (field === undefined) continue;
    const constants = Object.entries(target.constants ?? {}).flatMap(([code, value]) => {
      const at = index.codeOf.get(code);
      return at === undefined ? [] : [{ field: at, value }];
    });
    map.set(normaliseHeading(heading), { field, constants, values: target.values });
  }
  return map;
}

function fitEdition(index: HeadingIndex, edition: StandardEdition, cells: readonly string[]): Fit {
  const own = editionHeadings(index, edition);
  const inEdition = new Set(
    edition.columns.map((code) => index.codeOf.get(code) ?? own.get(normaliseHeading(code))?.field ?? -1),
  );
  const seen = new Set<number>();
  const fit: Fit = {
    index,
    edition,
    matched: 0,
    missing: [],
    columns: [],
    values: new Map(),
    constants: [],
    repeated: [],
  };
  const byOwn = new Set<number>();
  for (const cell of cells) {
    const heading = normaliseHeading(cell);
    const mapped = heading === '' ? undefined : own.get(heading);
    const field = heading === '' ? -1 : (mapped?.field ?? index.byHeading.get(heading) ?? -1);
    fit.columns.push(field);
    if (field < 0) continue;
    // Two headings of an edition may feed one field (2016: 处罚类别1 and 2); the same heading twice may not.
    if (seen.has(field) && !(mapped && byOwn.has(field))) fit.repeated.push(cell);
    if (inEdition.has(field) && !seen.has(field)) fit.matched += 1;
    seen.add(field);
    if (!mapped) continue;
    byOwn.add(field);
    fit.constants.push(...mapped.constants);
    if (mapped.values) fit.values.set(fit.columns.length - 1, mapped.values);
  }
  for (const code of edition.columns) {
    const at = index.codeOf.get(code) ?? own.get(normaliseHeading(code))?.field;
    if (at === undefined || seen.has(at)) continue;
    const field = index.standard.fields[at];
    if (field && field.required !== 'never' && !edition.optional?.includes(field.code))
      fit.missing.push(field.label.zh);
  }
  return fit;
}

const score = (fit: Fit): number =>
  fit.matched * 3 - fit.missing.length * 2 - (fit.edition.columns.length - fit.matched);

/** A row is a header when it names at least this many columns of a template, or half of a small one. */
const LEAST_COLUMNS = 4;

/**
 * The plan for a header row; null when the row does not look like a header at all.
 * `standards`: the one that was named, or all of them for automatic recognition.
 */
export function readHeader(
  cells: readonly string[],
  standards: readonly NamedStandard[],
): HeaderPlan | HeaderProblem | null {
  let best: Fit | null = null;
  for (const standard of standards) {
    const index = headingIndex(standard);
    for (const edition of standard.editions) {
      const fit = fitEdition(index, edition, cells);
      if (best === null || score(fit) > score(best)) best = fit;
    }
  }
  if (!best || best.matched < Math.min(LEAST_COLUMNS, Math.ceil(best.edition.columns.length / 2))) return null;
  if (best.repeated.length > 0) return { code: 'repeated-column', columns: [...new Set(best.repeated)] };
  if (best.missing.length > 0 && !isLenient(best)) {
    return {
      code: 'missing-columns',
      standard: best.index.standard.standard,
      edition: best.edition.key,
      missing: best.missing,
    };
  }
  return {
    standard: best.index.standard,
    edition: best.edition,
    columns: best.columns,
    values: best.values,
    constants: best.constants,
    ignored: cells.filter((cell, at) => cell.trim() !== '' && (best.columns[at] ?? -1) < 0),
    cells: [...cells],
    headings: new Set(cells.filter((cell) => cell !== '')),
  };
}

/** Columns that are never required may be absent; a column that must be filled may not. */
function isLenient(fit: Fit): boolean {
  const labels = new Map(fit.index.standard.fields.map((field) => [field.label.zh, field]));
  return fit.missing.every((label) => labels.get(label)?.required !== 'always');
}

/** What a row that is another header has among its first cells, as usually written. */
export function headingWords(plan: HeaderPlan): ReadonlySet<string> {
  plan.words ??= new Set([...plan.headings, ...headingIndex(plan.standard).plain]);
  return plan.words;
}

/** How many cells of a data row are headings of the plan's standard; a repeated header or a code row under it has most of them. */
export function looksLikeHeader(cells: readonly string[], plan: HeaderPlan): boolean {
  const index = headingIndex(plan.standard);
  if (!startsWithWord(cells, headingWords(plan))) return false;
  let filled = 0;
  let headings = 0;
  for (const cell of cells) {
    if (cell === '') continue;
    filled += 1;
    if (cell.length <= 60 && index.byHeading.has(normaliseHeading(cell))) headings += 1;
  }
  return headings >= 3 && headings * 2 >= filled;
}

const NOTE_START = /^[\s（(【[]*(表格说明|填表说明|填写说明|填报说明|说明[:：]|注[:：]|备注[:：]|示例)/;

/** The note row under the header of the official Excel templates, or a row that only explains types and lengths. */
export function looksLikeNote(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell.trim() !== '');
  const first = filled[0];
  if (first === undefined) return false;
  if (NOTE_START.test(first)) return true;
  return (
    filled.length >= 3 &&
    filled.filter((cell) => /^(必填|选填|条件必填|非必填|字符|日期|枚举|数值)/.test(cell.trim())).length * 2 >
      filled.length
  );
}
