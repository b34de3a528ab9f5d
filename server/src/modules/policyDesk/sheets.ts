/**
 * Policy as a clerk's table, both ways: one flat sheet for each kind. What a sheet has no column for stays as the version in
 * force has it, so that a file which is downloaded and sent back unchanged is no change.
 */
import { readWords, sayExpression, type WordName, type WordPlace, type WordProblem } from '@chengxin/rules';
import type {
  Basis,
  Catalogue,
  CatalogueItem,
  CodeTable,
  DataStandard,
  DisclosureRegime,
  FieldRole,
  PolicyFile,
  PolicyRuntime,
  QualityRule,
  RuleCase,
  StandardField,
} from '../policy/index.ts';
import { DISCLOSURE_FACTS, fieldTypes } from '../policy/index.ts';
import { factLabels, roleLabels, type Word, words } from './sheet-words.ts';

export const sheetKinds = ['catalogue', 'dataStandard', 'codeTable', 'ruleSet', 'disclosure'] as const;
export type SheetKind = (typeof sheetKinds)[number];
export const isSheetKind = (kind: unknown): kind is SheetKind => sheetKinds.some((one) => one === kind);
export type SheetFile = Extract<PolicyFile, { kind: SheetKind }>;

export interface Column {
  readonly key: string;
  readonly heading: string;
  readonly required?: boolean;
  readonly hint: string;
}
/** A row as it stands in the sheet. */
export type Cells = Readonly<Record<string, string>>;
export interface GivenRow {
  readonly row: number;
  readonly cells: Cells;
}
export interface SheetProblem {
  readonly row: number | null;
  readonly column: string | null;
  readonly zh: string;
  readonly en: string;
  /** Which column, by its key, and which part of its words. */
  readonly key?: string;
  readonly place?: WordProblem;
}
type Say = (row: GivenRow, column: string, zh: string, en: string, place?: WordProblem) => void;

const line = '\n';
const yes = (value: boolean | undefined): string => (value === undefined ? '' : value ? '是' : '否');
const list = (values: readonly string[] | undefined): string => (values ?? []).join('、');
const split = (text: string): string[] =>
  text
    .split(/[、\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
/** Spellings hold every sign that could part them: one a line. */
const splitLines = (text: string): string[] =>
  text
    .split(line)
    .map((part) => part.trim())
    .filter((part) => part !== '');
const basisText = (basis: readonly Basis[] | undefined): string =>
  (basis ?? [])
    .map((one) => [one.document, one.number ?? '', one.article ?? ''].join('｜').replace(/｜+$/, ''))
    .join(line);
const readBasis = (text: string): Basis[] =>
  text
    .split(line)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [document = '', number = '', article = ''] = part.split(/[｜|]/).map((piece) => piece.trim());
      return { document, ...(number === '' ? {} : { number }), ...(article === '' ? {} : { article }) };
    });

const column = (key: string, heading: string, hint: string, required = false): Column => ({
  key,
  heading,
  hint,
  required,
});
const confirmedColumn = column('confirmed', '已核对官方文本', '是、否；空着同整个文件');
const basisColumn = column('basis', '依据', '每行一条：文件名｜文号｜条款');

export const columnsOf: Readonly<Record<SheetKind, readonly Column[]>> = {
  codeTable: [
    column('code', '代码值', '数据中出现的值', true),
    column('zh', '中文名称', '必填', true),
    column('en', '英文名称', '可空：同中文名称'),
    column('aliases', '其他写法', '每行一个'),
    column('means', '程序含义', '一般不改'),
    column('allowSuffix', '允许后缀', '是、否'),
    column('validFrom', '启用日期', '2026-01-01'),
    column('validTo', '停用日期', '2026-12-31'),
    confirmedColumn,
  ],
  catalogue: [
    column('kind', '行类型', '类别、条目', true),
    column('key', '编码', '英文编码，不重复', true),
    column('category', '所属类别', '类别编码；类别行填序号', true),
    column('zh', '名称', '必填', true),
    column('en', '英文名称', '可空：同名称'),
    column('contents', '内容', '条目包含的信息'),
    column('responsible', '责任单位', '用顿号分隔'),
    column('subjects', '主体', '企业、个体工商户、社会组织、自然人'),
    column('standard', '数据标准', '数据标准编码'),
    column('section', '报告章节', '一般不改'),
    column('publicity', '公开属性', '公开、授权查询、政务共享、内部'),
    column('updateCycle', '更新周期', '如：7个工作日'),
    column('retentionYears', '保存年限', '整数'),
    basisColumn,
    confirmedColumn,
  ],
  dataStandard: [
    column('code', '字段编码', '不重复', true),
    column('zh', '中文名称', '必填', true),
    column('en', '英文名称', '可空：同中文名称'),
    column('type', '类型', '文本、单选、多选、日期、万元金额、名称列表', true),
    column('length', '最大长度', '整数'),
    column('required', '是否必填', '必填、按规则、选填', true),
    column('role', '通用项', '如：决定日期'),
    column('codeTable', '代码表', '代码表编码'),
    column('aliases', '其他表头', '每行一个'),
    column('publicity', '公开属性', '公开、授权查询、政务共享、内部', true),
    column('person', '个人信息', '证件、姓名；空着为否'),
    column('keepBlanks', '保留空格', '是、否'),
    column('editions', '所在模板', '模板版本，用顿号分隔'),
    confirmedColumn,
  ],
  ruleSet: [
    column('id', '规则编号', '英文编码，不重复', true),
    column('severity', '处理', '更正、提示、存疑、拒收', true),
    column('field', '指向字段', '字段编码，或〔通用项〕；空着指整行'),
    column('when', '适用条件', '如：处罚类别 包含 “罚款”；空着为全部行'),
    column('require', '要求', '如：罚款金额 > 0；程序内置的规则填“程序内置”', true),
    column('messageZh', '问题提示', '必填', true),
    column('messageEn', '问题提示（英文）', '可空：同中文'),
    column('fixZh', '处理建议', '必填', true),
    column('fixEn', '处理建议（英文）', '可空：同中文'),
    column('caseFinding', '应报出的示例', '每行一例：字段编码=值；字段编码=值'),
    column('caseNone', '不应报出的示例', '每行一例：字段编码=值；字段编码=值'),
    basisColumn,
    confirmedColumn,
  ],
  disclosure: [
    column('kind', '行类型', '条目、程度、分类、不公示、有效期内', true),
    column('id', '编码', '条目编码；程度、分类填轻微、一般、严重；其余填编码', true),
    column('shown', '是否公示', '程度行：是、否'),
    column('minMonths', '最短公示月数', '程度行：整数'),
    column('maxMonths', '最长公示月数', '程度行：整数；有效期内行：长期有效的按几年'),
    column('when', '条件', '分类、不公示行，如：处罚种类 包含 “吊销许可证件”'),
    column('zh', '名称', '不公示行'),
    column('en', '英文名称', '可空：同名称'),
    basisColumn,
    confirmedColumn,
  ],
};

/** What a rule may name in words: the fields of its standards and the common items that they share. */
export function namesOf(standards: readonly DataStandard[]): WordName[] {
  const names = new Map<string, WordName>();
  for (const standard of standards) {
    const types = fieldTypes(standard);
    for (const field of standard.fields) {
      const type = types[field.code] ?? 'text';
      if (!names.has(`field ${field.code}`))
        names.set(`field ${field.code}`, { kind: 'field', key: field.code, label: field.label.zh, type });
      if (field.role !== undefined && !names.has(`role ${field.role}`))
        names.set(`role ${field.role}`, { kind: 'role', key: field.role, label: roleLabels[field.role], type });
    }
  }
  return [...names.values()];
}
export const factNames: readonly WordName[] = Object.entries(DISCLOSURE_FACTS).map(([key, type]) => ({
  kind: 'field',
  key,
  label: factLabels[key] ?? key,
  type,
}));

export function standardsOf(policy: PolicyRuntime, keys: readonly string[]): DataStandard[] {
  return policy.standards().filter((standard) => keys.includes('*') || keys.includes(standard.standard));
}

const caseText = (cases: readonly RuleCase[] | undefined, expects: RuleCase['expects']): string =>
  (cases ?? [])
    .filter((one) => one.expects === expects)
    .map((one) =>
      Object.entries(one.row)
        .map(([key, value]) => `${key}=${value}`)
        .join('；'),
    )
    .join(line);

/** A version as rows of its sheet. */
export function toRows(file: SheetFile, policy: PolicyRuntime): Cells[] {
  switch (file.kind) {
    case 'codeTable':
      return file.body.values.map((value) => ({
        code: value.code,
        zh: value.label.zh,
        en: value.label.en,
        aliases: (value.aliases ?? []).join(line),
        means: value.means ?? '',
        allowSuffix: yes(value.allowSuffix),
        validFrom: value.validFrom ?? '',
        validTo: value.validTo ?? '',
        confirmed: yes(value.confirmed),
      }));
    case 'catalogue':
      return [
        ...file.body.categories.map((one) => ({
          kind: '类别',
          key: one.key,
          category: String(one.number),
          zh: one.name.zh,
          en: one.name.en,
        })),
        ...file.body.items.map((item) => ({
          kind: '条目',
          key: item.key,
          category: item.category,
          zh: item.name.zh,
          en: item.name.en,
          contents: item.contents ?? '',
          responsible: list(item.responsible),
          subjects: item.subjects.map((one) => words.subjects.say(one)).join('、'),
          standard: item.standard ?? '',
          section: item.section ?? '',
          publicity: words.publicity.say(item.publicity),
          updateCycle: item.updateCycle ?? '',
          retentionYears: item.retentionYears === undefined ? '' : String(item.retentionYears),
          basis: basisText(item.basis),
          confirmed: yes(item.confirmed),
        })),
      ];
    case 'dataStandard':
      return file.body.fields.map((field) => ({
        code: field.code,
        zh: field.label.zh,
        en: field.label.en,
        type: words.fieldType.say(field.type),
        length: field.length === undefined ? '' : String(field.length),
        required: words.required.say(field.required),
        role: field.role === undefined ? '' : roleLabels[field.role],
        codeTable: field.codeTable ?? '',
        aliases: (field.aliases ?? []).join(line),
        publicity: words.publicity.say(field.publicity),
        person: field.person === undefined ? '' : words.person.say(field.person),
        keepBlanks: yes(field.keepBlanks),
        editions: list(file.body.editions.filter((one) => one.columns.includes(field.code)).map((one) => one.key)),
        confirmed: yes(field.confirmed),
      }));
    case 'ruleSet': {
      const names = namesOf(standardsOf(policy, file.body.standards));
      return file.body.rules.map((rule) => ruleCells(rule, names));
    }
    case 'disclosure':
      return disclosureRows(file.body);
  }
}

/** One rule as its row. */
export function ruleCells(rule: QualityRule, names: readonly WordName[]): Cells {
  return {
    id: rule.id,
    severity: words.severity.say(rule.severity),
    field: rule.field ?? (rule.role === undefined ? '' : `〔${roleLabels[rule.role]}〕`),
    when:
      rule.check.kind === 'expression' && rule.check.when !== undefined ? sayExpression(rule.check.when, names) : '',
    require: rule.check.kind === 'builtin' ? '程序内置' : sayExpression(rule.check.require, names),
    messageZh: rule.message.zh,
    messageEn: rule.message.en,
    fixZh: rule.fix.zh,
    fixEn: rule.fix.en,
    caseFinding: caseText(rule.cases, 'finding'),
    caseNone: caseText(rule.cases, 'none'),
    basis: basisText(rule.basis),
    confirmed: yes(rule.confirmed),
  };
}

/** One rule from its row, with what is wrong in it and where the parts of its conditions stand. */
export function readRule(
  cells: Cells,
  standards: readonly DataStandard[],
): { readonly rule: QualityRule; readonly problems: readonly SheetProblem[]; readonly places: Reader['places'] } {
  const reader = new Reader('ruleSet');
  const row = { row: 1, cells };
  requiredCells(row, 'ruleSet', reader);
  const [rule] = readRules(standards, [row], reader);
  if (!rule) throw new RangeError('no rule');
  return { rule, problems: reader.problems, places: reader.places };
}

function requiredCells(row: GivenRow, kind: SheetKind, reader: Reader): void {
  for (const { key, heading, required } of columnsOf[kind])
    if (required && (row.cells[key] ?? '') === '') reader.say(row, key, `“${heading}”必填`, `${heading} is required`);
}

function disclosureRows(body: DisclosureRegime): Cells[] {
  const classes = Object.entries(body.classes ?? {}) as [
    keyof NonNullable<DisclosureRegime['classes']>,
    { shown: boolean; minMonths: number; maxMonths: number; basis: Basis },
  ][];
  return [
    ...body.items.map((id) => ({ kind: '条目', id })),
    ...classes.map(([key, one]) => ({
      kind: '程度',
      id: words.class.say(key),
      shown: yes(one.shown),
      minMonths: String(one.minMonths),
      maxMonths: String(one.maxMonths),
      basis: basisText([one.basis]),
    })),
    ...(body.classification ?? []).map((one) => ({
      kind: '分类',
      id: words.class.say(one.severity),
      when: sayExpression(one.when, factNames),
      basis: basisText([one.basis]),
      confirmed: yes(one.confirmed),
    })),
    ...(body.never ?? []).map((one) => ({
      kind: '不公示',
      id: one.id,
      when: sayExpression(one.when, factNames),
      zh: one.name.zh,
      en: one.name.en,
      basis: basisText([one.basis]),
      confirmed: yes(one.confirmed),
    })),
    ...(body.whileEffective
      ? [
          {
            kind: '有效期内',
            id: 'whileEffective',
            maxMonths:
              body.whileEffective.openEndedYears === undefined ? '' : String(body.whileEffective.openEndedYears),
            basis: basisText([body.whileEffective.basis]),
          },
        ]
      : []),
  ];
}

/** Reads cells and collects what is wrong, so that a clerk mends everything at once. */
class Reader {
  readonly problems: SheetProblem[] = [];
  /** Of the conditions read last, by their column. */
  readonly places = new Map<string, (path: string) => WordPlace>();
  readonly #headings: ReadonlyMap<string, string>;
  constructor(kind: SheetKind) {
    this.#headings = new Map(columnsOf[kind].map((one) => [one.key, one.heading]));
  }
  say: Say = (row, key, zh, en, place) => {
    const column = this.#headings.get(key) ?? key;
    if (this.problems.length < 200)
      this.problems.push({ row: row.row, column, zh, en, key, ...(place ? { place } : {}) });
  };
  text(row: GivenRow, key: string): string {
    return row.cells[key] ?? '';
  }
  optional(row: GivenRow, key: string): Record<string, string> {
    const text = this.text(row, key);
    return text === '' ? {} : { [key]: text };
  }
  word<T extends string>(row: GivenRow, key: string, table: Word<T>): T {
    const text = this.text(row, key);
    const value = table.read(text);
    if (value === undefined)
      this.say(
        row,
        key,
        `“${text}”不在可选值内：${table.all.join('、')}`,
        `“${text}” is none of ${table.all.join(', ')}`,
      );
    return value ?? table.first;
  }
  flag(row: GivenRow, key: string): Record<string, boolean> {
    const text = this.text(row, key);
    if (text === '') return {};
    if (text !== '是' && text !== '否') this.say(row, key, `“${text}”应为“是”或“否”`, `“${text}” must be 是 or 否`);
    return { [key]: text === '是' };
  }
  whole(row: GivenRow, key: string): Record<string, number> {
    const text = this.text(row, key);
    if (text === '') return {};
    if (!/^\d{1,6}$/.test(text)) this.say(row, key, `“${text}”应为整数`, `“${text}” must be a whole number`);
    return { [key]: Number(text) || 0 };
  }
  name(row: GivenRow, zh = 'zh', en = 'en'): { zh: string; en: string } {
    return { zh: this.text(row, zh), en: this.text(row, en) || this.text(row, zh) };
  }
  words(row: GivenRow, key: string, names: readonly WordName[]): unknown {
    const result = readWords(this.text(row, key), names);
    if (result.ok) {
      this.places.set(key, result.placeOf);
      return result.tree;
    }
    const { at, zh, en } = result.problem;
    this.say(row, key, `第${at}个字处：${zh}`, `at character ${at}: ${en}`, result.problem);
    return true;
  }
  /** A code that stands twice: where it stood first. */
  once(rows: readonly GivenRow[], key: (row: GivenRow) => string, column: string): void {
    const seen = new Map<string, number>();
    for (const row of rows) {
      const value = key(row);
      const first = seen.get(value);
      if (first === undefined) seen.set(value, row.row);
      else
        this.say(
          row,
          column,
          `“${row.cells[column] ?? ''}”与第${first}行重复，请改为不同的值或删除一行`,
          `“${row.cells[column] ?? ''}” stands in row ${first} already`,
        );
    }
  }
}

export interface ReadSheet {
  readonly file: SheetFile;
  readonly problems: readonly SheetProblem[];
}

/** Rows of a sheet in the place of those of the version in force. The base gives all that the sheet has no column for. */
export function fromRows(base: SheetFile, rows: readonly GivenRow[], policy: PolicyRuntime): ReadSheet {
  const reader = new Reader(base.kind);
  for (const row of rows) requiredCells(row, base.kind, reader);
  const file = readKind(base, rows, policy, reader);
  return { file, problems: reader.problems };
}

function readKind(base: SheetFile, rows: readonly GivenRow[], policy: PolicyRuntime, reader: Reader): SheetFile {
  switch (base.kind) {
    case 'codeTable':
      return { ...base, body: readCodeTable(rows, reader) };
    case 'catalogue':
      return { ...base, body: readCatalogue(base.body, rows, reader) };
    case 'dataStandard':
      return { ...base, body: readStandard(base.body, rows, reader) };
    case 'ruleSet':
      return {
        ...base,
        body: { ...base.body, rules: readRules(standardsOf(policy, base.body.standards), rows, reader) },
      };
    case 'disclosure':
      return { ...base, body: readDisclosure(base.body, rows, reader) };
  }
}

function readCodeTable(rows: readonly GivenRow[], reader: Reader): CodeTable {
  reader.once(rows, (row) => reader.text(row, 'code'), 'code');
  return {
    values: rows.map((row) => {
      const aliases = splitLines(reader.text(row, 'aliases'));
      return {
        code: reader.text(row, 'code'),
        label: reader.name(row),
        ...reader.optional(row, 'means'),
        ...(aliases.length > 0 ? { aliases } : {}),
        ...reader.flag(row, 'allowSuffix'),
        ...reader.optional(row, 'validFrom'),
        ...reader.optional(row, 'validTo'),
        ...reader.flag(row, 'confirmed'),
      };
    }),
  };
}

function readCatalogue(base: Catalogue, rows: readonly GivenRow[], reader: Reader): Catalogue {
  reader.once(rows, (row) => `${reader.text(row, 'kind')} ${reader.text(row, 'key')}`, 'key');
  const categories: Catalogue['categories'] = [];
  const items: CatalogueItem[] = [];
  for (const row of rows) {
    if (reader.text(row, 'kind') === '类别') {
      const { category = 0 } = reader.whole(row, 'category');
      categories.push({ key: reader.text(row, 'key'), number: category, name: reader.name(row) });
      continue;
    }
    if (reader.text(row, 'kind') !== '条目')
      reader.say(row, 'kind', '行类型应为“类别”或“条目”', 'the kind of a row is 类别 or 条目');
    const responsible = split(reader.text(row, 'responsible'));
    if (responsible.length === 0)
      reader.say(row, 'responsible', '条目必须写明责任单位', 'an item names who is responsible');
    const subjects = split(reader.text(row, 'subjects')).flatMap((text) => {
      const value = words.subjects.read(text);
      if (value === undefined)
        reader.say(
          row,
          'subjects',
          `“${text}”不是主体类型：${words.subjects.all.join('、')}`,
          `“${text}” is no kind of subject`,
        );
      return value ?? [];
    });
    items.push({
      key: reader.text(row, 'key'),
      category: reader.text(row, 'category'),
      name: reader.name(row),
      ...reader.optional(row, 'contents'),
      responsible,
      subjects,
      ...reader.optional(row, 'standard'),
      ...reader.optional(row, 'section'),
      publicity: reader.word(row, 'publicity', words.publicity),
      ...reader.optional(row, 'updateCycle'),
      ...reader.whole(row, 'retentionYears'),
      basis: readBasis(reader.text(row, 'basis')),
      ...reader.flag(row, 'confirmed'),
    });
  }
  return { ...base, categories, items };
}

const roleOfLabel = new Map(Object.entries(roleLabels).map(([role, label]) => [label, role as FieldRole]));

function readStandard(base: DataStandard, rows: readonly GivenRow[], reader: Reader): DataStandard {
  reader.once(rows, (row) => reader.text(row, 'code'), 'code');
  const editionsOf = new Map<string, Set<string>>();
  const fields = rows.map((row): StandardField => {
    const aliases = splitLines(reader.text(row, 'aliases'));
    const label = reader.text(row, 'role');
    const role = roleOfLabel.get(label);
    if (label !== '' && role === undefined)
      reader.say(row, 'role', `没有通用项“${label}”`, `there is no common item “${label}”`);
    const keys = split(reader.text(row, 'editions'));
    const unknown = keys.find((key) => !base.editions.some((one) => one.key === key));
    if (unknown !== undefined)
      reader.say(row, 'editions', `没有模板版本“${unknown}”`, `there is no edition “${unknown}”`);
    editionsOf.set(reader.text(row, 'code'), new Set(keys));
    return {
      code: reader.text(row, 'code'),
      label: reader.name(row),
      type: reader.word(row, 'type', words.fieldType),
      ...reader.whole(row, 'length'),
      required: reader.word(row, 'required', words.required),
      ...(role === undefined ? {} : { role }),
      ...reader.optional(row, 'codeTable'),
      ...(aliases.length > 0 ? { aliases } : {}),
      publicity: reader.word(row, 'publicity', words.publicity),
      ...(reader.text(row, 'person') === '' ? {} : { person: reader.word(row, 'person', words.person) }),
      ...reader.flag(row, 'keepBlanks'),
      ...reader.flag(row, 'confirmed'),
    };
  });
  const before = new Set(base.fields.map((field) => field.code));
  const editions = base.editions.map((edition) => {
    // Headings that are no fields (mapped, read past) stay; fields stay, go and come as the column says.
    const kept = edition.columns.filter((code) => !before.has(code) || editionsOf.get(code)?.has(edition.key));
    const added = fields.filter((field) => editionsOf.get(field.code)?.has(edition.key) && !kept.includes(field.code));
    return { ...edition, columns: [...kept, ...added.map((field) => field.code)] };
  });
  return { ...base, fields, editions };
}

function readCases(row: GivenRow, key: string, expects: RuleCase['expects'], reader: Reader): RuleCase[] {
  return reader
    .text(row, key)
    .split(line)
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const pairs = text.split(/[；;]/).filter((part) => part.trim() !== '');
      for (const part of pairs)
        if (!part.includes('='))
          reader.say(row, key, `“${part}”应写成“字段编码=值”`, `“${part}” must be written as code=value`);
      return {
        row: Object.fromEntries(
          pairs.map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1)]),
        ),
        expects,
      };
    });
}

function readRules(standards: readonly DataStandard[], rows: readonly GivenRow[], reader: Reader): QualityRule[] {
  const names = namesOf(standards);
  reader.once(rows, (row) => reader.text(row, 'id'), 'id');
  return rows.map((row) => {
    const pointed = reader.text(row, 'field');
    const role = /^〔(.+)〕$/.exec(pointed)?.[1];
    const byRole = role === undefined ? undefined : roleOfLabel.get(role);
    if (role !== undefined && byRole === undefined)
      reader.say(row, 'field', `没有通用项“${role}”`, `there is no common item “${role}”`);
    if (
      role === undefined &&
      pointed !== '' &&
      !standards.some((one) => one.fields.some((field) => field.code === pointed))
    )
      reader.say(row, 'field', `没有字段“${pointed}”，请填字段编码`, `there is no field “${pointed}”`);
    const builtin = reader.text(row, 'require') === '程序内置';
    const when = reader.text(row, 'when') === '' ? {} : { when: reader.words(row, 'when', names) };
    const cases = [...readCases(row, 'caseFinding', 'finding', reader), ...readCases(row, 'caseNone', 'none', reader)];
    const basis = readBasis(reader.text(row, 'basis'));
    const rule: QualityRule = {
      id: reader.text(row, 'id'),
      severity: reader.word(row, 'severity', words.severity),
      ...(byRole === undefined ? (pointed === '' ? {} : { field: pointed }) : { role: byRole }),
      check: builtin
        ? { kind: 'builtin' }
        : { kind: 'expression', ...when, require: reader.words(row, 'require', names) },
      message: reader.name(row, 'messageZh', 'messageEn'),
      fix: reader.name(row, 'fixZh', 'fixEn'),
      ...(basis.length > 0 ? { basis } : {}),
      ...reader.flag(row, 'confirmed'),
      ...(cases.length > 0 ? { cases } : {}),
    };
    return rule;
  });
}

function readDisclosure(base: DisclosureRegime, rows: readonly GivenRow[], reader: Reader): DisclosureRegime {
  const of = (kind: string): GivenRow[] => rows.filter((row) => reader.text(row, 'kind') === kind);
  for (const row of rows)
    if (!['条目', '程度', '分类', '不公示', '有效期内'].includes(reader.text(row, 'kind')))
      reader.say(
        row,
        'kind',
        '行类型应为条目、程度、分类、不公示或有效期内',
        'the kind of a row is 条目, 程度, 分类, 不公示 or 有效期内',
      );
  for (const kind of ['条目', '程度', '不公示']) reader.once(of(kind), (row) => reader.text(row, 'id'), 'id');
  const basisOf = (row: GivenRow): Basis => {
    const [basis] = readBasis(reader.text(row, 'basis'));
    if (!basis) reader.say(row, 'basis', '必须写明依据', 'the basis is required');
    return basis ?? { document: '' };
  };
  const { classes: _, classification: __, never: ___, whileEffective: ____, ...rest } = base;
  const classes = of('程度').map((row) => {
    const { minMonths = 0 } = reader.whole(row, 'minMonths');
    const { maxMonths = 0 } = reader.whole(row, 'maxMonths');
    const { shown = false } = reader.flag(row, 'shown');
    return [reader.word(row, 'id', words.class), { shown, minMonths, maxMonths, basis: basisOf(row) }] as const;
  });
  const [effective] = of('有效期内');
  const years = effective ? reader.whole(effective, 'maxMonths').maxMonths : undefined;
  const classification = of('分类').map((row) => ({
    severity: reader.word(row, 'id', words.class),
    when: reader.words(row, 'when', factNames),
    basis: basisOf(row),
    ...reader.flag(row, 'confirmed'),
  }));
  const never = of('不公示').map((row) => ({
    id: reader.text(row, 'id'),
    when: reader.words(row, 'when', factNames),
    basis: basisOf(row),
    name: reader.name(row),
    ...reader.flag(row, 'confirmed'),
  }));
  return {
    ...rest,
    items: of('条目').map((row) => reader.text(row, 'id')),
    ...(classes.length > 0 ? { classes: Object.fromEntries(classes) as NonNullable<DisclosureRegime['classes']> } : {}),
    ...(classification.length > 0 || base.classification ? { classification } : {}),
    ...(never.length > 0 || base.never ? { never } : {}),
    ...(effective
      ? { whileEffective: { basis: basisOf(effective), ...(years === undefined ? {} : { openEndedYears: years }) } }
      : {}),
  };
}
