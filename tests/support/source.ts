/** The source as it stands: files, what they import, and their text without comments and strings. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repositoryRoot } from '../../server/src/platform/config.ts';

export interface Import {
  readonly from: string;
  /** Resolved from the repository's root when relative or of our packages, else the package's name. */
  readonly target: string;
  /** `import type`, or only types inside the braces: nothing is loaded. */
  readonly typeOnly: boolean;
}

export const isTest = (file: string): boolean =>
  /\.test\.ts$|\/(testing|testing-context|testing-browser|tabular-testing|fixture|fake-\w+|arbitraries)\.ts$/.test(
    file,
  );

/** Paths from the root, with forward slashes. */
export function sourceFiles(pattern: string): string[] {
  return globSync(pattern, {
    cwd: repositoryRoot,
    exclude: (name) => /(^|\/)(node_modules|dist|\.data[^/]*)($|\/)/.test(name),
  })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.endsWith('.d.ts') && !path.endsWith('.tmp.ts'))
    .sort();
}

export const read = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');

const STATEMENT = /^\s*(import|export)\s+(type\s+)?(?:([\s\S]*?)\s+from\s+)?['"]([^'"\n]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;
const PACKAGES: Readonly<Record<string, string>> = {
  '@chengxin/contract': 'packages/contract/src/index.ts',
  '@chengxin/identifiers': 'packages/identifiers/src/index.ts',
  '@chengxin/rules': 'packages/rules/src/index.ts',
};

function onlyTypes(kind: string | undefined, names: string | undefined): boolean {
  if (kind) return true;
  const inside = /^\{([\s\S]*)\}$/.exec(names?.trim() ?? '')?.[1];
  if (inside === undefined) return false;
  const parts = inside
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length > 0 && parts.every((part) => part.startsWith('type '));
}

export function importsOf(file: string): Import[] {
  const text = withoutComments(read(file));
  const resolve = (name: string): string =>
    name.startsWith('.') ? normalize(join(dirname(file), name)) : (PACKAGES[name] ?? name);
  const found: Import[] = [];
  for (const match of text.matchAll(STATEMENT)) {
    if (match[4] === undefined || (match[1] === 'export' && match[3] === undefined)) continue;
    // A lazy match may not run over the end of a statement.
    if (match[3]?.includes(';')) continue;
    found.push({ from: file, target: resolve(match[4]), typeOnly: onlyTypes(match[2], match[3]) });
  }
  for (const match of text.matchAll(DYNAMIC))
    if (match[1]) found.push({ from: file, target: resolve(match[1]), typeOnly: false });
  return found;
}

/** Comments become blanks of the same lines; strings, templates and regular expressions stay. Good enough for this code. */
export function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/^(\s*)\/\/.*$/gm, '$1')
    .replaceAll(/(\s)\/\/ .*$/gm, '$1');
}

/** Line of an offset, for messages. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** The cycles of a graph: strongly connected parts of more than one node (Tarjan). */
export function cyclesOf(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const cycles: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.get(node) ?? 0);
    stack.push(node);
    onStack.add(node);
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0));
      } else if (onStack.has(next)) low.set(node, Math.min(low.get(node) ?? 0, order.get(next) ?? 0));
    }
    if (low.get(node) !== order.get(node)) return;
    const part: string[] = [];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      onStack.delete(top);
      part.push(top);
      if (top === node) break;
    }
    if (part.length > 1 || edges.get(node)?.includes(node)) cycles.push(part.sort());
  };
  for (const node of edges.keys()) if (!order.has(node)) visit(node);
  return cycles;
}
