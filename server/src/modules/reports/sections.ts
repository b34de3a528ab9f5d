import type { Bilingual, PolicyRuntime } from '../policy/types.ts';

/** A section that holds records (公共信用信息报告标准, sections of reports.md §2). */
export interface RecordSection {
  readonly key: string;
  readonly title: Bilingual;
  /** Numbers of catalogue categories whose items stand here, unless the item names another section. */
  readonly categories: readonly number[];
}

export const recordSections: readonly RecordSection[] = [
  { key: 'licences', title: { zh: '行政许可', en: 'Licences' }, categories: [] },
  { key: 'penalties', title: { zh: '行政处罚', en: 'Penalties' }, categories: [] },
  { key: 'otherActs', title: { zh: '其他行政管理信息', en: 'Other administrative acts' }, categories: [3, 4] },
  { key: 'honours', title: { zh: '诚实守信', en: 'Honours' }, categories: [11] },
  { key: 'seriousLists', title: { zh: '严重失信主体名单', en: 'Lists of serious dishonesty' }, categories: [6] },
  { key: 'abnormal', title: { zh: '经营（活动）异常', en: 'Abnormal operations' }, categories: [5] },
  { key: 'commitments', title: { zh: '信用承诺', en: 'Credit commitments' }, categories: [8] },
  { key: 'evaluation', title: { zh: '信用评价', en: 'Evaluations' }, categories: [9] },
  { key: 'judgments', title: { zh: '司法裁判及执行', en: 'Judgments and enforcement' }, categories: [2] },
  { key: 'contracts', title: { zh: '合同履行', en: 'Contract performance' }, categories: [7] },
  { key: 'intellectualProperty', title: { zh: '知识产权', en: 'Intellectual property' }, categories: [12] },
  { key: 'voluntary', title: { zh: '主体自愿填报', en: 'Given voluntarily' }, categories: [13] },
  { key: 'other', title: { zh: '其他信息', en: 'Other information' }, categories: [10, 14] },
  { key: 'localSupplement', title: { zh: '公共信用信息地方补充内容', en: 'Local supplement' }, categories: [] },
];

/** A register row is the subject itself: its facts are the basic information, not a record among others. */
export function isRegister(policy: PolicyRuntime, standard: string): boolean {
  return policy.standard(standard).registers !== undefined;
}

export interface SectionPlan {
  sectionOf(item: string): string;
  /** Standards through which a section can receive anything, with the items that they feed there. */
  feedsOf(section: string): readonly { standard: string; item: string }[];
}

const plans = new WeakMap<PolicyRuntime, SectionPlan>();

/** Which section an item of the catalogue belongs to; made once for each policy runtime. */
export function sectionPlan(policy: PolicyRuntime): SectionPlan {
  const known = plans.get(policy);
  if (known) return known;
  const plan = makePlan(policy);
  plans.set(policy, plan);
  return plan;
}

function makePlan(policy: PolicyRuntime): SectionPlan {
  const numbers = new Map(policy.catalogue().categories.map((category) => [category.key, category.number]));
  const byNumber = new Map<number, string>();
  for (const section of recordSections) for (const number of section.categories) byNumber.set(number, section.key);
  const names = new Set(recordSections.map((section) => section.key));
  const sectionOf = (item: string): string => {
    const entry = policy.catalogueItem(item);
    if (entry?.section !== undefined && names.has(entry.section)) return entry.section;
    const number = entry === undefined ? undefined : numbers.get(entry.category);
    return (number === undefined ? undefined : byNumber.get(number)) ?? 'localSupplement';
  };
  const feeds = new Map<string, { standard: string; item: string }[]>();
  for (const standard of policy.standards()) {
    if (isRegister(policy, standard.standard)) continue;
    for (const item of new Set([standard.item, ...Object.values(standard.itemBy?.items ?? {})])) {
      const section = sectionOf(item);
      feeds.set(section, [...(feeds.get(section) ?? []), { standard: standard.standard, item }]);
    }
  }
  return { sectionOf, feedsOf: (section) => feeds.get(section) ?? [] };
}
