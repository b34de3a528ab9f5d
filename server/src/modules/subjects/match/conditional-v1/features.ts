/**
 * Algorithm `conditional-v1`: the declared features of a pair of names. Each is a number from 0 to 1 with one meaning,
 * so that a rank can be explained by them. All are symmetric in the two names, except those that say so. Pure.
 */
import type { ParsedName } from '../parse-name.ts';
import { placesTouch } from '../places.ts';
import { likeness, sharedPairs } from '../similarity.ts';

export const featureNames = [
  /** The names are equal as names are compared. */
  'equal',
  /** Equal but for 省/市/县/区 after a place, brackets and junk. */
  'equalCore',
  /** Likeness of the marks (字号). */
  'mark',
  /** The marks are the same characters. */
  'markEqual',
  /** The mark is equal and no other candidate has it; a half where two have it, and so on. Not symmetric. */
  'markAlone',
  /** The trades (行业) share pairs of characters. */
  'trade',
  /** Likeness of mark and trade together. */
  'body',
  /** Mark and trade are the same characters. */
  'bodyEqual',
  /** Likeness of the whole names. */
  'whole',
  /** Both name the same place, narrowest part. */
  'placeEqual',
  /** One place lies in the other. */
  'placeNested',
  /** Both name places and neither lies in the other. */
  'placeContrary',
  /** The same organisational form, word for word. */
  'formEqual',
  /** Forms of different kinds: a company against a works. */
  'formContrary',
  /** One is a branch and the other is not. */
  'branchDiffers',
  /** Both are branches: likeness of what follows the head. */
  'branch',
  /** The written name is one that the subject had earlier. Not symmetric. */
  'former',
  /** Likeness of the towns where both name one. */
  'town',
] as const;
export type FeatureName = (typeof featureNames)[number];
export type Features = Readonly<Record<FeatureName, number>>;

const flag = (value: boolean): number => (value ? 1 : 0);

/** A mark against the beginning of the other's body too, since where a mark ends is a guess. */
function markLikeness(a: ParsedName, b: ParsedName): number {
  if (a.mark === '' || b.mark === '') return 0;
  return Math.max(
    likeness(a.mark, b.mark),
    likeness(a.mark, b.body.slice(0, a.mark.length)) * 0.98,
    likeness(b.mark, a.body.slice(0, b.mark.length)) * 0.98,
  );
}

const codesOf = (name: ParsedName): readonly string[] => name.places.at(-1)?.codes ?? [];

export interface Context {
  /** Candidates of the same query whose mark is this one. */
  readonly sameMark: number;
  readonly former: boolean;
}

export function featuresOf(asked: ParsedName, name: ParsedName, context: Context): Features {
  const markEqual = asked.mark !== '' && asked.mark === name.mark;
  const bodyEqual = asked.body !== '' && asked.body === name.body;
  const bothPlaced = asked.place !== '' && name.place !== '';
  const placeEqual = bothPlaced && asked.place === name.place;
  const touch = bothPlaced && placesTouch(codesOf(asked), codesOf(name));
  const bothBranches = asked.head !== null && name.head !== null;
  const core =
    bodyEqual &&
    asked.place === name.place &&
    asked.town === name.town &&
    asked.form === name.form &&
    asked.branch === name.branch;
  return {
    equal: flag(asked.normalised === name.normalised),
    equalCore: flag(core || asked.plain === name.plain),
    mark: markLikeness(asked, name),
    markEqual: flag(markEqual),
    markAlone: markEqual ? 1 / Math.max(1, context.sameMark) : 0,
    trade:
      asked.trade === '' && name.trade === ''
        ? 1
        : sharedPairs(asked.trade + asked.form.slice(0, 1), name.trade + name.form.slice(0, 1)),
    body: likeness(asked.body, name.body),
    bodyEqual: flag(bodyEqual),
    whole: likeness(asked.plain, name.plain),
    placeEqual: flag(placeEqual),
    placeNested: flag(!placeEqual && touch),
    placeContrary: flag(bothPlaced && !placeEqual && !touch),
    formEqual: flag(asked.form === name.form),
    formContrary: flag(asked.formClass !== name.formClass && asked.formClass !== 'none' && name.formClass !== 'none'),
    branchDiffers: flag((asked.head === null) !== (name.head === null)),
    branch: bothBranches ? likeness(asked.branch, name.branch) : 0,
    former: flag(context.former),
    town: asked.town !== '' && name.town !== '' ? likeness(asked.town, name.town) : 0,
  };
}
