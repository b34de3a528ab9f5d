import type { PolicyIndex, Report } from './check-files.ts';
import { itemsOf } from './check-standard.ts';
import type { ReadPolicyFile } from './load-policy-files.ts';
import { prohibitedTopic } from './prohibited-inputs.ts';
import type { Catalogue, CatalogueItem, DataStandard, PolicyProblem } from './types.ts';

/** Catalogue and supplements together: a supplement's items may stand in the categories of the national catalogue. */
export function checkCatalogues(read: readonly ReadPolicyFile[], index: PolicyIndex, problems: PolicyProblem[]): void {
  const categories = new Set<string>();
  const items = new Map<string, ReadPolicyFile>();
  for (const { file } of read) {
    if (file.kind === 'catalogue' || file.kind === 'localSupplement') {
      for (const category of file.body.categories) categories.add(category.key);
    }
  }
  for (const entry of read) {
    const { file, path } = entry;
    if (file.kind !== 'catalogue' && file.kind !== 'localSupplement') continue;
    const report: Report = (at, zh, en) => problems.push({ file: path, path: at, zh, en });
    if (file.kind === 'localSupplement') checkLocalRegulation(file.body, report);
    checkCategories(file.body, report);
    for (const [at, item] of file.body.items.entries()) {
      const place = `body.items[${at}]`;
      const other = items.get(item.key);
      // Another period of the same file repeats its items.
      if (other && (other === entry || other.file.key !== file.key)) {
        report(`${place}.key`, `条目 ${item.key} 重复`, `the item ${item.key} is there twice`);
      }
      items.set(item.key, entry);
      if (!categories.has(item.category)) {
        report(`${place}.category`, `没有类别“${item.category}”`, `there is no category “${item.category}”`);
      }
      if (item.standard !== undefined && !index.standards.has(item.standard)) {
        report(`${place}.standard`, `没有数据标准“${item.standard}”`, `there is no data standard “${item.standard}”`);
      }
      checkPersonItem(item, index.standards, place, report);
    }
  }
  checkPersonRules(read, index.standards, personStandards(index.items.values(), index.standards), problems);
}

/**
 * 2024 notes: further items only by local regulation (地方性法规), each with its basis. What makes a regulation one is who
 * made it (立法法 arts. 80, 81): a people's congress or its standing committee, never a government or an office.
 */
function checkLocalRegulation(body: Catalogue, report: Report): void {
  const regulation = body.localRegulation;
  if (regulation?.article === undefined || regulation.issuedBy === undefined || regulation.adoptedOn === undefined) {
    report(
      'body.localRegulation',
      '地方补充目录必须写明所依据的地方性法规：名称（document）、条款（article）、制定机关（issuedBy）、通过日期（adoptedOn），否则不予加载',
      'a local supplement must name the local regulation that allows it (localRegulation: document, article, issuedBy, adoptedOn); without it nothing is loaded',
    );
    return;
  }
  if (!/人民代表大会(常务委员会)?|人大(常委会)?$/.test(regulation.issuedBy)) {
    report(
      'body.localRegulation.issuedBy',
      `“${regulation.issuedBy}”不能制定地方性法规；地方性法规由人民代表大会及其常务委员会制定，政府规章和文件不能增加目录条目`,
      `“${regulation.issuedBy}” makes no local regulations; a people's congress or its standing committee does, and rules of a government cannot add items`,
    );
  }
  for (const [at, item] of body.items.entries()) {
    if (item.basis.some((basis) => basis.document === regulation.document && basis.article !== undefined)) continue;
    report(
      `body.items[${at}].basis`,
      `条目“${item.name.zh}”须写明地方性法规《${regulation.document}》的具体条款`,
      `the item “${item.name.en}” must name its article of ${regulation.document}`,
    );
  }
}

function checkCategories(body: Catalogue, report: Report): void {
  for (const property of ['key', 'number'] as const) {
    const values = body.categories.map((category) => category[property]);
    if (new Set(values).size !== values.length) {
      report('body.categories', `类别的 ${property} 重复`, `two categories have the same ${property}`);
    }
  }
}

const refuse = (report: Report, path: string, topic: { zh: string; en: string }): void =>
  report(
    path,
    `涉及自然人的“${topic.zh}”，依法不得归集（自然人规则 G8）`,
    `it is about ${topic.en} of natural persons, which may not be collected (natural persons, G8)`,
  );

function checkPersonItem(
  item: CatalogueItem,
  standards: ReadonlyMap<string, DataStandard>,
  path: string,
  report: Report,
): void {
  if (!item.subjects.includes('person')) return;
  const topic = prohibitedTopic([item.key, item.name.zh, item.name.en, item.contents ?? ''].join('\n'));
  if (topic) refuse(report, path, topic);
  if (item.publicity === 'public' && item.subjects.length === 1) {
    report(
      `${path}.publicity`,
      '自然人的公共信用信息不得公开（山东省社会信用条例第二十条等），请改为授权查询或政务共享',
      'public credit information of natural persons may not be public; use authorised or government',
    );
  }
  const fields = (item.standard === undefined ? undefined : standards.get(item.standard))?.fields ?? [];
  for (const field of fields) {
    const found = prohibitedTopic([field.code, field.label.zh, field.label.en, ...(field.aliases ?? [])].join('\n'));
    if (found) refuse(report, `${path}.standard(${item.standard ?? ''}.${field.code})`, found);
  }
}

function personStandards(
  items: Iterable<CatalogueItem>,
  standards: ReadonlyMap<string, DataStandard>,
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const item of items) {
    if (!item.subjects.includes('person')) continue;
    if (item.standard !== undefined) keys.add(item.standard);
    for (const standard of standards.values()) if (itemsOf(standard).includes(item.key)) keys.add(standard.standard);
  }
  return keys;
}

/** A rule that judges persons by a prohibited input fails as well, by its id, words or the field it reads. */
function checkPersonRules(
  read: readonly ReadPolicyFile[],
  standards: ReadonlyMap<string, DataStandard>,
  persons: ReadonlySet<string>,
  problems: PolicyProblem[],
): void {
  for (const { file, path } of read) {
    if (file.kind !== 'ruleSet' || !file.body.standards.some((key) => key === '*' || persons.has(key))) continue;
    const labels = new Map<string, string>();
    for (const key of persons) {
      for (const field of standards.get(key)?.fields ?? [])
        labels.set(field.code, `${field.label.zh}\n${field.label.en}`);
    }
    for (const [at, rule] of file.body.rules.entries()) {
      const read =
        rule.check.kind === 'expression' ? JSON.stringify([rule.check.when ?? null, rule.check.require]) : '';
      const fields = [...labels].filter(([code]) => read.includes(`"${code}"`)).map(([, label]) => label);
      const topic = prohibitedTopic([rule.id, rule.message.zh, rule.message.en, read, ...fields].join('\n'));
      if (!topic) continue;
      refuse((place, zh, en) => problems.push({ file: path, path: place, zh, en }), `body.rules[${at}]`, topic);
    }
  }
}
