/**
 * Measures: nothing outside the national list and a supplement with its regulation (国办发〔2020〕49号; 清单外不得惩戒), nothing
 * that reduces rights but for a serious list, nothing without article, relevance and proportion. Pure.
 */
import type { ReadPolicyFile } from './load-policy-files.ts';
import type { CheckRules, CreditList, Incentives, Measure, MeasureRules, PolicyProblem } from './types.ts';

type Report = (at: string, zh: string, en: string) => void;

interface Known {
  readonly measures: ReadonlyMap<string, Measure>;
  readonly editions: ReadonlySet<string>;
  readonly lists: ReadonlyMap<string, CreditList>;
  readonly incentives: ReadonlySet<string>;
  readonly matters: ReadonlyMap<string, CheckRules['matters'][number]>;
  readonly purposes: ReadonlySet<string>;
  readonly standards: ReadonlySet<string>;
}

function knownOf(read: readonly ReadPolicyFile[]): Known {
  const known = {
    measures: new Map<string, Measure>(),
    editions: new Set<string>(),
    lists: new Map<string, CreditList>(),
    incentives: new Set<string>(),
    matters: new Map<string, CheckRules['matters'][number]>(),
    purposes: new Set<string>(),
    standards: new Set<string>(),
  };
  for (const { file } of read) {
    if (file.kind === 'measures') for (const { key } of file.body.editions) known.editions.add(key);
    if (file.kind === 'measures' || file.kind === 'measureSupplement')
      for (const one of file.body.measures) known.measures.set(one.id, one);
    if (file.kind === 'lists') for (const one of file.body.lists) known.lists.set(one.key, one);
    if (file.kind === 'incentives') for (const { id } of file.body.incentives) known.incentives.add(id);
    if (file.kind === 'checkRules') for (const one of file.body.matters) known.matters.set(one.code, one);
    if (file.kind === 'dataStandard') known.standards.add(file.body.standard);
    if (file.kind === 'purposes') for (const { key } of file.body.purposes) known.purposes.add(key);
  }
  return known;
}

/** Words in which a rule names the sphere of relatives: no measure reaches them (深圳 art. 68; 山东 art. 31; G12). */
const relatives = /亲属|家属|配偶|子女|父母|家庭成员/u;

/** '*' among the executors would make every body of the city liable for every entry. */
function checkExecutors(measures: readonly Measure[], report: Report): void {
  measures.forEach((one, at) => {
    if (one.executors?.bodies.includes('*'))
      report(
        `body.measures[${at}].executors.bodies`,
        '实施主体须写明单位名称用语，不能为“*”',
        "executors are named by words of their names, not by '*'",
      );
  });
}

function checkNational(measures: readonly Measure[], known: Known, report: Report): void {
  checkExecutors(measures, report);
  measures.forEach((one, at) => {
    if (!one.editions)
      report(`body.measures[${at}].editions`, '须写明见于清单的哪一版', 'say which editions of the list have it');
    for (const key of one.editions ?? [])
      if (!known.editions.has(key))
        report(`body.measures[${at}].editions`, `没有“${key}”版清单`, `there is no edition "${key}"`);
  });
}

function checkSupplement(
  body: { localRegulation?: unknown; measures: readonly Measure[] },
  national: ReadonlySet<string>,
  report: Report,
): void {
  if (!body.localRegulation)
    report(
      'body.localRegulation',
      '补充清单须以地方性法规为依据（深圳经济特区社会信用条例第七十条等），未写明的不加载',
      'a supplement needs a local regulation (地方性法规); without one nothing is loaded',
    );
  checkExecutors(body.measures, report);
  body.measures.forEach((one, at) => {
    const path = `body.measures[${at}]`;
    if (national.has(one.id))
      report(`${path}.id`, '补充清单不得与国家清单重复', 'a supplement does not repeat the national list');
    if (one.class !== 'management')
      report(`${path}.class`, '地方不得增设减损权益的措施', 'a place adds no measure that reduces rights');
    if (!one.kind) report(`${path}.kind`, '须写明属于哪一类补充措施', 'say which kind of local measure it is');
    if (one.kind === 'byLaw' && one.basis.every(({ article }) => !article))
      report(`${path}.basis`, '其他措施须写明法律条文', 'another measure names its article of law');
  });
}

function checkRule(rule: MeasureRules['rules'][number], path: string, known: Known, report: Report): void {
  const measure = known.measures.get(rule.measure);
  if (!measure)
    report(
      `${path}.measure`,
      `“${rule.measure}”不在国家清单和补充清单内，清单外不得惩戒`,
      `"${rule.measure}" stands in no list of measures: what is outside cannot be applied`,
    );
  const list = known.lists.get(rule.list);
  if (!list && known.lists.size > 0)
    report(`${path}.list`, `没有名单“${rule.list}”`, `there is no list "${rule.list}"`);
  if (list && list.kind !== 'serious')
    report(
      `${path}.list`,
      '只有严重失信主体名单可以对应惩戒措施；重点关注名单不是惩戒依据',
      'only a serious list leads to measures; a watch list is no ground for any',
    );
  if (rule.basis.every(({ article, number }) => !article && !number))
    report(`${path}.basis`, '须写明条款或文号', 'name the article or the number of the document');
  if (relatives.test(rule.relevance.zh) || relatives.test(rule.proportion.zh))
    report(path, '惩戒措施不得及于亲属', 'no measure reaches relatives');
  for (const code of rule.matters) {
    const matter = known.matters.get(code);
    if (!matter) report(`${path}.matters`, `没有事项“${code}”`, `there is no matter "${code}"`);
    else if (!matter.measures.includes(rule.measure))
      report(
        `${path}.matters`,
        `事项“${code}”未列出措施“${rule.measure}”`,
        `matter "${code}" does not ask for measure "${rule.measure}"`,
      );
  }
}

function checkIncentives(body: Incentives, known: Known, report: Report): void {
  body.incentives.forEach((one, at) => {
    for (const key of one.lists) {
      const list = known.lists.get(key);
      if (!list && known.lists.size > 0)
        report(`body.incentives[${at}].lists`, `没有名单“${key}”`, `there is no list "${key}"`);
      else if (list && list.kind !== 'honour')
        report(`body.incentives[${at}].lists`, '激励只依据守信名单', 'an incentive rests on an honour list');
    }
    for (const code of one.matters)
      if (!known.matters.has(code))
        report(`body.incentives[${at}].matters`, `没有事项“${code}”`, `there is no matter "${code}"`);
  });
}

function checkMatters(body: CheckRules, known: Known, report: Report): void {
  const seen = new Set<string>();
  body.matters.forEach((one, at) => {
    const path = `body.matters[${at}]`;
    if (seen.has(one.code)) report(`${path}.code`, '事项编码重复', 'the code is there twice');
    seen.add(one.code);
    for (const id of one.measures)
      if (!known.measures.has(id))
        report(`${path}.measures`, `“${id}”不在措施清单内`, `"${id}" stands in no list of measures`);
    for (const id of one.incentives)
      if (!known.incentives.has(id)) report(`${path}.incentives`, `没有激励“${id}”`, `there is no incentive "${id}"`);
    for (const key of one.purposes)
      if (known.purposes.size > 0 && !known.purposes.has(key))
        report(`${path}.purposes`, `没有查询用途“${key}”`, `there is no purpose "${key}"`);
    for (const key of one.decisions ?? [])
      if (known.standards.size > 0 && !known.standards.has(key))
        report(`${path}.decisions`, `没有数据标准“${key}”`, `there is no data standard "${key}"`);
  });
}

export function checkMeasures(read: readonly ReadPolicyFile[], problems: PolicyProblem[]): void {
  const known = knownOf(read);
  const national = new Set(
    read.flatMap(({ file }) => (file.kind === 'measures' ? file.body.measures.map(({ id }) => id) : [])),
  );
  for (const { file, path } of read) {
    const report: Report = (at, zh, en) => problems.push({ file: path, path: at, zh, en });
    if (file.kind === 'measures') checkNational(file.body.measures, known, report);
    if (file.kind === 'measureSupplement') checkSupplement(file.body, national, report);
    if (file.kind === 'measureRules')
      file.body.rules.forEach((rule, at) => {
        checkRule(rule, `body.rules[${at}]`, known, report);
      });
    if (file.kind === 'incentives') checkIncentives(file.body, known, report);
    if (file.kind === 'checkRules') checkMatters(file.body, known, report);
  }
}
