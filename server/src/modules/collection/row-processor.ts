/**
 * One row of a file → values, findings and a first verdict; compiled once for a standard and edition. Pure but for the
 * key ring: person identifiers become tokens here, before anything is written anywhere (DESIGN §4, person).
 */
import {
  isMinorOn,
  parseOrganisationCode,
  parsePersonDocument,
  parseRegistrationNumber,
  parseUnifiedCode,
  type UnifiedCodeOk,
} from '@chengxin/identifiers';
import { compileToFunction } from '@chengxin/rules';
import type { KeyedToken, KeyRing, Sealed } from '../../platform/crypto.ts';
import { type CellFlag, looksLikeFormula, type TableRow } from '../../platform/tabular/index.ts';
import { withoutNumbers } from '../persons/index.ts';
import type {
  CodeTable,
  CompiledRule,
  FieldRole,
  FindingSeverity,
  PolicyRuntime,
  StandardField,
} from '../policy/index.ts';
import {
  amountCell,
  type CellResult,
  type CellValue,
  codeCell,
  dateCell,
  documentNumberCell,
  type EnumLookup,
  enumCell,
  multiEnumCell,
  nameListCell,
  textCell,
} from './cells.ts';
import type { HeaderPlan } from './header.ts';
import type { ReadyPayload } from './record-facts.ts';

export interface Finding {
  severity: FindingSeverity;
  rule: string;
  ruleVersion: string;
  field: string | null;
  value: string | null;
  newValue: string | null;
  args: Record<string, string> | null;
}

export interface PersonIdentifier {
  /** The first of the tokens: what the row holds. */
  token: string;
  tokens: readonly KeyedToken[];
  kind: string;
  sealed: Sealed;
}

export type RowFate = 'ok' | 'doubt' | 'refuse';

export interface PreparedRow {
  rowNo: number;
  /** By field index of the standard. */
  values: CellValue[];
  texts: (string | null)[];
  findings: Finding[];
  fate: RowFate;
  /** The counterparty is a natural person: the row goes to the person store or nowhere. */
  person: boolean;
  /** The place's rules bar the row (minors, simple procedure on persons): counted, kept nowhere. */
  barred: boolean;
  unified: UnifiedCodeOk | null;
  identifiers: PersonIdentifier[];
  /** Made ready by the worker that judged the row; absent where the row was judged here. */
  payload?: ReadyPayload | null;
}

export interface RowProcessor {
  readonly plan: HeaderPlan;
  /** Index of the field with a role; -1 where the standard has none. */
  role(role: FieldRole): number;
  process(row: TableRow): PreparedRow;
  /** Adds a finding that was made later (matching, duplicates) and lowers the fate accordingly. */
  report(
    row: PreparedRow,
    ruleId: string,
    field: number,
    value?: string | null,
    newValue?: string | null,
    args?: Record<string, string> | null,
  ): void;
}

/** Words of the counterparty category; vendors' numbers are aliases in the code table. */
export const COUNTERPARTY = { organisation: '法人及非法人组织', person: '自然人', soleTrader: '个体工商户' } as const;

const FATE_OF: Record<FindingSeverity, RowFate> = { correct: 'ok', warn: 'ok', doubt: 'doubt', refuse: 'refuse' };
const WORST: Record<RowFate, number> = { ok: 0, doubt: 1, refuse: 2 };
const MAX_FINDINGS_PER_ROW = 60;
const SHOWN_CHARACTERS = 200;

/** Findings show the words that were found, without numbers of persons; long cells are cut, the file as received keeps them. */
function shown(found: string | null, keepCodes: boolean): string | null {
  if (found === null) return null;
  const text = withoutNumbers(found, keepCodes);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

function lookupOf(table: CodeTable): EnumLookup {
  const exact = new Map<string, string>();
  const suffixed: string[] = [];
  for (const value of table.values) {
    exact.set(value.code, value.code);
    for (const alias of value.aliases ?? []) exact.set(alias, value.code);
    if (value.allowSuffix) suffixed.push(value.code);
  }
  return { exact, suffixed };
}

const CODE_ROLES = new Set<FieldRole>([
  'unifiedCode',
  'registrationNumber',
  'organisationCode',
  'taxNumber',
  'institutionNumber',
  'socialNumber',
  'decidingBodyCode',
  'sourceBodyCode',
  'personDocument',
  'legalRepresentativeDocument',
]);
const NAME_ROLES = new Set<FieldRole>(['subjectName', 'legalRepresentative', 'decidingBody', 'sourceBody']);

type CellParser = (raw: string) => CellResult;

function parserFor(field: StandardField, policy: PolicyRuntime): CellParser {
  if (field.type === 'date') return dateCell;
  if (field.type === 'amount10k') return amountCell;
  if (field.type === 'nameList') return nameListCell;
  if (field.type === 'enum' || field.type === 'multiEnum') {
    const lookup = lookupOf(policy.codeTable(field.codeTable ?? field.code));
    return field.type === 'enum' ? (raw) => enumCell(raw, lookup) : (raw) => multiEnumCell(raw, lookup);
  }
  if (field.role === 'documentNumber') return documentNumberCell;
  if (field.role && CODE_ROLES.has(field.role)) return codeCell;
  const inner = !(field.role && NAME_ROLES.has(field.role));
  return (raw) => textCell(raw, { inner });
}

/** What one cell says, whatever the row. */
interface CellReading {
  result: CellResult;
  /** The cell as it is read: a value that the edition writes otherwise is translated. */
  raw: string;
  formula: boolean;
  /** Characters, where there are more than the standard allows; otherwise 0. */
  length: number;
  /** Something must be said about it. */
  noteworthy: boolean;
}

/** Reads the cells of one column; what repeats (bodies, categories, states, days) is read once. */
interface ColumnReader {
  readonly type: StandardField['type'];
  read(cell: string): CellReading;
  /** Two columns feed one field: the value so far and this cell together. */
  join(before: string, cell: string): CellReading;
}

/** Longer cells hardly repeat; a memo is given up when fewer than half of the first cells were in it. */
const MEMO_CHARACTERS = 60;
const MEMO_CELLS = 4_096;
const MEMO_TRIAL = 512;

function columnReader(compiled: CompiledField, values: Readonly<Record<string, string>> | undefined): ColumnReader {
  const { field, parse } = compiled;
  const limited = field.type !== 'amount10k' && field.type !== 'date' ? field.length : undefined;
  const translate = (cell: string): string => (values === undefined ? cell : (values[cell.trim()] ?? cell));
  const readRaw = (raw: string, cell: string): CellReading => {
    const result = parse(raw);
    const { text } = result;
    const tooLong = limited !== undefined && !result.problem && text !== null && !codePoints(text, limited);
    const length = tooLong && text !== null ? [...text].length : 0;
    const formula = looksLikeFormula(cell);
    return {
      result,
      raw,
      formula,
      length,
      noteworthy: formula || length > 0 || Boolean(result.problem ?? result.changed),
    };
  };
  let memo: Map<string, CellReading> | null = new Map();
  let asked = 0;
  let known = 0;
  return {
    type: field.type,
    read(cell) {
      if (memo === null || cell.length > MEMO_CHARACTERS) return readRaw(translate(cell), cell);
      asked += 1;
      const hit = memo.get(cell);
      if (hit !== undefined) {
        known += 1;
        return hit;
      }
      const reading = readRaw(translate(cell), cell);
      if (asked === MEMO_TRIAL && known * 2 < asked) memo = null;
      else {
        if (memo.size >= MEMO_CELLS) memo.clear();
        memo.set(cell, reading);
      }
      return reading;
    },
    join: (before, cell) => readRaw(`${before};${translate(cell)}`, cell),
  };
}

interface Tokenised {
  identifier: PersonIdentifier;
  issue: { zh: string; en: string } | null;
}

const MEMO_TOKENS = 8_192;

/** A representative stands in many rows: token and ciphertext are made once. Lives as long as its file is worked on. */
function tokenMemo(keys: KeyRing): { of(type: string, text: string): Tokenised } {
  const memo = new Map<string, Tokenised>();
  return {
    of(type, text) {
      const key = `${type}\u001f${text}`;
      const hit = memo.get(key);
      if (hit !== undefined) return hit;
      const parsed = parsePersonDocument(type, text);
      const number = parsed.ok ? parsed.number : text;
      const kind = parsed.ok ? parsed.type : 'other';
      const tokens = keys.tokens(kind, number);
      const made: Tokenised = {
        identifier: { token: tokens[0]?.token ?? '', tokens, kind, sealed: keys.sealPerson(number) },
        issue: parsed.ok ? null : { zh: parsed.issues[0]?.zh ?? '', en: parsed.issues[0]?.en ?? '' },
      };
      if (memo.size >= MEMO_TOKENS) memo.clear();
      memo.set(key, made);
      return made;
    },
  };
}

const codePoints = (text: string, limit: number): boolean => {
  if (text.length <= limit) return true;
  if (text.length > limit * 2) return false;
  let count = 0;
  for (const _ of text) count += 1;
  return count <= limit;
};

interface CompiledField {
  field: StandardField;
  parse: CellParser;
  long: boolean;
}

interface CompiledCheck {
  rule: CompiledRule;
  fieldIndex: number;
  violated: (values: readonly CellValue[]) => boolean;
}

/** Compiles the processor of one file. `today` (Asia/Shanghai) is fixed when the file is received, so that a retry judges alike. */
export function compileRowProcessor(
  plan: HeaderPlan,
  policy: PolicyRuntime,
  keys: KeyRing,
  today: string,
): RowProcessor {
  const fields: CompiledField[] = plan.standard.fields.map((field) => ({
    field,
    parse: parserFor(field, policy),
    long: field.type === 'text' && !(field.role && CODE_ROLES.has(field.role)),
  }));
  const roles = new Map<FieldRole, number>();
  const byCode = new Map<string, number>();
  fields.forEach(({ field }, index) => {
    byCode.set(field.code, index);
    if (field.role && !roles.has(field.role)) roles.set(field.role, index);
  });
  const role = (name: FieldRole): number => roles.get(name) ?? -1;
  const checks = compileChecks(plan, policy, byCode, today);
  const place = policy.place();
  const optional = new Set(plan.edition.optional);
  const required = fields.flatMap(({ field }, index) =>
    field.required === 'always' && !optional.has(field.code) ? [index] : [],
  );
  const at = {
    category: role('subjectCategory'),
    code: role('unifiedCode'),
    organisation: role('organisationCode'),
    registration: role('registrationNumber'),
    documentType: role('personDocumentType'),
    document: role('personDocument'),
    representativeType: role('legalRepresentativeDocumentType'),
    representative: role('legalRepresentativeDocument'),
    procedure: role('procedure'),
  };
  const otherNumbers = (
    ['registrationNumber', 'organisationCode', 'taxNumber', 'institutionNumber', 'socialNumber'] as const
  )
    .map(role)
    .filter((index) => index >= 0);
  const ruleOf = (id: string): CompiledRule => {
    const rule = policy.rule(id);
    if (!rule) throw new Error(`policy has no rule "${id}", which collection needs`);
    return rule;
  };

  const report: RowProcessor['report'] = (row, ruleId, field, value = null, newValue = null, args = null) => {
    const rule = ruleOf(ruleId);
    const fate = FATE_OF[rule.severity];
    if (WORST[fate] > WORST[row.fate]) row.fate = fate;
    if (row.findings.length >= MAX_FINDINGS_PER_ROW) return;
    const definition = field >= 0 ? fields[field]?.field : undefined;
    const secret = row.person || definition?.person !== undefined;
    const keepCodes = definition?.role !== undefined && CODE_ROLES.has(definition.role);
    row.findings.push({
      severity: rule.severity,
      rule: rule.id,
      ruleVersion: rule.version,
      field: definition?.code ?? rule.field ?? null,
      value: secret ? null : shown(value, keepCodes),
      newValue: secret ? null : shown(newValue, keepCodes),
      args,
    });
  };

  const readers = plan.columns.map((index, column) => {
    const compiled = fields[index];
    return compiled ? columnReader(compiled, plan.values.get(column)) : null;
  });
  const readCell = (row: PreparedRow, index: number, cell: string, column: number): void => {
    const reader = readers[column];
    if (!reader) return;
    const before = row.texts[index];
    // Two columns for one field (old editions): several values are taken together, otherwise the first that is filled.
    if (before && reader.type !== 'multiEnum') {
      if (looksLikeFormula(cell)) report(row, 'formula-cell', index, cell);
      return;
    }
    const reading = before ? reader.join(before, cell) : reader.read(cell);
    if (reading.noteworthy) note(row, index, cell, reading);
    if (reading.result.problem) {
      row.texts[index] = null;
      // A value that cannot be read is not also "missing".
      unreadable.add(index);
      return;
    }
    row.values[index] = reading.result.value;
    row.texts[index] = reading.result.text;
  };
  const note = (row: PreparedRow, index: number, cell: string, { formula, raw, result, length }: CellReading): void => {
    // Also in workbooks and forms, where the reader takes text for text: it would come alive in somebody's CSV.
    if (formula) report(row, 'formula-cell', index, cell);
    if (result.problem) {
      report(row, result.problem, index, raw);
      return;
    }
    if (result.changed) report(row, result.changed, index, raw, result.text ?? '');
    if (length > 0)
      report(row, 'cell-too-long', index, result.text, null, {
        length: String(length),
        limit: String(fields[index]?.field.length ?? ''),
      });
  };
  const unreadable = new Set<number>();
  const tokens = tokenMemo(keys);

  const flagged = (row: PreparedRow, flags: readonly CellFlag[], cells: readonly string[]): void => {
    for (const flag of flags) {
      const index = plan.columns[flag.column] ?? -1;
      if (index < 0) continue;
      if (flag.kind === 'formula' || flag.kind === 'error') {
        // Of a workbook's formula the cell holds the value; a text was looked at above.
        if (!looksLikeFormula(cells[flag.column] ?? '')) report(row, 'formula-cell', index, flag.value);
      } else if (flag.kind === 'invalid-character' || flag.kind === 'bad-quote')
        report(row, 'invalid-character', index, flag.value);
      else if (
        flag.kind === 'truncated' &&
        !row.findings.some((finding) => finding.rule === 'cell-too-long' && finding.field === fields[index]?.field.code)
      ) {
        const limit = fields[index]?.field.length;
        report(row, 'cell-too-long', index, cells[flag.column] ?? null, null, {
          length: flag.value,
          limit: String(limit ?? ''),
        });
      } else if (flag.kind === 'lossy-number')
        report(row, 'invalid-character', index, cells[flag.column] ?? null, null, { lossy: 'true' });
    }
  };

  const setText = (row: PreparedRow, index: number, text: string): void => {
    row.values[index] = text;
    row.texts[index] = text;
  };

  /** Sole traders' old tax and registration numbers were often the owner's own: no identifier of a subject. */
  const dropPersonNumbers = (row: PreparedRow): void => {
    for (const index of otherNumbers) {
      const text = row.texts[index];
      if (!text || withoutNumbers(text, true) === text) continue;
      report(row, 'person-identifier-in-text', index);
      row.values[index] = null;
      row.texts[index] = null;
    }
  };

  const checkIdentifiers = (row: PreparedRow): void => {
    const code = at.code >= 0 ? row.texts[at.code] : null;
    if (code && !row.person) {
      const parsed = parseUnifiedCode(code);
      if (parsed.ok) {
        row.unified = parsed;
        if (parsed.code !== code) {
          report(row, 'normalised-code-case', at.code, code, parsed.code);
          setText(row, at.code, parsed.code);
        }
        // A division that is not in today's table may be an abolished one: codes keep it (identifiers §1.1, code tables §2).
        const warning = parsed.warnings.find((entry) => entry.part === 'register' || entry.part === 'category');
        if (warning) report(row, 'code-kind-unknown', at.code, code, null, { zh: warning.zh, en: warning.en });
      } else if (parsed.reason === 'placeholder') {
        row.values[at.code] = null;
        row.texts[at.code] = null;
        report(row, 'code-placeholder', at.code, code);
      } else if (parsed.reason !== 'missing') {
        const [issue] = parsed.issues;
        // A suggestion made from a person's number would be that number but for one character.
        const suggestion = withoutNumbers(code, true) === code ? (parsed.suggestion ?? '') : '';
        report(row, 'code-check', at.code, code, suggestion || null, {
          zh: issue?.zh ?? '',
          en: issue?.en ?? '',
          suggestion,
        });
        row.values[at.code] = null;
        unreadable.add(at.code);
      } else {
        row.values[at.code] = null;
        row.texts[at.code] = null;
      }
    }
    const organisation = at.organisation >= 0 ? row.texts[at.organisation] : null;
    if (organisation) {
      const parsed = parseOrganisationCode(organisation);
      if (!parsed.ok) report(row, 'organisation-code-check', at.organisation, organisation);
      else {
        if (row.unified && row.unified.organisationCode !== parsed.code) {
          report(row, 'organisation-code-mismatch', at.organisation, organisation, row.unified.organisationCode);
        }
        if (parsed.code !== organisation) setText(row, at.organisation, parsed.code);
      }
    }
    const registration = at.registration >= 0 ? row.texts[at.registration] : null;
    if (registration) {
      const parsed = parseRegistrationNumber(registration);
      // Divisions that the table does not know may be abolished ones or the city's own.
      const known = policy.division(registration.slice(0, 6)) !== undefined;
      const warning = parsed.ok ? parsed.warnings.find((entry) => entry.part !== 'region' || !known) : undefined;
      if (warning)
        report(row, 'registration-number-check', at.registration, registration, null, {
          zh: warning.zh,
          en: warning.en,
        });
    }
  };

  /** A person's document number becomes a token; the number itself leaves this function only as ciphertext. */
  const tokenise = (row: PreparedRow, index: number, typeIndex: number, ruleId: string | null): void => {
    const text = row.texts[index];
    if (!text) return;
    const type = typeIndex >= 0 ? (row.texts[typeIndex] ?? '身份证') : '身份证';
    const { identifier, issue } = tokens.of(type, text);
    if (issue && ruleId) report(row, ruleId, index, null, null, issue);
    row.identifiers.push(identifier);
    setText(row, index, identifier.token);
  };

  const checkPerson = (row: PreparedRow): void => {
    const number = at.document >= 0 ? row.texts[at.document] : null;
    const stored = place.personRows.store.includes(plan.standard.standard) && at.document >= 0;
    const procedure = at.procedure >= 0 ? row.texts[at.procedure] : null;
    if (!stored || (place.personRows.barSimpleProcedure && procedure?.startsWith('简易'))) {
      row.barred = true;
      report(row, 'person-row-barred', -1);
      return;
    }
    if (!number) return;
    const type = at.documentType >= 0 ? (row.texts[at.documentType] ?? '身份证') : '身份证';
    const parsed = parsePersonDocument(type, number, { today });
    const birthOn = parsed.ok ? parsed.birthOn : undefined;
    // Age unknown counts as a minor (natural-persons G20): a document without a birth date is not enough. A number that
    // cannot be read is refused by its own rule and may be mended.
    if (parsed.ok && (birthOn === undefined || isMinorOn(birthOn, today))) {
      row.barred = true;
      report(row, 'minor-row-barred', -1);
    }
  };

  const maskLongText = (row: PreparedRow): void => {
    for (let index = 0; index < fields.length; index += 1) {
      const text = row.texts[index];
      if (text === null || text === undefined || !fields[index]?.long) continue;
      const masked = withoutNumbers(text);
      if (masked === text) continue;
      report(row, 'person-identifier-in-text', index);
      setText(row, index, masked);
    }
  };

  const process = (source: TableRow): PreparedRow => {
    const row: PreparedRow = {
      rowNo: source.rowNumber,
      values: new Array<CellValue>(fields.length).fill(null),
      texts: new Array<string | null>(fields.length).fill(null),
      findings: [],
      fate: 'ok',
      person: false,
      barred: false,
      unified: null,
      identifiers: [],
    };
    unreadable.clear();
    if (isRagged(source.cells, plan.columns.length)) {
      report(row, 'columns-ragged', -1, null, null, {
        cells: String(source.cells.length),
        columns: String(plan.columns.length),
      });
    }
    const columns = Math.min(source.cells.length, plan.columns.length);
    for (let column = 0; column < columns; column += 1) {
      const index = plan.columns[column] ?? -1;
      const raw = source.cells[column];
      if (index >= 0 && raw) readCell(row, index, raw, column);
    }
    if (source.flags) flagged(row, source.flags, source.cells);
    row.person = isPersonRow(row, plan, at);
    // What was found before it was known that the row is about a person quotes the person.
    if (row.person) for (const finding of row.findings) finding.value = finding.newValue = null;
    dropPersonNumbers(row);
    applyConstants(row, plan, fields, at, setText);
    checkIdentifiers(row);
    if (row.person) checkPerson(row);
    for (const index of required) {
      if (row.values[index] === null && !unreadable.has(index)) report(row, 'required-missing', index);
    }
    for (const check of checks) {
      if (check.fieldIndex >= 0 && unreadable.has(check.fieldIndex)) continue;
      if (check.violated(row.values))
        report(
          row,
          check.rule.id,
          check.fieldIndex,
          check.fieldIndex >= 0 ? (row.texts[check.fieldIndex] ?? null) : null,
        );
    }
    tokenise(row, at.document, at.documentType, row.person ? 'person-document-check' : null);
    tokenise(row, at.representative, at.representativeType, 'representative-document-check');
    maskLongText(row);
    return row;
  };
  return { plan, role, process, report };
}

/** More filled cells than the header, or fewer cells than half of it in a text file, means that the row was cut or shifted. */
function isRagged(cells: readonly string[], columns: number): boolean {
  for (let at = columns; at < cells.length; at += 1) if (cells[at] !== '') return true;
  return false;
}

function isPersonRow(
  row: PreparedRow,
  plan: HeaderPlan,
  at: { category: number; code: number; registration: number; document: number },
): boolean {
  if (plan.edition.counterparty === 'person') return true;
  if (plan.edition.counterparty === 'organisation') return false;
  const category = at.category >= 0 ? row.values[at.category] : null;
  if (category === COUNTERPARTY.person) return true;
  // A citizen's number where the code of an organisation stands, in a template that knows no persons.
  if (at.document < 0 && at.code >= 0 && parsePersonDocument('身份证', row.texts[at.code] ?? '').ok) return true;
  // No category (old editions, or left empty): a document of a person and no number of an organisation mean a person.
  return (
    category === null &&
    at.document >= 0 &&
    Boolean(row.texts[at.document]) &&
    !row.texts[at.code] &&
    !row.texts[at.registration]
  );
}

function applyConstants(
  row: PreparedRow,
  plan: HeaderPlan,
  fields: readonly CompiledField[],
  at: { category: number; code: number; representative: number },
  setText: (row: PreparedRow, index: number, text: string) => void,
): void {
  for (const constant of plan.constants) {
    if (row.values[constant.field] === null && row.texts[at.representative])
      setText(row, constant.field, constant.value);
  }
  if (at.category < 0 || row.values[at.category] !== null || !plan.edition.counterparty) return;
  if (fields[at.category] === undefined) return;
  const trader = row.texts[at.code]?.startsWith('92') ?? false;
  setText(
    row,
    at.category,
    plan.edition.counterparty === 'person'
      ? COUNTERPARTY.person
      : trader
        ? COUNTERPARTY.soleTrader
        : COUNTERPARTY.organisation,
  );
}

function compileChecks(
  plan: HeaderPlan,
  policy: PolicyRuntime,
  byCode: ReadonlyMap<string, number>,
  today: string,
): CompiledCheck[] {
  const params = { today };
  return policy.rules(plan.standard.standard).flatMap((rule) => {
    if (rule.builtin || !rule.require || (rule.field !== undefined && plan.edition.optional?.includes(rule.field)))
      return [];
    const indexOf = (code: string): number => byCode.get(code) ?? -1;
    const holds = compileToFunction(rule.require, { access: 'index', indexOf });
    const when = rule.when ? compileToFunction(rule.when, { access: 'index', indexOf }) : null;
    const violated = (values: readonly CellValue[]): boolean =>
      (when === null || when(values, params)) && !holds(values, params);
    return [{ rule, fieldIndex: rule.field ? indexOf(rule.field) : -1, violated }];
  });
}
