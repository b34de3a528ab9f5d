/** Whether a record may be repaired on a day, and what stands in the way: every condition of 36号令 in one pure place. */
import { addMonths, chineseDay, type Disclosure } from '../disclosure/index.ts';
import type { Basis, Bilingual, RepairRules } from '../policy/index.ts';

export type RefusalCode = 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'R8';

export interface Obstacle {
  readonly code: RefusalCode;
  /** The day on which it falls away; null = not by time. */
  readonly until: string | null;
  readonly words: Bilingual;
  readonly basis: Basis | null;
}

export interface RecordSituation {
  readonly today: string;
  readonly live: boolean;
  readonly categories: readonly string[];
  readonly decidedOn: string | null;
  readonly effectiveTo: string | null;
  /** Conduct, facts, ground: for longer minimum periods by field. */
  readonly text: string;
  readonly decidingBody: string;
  /** In the lane that is applied for. */
  readonly disclosure: Disclosure;
  /** The day of a later penalty for the same kind of conduct. */
  readonly sameConductOn: string | null;
  readonly banUntil: string | null;
}

export interface Evidence {
  readonly commitmentSigned: boolean;
  /** Duties for which something was handed in. */
  readonly shown: readonly string[];
  /** Duties that the recognising body confirmed; null before it has looked. */
  readonly confirmed: readonly string[] | null;
}

const hits = (categories: readonly string[], wanted: readonly string[]): boolean =>
  wanted.includes('*') || categories.some((category) => wanted.includes(category));

export const dutiesOf = (rules: RepairRules, categories: readonly string[]): RepairRules['duties'] =>
  rules.duties.filter((duty) => hits(categories, duty.categories));

/** The lane is open to what this body decided. */
export const inLane = (rules: RepairRules, decidingBody: string): boolean =>
  rules.decidingBodies === undefined || decidingBody.includes(rules.decidingBodies);

/** The first day on which it may be applied for, as the periods say; null when they give none. */
export function firstDay(rules: RepairRules, of: RecordSituation): string | null {
  const day = of.disclosure.earliestRepairOn;
  if (day === null || of.decidedOn === null) return day;
  const longer = rules.longerMinimum
    .filter(({ words }) => words.some((word) => of.text.includes(word)))
    .map(({ months }) => addMonths(of.decidedOn ?? '', months));
  return [day, ...longer].sort().at(-1) ?? day;
}

const over: readonly string[] = ['repaired', 'expired', 'withdrawn', 'annulled'];

function ended(of: RecordSituation): Obstacle | null {
  const { state, reason, article } = of.disclosure;
  if (!of.live || over.includes(state))
    return {
      code: 'R8',
      until: null,
      basis: article,
      words: of.live
        ? { zh: `无需修复：${reason.zh}`, en: `No repair is needed: ${reason.en}` }
        : {
            zh: '这条信息已被更正或者撤回，请刷新后查看现行信息。',
            en: 'The record was corrected or withdrawn; reload to see the one that holds.',
          },
    };
  if (of.disclosure.earliestRepairOn === null)
    return {
      code: 'R8',
      until: null,
      basis: article,
      words: {
        zh: `这条信息不适用信用修复：${reason.zh}`,
        en: `Repair does not apply to this record: ${reason.en}`,
      },
    };
  return null;
}

function byLaw(rules: RepairRules, of: RecordSituation): Obstacle[] {
  const found: Obstacle[] = [];
  for (const rule of rules.never) {
    const named = of.categories.filter((category) => rule.categories.includes(category));
    if (named.length > 0)
      found.push({
        code: 'R4',
        until: null,
        basis: rule.basis,
        words: {
          zh: `“${named.join('、')}”依规定不得提前停止公示。`,
          en: `By rule its display does not end early (${named.join(', ')}).`,
        },
      });
  }
  if (rules.sameConductBlocks && of.sameConductOn !== null)
    found.push({
      code: 'R4',
      until: null,
      basis: rules.commitment.basis,
      words: {
        zh: `${chineseDay(of.sameConductOn)}因同一类违法行为再次受到处罚，不得提前停止公示。`,
        en: `A further penalty for the same kind of act was decided on ${of.sameConductOn}; display does not end early.`,
      },
    });
  return found;
}

function byTime(rules: RepairRules, of: RecordSituation): Obstacle[] {
  const found: Obstacle[] = [];
  const first = firstDay(rules, of);
  if (first !== null && of.today < first)
    found.push({
      code: 'R1',
      until: first,
      basis: of.disclosure.article,
      words: {
        zh: `最短公示期未满，${chineseDay(first)}起可以申请。`,
        en: `The minimum period is not over. You may apply from ${first} on.`,
      },
    });
  const term = of.effectiveTo;
  if (term !== null && term >= of.today && hits(of.categories, rules.restrictions.categories))
    found.push({
      code: 'R6',
      until: term,
      basis: rules.restrictions.basis,
      words: {
        zh: `附带的限制期到${chineseDay(term)}为止，期满前不得提前终止公示。`,
        en: `The restriction lasts until ${term}; display does not end before.`,
      },
    });
  if (of.banUntil !== null && of.today <= of.banUntil)
    found.push({
      code: 'R5',
      until: of.banUntil,
      basis: rules.ban.basis,
      words: {
        zh: `因此前修复时弄虚作假或者故意不履行承诺，${chineseDay(of.banUntil)}前不得申请信用修复。`,
        en: `After false material or a broken commitment no repair may be applied for until ${of.banUntil}.`,
      },
    });
  return found;
}

/** What lies in the record and in time, whatever the applicant hands in. */
export function obstaclesOf(rules: RepairRules, of: RecordSituation): Obstacle[] {
  const gone = ended(of);
  if (gone) return [gone];
  if (!inLane(rules, of.decidingBody))
    return [
      {
        code: 'R7',
        until: null,
        basis: rules.commitment.basis,
        words: {
          zh: '该通道只办理市场监管部门作出的决定，请选择一般修复通道。',
          en: 'This lane is for decisions of market supervision only. Choose the general one.',
        },
      },
    ];
  return [...byLaw(rules, of), ...byTime(rules, of)];
}

const listed = (names: readonly Bilingual[]): Bilingual => ({
  zh: names.map((name) => name.zh).join('、'),
  en: names.map((name) => name.en).join('; '),
});

/** What is still missing of the application. */
export function missingOf(rules: RepairRules, categories: readonly string[], evidence: Evidence): Obstacle[] {
  const found: Obstacle[] = [];
  const duties = dutiesOf(rules, categories);
  const open = duties.filter(({ key }) => !(evidence.confirmed ?? evidence.shown).includes(key));
  const words = listed(open.map((duty) => duty.name));
  if (open.length > 0)
    found.push({
      code: 'R2',
      until: null,
      basis: rules.commitment.basis,
      words:
        evidence.confirmed === null
          ? { zh: `请上传证明材料：${words.zh}。`, en: `Proof is needed: ${words.en}.` }
          : { zh: `以下义务尚未核实：${words.zh}。`, en: `Not confirmed yet: ${words.en}.` },
    });
  if (!evidence.commitmentSigned)
    found.push({
      code: 'R3',
      until: null,
      basis: rules.commitment.basis,
      words: { zh: '尚未签署信用承诺书。', en: 'The commitment is not signed.' },
    });
  return found;
}
