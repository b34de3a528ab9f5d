/** The test run, on the Node of the lock file. Ends with node's own summary over all files. */
import { existsSync, globSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { acquireTestCluster } from '../../server/src/platform/testing.ts';
import { ensureMariadb } from './mariadb.mjs';
import { audit, checkLicences } from './supply-chain.mjs';
import { root, runToEnd, stopChildren } from './tree.mjs';
import { ensureWebBuilt } from './web-build.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);
const unitGlobs = [
  'packages/**/*.test.ts',
  'server/**/*.test.ts',
  'scripts/**/*.test.ts',
  'tests/**/*.test.ts',
  'web/**/*.test.ts',
];
const journeyGlobs = ['tests/journeys/**/*.test.ts'];
/** The whole run must end, whatever hangs: a journey has its own, shorter limits. */
const fileTimeoutMs = 480_000;

const abort = new AbortController();
const steps = [];
const totals = { tests: 0, suites: 0, pass: 0, fail: 0, cancelled: 0, skipped: 0, todo: 0 };
const failures = [];
/** Files by how long they took, so that what is slow is seen. */
const durations = [];
const shownDurations = 12;
const started = performance.now();

const find = (globs) =>
  globSync(globs, { cwd: root, exclude: (name) => /(^|\/)(node_modules|dist|\.data[^/]*)($|\/)/.test(name) }).sort();

async function step(name, work) {
  if (abort.signal.aborted) return;
  const from = performance.now();
  let ok = false;
  try {
    ok = await work();
  } catch (error) {
    process.stderr.write(`${error.stack ?? error}\n`);
  }
  steps.push({ name, ok, seconds: (performance.now() - from) / 1000 });
}

/** Biome and TypeScript. */
async function checkStatically() {
  await step('biome check', async () => (await runToEnd(bin('biome'), ['check', '.'])) === 0);
  await step('tsc', async () => (await runToEnd(bin('tsc'), ['-p', 'tsconfig.json'])) === 0);
  if (existsSync(join(root, 'web', 'tsconfig.json'))) {
    await step('tsc (web)', async () => (await runToEnd(bin('tsc'), ['-p', 'web/tsconfig.json'])) === 0);
  }
}

function runFiles(files, concurrency) {
  return new Promise((done) => {
    let failed = false;
    const stream = run({
      files: files.map((file) => resolve(root, file)),
      concurrency,
      timeout: fileTimeoutMs,
      // A test that leaves a child or a socket behind must not hold up the rest.
      forceExit: true,
      signal: abort.signal,
      cwd: root,
    });
    stream.on('test:fail', (data) => {
      failed = true;
      if (data.details?.type !== 'suite' && data.details?.error?.failureType !== 'subtestsFailed') {
        failures.push(`${data.name}  ${data.file ?? ''}:${data.line ?? ''}`);
      }
    });
    stream.on('test:summary', ({ file, counts, success, duration_ms: took }) => {
      if (!success) failed = true;
      if (file !== undefined) durations.push({ file: relative(root, file), seconds: took / 1000 });
      if (file !== undefined || !counts) return;
      totals.tests += counts.tests;
      totals.suites += counts.suites;
      totals.pass += counts.passed;
      totals.fail += counts.failed ?? counts.tests - counts.passed - counts.skipped - counts.cancelled - counts.todo;
      totals.cancelled += counts.cancelled;
      totals.skipped += counts.skipped;
      totals.todo += counts.todo;
    });
    const report = stream.compose(spec);
    report.on('end', () => done(!failed));
    report.pipe(process.stdout, { end: false });
  });
}

async function runTests(name, files, concurrency) {
  if (files.length === 0) return;
  await step(`${name} (${files.length} files)`, () => runFiles(files, concurrency));
}

function closingSummary() {
  const seconds = (performance.now() - started) / 1000;
  const lines = ['', '── npm test ──'];
  for (const { name, ok, seconds: took } of steps) lines.push(`${ok ? '✔' : '✖'} ${name}  ${took.toFixed(1)} s`);
  if (failures.length > 0) lines.push('', 'failed:', ...failures.slice(0, 100).map((line) => `✖ ${line}`));
  if (durations.length > shownDurations) {
    const slowest = durations.sort((a, b) => b.seconds - a.seconds).slice(0, shownDurations);
    lines.push('', 'slowest:', ...slowest.map(({ file, seconds: took }) => `  ${took.toFixed(1)} s  ${file}`));
  }
  lines.push('');
  for (const [name, count] of Object.entries(totals)) lines.push(`ℹ ${name} ${count}`);
  lines.push(`ℹ duration_ms ${(seconds * 1000).toFixed(3)}`, '');
  process.stdout.write(lines.join('\n'));
}

async function main(args) {
  const paths = args.filter((arg) => !arg.startsWith('--'));
  const only = (flag) => args.includes(flag);
  const everything = paths.length === 0 && !only('--static') && !only('--unit') && !only('--journeys');
  if (everything || only('--static')) await checkStatically();
  if (everything || only('--static')) {
    await step('bill of materials and licences', async () => checkLicences());
    process.stdout.write(`npm audit: ${audit()}\n`);
  }
  const journeys = find(journeyGlobs);
  const units = find(unitGlobs).filter((file) => !journeys.includes(file));
  const wantUnits = everything || only('--unit');
  const wantJourneys = everything || only('--journeys');
  if (wantUnits || wantJourneys || paths.length > 0) {
    await ensureMariadb();
    // Held for the whole run, so that the server does not stop and start between files.
    const cluster = await acquireTestCluster();
    try {
      if (paths.length > 0) await runTests('tests', paths, 2);
      // One more than the processors of the smallest machine: while one file waits for the database another works.
      if (wantUnits) await runTests('tests', units, 3);
      if (wantJourneys) {
        if (journeys.length > 0) await step('build web', async () => (await ensureWebBuilt(process.execPath)) || true);
        await runTests('journeys', journeys, 2);
      }
    } finally {
      await cluster.release();
    }
  }
  closingSummary();
  const ok = steps.every((one) => one.ok) && totals.fail === 0 && totals.cancelled === 0;
  return ok && !abort.signal.aborted ? 0 : 1;
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => {
    if (abort.signal.aborted) return;
    abort.abort();
    stopChildren(signal);
    setTimeout(() => process.exit(code), 10_000).unref();
    process.exitCode = code;
  });
}

try {
  const code = await main(process.argv.slice(2));
  process.exit(process.exitCode || code);
} catch (error) {
  process.stderr.write(`${error.stack ?? error}\n`);
  process.exit(3);
}
