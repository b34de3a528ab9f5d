/**
 * What follows from being on a list, on a day, for a decision. Pure. A measure needs three things at once: it stands in the
 * edition of the national list in force that day (or in the place's supplement), a rule with its article leads to it from the
 * list, and the cause is live and documented. Nothing else makes one, and none reaches anybody but the subject of the decision
 * (国办发〔2020〕49号 item 3; 深圳经济特区社会信用条例 arts. 66-68; 山东省社会信用条例 arts. 27, 31; 36号令 art. 3).
 */
import type { StandingEntry } from '../lists/index.ts';
import type {
  Basis,
  Bilingual,
  CheckMatter,
  CreditList,
  Incentive,
  Measure,
  MeasurePolicy,
  MeasureRule,
  SeverityClass,
} from '../policy/types.ts';

/** An entry as the rule needs it; `severity` where the act was classed. */
export type Cause = Pick<
  StandingEntry,
  | 'canonicalId'
  | 'entryId'
  | 'list'
  | 'kind'
  | 'state'
  | 'documentNumber'
  | 'caseNumber'
  | 'deliveredOn'
  | 'attested'
  | 'listedOn'
  | 'endsOn'
> & { readonly severity?: SeverityClass | null };

declare const expressed: unique symbol;
/** A measure's id that was found in the list in force: made by `expressible` alone, so that no free text can become one. */
export type MeasureId = string & { readonly [expressed]: true };

export interface LiveMeasure {
  readonly id: MeasureId;
  readonly name: Bilingual;
  readonly class: Measure['class'];
  readonly force: MeasureRule['force'];
  /** Key of the list, and the entry that is the cause. */
  readonly list: string;
  readonly entryId: string;
  readonly subjectId: string;
  readonly document: string;
  readonly article: string;
  readonly basis: readonly Basis[];
  readonly relevance: Bilingual;
  readonly proportion: Bilingual;
  /** Edition of the national list that has it; `local` for the place's supplement. */
  readonly edition: string;
  /** Who carries it out, as the rule says: words of names ('*' = the measure's executors), and of which level. */
  readonly bodies: readonly string[];
  readonly jurisdiction: MeasureRule['jurisdiction'];
  /** Last day of the cause; null = until it is gone. */
  readonly until: string | null;
}

export interface LiveIncentive {
  readonly id: string;
  readonly name: Bilingual;
  readonly condition: Bilingual;
  readonly list: string;
  readonly entryId: string;
  readonly document: string | null;
  readonly basis: readonly Basis[];
  readonly until: string | null;
}

/** What the rule asks of policy. */
export interface MeasureSource {
  readonly measures: MeasurePolicy;
  list(key: string): Pick<CreditList, 'kind' | 'setBy'> | undefined;
}

const inTime = (one: { from?: string; to?: string }, on: string): boolean =>
  (one.from ?? '') <= on && (one.to === undefined || on <= one.to);

/** The edition of the national list in force on a day; undefined before the first. */
export const editionOn = (policy: MeasurePolicy, on: string): MeasurePolicy['editions'][number] | undefined =>
  policy.editions.findLast(({ from }) => from <= on);

export interface Expressed {
  readonly id: MeasureId;
  readonly measure: Measure;
  readonly edition: string;
}

/** The measure, if it can be expressed on that day at all. */
export function expressible(policy: MeasurePolicy, id: string, on: string): Expressed | null {
  const edition = editionOn(policy, on);
  const measure = policy.measures.find((one) => one.id === id);
  if (!measure) return null;
  if (measure.local) return { id: id as MeasureId, measure, edition: 'local' };
  if (!edition || !measure.editions?.includes(edition.key)) return null;
  return { id: id as MeasureId, measure, edition: edition.key };
}

/** A document and its delivery, or the recogniser's word for both (a court's list). */
const documented = (cause: Cause): string | null => {
  const number = cause.documentNumber ?? cause.caseNumber;
  return number !== null && number.trim() !== '' && (cause.attested || cause.deliveredOn !== null) ? number : null;
};

export const isLive = (cause: Cause, on: string): boolean =>
  cause.state === 'live' && cause.listedOn <= on && (cause.endsOn === null || on <= cause.endsOn);

/** 深圳 art. 67: a minor act leads to no measure. A watch list is no ground for one. Class I needs law, not a local paper. */
function bears(cause: Cause, measure: Measure, source: MeasureSource): boolean {
  const list = source.list(cause.list);
  if (list?.kind !== 'serious' || cause.kind !== 'serious' || cause.severity === 'minor') return false;
  return measure.class !== 'duty' || list.setBy !== 'localDocument';
}

const articleOf = (basis: readonly Basis[]): string =>
  basis.map(({ document, number, article }) => [`《${document}》`, number ?? '', article ?? ''].join('')).join('；');

function measureOf(source: MeasureSource, cause: Cause, rule: MeasureRule, on: string): LiveMeasure | null {
  const found = expressible(source.measures, rule.measure, on);
  const document = documented(cause);
  if (!found || document === null || rule.basis.length === 0 || !bears(cause, found.measure, source)) return null;
  return {
    id: found.id,
    name: found.measure.name,
    class: found.measure.class,
    force: rule.force,
    list: cause.list,
    entryId: cause.entryId,
    subjectId: cause.canonicalId,
    document,
    article: articleOf(rule.basis),
    basis: rule.basis,
    relevance: rule.relevance,
    proportion: rule.proportion,
    edition: found.edition,
    bodies: rule.bodies,
    jurisdiction: rule.jurisdiction,
    until: cause.endsOn,
  };
}

/**
 * Measures that bear on the subject in this matter on this day, required ones first.
 * @param matter null: all of them whatever the decision (for the page of a measure and for obligations)
 */
export function measuresOf(
  subjectId: string,
  causes: readonly Cause[],
  source: MeasureSource,
  matter: Pick<CheckMatter, 'code' | 'measures'> | null,
  on: string,
): LiveMeasure[] {
  const asked = (rule: MeasureRule): boolean =>
    matter === null || (rule.matters.includes(matter.code) && matter.measures.includes(rule.measure));
  const out = causes
    .filter((cause) => cause.canonicalId === subjectId && isLive(cause, on))
    .flatMap((cause) =>
      source.measures.rules
        .filter((rule) => rule.list === cause.list && inTime(rule, on) && asked(rule))
        .flatMap((rule) => measureOf(source, cause, rule, on) ?? []),
    );
  const rank = (one: LiveMeasure): string => `${one.force === 'required' ? 0 : 1}${one.id}${one.list}${one.entryId}`;
  return out.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** Advantages under their public condition; none while a serious entry is live (国发〔2016〕33号). */
export function incentivesOf(
  subjectId: string,
  causes: readonly Cause[],
  source: MeasureSource,
  matter: Pick<CheckMatter, 'code' | 'incentives'> | null,
  on: string,
): LiveIncentive[] {
  const live = causes.filter((cause) => cause.canonicalId === subjectId && isLive(cause, on));
  if (live.some(({ kind }) => kind === 'serious')) return [];
  const asked = (one: Incentive): boolean =>
    matter === null || (one.matters.includes(matter.code) && matter.incentives.includes(one.id));
  const honours = live.filter(({ kind }) => kind === 'honour');
  return source.measures.incentives
    .filter((one) => inTime(one, on) && asked(one))
    .flatMap((one) => {
      const cause = honours.find(({ list }) => one.lists.includes(list));
      if (!cause) return [];
      const { id, name, condition, basis } = one;
      const document = cause.documentNumber ?? cause.caseNumber;
      return [{ id, name, condition, basis, list: cause.list, entryId: cause.entryId, document, until: cause.endsOn }];
    });
}
