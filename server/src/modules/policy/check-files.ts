/** What a schema cannot say: references between files, expressions, dates, words, guardrails. Pure; collects problems. */
import { isIsoDate } from '@chengxin/rules';
import { checkCatalogues } from './check-catalogue.ts';
import { checkExemptions, checkLists } from './check-lists.ts';
import { checkMeasures } from './check-measures.ts';
import { checkNotices, checkPaper } from './check-notices.ts';
import { checkDisclosure, checkRuleSet } from './check-rules.ts';
import { checkCodeTable, checkStandard, itemsOf } from './check-standard.ts';
import type { ReadPolicyFile } from './load-policy-files.ts';
import type {
  AccountRules,
  Calendar,
  CatalogueItem,
  CodeTable,
  DataStandard,
  Divisions,
  Industries,
  OversightRules,
  PersonRules,
  PlaceRules,
  PolicyFile,
  PolicyProblem,
  ProcedurePolicy,
  Purposes,
  QualityRule,
  RepairRules,
  Wizard,
} from './types.ts';

/** Roles that may state a purpose; the three administrators have no business data (GB/T 22239-2019 8.1.5). */
const rolesThatRead: readonly string[] = [
  'departmentOfficer',
  'departmentSystem',
  'creditOffice',
  'operator',
  'authorisedReader',
  'companyRepresentative',
];

export type Report = (path: string, zh: string, en: string) => void;

/** What other files may refer to. */
export interface PolicyIndex {
  standards: ReadonlyMap<string, DataStandard>;
  codeTables: ReadonlyMap<string, CodeTable>;
  items: ReadonlyMap<string, CatalogueItem>;
}

type FileOf<Kind extends PolicyFile['kind']> = Extract<PolicyFile, { kind: Kind }>;

function indexFiles(files: readonly PolicyFile[]): PolicyIndex {
  const standards = new Map<string, DataStandard>();
  const codeTables = new Map<string, CodeTable>();
  const items = new Map<string, CatalogueItem>();
  for (const file of files) {
    if (file.kind === 'dataStandard') standards.set(file.body.standard, file.body);
    else if (file.kind === 'codeTable') codeTables.set(file.key, file.body);
    else if (file.kind === 'catalogue' || file.kind === 'localSupplement') {
      for (const item of file.body.items) items.set(item.key, item);
    }
  }
  return { standards, codeTables, items };
}

/** Everything that is wrong with files together: what they refer to, expressions, rows beside rules, guardrails. */
export function checkPolicyFiles(read: readonly ReadPolicyFile[]): PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const index = indexFiles(read.map((entry) => entry.file));
  const seen: Seen = {
    ruleIds: new Map(),
    years: new Map(),
    placeKeys: new Set(),
    single: new Map(),
    topics: new Map(),
    lists: new Map(),
  };
  for (const { file, path } of read) {
    const report: Report = (at, zh, en) => problems.push({ file: path, path: at, zh, en });
    checkEnvelope(file, report);
    checkBody(file, index, seen, report);
  }
  checkCatalogues(read, index, problems);
  checkRegimes(read, problems);
  checkMeasures(read, problems);
  return problems;
}

/** What is wrong with one rule as a member of a set: paths below the rule, `check.require.gt[0]`. */
export function checkRuleOf(
  files: readonly PolicyFile[],
  standards: readonly string[],
  rule: QualityRule,
): Omit<PolicyProblem, 'file'>[] {
  const problems = new Map<string, Omit<PolicyProblem, 'file'>>();
  const report: Report = (at, zh, en) => {
    const path = at.replace('body.rules[0].', '');
    problems.set(`${path} ${zh}`, { path, zh, en });
  };
  checkRuleSet('', { standards: [...standards], rules: [rule] }, indexFiles(files), new Map(), report);
  return [...problems.values()];
}

/** What was seen so far, and in the file of which key: several periods of one file may repeat themselves. */
interface Seen {
  ruleIds: Map<string, string>;
  years: Map<number, string>;
  placeKeys: Set<string>;
  /** Things that are told, by the key of their file. */
  topics: Map<string, string>;
  /** Lists, and items that lead to one, by the key of their file. */
  lists: Map<string, string>;
  /** Kinds of which there is one file. */
  single: Map<string, string>;
}

function checkEnvelope(file: PolicyFile, report: Report): void {
  for (const name of ['validFrom', 'validTo'] as const) {
    const value = file[name];
    if (value !== undefined && !isIsoDate(value))
      report(name, `“${value}”不是有效日期`, `“${value}” is no day of the calendar`);
  }
  if (file.validFrom && file.validTo && file.validFrom > file.validTo) {
    report('validTo', '失效日期早于生效日期', 'the last day of effect is before the first');
  }
  if (file.confirmed && file.basis.length === 0) {
    report('basis', '标为已核实（confirmed: true）的文件必须写明依据', 'a confirmed file must name its basis');
  }
}

function checkBody(file: PolicyFile, index: PolicyIndex, seen: Seen, report: Report): void {
  switch (file.kind) {
    case 'dataStandard':
      checkStandard(file.key, file.body, index, report);
      break;
    case 'ruleSet':
      checkRuleSet(file.key, file.body, index, seen.ruleIds, report);
      break;
    case 'personRules':
      checkPersonRules(file.body, report);
      break;
    case 'codeTable':
      checkCodeTable(file.body, report);
      break;
    case 'disclosure':
      checkDisclosure(file.body, index, report);
      break;
    case 'accountRules':
      checkSingle(file, seen, report);
      checkAccounts(file.body, report);
      break;
    case 'calendar':
      checkCalendar(file.key, file.body, seen.years, report);
      break;
    case 'divisions':
      checkDivisions(file.body, report);
      break;
    case 'industries':
      checkIndustries(file.body, report);
      break;
    case 'placeRules':
      seen.placeKeys.add(file.key);
      checkPlace(file.body, index, report);
      if (seen.placeKeys.size > 1) {
        report(
          'key',
          '只能有一份地方规则；请用相同的 key 覆盖',
          'there is one file of place rules; replace it by one of the same key',
        );
      }
      break;
    case 'lists':
      checkLists(file.key, file.body, index, seen.lists, report);
      break;
    case 'listExemptions':
      checkExemptions(file.body, index, report);
      break;
    case 'purposes':
      checkSingle(file, seen, report);
      checkPurposes(file.body, index, report);
      break;
    case 'procedure':
      checkProcedure(file.body, report);
      break;
    case 'notices':
      checkNotices(file.key, file.body, seen, report);
      break;
    case 'paper':
      checkPaper(file.body, report);
      break;
    case 'repair':
      checkRepair(file.body, index, report);
      break;
    case 'wizard':
      checkSingle(file, seen, report);
      checkWizard(file.body, report);
      break;
    case 'measures':
    case 'checkRules':
    case 'cityTargets':
    case 'qualityRules':
    case 'accessLimits':
    case 'noticeRules':
    case 'exchange':
    case 'circulation':
    case 'signIn':
    case 'matching':
      checkSingle(file, seen, report);
      break;
    case 'oversight':
      checkSingle(file, seen, report);
      checkOversight(file.body, report);
      break;
    case 'measureSupplement':
    case 'measureRules':
    case 'incentives':
    case 'catalogue':
    case 'localSupplement':
      break;
  }
}

/** Every answer leads somewhere, nothing turns in circles, three questions are enough, and no outcome is out of reach. */
const maxQuestions = 3;
function checkWizard(wizard: Wizard, report: Report): void {
  const questions = new Map(wizard.questions.map((question) => [question.key, question]));
  const outcomes = new Set(wizard.outcomes.map((outcome) => outcome.key));
  const reached = new Set<string>();
  const follow = (key: string, path: readonly string[]): void => {
    const question = questions.get(key);
    const at = `body.questions.${key}`;
    if (!question) report(at, `没有问题“${key}”`, `there is no question "${key}"`);
    if (path.length >= maxQuestions)
      report(at, `超过 ${maxQuestions} 个问题`, `more than ${maxQuestions} questions on a path`);
    if (!question || path.length >= maxQuestions) return;
    for (const { key: answer, next, outcome } of question.answers) {
      if ((next === undefined) === (outcome === undefined))
        report(`${at}.${answer}`, '应当且只能有 next 或 outcome 之一', 'has either next or outcome, and one of them');
      else if (next !== undefined) follow(next, [...path, key]);
      else if (outcome !== undefined && !outcomes.has(outcome))
        report(`${at}.${answer}`, `没有结果“${outcome}”`, `there is no outcome "${outcome}"`);
      else if (outcome !== undefined) reached.add(outcome);
    }
  };
  follow(wizard.start, []);
  for (const outcome of outcomes)
    if (!reached.has(outcome)) report(`body.outcomes.${outcome}`, '没有回答能到达', 'no answer leads there');
}

/** Rows on persons are stored only where the standard can say who the person is, and the catalogue knows persons there. */
function checkPlace(place: PlaceRules, index: PolicyIndex, report: Report): void {
  for (const [at, key] of place.personRows.store.entries()) {
    const standard = index.standards.get(key);
    const able =
      standard?.fields.some((field) => field.role === 'personDocument') &&
      itemsOf(standard).every((item) => index.items.get(item)?.subjects.includes('person'));
    if (able || index.standards.size === 0) continue;
    report(
      `body.personRows.store[${at}]`,
      `“${key}”不能归集自然人信息：没有这个标准，或者目录中该条目不含自然人，或者标准没有证件号码一栏`,
      `“${key}” cannot hold rows on persons: no such standard, or its catalogue item is not about persons, or it has no document column`,
    );
  }
}

function checkSingle(file: PolicyFile, seen: Seen, report: Report): void {
  const other = seen.single.get(file.kind) ?? file.key;
  seen.single.set(file.kind, other);
  if (other !== file.key) {
    report(
      'key',
      `这一类（${file.kind}）只能有一份；请用相同的 key（${other}）覆盖`,
      `there is one file of the kind ${file.kind}; replace it by one with the same key (${other})`,
    );
  }
}

function checkPurposes(body: Purposes, index: PolicyIndex, report: Report): void {
  const keys = new Set<string>();
  for (const [at, purpose] of body.purposes.entries()) {
    const path = `body.purposes[${at}]`;
    if (keys.has(purpose.key))
      report(`${path}.key`, `用途 ${purpose.key} 重复`, `the purpose ${purpose.key} is there twice`);
    keys.add(purpose.key);
    for (const role of purpose.roles) {
      // The audit administrator has no business data (GB/T 22239-2019 8.1.5), but earlier states for a case (natural-persons §3).
      const looksBack = role === 'auditAdmin' && purpose.acts.every((act) => act === 'earlier');
      if (!rolesThatRead.includes(role) && !looksBack)
        report(`${path}.roles`, `角色 ${role} 不能查询非公开信息`, `the role ${role} reads no non-public information`);
    }
    for (const item of purpose.items ?? []) {
      if (!index.items.has(item)) report(`${path}.items`, `目录中没有 ${item}`, `there is no catalogue item ${item}`);
    }
    // Outside government nobody reads more than the subject can authorise (深圳 art. 44).
    if (
      purpose.acts.includes('authorisation') &&
      (purpose.publicity === 'government' || purpose.publicity === 'internal')
    )
      report(
        `${path}.publicity`,
        '授权查询最多到“授权”级',
        'a reading by authorisation reaches the attribute “authorised” at most',
      );
  }
}

/** Every access has words: the last row takes what no other took. */
function checkOversight(rules: OversightRules, report: Report): void {
  if (rules.looks.at(-1)?.action !== '*') {
    report('body.looks', '最后一行的 action 应为 *，以便每次查询都有名称', 'the last row must have action *');
  }
  const names = [...rules.detectors, ...rules.delays].map((row) => row.key);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) report('body', `${twice} 出现两次`, `${twice} is there twice`);
}

function checkAccounts(rules: AccountRules, report: Report): void {
  try {
    new RegExp(rules.holderNumber.pattern, 'v');
  } catch {
    report('body.holderNumber.pattern', '不是有效的格式表达式', 'this is no valid pattern');
  }
  if (rules.unused.flagAfterDays >= rules.unused.disableAfterDays) {
    report('body.unused', '提示天数应少于停用天数', 'the days before the remark are fewer than those before disabling');
  }
}

function checkProcedure(body: ProcedurePolicy, report: Report): void {
  const keys = new Set<string>();
  for (const [at, clock] of body.clocks.entries()) {
    const path = `body.clocks[${at}]`;
    if (keys.has(clock.key)) report(`${path}.key`, `时限 ${clock.key} 重复`, `the clock ${clock.key} is there twice`);
    keys.add(clock.key);
    if (clock.remindDays >= clock.days)
      report(`${path}.remindDays`, '提醒须在时限开始之后', 'the reminder must come after the clock has begun');
    // Nothing is approved, dismissed or lapses by silence unless a rule says so (DESIGN §4).
    if (clock.onDue.kind === 'command' && !clock.onDue.article.article)
      report(`${path}.onDue.article`, '逾期自动处理须写明法律条款', 'an automatic consequence names its article');
  }
}

function checkRepair(body: RepairRules, index: PolicyIndex, report: Report): void {
  const items = [...body.kinds.flatMap((kind) => kind.items), ...(body.notice?.items ?? [])];
  for (const item of items)
    if (index.items.size > 0 && !index.items.has(item))
      report('body.kinds', `目录中没有 ${item}`, `there is no catalogue item ${item}`);
  const keys = body.duties.map((duty) => duty.key);
  if (new Set(keys).size !== keys.length) report('body.duties', '义务重复', 'a duty is there twice');
}

const weekday = (on: string): number => new Date(`${on}T00:00:00Z`).getUTCDay();

/** Consent carries what is voluntary and nothing else (natural-persons G3, G6); a purpose is named once. */
function checkPersonRules(rules: PersonRules, report: Report): void {
  const seen = new Set<string>();
  for (const [at, purpose] of rules.purposes.entries()) {
    const path = `body.purposes[${at}]`;
    if (seen.has(purpose.purpose))
      report(path, `处理目的“${purpose.purpose}”重复`, `the purpose "${purpose.purpose}" is there twice`);
    seen.add(purpose.purpose);
    if ((purpose.kind === 'voluntary') !== (purpose.legalBasis === 1))
      report(
        `${path}.legalBasis`,
        '自愿参加的处理目的只能以同意为依据，其他目的不得以同意为依据',
        'a voluntary purpose rests on consent, and no other one does',
      );
  }
  for (const needed of ['recordKeeping', 'representative', 'ownRecord'])
    if (!seen.has(needed)) report('body.purposes', `缺少处理目的“${needed}”`, `the purpose "${needed}" is missing`);
}

function checkCalendar(key: string, calendar: Calendar, years: Map<number, string>, report: Report): void {
  for (const [at, year] of calendar.years.entries()) {
    const path = `body.years[${at}]`;
    const other = years.get(year.year);
    if (other !== undefined && other !== key) {
      report(`${path}.year`, `${year.year}年已在 ${other} 中`, `the year ${year.year} is in ${other} already`);
    }
    years.set(year.year, key);
    const days = new Set<string>();
    for (const kind of ['holidays', 'workdays'] as const) {
      for (const [row, day] of year[kind].entries()) {
        const place = `${path}.${kind}[${row}].on`;
        if (!isIsoDate(day.on) || Number(day.on.slice(0, 4)) !== year.year) {
          report(place, `“${day.on}”不是${year.year}年的日期`, `“${day.on}” is no day of ${year.year}`);
          continue;
        }
        if (days.has(day.on)) report(place, `${day.on} 重复`, `${day.on} is there twice`);
        days.add(day.on);
        if (kind === 'workdays' && weekday(day.on) !== 0 && weekday(day.on) !== 6) {
          report(place, `调休上班日 ${day.on} 不是周末`, `${day.on} is to be worked but is no weekend day`);
        }
      }
    }
  }
}

function checkDivisions(body: Divisions, report: Report): void {
  const codes = new Set<string>();
  for (const [at, row] of body.divisions.entries()) {
    if (codes.has(row.code))
      report(`body.divisions[${at}].code`, `代码 ${row.code} 重复`, `the code ${row.code} is there twice`);
    codes.add(row.code);
  }
}

function checkIndustries(body: Industries, report: Report): void {
  const codes = new Set(body.industries.map((row) => row.code));
  if (codes.size !== body.industries.length)
    report('body.industries', '行业代码有重复', 'an industry code is there twice');
  for (const [at, row] of body.industries.entries()) {
    const length = row.level === 1 ? 1 : row.level;
    if (row.code.length !== length)
      report(`body.industries[${at}]`, `${row.code} 的层级不符`, `${row.code} is of another level`);
    if (!codes.has(row.section))
      report(`body.industries[${at}].section`, `没有门类 ${row.section}`, `there is no section ${row.section}`);
  }
}

/** Two regimes of one lane may not govern one item on the same day. */
function checkRegimes(read: readonly ReadPolicyFile[], problems: PolicyProblem[]): void {
  const regimes = read.filter(
    (entry): entry is ReadPolicyFile & { file: FileOf<'disclosure'> } => entry.file.kind === 'disclosure',
  );
  for (const [at, one] of regimes.entries()) {
    for (const other of regimes.slice(at + 1)) {
      const item = one.file.body.items.find((key) => other.file.body.items.includes(key));
      const lane = (body: typeof one.file.body): string => body.lane ?? 'creditPlatform';
      if (item === undefined || lane(one.file.body) !== lane(other.file.body)) continue;
      const apart =
        (one.file.validTo ?? '9999') < (other.file.validFrom ?? '0000') ||
        (other.file.validTo ?? '9999') < (one.file.validFrom ?? '0000');
      if (apart) continue;
      problems.push({
        file: other.path,
        path: 'validFrom',
        zh: `与 ${one.path} 的施行期间重叠，条目 ${item} 同一天有两种公示规则`,
        en: `It overlaps ${one.path} in time: the item ${item} would have two regimes on one day`,
      });
    }
  }
}
