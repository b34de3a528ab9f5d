/**
 * `./chengxin bench collect`: files of licences and penalties with the dirt of real ones, end to end (parse, all rules,
 * match, dedupe, lineage), against a bare COPY of the finished rows of all the tables that the pipeline writes, indexes
 * in place: same server, same fill, same run, round by round (DESIGN §9: ≥ 0.4, memory flat, ≤ 600 MiB).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CityPlan,
  type FilePlan,
  generateCity,
  loadStandards,
  writePlannedFileTo,
} from '../server/src/demo/index.ts';
import type { Config } from '../server/src/platform/config.ts';
import { type BareCopy, openBareCopy, serverCpuSeconds, type TableBytes } from './bare-copy.ts';
import type { CollectAnswer, WorkerRequest } from './collect-worker.ts';
import { type BenchResult, type BenchSize, median, rounded } from './result.ts';
import { openScratch } from './scratch.ts';

const RATIO_LIMIT = 0.4;
const MEMORY_LIMIT_MIB = 600;
/** A round is not counted: plans, caches and the just-in-time compiler settle. */
const WARM_UP = 1;
const ROUNDS = 5;
/** Rows of a file. */
const SIZES: Readonly<Record<BenchSize, readonly number[]>> = { small: [100_000], city: [100_000, 5_000_000] };
/** Beyond this one reading has to do: the figures of a file of millions hardly vary, its memory is what is asked. */
const ONE_READING = 1_000_000;
/** A city of 50,000 is enough for millions of rows: what is measured is the file. */
const MOST_SUBJECTS = 50_000;

export interface CollectBenchOptions {
  readonly size?: BenchSize;
  /** Instead of the sizes above. */
  readonly rows?: readonly number[];
  readonly rounds?: number;
  readonly seed?: string | number;
  readonly onNote?: (text: string) => void;
  /** Told what gives everything back, for a run that is interrupted. */
  readonly onEnd?: (work: () => Promise<void>) => void;
  /** V8 options for the measured process: `--cpu-prof` and its kin. */
  readonly execArgv?: readonly string[];
}

interface Worker {
  ask<T>(request: WorkerRequest): Promise<T>;
  end(): Promise<void>;
}

function startWorker(execArgv: readonly string[]): Worker {
  const child: ChildProcess = fork(new URL('./collect-worker.ts', import.meta.url), {
    execArgv: [...process.execArgv.filter((option) => !option.startsWith('--cpu-prof')), ...execArgv],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    ask: <T>(request: WorkerRequest) =>
      new Promise<T>((resolve, reject) => {
        const onExit = (code: number | null): void => reject(new Error(`the measured process ended (${code})`));
        child.once('exit', onExit);
        child.once('message', (message: { ok?: T; error?: string }) => {
          child.off('exit', onExit);
          if (message.error !== undefined) reject(new Error(message.error));
          else resolve(message.ok as T);
        });
        child.send(request);
      }),
    async end() {
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

interface Round {
  readonly pipeline: number;
  readonly copy: number;
  readonly rows: number;
  /** Seconds of processor of the measured process. */
  readonly cpu: number;
  /** Seconds of processor of the database's processes, for the pipeline and for the COPY; 0 where that cannot be read. */
  readonly databaseCpu: number;
  readonly copyCpu: number;
  /** MiB, so far. */
  readonly peak: number;
}

interface Measured {
  rows: number;
  records: Round[];
  registrations: { pipeline: number; copy: number; rows: number };
  peak: number;
  idle: number;
  bytes: TableBytes[];
}

/** Two files a round, licences and penalties, of half the rows each. */
function roundFiles(plan: CityPlan, rows: number, rounds: number): FilePlan[][] {
  const pick = (standard: string, size: number): FilePlan[] =>
    plan.files
      .filter(
        (file) => file.step === 2 && file.standard === standard && file.edition === 'merged-2019' && file.rows === size,
      )
      .slice(0, rounds);
  const half = Math.floor(rows / 2);
  const licences = pick('licence', half);
  const penalties = pick('penalty', half);
  return licences.flatMap((file, at) => {
    const other = penalties[at];
    return other ? [[file, other]] : [];
  });
}

/** A city large enough to have that many full files; rows are made only of those that are asked for. */
function planFor(
  rows: number,
  rounds: number,
  seed: string | number,
  standards: Awaited<ReturnType<typeof loadStandards>>,
): { plan: CityPlan; files: FilePlan[][] } {
  for (let factor = 3; factor < 200; factor *= 1.5) {
    const plan = generateCity({
      subjects: Math.min(MOST_SUBJECTS, Math.max(5_000, Math.floor(rows / 4))),
      records: Math.ceil(rows * rounds * factor),
      seed,
      asOf: '2026-06-30',
      standards,
      rowsPerFile: Math.floor(rows / 2),
    });
    const files = roundFiles(plan, rows, rounds);
    if (files.length >= rounds) return { plan, files };
  }
  throw new Error('no plan with enough full files');
}

interface Bench {
  readonly folder: string;
  readonly worker: Worker;
  readonly bare: BareCopy;
  readonly idle: number;
  close(): Promise<void>;
}

/** Everything that one size needs; given back by `close`, or at the end of the command when it is interrupted. */
async function openBench(config: Config, options: CollectBenchOptions): Promise<Bench> {
  const opened: (() => Promise<unknown>)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      for (const work of opened.reverse()) await work();
    })();
    return closing;
  };
  options.onEnd?.(close);
  try {
    const folder = await mkdtemp(join(tmpdir(), 'chengxin-bench-'));
    opened.push(() => rm(folder, { recursive: true, force: true }));
    const scratch = await openScratch(config, 2);
    opened.push(() => scratch.close());
    const [source, target] = scratch.databases;
    if (!source || !target) throw new Error('two databases were asked for');
    const worker = startWorker(options.execArgv ?? []);
    opened.push(() => worker.end());
    const dataDir = join(folder, 'data');
    const { peak: idle } = await worker.ask<{ peak: number }>({ kind: 'open', urls: source, dataDir });
    const bare = await openBareCopy(source.migrator, target.migrator, folder);
    opened.push(() => bare.close());
    await bare.copyReferences();
    return { folder, worker, bare, idle, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

async function writeFile(bench: Bench, plan: CityPlan, file: FilePlan): Promise<string> {
  const path = join(bench.folder, 'file.csv');
  await writePlannedFileTo(plan, { ...file, encoding: 'utf-8', typedDates: [], file: 'file.csv' }, path);
  return path;
}

async function collectPath(bench: Bench, file: FilePlan, path: string): Promise<CollectAnswer> {
  try {
    return await bench.worker.ask<CollectAnswer>({ kind: 'collect', path, standard: file.standard, body: file.body });
  } finally {
    await rm(path, { force: true });
  }
}

/** Writes a planned file as plain CSV and has it collected. */
const collectFile = async (bench: Bench, plan: CityPlan, file: FilePlan): Promise<CollectAnswer> =>
  collectPath(bench, file, await writeFile(bench, plan, file));

const perSecond = (rows: number, seconds: number): number => Math.round(rows / seconds);
const microseconds = (round: Round): number => Math.round((round.cpu / round.rows) * 1e6);

async function runRound(bench: Bench, plan: CityPlan, pair: readonly FilePlan[]): Promise<Round> {
  const answers: CollectAnswer[] = [];
  let databaseCpu = 0;
  for (const file of pair) {
    const path = await writeFile(bench, plan, file);
    const from = serverCpuSeconds(bench.bare.serverPid);
    answers.push(await collectPath(bench, file, path));
    databaseCpu += serverCpuSeconds(bench.bare.serverPid) - from;
  }
  const taken = await bench.bare.take(answers[0]?.at ?? null);
  const from = serverCpuSeconds(bench.bare.serverPid);
  const copy = await bench.bare.put(taken);
  const copyCpu = serverCpuSeconds(bench.bare.serverPid) - from;
  const sum = (of: (answer: CollectAnswer) => number): number => answers.reduce((total, one) => total + of(one), 0);
  return {
    pipeline: sum((one) => one.seconds),
    copy,
    databaseCpu,
    copyCpu,
    rows: sum((one) => one.rows),
    cpu: sum((one) => one.cpuSeconds),
    peak: Math.max(...answers.map((one) => one.peak)),
  };
}

async function measure(config: Config, rows: number, options: CollectBenchOptions): Promise<Measured> {
  const once = rows >= ONE_READING;
  const warmUp = once ? 0 : WARM_UP;
  const rounds = (once ? 1 : (options.rounds ?? ROUNDS)) + warmUp;
  const note = options.onNote ?? (() => undefined);
  const standards = await loadStandards(config.policyDirs);
  const { plan, files } = planFor(rows, rounds, options.seed ?? 1, standards);
  const bench = await openBench(config, options);
  try {
    const registrations = await register(bench, plan);
    note(
      `${plan.options.subjects} subjects registered: ${perSecond(registrations.rows, registrations.pipeline)} rows/s, COPY ${perSecond(registrations.rows, registrations.copy)} rows/s`,
    );
    await bench.bare.analyse();
    const records: Round[] = [];
    for (const [at, pair] of files.slice(0, rounds).entries()) {
      const round = await runRound(bench, plan, pair);
      note(
        `${rows} rows, round ${at}${at < warmUp ? ' (warm-up)' : ''}: pipeline ${perSecond(round.rows, round.pipeline)} rows/s, COPY ${perSecond(round.rows, round.copy)} rows/s, ratio ${rounded(round.copy / round.pipeline)}, ${microseconds(round)} + ${Math.round((round.databaseCpu / round.rows) * 1e6)} µs of processor a row (process + database; COPY ${Math.round((round.copyCpu / round.rows) * 1e6)}), peak ${round.peak} MiB`,
      );
      records.push(round);
    }
    await bench.worker.ask({ kind: 'close' });
    const peak = Math.max(...records.map((round) => round.peak));
    return {
      rows,
      records: records.slice(warmUp),
      registrations,
      peak,
      idle: bench.idle,
      bytes: await bench.bare.bytes(),
    };
  } finally {
    await bench.close();
  }
}

/** The register of the city, so that the rows that follow find their subjects. One reading: told, not held to the limit. */
async function register(bench: Bench, plan: CityPlan): Promise<Measured['registrations']> {
  let pipeline = 0;
  let rows = 0;
  for (const file of plan.files.filter((entry) => entry.step === 1)) {
    const answer = await collectFile(bench, plan, file);
    pipeline += answer.seconds;
    rows += answer.rows;
  }
  const copy = await bench.bare.put(await bench.bare.take(null));
  return { pipeline, copy, rows };
}

export async function benchCollect(config: Config, options: CollectBenchOptions = {}): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  const peaks: { rows: number; peak: number }[] = [];
  for (const rows of options.rows ?? SIZES[options.size ?? 'small']) {
    const measured = await measure(config, rows, options);
    const pipeline = median(measured.records.map((round) => round.rows / round.pipeline));
    const copy = median(measured.records.map((round) => round.rows / round.copy));
    const what = `${rows} rows of licences and penalties`;
    const { registrations } = measured;
    results.push(
      {
        what: `${what}: pipeline, median of ${measured.records.length}`,
        value: Math.round(pipeline),
        unit: 'rows/s',
        limit: null,
        ratio: rounded(pipeline / copy, 3),
      },
      {
        what: `${what}: bare COPY of the finished rows, median`,
        value: Math.round(copy),
        unit: 'rows/s',
        limit: null,
        ratio: 1,
      },
      {
        what: `${what}: pipeline / COPY`,
        value: rounded(pipeline / copy, 3),
        unit: '×',
        limit: RATIO_LIMIT,
        ratio: rounded(pipeline / copy, 3),
      },
      {
        what: `${what}: processor time of the process a row, median`,
        value: Math.round(median(measured.records.map(microseconds))),
        unit: 'µs',
        limit: null,
        ratio: null,
      },
      {
        what: `${what}: processor time of the database a row, median (COPY: ${Math.round(median(measured.records.map((round) => (round.copyCpu / round.rows) * 1e6)))} µs)`,
        value: Math.round(median(measured.records.map((round) => (round.databaseCpu / round.rows) * 1e6))),
        unit: 'µs',
        limit: null,
        ratio: rounded(
          median(measured.records.map((round) => round.copyCpu / (round.cpu + round.databaseCpu || Number.NaN))),
          3,
        ),
      },
      ...measured.bytes.map(({ table, bytes, rows: held }) => ({
        what: `${table}: bytes a row with indexes (${held} rows)`,
        value: Math.round(bytes / Math.max(1, held)),
        unit: 'B',
        limit: null,
        ratio: null,
      })),
      {
        what: `${registrations.rows} registrations: pipeline, once`,
        value: Math.round(registrations.rows / registrations.pipeline),
        unit: 'rows/s',
        limit: null,
        ratio: rounded(registrations.copy / registrations.pipeline, 3),
      },
      {
        what: `${what}: peak memory of the process (${measured.idle} MiB before the first file)`,
        value: measured.peak,
        unit: 'MiB',
        limit: MEMORY_LIMIT_MIB,
        ratio: null,
      },
    );
    peaks.push({ rows, peak: measured.peak });
  }
  const [first] = peaks;
  const last = peaks.at(-1);
  if (first && last && first !== last) {
    results.push({
      what: `peak memory, ${last.rows} rows against ${first.rows}`,
      value: rounded(last.peak / first.peak),
      unit: '×',
      limit: null,
      ratio: rounded(last.peak / first.peak),
    });
  }
  return results;
}
