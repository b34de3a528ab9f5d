/**
 * The one decision about reading information that is not public: role × organisation × catalogue item × disclosure attribute
 * × purpose. What it allows is a `Reading`, through which archives, records, reports and exports are loaded and masked; who
 * has none gets the public's. Pure.
 */
import type { Actor, Role } from '../../context.ts';
import { type ActorLevel, type FieldPublicity, levelCovers } from '../../platform/authz/index.ts';
import { levelOf } from '../identity/index.ts';
import type { PolicyRuntime, Purpose, PurposeAct } from '../policy/types.ts';

/** What a caller says that the reading is for. */
export interface StatedPurpose {
  readonly purpose?: string | null | undefined;
  readonly matter?: string | null | undefined;
  readonly caseNumber?: string | null | undefined;
}

export interface Reading {
  /** What the reader may see of an item or a field by its disclosure attribute. */
  readonly level: ActorLevel;
  /** Catalogue items that it reaches; null = all that the level allows. */
  readonly items: ReadonlySet<string> | null;
  /** As the access log keeps them with the act; null for the public's reading. */
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly caseNumber: string | null;
}

export const publicReading: Reading = Object.freeze({
  level: 'public',
  items: null,
  purpose: null,
  matter: null,
  caseNumber: null,
});

/** What is not in the catalogue has no attribute: nobody outside government reads it. */
const unlisted: FieldPublicity = 'government';

/** Whether the reading reaches an item of the catalogue at all. */
export function readsItem(reading: Reading, policy: Pick<PolicyRuntime, 'catalogueItem'>, item: string): boolean {
  if (reading.items !== null && !reading.items.has(item)) return false;
  return levelCovers(reading.level, policy.catalogueItem(item)?.publicity ?? unlisted);
}

/** Names of persons are masked for the public and for authorised outsiders. */
export const readsNames = (reading: Reading): boolean => levelCovers(reading.level, 'government');

/** The facts of a reading that its log entry has. */
export const readingEntry = ({ purpose, matter, caseNumber }: Reading) => ({ purpose, matter, caseNumber });

/** Items of a scope that the log keeps; a longer one is kept as all of its level, which tells more receivers, never fewer. */
const maxItemsKept = 60;
/** What the reading reached, for the entry's detail: from it and the records, who received what is derived (module exchange). */
export const readingScope = ({ level, items }: Reading) => ({
  level,
  ...(items === null || items.size > maxItemsKept ? {} : { items: [...items].sort() }),
});

const ranks: readonly FieldPublicity[] = ['public', 'authorised', 'government', 'internal'];
/** The lower of two attributes: neither role nor purpose widens the other. */
export const lowerOf = (one: FieldPublicity, other: FieldPublicity): FieldPublicity =>
  ranks[Math.min(ranks.indexOf(one), ranks.indexOf(other))] ?? 'public';

/** The purposes that this actor may state for an act. */
export function purposesOf(
  policy: Pick<PolicyRuntime, 'purposes'>,
  roles: readonly Role[],
  act: PurposeAct,
): readonly Purpose[] {
  return policy
    .purposes()
    .filter((purpose) => purpose.acts.includes(act) && purpose.roles.some((role) => roles.includes(role as Role)));
}

/** What is wrong with what was stated. */
export interface Lack {
  readonly field: 'purpose' | 'matter' | 'caseNumber';
  readonly code: 'required' | 'unknown' | 'invalid' | 'notTaken';
}

/** 示市监处字〔2026〕12号, （2026）鲁01行初7号, A-1, words; control characters and lone signs are nothing that a subject could read. */
const wording = /^(?=.*[\p{L}\p{N}])[\p{L}\p{N}\p{Ps}][\p{L}\p{N}\p{P}\p{Zs}+=<>|~^$]*$/u;
export const maxMatter = 100;
export const maxCaseNumber = 100;

function checkNeed(
  need: Purpose['matter'],
  field: 'matter' | 'caseNumber',
  value: string,
  limit: number,
  lacks: Lack[],
): void {
  if (value === '') {
    if (need === 'required') lacks.push({ field, code: 'required' });
  } else if (need === 'none') lacks.push({ field, code: 'notTaken' });
  else if (value.length > limit || !wording.test(value)) lacks.push({ field, code: 'invalid' });
}

export type ReadingDecision =
  | { readonly kind: 'reading'; readonly reading: Reading; readonly rule: Purpose }
  | { readonly kind: 'lacks'; readonly lacks: readonly Lack[] };

/** Whether what was stated opens a reading of this act for the actor, and which. The role's permission is asked before. */
export function decideReading(
  policy: Pick<PolicyRuntime, 'purposes'>,
  actor: Pick<Actor, 'kind' | 'roles'>,
  act: PurposeAct,
  stated: StatedPurpose,
  own: FieldPublicity,
): ReadingDecision {
  const key = (stated.purpose ?? '').trim();
  if (key === '') return { kind: 'lacks', lacks: [{ field: 'purpose', code: 'required' }] };
  const rule = purposesOf(policy, actor.roles, act).find((purpose) => purpose.key === key);
  if (rule === undefined) return { kind: 'lacks', lacks: [{ field: 'purpose', code: 'unknown' }] };
  const matter = (stated.matter ?? '').normalize('NFC').trim();
  const caseNumber = (stated.caseNumber ?? '').normalize('NFC').trim();
  const lacks: Lack[] = [];
  checkNeed(rule.matter, 'matter', matter, maxMatter, lacks);
  checkNeed(rule.caseNumber, 'caseNumber', caseNumber, maxCaseNumber, lacks);
  if (lacks.length > 0) return { kind: 'lacks', lacks };
  return {
    kind: 'reading',
    rule,
    reading: {
      level: lowerOf(own, rule.publicity),
      items: rule.items === undefined ? null : new Set(rule.items),
      purpose: rule.key,
      matter: matter === '' ? null : matter,
      caseNumber: caseNumber === '' ? null : caseNumber,
    },
  };
}

/** The level at which the actor's role reads what is not its own. */
export const ownLevel = (actor: Actor): FieldPublicity => levelOf(actor);
