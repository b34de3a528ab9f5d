/**
 * A made-up dump of a former vendor's system in the templates of docs/operate/migrate.md: the files of a generated city, and
 * what had become of its records. The same for the same seed, with the dirt that such dumps have.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataStandard } from '../modules/policy/index.ts';
import { addDays, isPlainDate } from '../platform/clock.ts';
import { DEPARTMENTS } from './bodies.ts';
import type { CityPlan, FilePlan } from './plan-city.ts';
import { csvLine, writePlannedFileTo } from './write-files.ts';

const tables = ['bodies', 'records', 'states', 'reports', 'accounts', 'cases'] as const;
type Table = (typeof tables)[number];

/** What a run writes into the folder. */
export const vendorDumpNames: ReadonlySet<string> = new Set([...tables.map((name) => `${name}.csv`), 'records']);

type Sheet = string[][];
type Sheets = Record<Table, Sheet>;

const heads: Readonly<Record<Table, readonly string[]>> = {
  bodies: ['单位代码', '单位名称', '类别', '上级单位代码', '承继单位代码', '承继日期', '承继依据文号'],
  records: ['文件名', '数据标准', '报送单位代码'],
  states: [
    '统一社会信用代码',
    '数据标准',
    '文书号',
    '决定日期',
    '状态',
    '生效日期',
    '依据文号',
    '原系统办件编号',
    '说明',
  ],
  reports: ['报告编号', '出具日期', '内容摘要'],
  accounts: ['登录名', '姓名', '单位代码', '原角色'],
  cases: [
    '原系统办件编号',
    '类型',
    '统一社会信用代码',
    '文书号',
    '决定日期',
    '异议情形',
    '事实和理由',
    '请求',
    '收件日期',
    '承诺签署日期',
  ],
};

const bodyOf = (n: number): (typeof DEPARTMENTS)[number] | undefined => DEPARTMENTS[n];

function bodies(sheet: Sheet): void {
  for (const one of DEPARTMENTS) sheet.push([one.code, one.name, '部门', '', '', '', '']);
  // Departments of before the reform, each followed by one of today.
  for (let n = 0; n < 4; n += 1)
    sheet.push([
      `JG-${100 + n}`,
      `示范市原第${n + 1}管理局`,
      '部门',
      '',
      bodyOf(n)?.code ?? '',
      '2019-03-01',
      '示编〔2019〕3号',
    ]);
  sheet.push(['JG-900', '示范市原第五管理局', '处室', '', '', '', '']);
  sheet.push(['JG-901', '示范市原第六管理局', '部门', '', 'JG-999', '2019-03-01', '示编〔2019〕3号']);
}

function accounts(sheet: Sheet): void {
  for (const [n, one] of DEPARTMENTS.entries())
    for (const at of [1, 2]) sheet.push([`old${n + 1}-${at}`, `经办${n + 1}-${at}`, one.code, '经办人']);
  sheet.push(['old-nobody', '无单位', 'JG-777', '经办人'], ['', '无登录名', bodyOf(0)?.code ?? '', '经办人']);
}

function reports(sheet: Sheet, plan: CityPlan): void {
  const count = Math.max(20, Math.floor(plan.options.records / 20));
  for (let n = 1; n <= count; n += 1) {
    const number = `XYBG${2020 + (n % 6)}${String(n).padStart(8, '0')}`;
    const hash = createHash('sha256').update(`${plan.options.seed} ${number}`).digest('hex');
    const day = `${2020 + (n % 6)}-${String((n % 12) + 1).padStart(2, '0')}-${String((n % 28) + 1).padStart(2, '0')}`;
    sheet.push([number, n % 500 === 19 ? '2024-13-40' : day, hash]);
    // The same number with another hash: the former system had it twice.
    if (n % 700 === 11) sheet.push([number, day, hash.split('').reverse().join('')]);
  }
}

interface Places {
  readonly code: number;
  readonly document: number;
  readonly decidedOn: number;
}

const key = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\s*（）()]/g, '')
    .toUpperCase();

function placesIn(file: FilePlan, standard: DataStandard): Places | null {
  const at = (role: string): number => {
    const field = standard.fields.find((one) => one.role === role);
    const names = new Set([field?.code, field?.label.zh, ...(field?.aliases ?? [])].map((name) => key(name ?? '')));
    return file.header.findIndex((head) => names.has(key(head)));
  };
  const places = { code: at('unifiedCode'), document: at('documentNumber'), decidedOn: at('decidedOn') };
  return Math.min(places.code, places.document, places.decidedOn) < 0 ? null : places;
}

interface Penalty {
  readonly n: number;
  readonly code: string;
  readonly document: string;
  readonly decidedOn: string;
  /** A day on which something may have happened to it. */
  readonly later: string;
}

function stateRows(of: Penalty): Sheet {
  const { n, code, document, decidedOn, later } = of;
  const row = (state: string, on: string, basis: string, former: string, number = document): string[] => [
    code,
    'penalty',
    number,
    decidedOn,
    state,
    on,
    basis,
    former,
    '',
  ];
  if (n % 97 === 13) return [row('已修复', later, '', '', `${document}（旧）`)];
  if (n % 101 === 17) return [row('修复', later, '', '')];
  if (n % 103 === 19) return [row('已修复', '2001-01-01', '', '')];
  if (n % 20 === 3) return [row('已修复', later, `示修〔${later.slice(0, 4)}〕${n}号`, `XF${n}`)];
  if (n % 50 === 7) return [row('异议处理中', later, '', `YY${n}`)];
  if (n % 200 === 11) return [row('已撤销', later, `示撤〔${later.slice(0, 4)}〕${n}号`, '')];
  return [];
}

function caseRows(of: Penalty): Sheet {
  const { n, code, document, decidedOn, later } = of;
  if (n % 400 === 25)
    return [[`YYJ${n}`, '异议', code, document, decidedOn, '信息有错误', '金额与决定书不一致。', '更正', later, '']];
  if (n % 400 === 29) return [[`XFJ${n}`, '信用修复', code, document, decidedOn, '', '罚款已缴清。', '', later, later]];
  if (n % 1000 === 31) return [[`TSJ${n}`, '咨询', code, document, decidedOn, '', '咨询办理进度。', '', later, '']];
  return [];
}

function follow(sheets: Sheets, plan: CityPlan, file: FilePlan, places: Places, from: number): number {
  let n = from;
  for (const row of plan.rows(file)) {
    if (row.dirt.length > 0) continue;
    n += 1;
    const decidedOn = (row.cells[places.decidedOn] ?? '').replaceAll('/', '-');
    const code = row.cells[places.code] ?? '';
    if (!isPlainDate(decidedOn) || code === '') continue;
    const day = addDays(decidedOn, 120);
    const of = {
      n,
      code,
      document: row.cells[places.document] ?? '',
      decidedOn,
      later: day > plan.options.asOf ? plan.options.asOf : day,
    };
    sheets.states.push(...stateRows(of));
    sheets.cases.push(...caseRows(of));
  }
  return n;
}

/** Rows of each table; `files` are the rows of the files of records. */
export async function writeVendorDump(
  plan: CityPlan,
  folder: string,
  signal?: AbortSignal,
): Promise<Record<Table | 'files', number>> {
  await mkdir(join(folder, 'records'), { recursive: true });
  const sheets: Sheets = { bodies: [], records: [], states: [], reports: [], accounts: [], cases: [] };
  bodies(sheets.bodies);
  accounts(sheets.accounts);
  reports(sheets.reports, plan);
  let files = 0;
  let n = 0;
  for (const file of plan.files) {
    if (signal?.aborted) break;
    const rows = await writePlannedFileTo(plan, file, join(folder, 'records', file.file));
    if (rows === 0) continue;
    files += rows;
    sheets.records.push([file.file, file.standard, file.org]);
    const standard = plan.options.standards.get(file.standard);
    const places = file.standard === 'penalty' && file.step === 2 && standard ? placesIn(file, standard) : null;
    if (places) n = follow(sheets, plan, file, places, n);
  }
  sheets.records.push(['99-缺失.csv', 'penalty', bodyOf(0)?.code ?? '']);
  for (const table of tables)
    await writeFile(
      join(folder, `${table}.csv`),
      `\ufeff${csvLine([...heads[table]])}${sheets[table].map(csvLine).join('')}`,
    );
  const count = (table: Table): number => sheets[table].length;
  return {
    bodies: count('bodies'),
    records: count('records'),
    states: count('states'),
    reports: count('reports'),
    accounts: count('accounts'),
    cases: count('cases'),
    files,
  };
}
