/** Links inside README and docs lead somewhere; a picture that is not made yet is at least on the list of pictures. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../server/src/platform/config.ts';

const pages = ['README.md', 'README.zh-CN.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: repositoryRoot })];
const textOf = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

/** As the forges make anchors of headings: letters and digits in lower case, blanks to hyphens. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

function anchorsOf(path: string): Set<string> {
  return new Set([...textOf(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
}

function problemOf(page: string, link: string): string | null {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (target.startsWith('docs/images/')) {
    const listed = textOf('docs/images/README.md').includes(target.slice('docs/images/'.length));
    return listed ? null : `${page}: ${link} is not on the list of pictures`;
  }
  if (!existsSync(join(repositoryRoot, target))) return `${page}: ${link} leads nowhere`;
  if (anchor && target.endsWith('.md') && !anchorsOf(target).has(anchor)) return `${page}: ${link} has no such heading`;
  return null;
}

test('links inside the documentation lead somewhere', () => {
  const problems = pages.flatMap((page) => {
    const text = textOf(page).replaceAll(/^```[\s\S]*?^```$/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/\bsrc="([^"]+)"/g)].map(
      ([, link = '']) => link,
    );
    return links.filter((link) => !/^[a-z]+:/.test(link)).flatMap((link) => problemOf(page, link) ?? []);
  });
  assert.deepEqual(problems, []);
});
