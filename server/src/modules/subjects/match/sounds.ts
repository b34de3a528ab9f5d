/** How characters sound: pinyin without tones, and with the pairs that speakers mix up (平翘舌, 前后鼻音) made one. Pure. */
import { pinyin } from 'pinyin-pro';

interface Sound {
  readonly exact: string;
  readonly near: string;
}
/** Bounded by the number of characters that exist. */
const sounds = new Map<string, Sound>();

const nearOf = (syllable: string): string =>
  syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/([aei])ng$/, '$1n')
    .replace(/^l/, 'n')
    .replace(/^f(?=u|a|e)/, 'h');

function soundOf(character: string): Sound {
  const known = sounds.get(character);
  if (known) return known;
  const exact = /\p{Script=Han}/u.test(character)
    ? (pinyin(character, { toneType: 'none', type: 'array' })[0] ?? character)
    : character;
  const sound = { exact, near: nearOf(exact) };
  sounds.set(character, sound);
  return sound;
}

/** 2 = the same sound, 1 = one that is mixed up with it, 0 = another. Symmetric. */
export function soundsLike(a: string, b: string): 0 | 1 | 2 {
  const [one, other] = [soundOf(a), soundOf(b)];
  if (one.exact === other.exact) return 2;
  return one.near === other.near ? 1 : 0;
}
