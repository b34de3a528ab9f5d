import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Folders with one TTF each: the faces that the template uses. */
export function fontFolders(): string[] {
  const sans = dirname(require.resolve('@expo-google-fonts/noto-sans-sc/package.json'));
  const serif = dirname(require.resolve('@expo-google-fonts/noto-serif-sc/package.json'));
  return [
    join(sans, '400Regular'),
    join(sans, '500Medium'),
    join(sans, '700Bold'),
    join(serif, '400Regular'),
    join(serif, '700Bold'),
  ];
}

const coverageFonts = [
  '@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf',
  '@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf',
];

let covered: Set<number> | undefined;

/**
 * Code points that the sans or the serif face has (each is the other's fallback, weights share one repertoire). Read
 * from the fonts' cmap once.
 */
function coverage(): Set<number> {
  if (covered) return covered;
  const fontkit = require('fontkit') as { create(bytes: Buffer): { readonly characterSet: readonly number[] } };
  covered = new Set<number>();
  for (const font of coverageFonts) {
    for (const point of fontkit.create(readFileSync(require.resolve(font))).characterSet) covered.add(point);
  }
  return covered;
}

/** Choose among glyphs of one character; the paper prints the character itself. */
const variationSelector = (point: number): boolean =>
  (point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0100 && point <= 0xe01ef);

/** A character that no font of the report has is printed as 〔U+20BB7〕: it must not vanish from a name. */
export function printable(text: string): string {
  const known = coverage();
  let missing = false;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point !== 10 && !known.has(point)) {
      missing = true;
      break;
    }
  }
  if (!missing) return text;
  let out = '';
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point === 10 || known.has(point)) out += character;
    else if (!variationSelector(point)) out += `〔U+${point.toString(16).toUpperCase().padStart(4, '0')}〕`;
  }
  return out;
}
