/** The house holds together (DESIGN §3): who may know whom, no circles, and what no domain code does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  cyclesOf,
  type Import,
  importsOf,
  isTest,
  lineAt,
  read,
  sourceFiles,
  withoutComments,
} from '../support/source.ts';

/**
 * Left never imports right. `identity` and `policy` know nobody; everybody right of them may ask both. `credentials` (ways to
 * sign in and API clients), `accounts` (their administration), `access` (purposes, approvals, the emergency switch) and
 * `persons` (the person store) stand beside them; `notices` (what is told) and `papers` (official documents) serve every
 * procedure; `oversight` (who looked) reads what all others wrote. `subjects` and `records` do not need `collection`, which
 * fills them; `disclosure` is pure and asks policy alone; `reports` stands at the end and may ask all. Further modules
 * (casework, commitments, lists …) go where DESIGN §3 has them.
 */
const ORDER = [
  'identity',
  'policy',
  'credentials',
  'accounts',
  'access',
  'notices',
  'papers',
  'persons',
  'subjects',
  'authorisations',
  'records',
  'collection',
  'quality',
  'disclosure',
  'casework',
  'display',
  'policyDesk',
  'commitments',
  'lists',
  'measures',
  'checks',
  'obligations',
  'repair',
  'objections',
  'evaluation',
  'supervision',
  'reports',
  'oversight',
  'exchange',
  'webhooks',
  'vendor',
];

const MODULES = 'server/src/modules/';
const moduleOf = (path: string): string | null =>
  path.startsWith(MODULES) ? (path.slice(MODULES.length).split('/')[0] ?? null) : null;
const own = (path: string): boolean => /^(server|packages)\//.test(path);

const server = sourceFiles('server/src/**/*.ts');
const packages = sourceFiles('packages/*/src/**/*.ts');
const imports: readonly Import[] = [...server, ...packages].flatMap(importsOf);
const product = imports.filter(({ from }) => !isTest(from));
const line = ({ from, target }: Import): string => `${from} imports ${target}`;

describe('modules', () => {
  it('are all in the order', () => {
    const names = new Set(server.map(moduleOf).filter((name) => name !== null));
    assert.deepEqual(
      [...names].filter((name) => !ORDER.includes(name)),
      [],
    );
    assert.ok(imports.length > 300, `only ${imports.length} imports were found: the reader is broken`);
  });
  it("use each other's index.ts only", () => {
    // Types of policy are also read from policy/types.ts, which index.ts exports whole; nothing is loaded by that.
    const allowed = (entry: Import): boolean => entry.typeOnly && entry.target === `${MODULES}policy/types.ts`;
    const wrong = product.filter((entry) => {
      const [from, to] = [moduleOf(entry.from), moduleOf(entry.target)];
      return to !== null && from !== to && entry.target !== `${MODULES}${to}/index.ts` && !allowed(entry);
    });
    assert.deepEqual(wrong.map(line), []);
  });
  it('left never imports right', () => {
    const wrong = product.filter((entry) => {
      const [from, to] = [moduleOf(entry.from), moduleOf(entry.target)];
      return from !== null && to !== null && from !== to && ORDER.indexOf(to) > ORDER.indexOf(from);
    });
    assert.deepEqual(wrong.map(line), []);
  });
  it('know nothing of the server around them', () => {
    // context.ts is types; the rest of the root, the command line and the demonstration know the modules, not the reverse.
    const wrong = product.filter((entry) => {
      if (moduleOf(entry.from) === null || !own(entry.target)) return false;
      if (entry.target === 'server/src/context.ts') return !entry.typeOnly;
      return (
        moduleOf(entry.target) === null &&
        !entry.target.startsWith('server/src/platform/') &&
        !entry.target.startsWith('packages/')
      );
    });
    assert.deepEqual(wrong.map(line), []);
  });
});

describe('the platform', () => {
  it('has no domain words: it imports no module', () => {
    const platform = product.filter((entry) => entry.from.startsWith('server/src/platform/'));
    assert.ok(platform.length > 100);
    assert.deepEqual(platform.filter((entry) => moduleOf(entry.target) !== null).map(line), []);
    const outside = platform.filter(
      (entry) =>
        own(entry.target) && !entry.target.startsWith('server/src/platform/') && !entry.target.startsWith('packages/'),
    );
    // What operations are given is declared at the root; only its types.
    assert.deepEqual(
      outside.filter((entry) => entry.target !== 'server/src/context.ts' || !entry.typeOnly).map(line),
      [],
    );
  });
});

describe('packages', () => {
  it('need neither server nor database; identifiers need nothing at all; what runs in a page needs no Node', () => {
    // Of the kit for integrators these run on their servers only, and say so.
    const onServers = /^packages\/client\/src\/(signer|webhook|conformance\/.+)\.ts$/;
    const wrong = imports.filter(
      (entry) =>
        entry.from.startsWith('packages/') &&
        !isTest(entry.from) &&
        (entry.target.startsWith('server/') ||
          entry.target === 'pg' ||
          entry.target === 'kysely' ||
          (entry.target.startsWith('node:') && !onServers.test(entry.from))),
    );
    assert.deepEqual(wrong.map(line), []);
    const needs = product.filter(
      (entry) => entry.from.startsWith('packages/identifiers/') && !entry.target.startsWith('packages/identifiers/'),
    );
    assert.deepEqual(needs.map(line), []);
  });
});

describe('circles', () => {
  const graphOf = (entries: readonly Import[], name: (path: string) => string): Map<string, string[]> => {
    const graph = new Map<string, string[]>();
    for (const { from, target } of entries) {
      if (!own(target) || name(from) === name(target)) continue;
      graph.set(name(from), [...(graph.get(name(from)) ?? []), name(target)]);
    }
    return graph;
  };
  it('there are none between files', () => {
    assert.deepEqual(
      cyclesOf(
        graphOf(
          imports.filter((entry) => !entry.typeOnly),
          (path) => path,
        ),
      ),
      [],
    );
  });
  it('there are none between modules, types included', () => {
    const between = product.filter((entry) => moduleOf(entry.from) !== null && moduleOf(entry.target) !== null);
    assert.deepEqual(cyclesOf(graphOf(between, (path) => moduleOf(path) ?? '')), []);
  });
});

describe('domain code', () => {
  const files = [...server.filter((path) => moduleOf(path) !== null), ...packages].filter((path) => !isTest(path));
  const matches = (paths: readonly string[], pattern: RegExp): string[] =>
    paths.flatMap((path) => {
      const text = withoutComments(read(path));
      return [...text.matchAll(pattern)].map((match) => `${path}:${lineAt(text, match.index)} ${match[0].trim()}`);
    });
  it('takes the time from the injected clock', () => {
    // The kit is a part of integrators' programs, where no clock of ours is.
    const ours = files.filter((path) => !path.startsWith('packages/client/'));
    assert.deepEqual(matches(ours, /\bDate\.now\(|\bnew Date\(\s*\)|\bperformance\.timeOrigin/g), []);
  });
  it('takes ids and chance from the platform', () => {
    // Measurements are no domain code.
    assert.deepEqual(
      matches(
        files.filter((path) => !/bench/.test(path)),
        /\bMath\.random\(|\brandomUUID\(/g,
      ),
      [],
    );
  });
  it('is erasable TypeScript without any', () => {
    const all = [...server, ...packages, ...sourceFiles('bench/**/*.ts')];
    assert.deepEqual(matches(all, /(:\s*any\b(?!\s*=>)|\bas any\b|<any>|\bany\[\])(?![^'`"\n]*['`"]\s*[,)])/g), []);
    assert.deepEqual(matches(all, /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w+/gm), []);
    assert.deepEqual(matches(all, /^\s*(export\s+)?namespace\s+\w+/gm), []);
    assert.deepEqual(matches(all, /constructor\((?:[^)]*,)?\s*(private|public|protected|readonly)\s+\w+/g), []);
  });
  it('never evaluates text', () => {
    // The closed expression tree is compiled to closures, not to text.
    assert.deepEqual(
      matches(
        [...server, ...packages].filter((path) => !isTest(path)),
        /\beval\(|\bnew Function\(/g,
      ),
      [],
    );
  });
});
