/** What is wrong with a rule that somebody is writing, at the word, and what the rows beside it say. Pure. */
import type { PolicyRuleTrial } from '@chengxin/contract';
import { sayExpression, type WordName } from '@chengxin/rules';
import {
  bindRule,
  checkRuleOf,
  type DataStandard,
  findsIn,
  type PolicyFile,
  type PolicyRuntime,
  type QualityRule,
} from '../policy/index.ts';
import { judgeRules } from './judge-rules.ts';
import { type Cells, columnsOf, namesOf, readRule, type SheetProblem } from './sheets.ts';

type Problem = PolicyRuleTrial['problems'][number];
type Case = PolicyRuleTrial['cases'][number];

export interface RuleDesk {
  /** All that is in force with the draft's files in their places. */
  readonly files: readonly PolicyFile[];
  readonly policy: PolicyRuntime;
  readonly standards: readonly DataStandard[];
  /** As the set names its standards. */
  readonly of: readonly string[];
  readonly others: readonly QualityRule[];
}
export interface TriedRule {
  readonly rule: QualityRule;
  readonly problems: Problem[];
  /** Whether the conditions can be run at all. */
  readonly runs: boolean;
  readonly said: PolicyRuleTrial['said'];
}

const headings = new Map(columnsOf.ruleSet.map((column) => [column.key, column.heading]));
const headingOf = (key: string): string => headings.get(key) ?? key;

/** Values of the code tables of the named fields, most alike first: what a misspelt value may have meant. */
export function valuesLike(text: string, values: readonly string[]): string[] {
  const wanted = new Set(text);
  return values
    .map((value) => {
      const letters = new Set(value);
      const shared = [...letters].filter((letter) => wanted.has(letter)).length;
      return { value, likeness: shared / Math.max(letters.size, wanted.size, 1) };
    })
    .filter(({ likeness }) => likeness >= 0.3)
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ value }) => `“${value}”`);
}

export function fieldsNamed(json: unknown, into = new Set<string>()): Set<string> {
  if (Array.isArray(json)) for (const part of json) fieldsNamed(part, into);
  else if (typeof json === 'object' && json !== null)
    for (const [key, value] of Object.entries(json))
      if (key === 'field' && typeof value === 'string') into.add(value);
      else fieldsNamed(value, into);
  return into;
}

export function codesOf(policy: PolicyRuntime, standard: DataStandard, code: string): string[] {
  const table = standard.fields.find((field) => field.code === code)?.codeTable;
  return table === undefined ? [] : policy.codeTable(table).values.map((value) => value.code);
}

const ofSheet = ({ key = '', place, zh, en }: SheetProblem): Problem => ({
  column: key,
  heading: headingOf(key),
  at: place?.at ?? null,
  to: place?.to ?? null,
  zh: place?.zh ?? zh,
  en: place?.en ?? en,
  instead: [...(place?.instead ?? [])],
});

/** The cell of a path below a rule: `check.require.gt[0]` → require and `$.gt[0]`. */
function cellOf(path: string, rule: QualityRule): { column: string; inner: string | null } {
  const condition = /^check\.(when|require)(.*)$/.exec(path);
  if (condition) return { column: condition[1] ?? '', inner: `$${condition[2] ?? ''}` };
  const row = /^cases\[(\d+)\]/.exec(path);
  if (row) {
    const expects = rule.cases?.[Number(row[1])]?.expects;
    return { column: expects === 'none' ? 'caseNone' : 'caseFinding', inner: null };
  }
  if (path.startsWith('message')) return { column: 'messageZh', inner: null };
  if (path.startsWith('fix')) return { column: 'fixZh', inner: null };
  return { column: path.split(/[.[]/)[0] === 'role' ? 'field' : (path.split(/[.[]/)[0] ?? ''), inner: null };
}

function checkProblems(
  desk: RuleDesk,
  rule: QualityRule,
  places: ReturnType<typeof readRule>['places'],
): { problems: Problem[]; runs: boolean } {
  let runs = true;
  const problems: Problem[] = [];
  for (const { path, zh, en } of checkRuleOf(desk.files, desk.of, rule)) {
    // What the rows beside the rule say is shown beside them; a field that they do not have is a mistake.
    if (path.startsWith('cases[') && !zh.includes('没有字段')) continue;
    const { column, inner } = cellOf(path, rule);
    if (inner !== null) runs = false;
    const place = inner === null ? undefined : places.get(column)?.(inner);
    const value = /^代码表中没有“(.+)”/.exec(zh)?.[1];
    const values =
      value === undefined
        ? []
        : desk.standards.flatMap((standard) =>
            [...fieldsNamed(bindRule(rule, standard)?.check)].flatMap((code) => codesOf(desk.policy, standard, code)),
          );
    const instead = value === undefined ? [] : valuesLike(value, [...new Set(values)]);
    problems.push({
      column,
      heading: headingOf(column),
      at: place?.at ?? null,
      to: place?.to ?? null,
      zh: instead.length > 0 ? `${zh}；相近的值：${instead.join('、')}` : zh,
      en,
      instead,
    });
  }
  return { problems, runs };
}

export function readBack(rule: QualityRule, names: readonly WordName[]): PolicyRuleTrial['said'] {
  if (rule.check.kind !== 'expression') return null;
  return {
    when: rule.check.when === undefined ? '' : sayExpression(rule.check.when, names),
    require: sayExpression(rule.check.require, names),
  };
}

/** Everything that is wrong at once: form, names and types, then what the rule would do to every row. */
export function judgeRule(desk: RuleDesk, cells: Cells): TriedRule {
  const names = namesOf(desk.standards);
  const read = readRule(cells, desk.standards);
  const { rule } = read;
  if (read.problems.length > 0) {
    const broken = read.problems.some(({ key }) => key === 'when' || key === 'require');
    const checked = checkProblems(desk, rule, read.places);
    const further = checked.problems.filter(({ column }) => !read.problems.some(({ key }) => key === column));
    return {
      rule,
      problems: [...read.problems.map(ofSheet), ...further],
      runs: !broken && checked.runs,
      said: broken ? null : readBack(rule, names),
    };
  }
  const { problems, runs } = checkProblems(desk, rule, read.places);
  if (runs) {
    const rules = [...desk.others.filter((one) => one.id !== rule.id), rule];
    const judged = desk.standards.flatMap((standard) => judgeRules(rules, new Set([rule.id]), standard));
    for (const { zh, en } of new Map(judged.map((one) => [one.zh, one])).values())
      problems.push({ column: 'require', heading: headingOf('require'), at: null, to: null, zh, en, instead: [] });
  }
  return { rule, problems, runs, said: readBack(rule, names) };
}

/** The rows beside a rule, each run on the standard that is looked at. */
export function runCases(rule: QualityRule, standard: DataStandard | undefined): Case[] {
  const bound = standard && bindRule(rule, standard);
  return (rule.cases ?? []).map((one) => {
    const found = (bound && standard && findsIn(bound, standard, one.row)) ?? null;
    return {
      expects: one.expects,
      words: Object.entries(one.row)
        .map(([key, value]) => `${key}=${value}`)
        .join('；'),
      found,
      ok: found !== null && found === (one.expects === 'finding'),
    };
  });
}
