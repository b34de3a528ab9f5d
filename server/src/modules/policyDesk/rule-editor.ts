/** The rule editor: rules of a set as words, a trial while somebody writes, and what was written put into a draft. */
import type {
  PolicyRuleSave,
  PolicyRuleSetList,
  PolicyRuleSetView,
  PolicyRuleTrial,
  PolicyRuleTrialRequest,
} from '@chengxin/contract';
import { writeNames } from '@chengxin/rules';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { sampleRows } from '../collection/index.ts';
import { authorize, scopeOf } from '../identity/index.ts';
import {
  bindRule,
  compilePolicy,
  type DataStandard,
  hashOf,
  type PolicyFile,
  policySource,
  type QualityRule,
} from '../policy/index.ts';
import { conflict, inForce, seenChange } from './change-common.ts';
import { headFile, keepFile, openDraft, overtaken, policyWith, problemsError, withPlaces } from './change-files.ts';
import * as queries from './queries.ts';
import { codesOf, fieldsNamed, judgeRule, type RuleDesk, runCases } from './rule-trial.ts';
import { words } from './sheet-words.ts';
import { namesOf, readRule, ruleCells, type SheetFile, standardsOf } from './sheets.ts';

type RuleSetFile = Extract<SheetFile, { kind: 'ruleSet' }>;

/** While somebody waits: so many rows of so many submissions, and no longer than this. */
const sampleBounds = { rows: 3_000, submissions: 40, rowsOfFile: 20_000, milliseconds: 2_500 } as const;
const shownRows = 15;
const shownColumns = 8;
const shownValues = 200;

const isRuleSet = (file: PolicyFile): file is RuleSetFile => file.kind === 'ruleSet';

export function listRuleSets(ctx: AppContext, actor: Actor): PolicyRuleSetList {
  authorize(actor, 'policyChange.draft');
  const policy = ctx.policy();
  return {
    items: inForce(ctx)
      .filter(isRuleSet)
      .map((file) => ({
        key: file.key,
        name: file.name,
        standards: standardNames(ctx, standardsOf(policy, file.body.standards)),
        rules: file.body.rules.length,
      })),
  };
}

const standardNames = (ctx: AppContext, standards: readonly DataStandard[]) => {
  const names = new Map(
    ctx
      .policy()
      .standards()
      .map((one) => [one.standard, one.name]),
  );
  return standards.map(({ standard }) => ({
    key: standard,
    name: names.get(standard) ?? { zh: standard, en: standard },
  }));
};

interface OpenSet {
  readonly file: RuleSetFile;
  readonly desk: RuleDesk;
}

/** The set as the draft has it, or as it is in force; with the draft's other files in their places. */
async function openSet(ctx: AppContext, actor: Actor, key: string, changeId: string | undefined): Promise<OpenSet> {
  authorize(actor, 'policyChange.draft');
  const drafted =
    changeId === undefined
      ? []
      : (await queries.filesOf(ctx.db.app, (await seenChange(ctx, actor, changeId)).change_id)).map(({ body }) => body);
  const file =
    drafted.find((one) => one.kind === 'ruleSet' && one.key === key) ?? (await headFile(ctx, 'ruleSet', key));
  if (!isRuleSet(file)) throw new DomainError('not-found');
  const policy = drafted.length > 0 ? policyWith(ctx, drafted) : ctx.policy();
  return {
    file,
    desk: {
      files: withPlaces(inForce(ctx), drafted),
      policy,
      standards: standardsOf(policy, file.body.standards),
      of: file.body.standards,
      others: file.body.rules,
    },
  };
}

const typeWords: Readonly<Record<string, { zh: string; en: string }>> = {
  text: { zh: '文本', en: 'text' },
  number: { zh: '数值', en: 'number' },
  date: { zh: '日期', en: 'date' },
  boolean: { zh: '是否', en: 'yes or no' },
  textList: { zh: '多值', en: 'list' },
};

export async function readRuleSet(
  ctx: AppContext,
  actor: Actor,
  key: string,
  changeId: string | undefined,
): Promise<PolicyRuleSetView> {
  const { file, desk } = await openSet(ctx, actor, key, changeId);
  const names = namesOf(desk.standards);
  const written = writeNames(names);
  const valuesOf = (code: string): string[] => [
    ...new Set(desk.standards.flatMap((standard) => codesOf(desk.policy, standard, code))),
  ];
  return {
    key,
    name: file.name,
    standards: standardNames(ctx, desk.standards),
    severities: [...words.severity.all],
    names: names.map((name, at) => ({
      written: written[at] ?? name.label,
      label: name.label,
      code: name.kind === 'field' ? name.key : `〔${name.label}〕`,
      kind: name.kind,
      type: typeWords[name.type] ?? { zh: name.type, en: name.type },
      values: name.kind === 'field' ? valuesOf(name.key).slice(0, shownValues) : [],
    })),
    rules: file.body.rules.map((rule) => ({
      hash: hashOf(rule),
      builtin: rule.check.kind === 'builtin',
      cells: cellsOf(rule, names),
    })),
  };
}

const cellsOf = (rule: QualityRule, names: ReturnType<typeof namesOf>): PolicyRuleSave['rule'] =>
  ruleCells(rule, names) as PolicyRuleSave['rule'];

/** A rule while it is written. Nothing is kept; that rows were looked at is logged. */
export async function tryRule(
  ctx: AppContext,
  actor: Actor,
  key: string,
  request: PolicyRuleTrialRequest,
): Promise<PolicyRuleTrial> {
  const { file, desk } = await openSet(ctx, actor, key, request.change);
  const standard = desk.standards.find((one) => one.standard === request.standard) ?? desk.standards[0];
  const { rule, problems, runs, said } = judgeRule(desk, request.rule);
  const trial: PolicyRuleTrial = { problems, said, cases: runs ? runCases(rule, standard) : [], sample: null };
  if (!request.sample || !runs || !standard || rule.check.kind !== 'expression') return trial;
  const sample = await sampleOf(ctx, actor, desk, file, rule, standard);
  const { rows, submissions } = sample;
  await withTransaction(ctx.db.app, (tx) =>
    writeAccess(tx, ctx, actor, {
      action: 'policyRule.try',
      resourceKind: 'ruleSet',
      resourceId: key,
      detail: { rule: rule.id.slice(0, 80), standard: standard.standard, rows, submissions },
    }),
  );
  return { ...trial, sample };
}

const appliesId = 'applies to';
const foundId = 'is tried';

/** Only the rule and whether it applies are asked of the rows, beside what the program itself looks at. */
function trialPolicy(desk: RuleDesk, file: RuleSetFile, rule: QualityRule) {
  if (rule.check.kind !== 'expression') throw new RangeError('no expression');
  const { check } = rule;
  const found = { ...rule, id: foundId, cases: [] };
  const applies = {
    ...found,
    id: appliesId,
    check: { kind: 'expression' as const, ...(check.when === undefined ? {} : { when: check.when }), require: false },
  };
  const files = desk.files.map((one): PolicyFile => {
    if (!isRuleSet(one)) return one;
    const rules = one.body.rules.filter((each) => each.check.kind === 'builtin');
    return { ...one, body: { ...one.body, rules: one.key === file.key ? [...rules, found, applies] : rules } };
  });
  const { setId } = policySource(desk.policy);
  return compilePolicy(files, setId, 'trial');
}

async function sampleOf(
  ctx: AppContext,
  actor: Actor,
  desk: RuleDesk,
  file: RuleSetFile,
  rule: QualityRule,
  standard: DataStandard,
): Promise<NonNullable<PolicyRuleTrial['sample']>> {
  const scope = scopeOf(actor, 'submission.read');
  const columns = columnsShown(rule, standard);
  const counts = { applies: 0, found: 0, kept: 0 };
  const shown: NonNullable<PolicyRuleTrial['sample']>['shown'] = [];
  const bodyIds = scope.kind === 'all' ? null : scope.bodyIds;
  const read = await sampleRows(ctx, trialPolicy(desk, file, rule), { ...sampleBounds, standard, bodyIds }, (row) => {
    if (!row.rules.has(appliesId)) return;
    counts.applies += 1;
    const outcome = row.rules.has(foundId) ? 'found' : 'kept';
    counts[outcome] += 1;
    if (counts[outcome] > shownRows) return;
    const { submissionId, body } = row;
    const values = columns.map((field) => row.value(field.code).slice(0, 200));
    shown.push({ submissionId, row: row.row, body, outcome, values });
  });
  return {
    standard: standard.standard,
    columns: columns.map((field) => ({ key: field.code, name: field.label })),
    rows: read.rows,
    ...counts,
    personRows: read.personRows,
    submissions: read.submissions,
    complete: read.complete,
    shown,
  };
}

/** Whom and what a row is about, and what the rule names of it. */
function columnsShown(rule: QualityRule, standard: DataStandard): DataStandard['fields'] {
  const bound = bindRule(rule, standard);
  const named = fieldsNamed(bound?.check);
  if (bound?.field !== undefined) named.add(bound.field);
  const roles = ['subjectName', 'documentNumber'];
  const first = standard.fields.filter(({ role }) => role !== undefined && roles.includes(role));
  const rest = standard.fields.filter((field) => named.has(field.code) && !first.includes(field));
  return [...first, ...rest].slice(0, shownColumns);
}

/** Into the draft, beside whatever else it holds: the same version as from a sheet. */
export async function saveRule(
  ctx: AppContext,
  actor: Actor,
  id: string,
  key: string,
  { rule: cells, was }: PolicyRuleSave,
): Promise<void> {
  const row = await openDraft(ctx, actor, id);
  const { file, desk } = await openSet(ctx, actor, key, id);
  const base = await headFile(ctx, 'ruleSet', key);
  const drafted = (await queries.filesOf(ctx.db.app, id)).find((one) => one.kind === 'ruleSet' && one.key === key);
  if (drafted && drafted.base_hash !== hashOf(base)) throw overtaken({ kind: 'ruleSet', key });
  const { rules } = file.body;
  const at = placeToSave(rules, was, cells.id);
  const { rule, problems } = readRule(cells, desk.standards);
  if (problems.length > 0)
    throw problemsError(
      problems.map((one) => ({ ...one, field: one.column ?? '' })),
      'rule',
    );
  const next = at < 0 ? [...rules, rule] : rules.map((one, place) => (place === at ? rule : one));
  const changed: RuleSetFile = { ...file, body: { ...file.body, rules: next } };
  await keepFile(ctx, actor, row, { base, file: changed, kind: 'rule', note: `${key}: ${rule.id}` });
}

/** Where the rule stands in the set; −1 = behind all others. Refused where a colleague was quicker. */
function placeToSave(rules: readonly QualityRule[], was: PolicyRuleSave['was'], id: string): number {
  if (was === null) {
    if (rules.some((one) => one.id === id))
      throw conflict(
        `已有编号为 ${id} 的规则，可能是同事刚刚新增的。请换一个编号，或打开那条规则修改。`,
        `There is a rule ${id} already, perhaps a colleague's. Give another number, or open that rule and change it.`,
      );
    return -1;
  }
  const at = rules.findIndex((one) => one.id === was.id);
  const found = rules[at];
  if (!found || hashOf(found) !== was.hash)
    throw conflict(
      `规则 ${was.id} 在您打开之后已被他人修改，您的改动没有保存。请重新打开这条规则，在新的内容上修改。`,
      `Somebody else changed the rule ${was.id} since you opened it; yours was not saved. Open it again and change what it says now.`,
    );
  return at;
}
