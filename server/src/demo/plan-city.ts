/**
 * A city of any size as files in the official templates. The plan is small; rows are made when a file is asked for them,
 * each from its own key, so that memory stays flat and any file can be made again alone.
 */
import type { DataStandard, StandardEdition } from '../modules/policy/index.ts';
import { CREDIT_OFFICE, DEPARTMENTS, type DepartmentKey, type PlannedDepartment } from './bodies.ts';
import { type CatalogueFile, catalogueFiles, catalogueRows } from './catalogue-files.ts';
import { dayNumber, isoDay, slashed } from './days.ts';
import { DIRT, type Dirt, type Fate, makeDirty } from './dirt.ts';
import { permutation, type Random, randomOf, seedNumber } from './random.ts';
import {
  type CleanRow,
  decisionDay,
  type RecordMaker,
  type RecordStream,
  recordMaker,
  type StandardKey,
  type Values,
} from './records.ts';
import { parcelsOf } from './reporting.ts';
import { type PlannedSubject, type SubjectMaker, subjectMaker } from './subjects.ts';

export interface CityOptions {
  readonly subjects: number;
  /** Rows of licences and penalties together, repeats and corrections included. */
  readonly records: number;
  readonly seed: string | number;
  /** The day on which the city is looked at (ISO); the last decisions lie just before it. */
  readonly asOf: string;
  /** Data standards by key: licence, penalty, registration (policy/standards). */
  readonly standards: ReadonlyMap<string, DataStandard>;
  /** Most rows of a file; default 50,000. */
  readonly rowsPerFile?: number;
  /** The demonstration: also a few thousand rows of the other kinds of the catalogue, and files that came in month by month. */
  readonly catalogue?: boolean;
  /** 1 = as real files (default), 0 = every row as the standard wants it. */
  readonly dirt?: number;
}

export type FileEncoding = 'utf-8' | 'utf-8-bom' | 'gb18030' | 'xlsx';

export interface FilePlan {
  readonly file: string;
  /** Files of a lower step come first: the register, decisions, what corrects them. */
  readonly step: 1 | 2 | 3;
  readonly standard: string;
  readonly edition: string;
  /** Unified code of the body that sends it, and its key in this plan. */
  readonly org: string;
  readonly body: string;
  readonly encoding: FileEncoding;
  readonly header: readonly string[];
  /** 表格说明 under the header. */
  readonly note: string | null;
  /** Indexes of date columns, written as typed cells in some workbooks. */
  readonly typedDates: readonly number[];
  /** Exact for licences and penalties; about right for registrations, which hold those of their kinds only. */
  readonly rows: number;
  /** Day on which it came in, where that is not today. */
  readonly arrives: number | null;
  readonly source: FileSource;
}

type FileSource =
  | {
      readonly kind: 'registration';
      readonly from: number;
      readonly to: number;
      readonly sender: 'market' | 'agriculture' | 'credit';
    }
  | { readonly kind: 'changes' }
  | { readonly kind: 'catalogue'; readonly of: CatalogueFile }
  | {
      readonly kind: 'records';
      readonly stream: RecordStream;
      readonly from: number;
      readonly to: number;
      /** Share of the plan's dirt that the rows have; all of it where nothing is said. */
      readonly dirt?: number;
    }
  | { readonly kind: 'corrections'; readonly stream: RecordStream; readonly count: number }
  | { readonly kind: 'relay'; readonly stream: RecordStream; readonly count: number };

export interface PlannedRow {
  readonly cells: string[];
  /** Kinds of dirt, or `duplicate`, `correction`, `relay`. Empty: as the standard wants it. */
  readonly dirt: readonly string[];
}

export interface CityPlan {
  readonly options: CityOptions;
  readonly asOf: number;
  readonly files: readonly FilePlan[];
  rows(file: FilePlan): Generator<PlannedRow>;
  subject(index: number): PlannedSubject;
}

/** Expected fates of rows by kind of dirt. */
export const FATES: ReadonlyMap<string, Fate | 'duplicate' | 'superseding'> = new Map<
  string,
  Fate | 'duplicate' | 'superseding'
>([
  ...DIRT.map((dirt: Dirt): [string, Fate] => [dirt.kind, dirt.fate]),
  ['duplicate', 'duplicate'],
  ['correction', 'superseding'],
]);

const UNREGISTERED_SHARE = 0.02;
const DUPLICATE_RATE = 0.007;
const SAME_FILE_CORRECTION_RATE = 0.002;
const REALM_DIRT = 100_000;
const REALM_REPEAT = 200_000;
const REALM_REGISTER = 300_000;

/** Streams of a department: its present system, an older one with the edition of 2018, persons, and a file of the old days. */
const SHARES = { merged: 0.8, org: 0.14, person: 0.035, legacy: 0.025 };

interface Allotment {
  department: PlannedDepartment;
  standard: StandardKey;
  rows: number;
}

/** Licences are three in five. */
function allot(records: number): Allotment[] {
  const total = { licence: 0, penalty: 0 };
  for (const { weight } of DEPARTMENTS) {
    total.licence += weight.licence;
    total.penalty += weight.penalty;
  }
  const wanted = { licence: Math.round(records * 0.6), penalty: records - Math.round(records * 0.6) };
  const out: Allotment[] = [];
  for (const standard of ['licence', 'penalty'] as const) {
    let left = wanted[standard];
    DEPARTMENTS.forEach((department, at) => {
      const last = at === DEPARTMENTS.length - 1;
      const rows = last
        ? left
        : Math.min(left, Math.floor((wanted[standard] * department.weight[standard]) / total[standard]));
      left -= rows;
      out.push({ department, standard, rows });
    });
  }
  return out;
}

const LEGACY_SIGNS: Partial<Record<DepartmentKey, string>> = { market: '示工商', tax: '示国税' };

function streamsOf({ department, standard, rows }: Allotment, id: number, asOf: number): RecordStream[] {
  if (rows === 0) return [];
  const word = standard === 'licence' ? '许' : '罚';
  const base = { department, standard };
  const legacySign = LEGACY_SIGNS[department.key];
  const legacy = legacySign && rows >= 200 ? Math.floor(rows * SHARES.legacy) : 0;
  const person = rows >= 100 ? Math.floor(rows * SHARES.person) : 0;
  const org = rows >= 100 ? Math.floor(rows * SHARES.org) : 0;
  const merged = rows - legacy - person - org;
  const procedure =
    standard === 'penalty' &&
    (department.key === 'urban' || department.key === 'transport' || department.key === 'market');
  const streams: RecordStream[] = [
    {
      ...base,
      id: id * 4,
      edition: 'merged-2019',
      rows: merged,
      stem: `${department.sign}${word}`,
      personShare: 0.03,
      procedure,
    },
    {
      ...base,
      id: id * 4 + 1,
      edition: 'org-2018',
      rows: org,
      stem: `${department.sign}${word}字`,
      personShare: 0,
      procedure: false,
    },
    {
      ...base,
      id: id * 4 + 2,
      edition: 'person-2018',
      rows: person,
      stem: `${department.sign}个${word}`,
      personShare: 1,
      procedure: false,
    },
    {
      ...base,
      id: id * 4 + 3,
      edition: 'legacy-2016',
      rows: legacy,
      stem: `${legacySign}${word}字`,
      personShare: 0,
      procedure: false,
      span: [Math.min(dayNumber('2016-03-01'), asOf - 3000), Math.min(dayNumber('2018-06-20'), asOf - 2200)],
    },
  ];
  return streams.filter((stream) => stream.rows > 0);
}

/** How often each form occurs; sizes that fit Excel only. */
function encodingOf(random: Random, rows: number, edition: string): FileEncoding {
  const draw = random.next();
  if (edition === 'legacy-2016') return 'gb18030';
  if (draw < 0.25 && rows <= 20_000) return 'xlsx';
  if (draw < 0.5) return 'utf-8-bom';
  if (draw < 0.7) return 'gb18030';
  return 'utf-8';
}

const REGISTRATION_HEADER = [
  '企业名称',
  '统一社会信用代码',
  '注册号',
  '组织机构代码',
  '经营状态',
  '公司类型',
  '成立日期',
  '登记机关',
  '曾用名',
  '企业地址',
  '所属行业',
  '经营范围',
  '法定代表人',
  '注册资本',
];

const NOTES: Record<StandardKey, string> = {
  licence:
    '表格说明：带*为必填项；日期格式为YYYY/MM/DD；有效期至为长期的填2099/12/31；相对人为自然人的，代码_1至代码_6不填。',
  penalty:
    '表格说明：罚款金额、没收金额单位为万元，保留六位小数；多个处罚类别之间用英文分号隔开；日期格式为YYYY/MM/DD。',
};

export function generateCity(options: CityOptions): CityPlan {
  const limit = options.rowsPerFile ?? 50_000;
  if (!Number.isSafeInteger(options.subjects) || options.subjects < 20)
    throw new RangeError('a city has at least 20 subjects');
  if (!Number.isSafeInteger(options.records) || options.records < 0)
    throw new RangeError('records must be a whole number from 0');
  if (!Number.isSafeInteger(limit) || limit < 1) throw new RangeError('rowsPerFile must be a whole number from 1');
  const seed = seedNumber(options.seed);
  const asOf = dayNumber(options.asOf);
  if (!Number.isFinite(asOf)) throw new RangeError(`not a date: ${options.asOf}`);
  const unregistered = Math.ceil(options.subjects * UNREGISTERED_SHARE);
  const subjects = subjectMaker(seed, options.subjects, asOf);
  const makers: Makers = {
    seed,
    asOf,
    subjects,
    records: recordMaker(seed, subjects, options.subjects, unregistered, asOf),
    registered: options.subjects,
    dirt: options.dirt ?? 1,
    pickOther: permutation(seed, REALM_REPEAT, options.subjects),
  };
  const files = planFiles(options, seed, asOf, limit);
  return {
    options,
    asOf,
    files,
    rows: (file) => fileRows(file, makers, options.standards),
    subject: (index) => subjects.subject(index),
  };
}

interface Makers {
  seed: number;
  asOf: number;
  subjects: SubjectMaker;
  records: RecordMaker;
  registered: number;
  dirt: number;
  pickOther: (index: number) => number;
}

/** About how many of the city's organisations stand in whose register. */
const REGISTER_SHARES = { market: 0.93, agriculture: 0.011, credit: 0.07 };

function planFiles(options: CityOptions, seed: number, asOf: number, limit: number): FilePlan[] {
  const files: FilePlan[] = [];
  const random = randomOf(seed, REALM_REGISTER, 0);
  for (let from = 0, part = 1; from < options.subjects; from += limit, part += 1) {
    const to = Math.min(options.subjects, from + limit);
    for (const sender of ['market', 'agriculture', 'credit'] as const) {
      const rows = Math.ceil((to - from) * REGISTER_SHARES[sender]);
      files.push(
        registrationFile({ kind: 'registration', from, to, sender }, part, encodingOf(random, to - from, ''), rows),
      );
    }
  }
  const corrections = (options.dirt ?? 1) > 0 ? 0.006 : 0;
  for (const [id, allotment] of allot(options.records).entries()) {
    for (const stream of streamsOf(allotment, id, asOf))
      files.push(
        ...recordFiles(options.catalogue ? beforeHabits(stream, asOf) : stream, options, random, limit, corrections),
      );
  }
  if (options.catalogue) for (const of of catalogueFiles(options.subjects)) files.push(catalogueFile(of, options));
  // Last, in time too: companies are renamed after the decisions about them.
  if ((options.dirt ?? 1) > 0)
    files.push(registrationFile({ kind: 'changes' }, 1, 'utf-8-bom', Math.max(1, Math.floor(options.subjects * 0.02))));
  return files;
}

/** In the demonstration the old editions ended before the months that are reported by habit. */
function beforeHabits(stream: RecordStream, asOf: number): RecordStream {
  if (stream.edition === 'merged-2019' || stream.span) return stream;
  const [history] = parcelsOf(stream.department.key, asOf);
  return { ...stream, span: [asOf - 1095, (history?.before ?? asOf) - 1] };
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly arrives: number | null;
  readonly dirt?: number;
}

/** The first place in a stream whose decision lies on or after a day. */
function placeOf(stream: RecordStream, asOf: number, day: number): number {
  let [low, high] = [0, stream.rows];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (decisionDay(stream, middle, asOf) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How a stream is cut into files: by rows, in the demonstration first by when they came in. */
function piecesOf(stream: RecordStream, main: number, options: CityOptions, limit: number): Piece[] {
  const asOf = dayNumber(options.asOf);
  const cut = (from: number, to: number, over: Omit<Piece, 'from' | 'to'>): Piece[] =>
    Array.from({ length: Math.max(0, Math.ceil((to - from) / limit)) }, (_, part) => ({
      ...over,
      from: from + part * limit,
      to: Math.min(to, from + (part + 1) * limit),
      name: [over.name, String(part + 1).padStart(3, '0')].filter((word) => word !== '').join('-'),
    }));
  if (!options.catalogue) return cut(0, main, { name: '', arrives: null });
  const [history, ...parcels] = parcelsOf(stream.department.key, asOf);
  if (!history || stream.edition !== 'merged-2019')
    return cut(0, main, { name: '', arrives: history?.arrives ?? null });
  const pieces: Piece[] = [];
  let from = 0;
  for (const parcel of [history, ...parcels]) {
    const to = parcel.before === null ? main : Math.min(main, placeOf(stream, asOf, parcel.before));
    pieces.push(...cut(from, to, parcel));
    from = Math.max(from, to);
  }
  return pieces;
}

function registrationFile(
  source: FileSource & { kind: 'registration' | 'changes' },
  part: number,
  encoding: FileEncoding,
  rows: number,
): FilePlan {
  const sender = source.kind === 'changes' ? 'market' : source.sender;
  const department = DEPARTMENTS.find((entry) => entry.key === sender);
  const words = { market: '经营主体登记', agriculture: '农村集体经济组织登记', credit: '其他组织登记' }[sender];
  const name = source.kind === 'changes' ? '经营主体变更登记' : `${words}-${String(part).padStart(3, '0')}`;
  return {
    file: `${source.kind === 'changes' ? '40' : '10'}-${name}.${encoding === 'xlsx' ? 'xlsx' : 'csv'}`,
    step: source.kind === 'changes' ? 3 : 1,
    standard: 'registration',
    edition: 'registration',
    org: department?.code ?? CREDIT_OFFICE.code,
    body: sender,
    encoding,
    header: REGISTRATION_HEADER,
    note: null,
    typedDates: encoding === 'xlsx' ? [6] : [],
    rows,
    arrives: null,
    source,
  };
}

function catalogueFile(of: CatalogueFile, options: CityOptions): FilePlan {
  const standard = required(options.standards.get(of.standard), `the standard ${of.standard}`);
  const edition = required(standard.editions[0], `an edition of ${of.standard}`);
  const department = required(
    DEPARTMENTS.find((entry) => entry.key === of.sender),
    of.sender,
  );
  return {
    file: `35-${of.title}-${department.shortName}.csv`,
    step: 2,
    standard: of.standard,
    edition: edition.key,
    org: department.code,
    body: department.key,
    encoding: 'utf-8-bom',
    header: edition.columns.map((code) => headingOf(standard, edition, code)),
    note: null,
    typedDates: [],
    rows: of.rows,
    arrives: null,
    source: { kind: 'catalogue', of },
  };
}

function* catalogueCells(of: CatalogueFile, codes: readonly string[], makers: Makers): Generator<PlannedRow> {
  const body = required(
    DEPARTMENTS.find((entry) => entry.key === of.sender),
    of.sender,
  );
  const city = { ...makers, subject: (index: number) => makers.subjects.subject(index), body };
  for (const values of catalogueRows(of, city)) yield { cells: codes.map((code) => values[code] ?? ''), dirt: [] };
}

function recordFiles(
  stream: RecordStream,
  options: CityOptions,
  random: Random,
  limit: number,
  corrections: number,
): FilePlan[] {
  const standard = required(options.standards.get(stream.standard), `the standard ${stream.standard}`);
  const edition = required(
    standard.editions.find((entry) => entry.key === stream.edition),
    `the edition ${stream.edition}`,
  );
  const codes = columnsOf(stream, edition);
  const header = codes.map((code) => headingOf(standard, edition, code));
  const dates = codes.flatMap((code, at) =>
    standard.fields.find((field) => field.code === code)?.type === 'date' ? [at] : [],
  );
  const [number, title] = stream.standard === 'licence' ? ['20', '行政许可'] : ['30', '行政处罚'];
  const make = (source: FileSource, suffix: string, encoding: FileEncoding, rows: number): FilePlan => ({
    file: `${number}-${title}-${stream.department.shortName}-${stream.edition}-${suffix}.${encoding === 'xlsx' ? 'xlsx' : 'csv'}`,
    step: source.kind === 'records' ? 2 : 3,
    standard: stream.standard,
    edition: stream.edition,
    org: source.kind === 'relay' ? CREDIT_OFFICE.code : stream.department.code,
    body: source.kind === 'relay' ? 'credit' : stream.department.key,
    encoding,
    header,
    note: stream.edition !== 'legacy-2016' && random.chance(0.4) ? NOTES[stream.standard] : null,
    typedDates: encoding === 'xlsx' && random.chance(0.5) ? dates : [],
    rows,
    arrives: null,
    source,
  });
  const correcting = stream.edition === 'merged-2019' ? Math.min(400, Math.floor(stream.rows * corrections)) : 0;
  const relaying = correcting > 0 && stream.department.key === 'market' ? Math.min(60, Math.ceil(correcting / 3)) : 0;
  const main = stream.rows - correcting - relaying;
  const files: FilePlan[] = [];
  for (const { from, to, name, arrives, dirt } of piecesOf(stream, main, options, limit)) {
    const source: FileSource = { kind: 'records', stream, from, to, ...(dirt === undefined ? {} : { dirt }) };
    files.push({ ...make(source, name, encodingOf(random, to - from, stream.edition), to - from), arrives });
  }
  if (correcting > 0) files.push(make({ kind: 'corrections', stream, count: correcting }, '更正', 'utf-8', correcting));
  if (relaying > 0) files.push(make({ kind: 'relay', stream, count: relaying }, '信用办转报', 'utf-8', relaying));
  return files;
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RangeError(`the policy lacks ${what}, which the generator writes files for`);
  return value;
}

const columnsOf = (stream: RecordStream, edition: StandardEdition): string[] =>
  stream.procedure ? [...edition.columns, 'CF_CXLX'] : [...edition.columns];

/** Old exports are headed by codes; the templates by labels, also those of columns that an edition maps. */
function headingOf(standard: DataStandard, edition: StandardEdition, code: string): string {
  if (edition.key === 'legacy-2016') return code;
  const label = standard.fields.find((field) => field.code === code)?.label.zh;
  if (label) return label;
  const target = edition.maps?.[code]?.field;
  const other = Object.entries(edition.maps ?? {}).find(
    ([heading, map]) => map.field === target && /\p{Script=Han}/u.test(heading),
  );
  return other?.[0] ?? code;
}

/** How a column of an edition is filled from the values of the standard. */
type CellMaker = (values: Values) => string;

function cellMakers(codes: readonly string[], edition: StandardEdition, day: { stamp: string }): CellMaker[] {
  const uses = new Map<string, number>();
  return codes.map((code) => {
    if (code === 'DFBM') return () => '999900';
    if (code === 'SJC') return () => day.stamp;
    const map = edition.maps?.[code];
    if (!map) return (values) => values[code] ?? '';
    const { field, constants } = map;
    if (map.values) {
      // Several old values may mean one of today's; the first is the plain one.
      const back = new Map(
        Object.entries(map.values)
          .reverse()
          .map(([reported, value]) => [value, reported]),
      );
      return (values) => back.get(values[field] ?? '1') ?? '0';
    }
    const use = uses.get(field) ?? 0;
    uses.set(field, use + 1);
    // Two columns of one field (CF_CFLB1, CF_CFLB2) take its first and its other values.
    if (field === 'CF_CFLB')
      return (values) =>
        use === 0 ? (values[field]?.split(';')[0] ?? '') : (values[field]?.split(';').slice(1).join(';') ?? '');
    const [wanted] = Object.entries(constants ?? {});
    // A column for identity cards only holds no other documents.
    if (wanted) return (values) => (values[wanted[0]] === wanted[1] ? (values[field] ?? '') : '');
    return (values) => values[field] ?? '';
  });
}

function* fileRows(
  file: FilePlan,
  makers: Makers,
  standards: ReadonlyMap<string, DataStandard>,
): Generator<PlannedRow> {
  const { source } = file;
  if (source.kind === 'registration') yield* registrationRows(source.from, source.to, source.sender, makers);
  else if (source.kind === 'changes') yield* changeRows(file.rows, makers);
  else {
    const standard = required(standards.get(file.standard), `the standard ${file.standard}`);
    const edition = required(
      standard.editions.find((entry) => entry.key === file.edition),
      `the edition ${file.edition}`,
    );
    if (source.kind === 'catalogue') {
      yield* catalogueCells(source.of, edition.columns, makers);
      return;
    }
    const codes = columnsOf(source.stream, edition);
    const cells = cellMakers(codes, edition, { stamp: `${isoDay(makers.asOf - 1)} 09:30:00` });
    const columns = new Set(codes.map((code) => edition.maps?.[code]?.field ?? code));
    const write = (values: Values): string[] => cells.map((cell) => cell(values));
    if (source.kind === 'records') yield* recordRows(source, makers, columns, write);
    else yield* repeatedRows(source, makers, write);
  }
}

/** The row that a repeat refers to must itself be no repeat: the plan is asked, not remembered. */
function repeats(
  makers: Makers,
  stream: RecordStream,
  at: number,
): { kind: 'duplicate' | 'correction'; of: number } | null {
  if (makers.dirt === 0 || at === 0) return null;
  const random = randomOf(makers.seed, REALM_REPEAT + stream.id, at);
  const draw = random.next();
  if (draw >= DUPLICATE_RATE + SAME_FILE_CORRECTION_RATE) return null;
  return { kind: draw < DUPLICATE_RATE ? 'duplicate' : 'correction', of: Math.max(0, at - random.between(1, 60)) };
}

function* recordRows(
  source: FileSource & { kind: 'records' },
  all: Makers,
  columns: ReadonlySet<string>,
  write: (values: Values) => string[],
): Generator<PlannedRow> {
  const { stream } = source;
  const makers = source.dirt === undefined ? all : { ...all, dirt: all.dirt * source.dirt };
  for (let at = source.from; at < source.to; at += 1) {
    const repeat = repeats(makers, stream, at);
    if (repeat && repeats(makers, stream, repeat.of) === null) {
      const again = dirtyRow(stream, repeat.of, makers, columns);
      if (repeat.kind === 'duplicate') yield { cells: write(again.row.values), dirt: ['duplicate', ...again.dirt] };
      else {
        const corrected = makers.records.clean(stream, repeat.of);
        correct(stream, corrected);
        yield {
          cells: write(corrected.values),
          dirt: [
            'correction',
            ...again.dirt.filter((kind) => FATES.get(kind) === 'refused' || FATES.get(kind) === 'doubtful'),
          ],
        };
      }
      continue;
    }
    const made = dirtyRow(stream, at, makers, columns);
    yield { cells: write(made.row.values), dirt: made.dirt };
  }
}

function dirtyRow(
  stream: RecordStream,
  at: number,
  makers: Makers,
  columns: ReadonlySet<string>,
): { row: CleanRow; dirt: string[] } {
  const row = makers.records.clean(stream, at);
  const random = randomOf(makers.seed, REALM_DIRT + stream.id, at);
  if (makers.dirt < 1 && !random.chance(makers.dirt)) return { row, dirt: [] };
  const otherSubject = (): PlannedSubject => makers.subjects.subject(makers.pickOther(random.int(makers.registered)));
  const dirt = makeDirty({ random, row, values: row.values, stream, asOf: makers.asOf, columns, otherSubject });
  return { row, dirt: dirt.map((entry) => entry.kind) };
}

/** The same decision with other content: a mended sum or wording, under the same number, day and subject. */
function correct(stream: RecordStream, row: CleanRow): void {
  const { values } = row;
  if (stream.standard === 'licence') values.XK_NR = `${values.XK_NR}（更正：补充许可范围）`;
  else if (row.fine > 0) {
    const fine = Math.max(100, Math.round((row.fine * 0.8) / 100) * 100);
    values.CF_NR_FK = String(fine / 10_000);
    values.CF_NR = `${values.CF_NR?.replace(String(row.fine), String(fine))}（更正罚款金额）`;
  } else values.CF_SY = `${values.CF_SY}（更正：补充违法事实）`;
}

/** Later files about rows of earlier ones: corrections by the department, and what the credit office sends a second time. */
function* repeatedRows(
  source: FileSource & { kind: 'corrections' | 'relay' },
  makers: Makers,
  write: (values: Values) => string[],
): Generator<PlannedRow> {
  const { stream, count } = source;
  const span = Math.max(1, stream.rows - 2 * count - 400);
  for (let at = 0; at < count; at += 1) {
    const shift = source.kind === 'corrections' ? 0 : 1;
    const row = makers.records.clean(stream, Math.floor(((at + 0.5 + shift * 0.3) * span) / count) % span);
    if (source.kind === 'corrections') correct(stream, row);
    else {
      row.values[stream.standard === 'licence' ? 'XK_LYDW' : 'CF_SJLY'] = CREDIT_OFFICE.name;
      row.values[stream.standard === 'licence' ? 'XK_LYDWDM' : 'CF_SJLYDM'] = CREDIT_OFFICE.code;
      if (at % 3 === 2) row.values[stream.standard === 'licence' ? 'XK_NR' : 'CF_SY'] = '（转报内容，详见原决定书）';
    }
    yield { cells: write(row.values), dirt: [source.kind === 'corrections' ? 'correction' : 'relay'] };
  }
}

const sentBy = (prefix: string): 'market' | 'agriculture' | 'credit' =>
  prefix.startsWith('9') ? 'market' : prefix === 'N2' ? 'agriculture' : 'credit';

const STATUS_ALIASES: Record<string, readonly string[]> = {
  '存续（在营、开业、在册）': ['在业', '存续', '开业', '存续(在营、开业、在册)'],
  '吊销，未注销': ['吊销', '吊销未注销'],
  注销: ['已注销'],
};

function registrationCells(subject: PlannedSubject): string[] {
  return [
    subject.name,
    subject.code,
    subject.registrationNumber,
    subject.code.slice(8, 17),
    subject.status,
    subject.companyType,
    subject.establishedOn,
    subject.authority,
    subject.formerNames.join(';'),
    subject.address,
    subject.industry,
    subject.scope,
    subject.representative,
    subject.capital,
  ];
}

/** About one in six is written otherwise than the register's own table says; one in two hundred stands twice. */
function* registrationRows(
  from: number,
  to: number,
  sender: 'market' | 'agriculture' | 'credit',
  makers: Makers,
): Generator<PlannedRow> {
  for (let index = from; index < to; index += 1) {
    const subject = makers.subjects.subject(index);
    if (sentBy(subject.prefix) !== sender) continue;
    const cells = registrationCells(subject);
    const random = randomOf(makers.seed, REALM_REGISTER + 1, index);
    const dirt: string[] = [];
    const mess = (kind: string, rate: number, column: number, next: (text: string) => string): void => {
      if (!random.chance(rate * makers.dirt) || !cells[column]) return;
      const changed = next(cells[column] ?? '');
      if (changed === cells[column]) return;
      cells[column] = changed;
      dirt.push(kind);
    };
    mess('enum-alias', 0.12, 4, (text) => random.pick(STATUS_ALIASES[text] ?? [text]));
    mess('odd-date', 0.03, 6, (text) => text.replace(/^(\d+)\/(\d+)\/(\d+)$/, '$1年$2月$3日'));
    mess('lower-case', 0.004, 1, (text) => text.toLowerCase());
    mess('blanks', 0.01, 0, (text) => ` ${text}`);
    mess('brackets', 0.02, 0, (text) => text.replaceAll('（', '(').replaceAll('）', ')'));
    if (cells[2] === '' && random.chance(0.08 * makers.dirt)) {
      cells[2] = random.pick(['无', '/', 'NULL']);
      dirt.push('empty-word');
    }
    yield { cells, dirt };
    if (random.chance(0.004 * makers.dirt)) yield { cells: registrationCells(subject), dirt: ['duplicate'] };
  }
}

/** Companies that changed: a new name with the old one as former, another address, or gone. */
function* changeRows(count: number, makers: Makers): Generator<PlannedRow> {
  for (let at = 0; at < count; at += 1) {
    const subject = makers.subjects.subject(makers.pickOther(at));
    const random = randomOf(makers.seed, REALM_REGISTER + 2, at);
    const cells = registrationCells(subject);
    if (sentBy(subject.prefix) !== 'market') continue;
    if (subject.prefix === '91' && random.chance(0.4) && subject.name.endsWith('有限公司')) {
      cells[0] = `${subject.name.slice(0, -4)}集团有限公司`;
      cells[8] = [subject.name, ...subject.formerNames].join(';');
    } else if (random.chance(0.5)) cells[9] = `${subject.address.slice(0, 6)}新港路${random.between(1, 99)}号`;
    else cells[4] = '注销';
    yield { cells, dirt: ['correction'] };
  }
}

/** For messages: 2026/03/05 → 2026-03-05. */
export const dayText = (day: number): string => slashed(day).replaceAll('/', '-');
