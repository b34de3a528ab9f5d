/**
 * A load that is killed again and again, at moments drawn by seed: the process with SIGKILL, PostgreSQL with SIGKILL
 * (recovery from the log, backends left behind) or SIGQUIT. Each time it is started anew. At the end every row must
 * have been taken exactly once: the digests are those of a load that nobody disturbed, on a server of its own with the
 * same keys.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { generateCity, loadStandards, writePlannedFileTo } from '../../server/src/demo/index.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { acquireCluster, inspectCluster } from '../../server/src/platform/embedded-postgres/cluster.ts';

export interface TortureOptions {
  readonly folder: string;
  readonly rows: number;
  readonly kills: number;
  readonly seed: number;
  readonly onNote?: (text: string) => void;
}

export interface Digests {
  readonly records: string;
  readonly findings: string;
  readonly fates: string;
  readonly persons: string;
  readonly counts: string;
  readonly rowsTwice: string;
}

export interface TortureReport {
  readonly disturbed: Digests;
  readonly undisturbed: Digests;
  readonly killed: { process: number; postgres: number };
  readonly finishedFirst: number;
}

/** Small, seeded, good enough for moments (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Load {
  readonly file: string;
  readonly org: string;
}

/** One file of penalties with the dirt of real ones: duplicates, corrections, refused, doubtful and barred rows. */
async function writeLoad(folder: string, rows: number, seed: number): Promise<Load> {
  const plan = generateCity({
    subjects: Math.max(500, Math.floor(rows / 8)),
    records: rows * 12,
    seed,
    asOf: '2026-06-30',
    standards: await loadStandards([join(repositoryRoot, 'policy')]),
    rowsPerFile: rows,
  });
  const planned = plan.files.find(
    (file) => file.step === 2 && file.standard === 'penalty' && file.edition === 'merged-2019' && file.rows === rows,
  );
  if (!planned) throw new Error(`no planned file has ${rows} rows`);
  const file = join(folder, 'load.csv');
  await writePlannedFileTo(plan, { ...planned, encoding: 'utf-8', typedDates: [], file: 'load.csv' }, file);
  return { file, org: planned.org };
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly words: () => string;
  /** Resolves when the load is at this row, or the process has ended. */
  reached(row: number): Promise<void>;
}

function start(dataDir: string, load: Load): Running {
  const child = spawn(
    process.execPath,
    [join(repositoryRoot, 'tests/torture/load-child.ts'), load.file, 'penalty', load.org],
    { env: { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: 'error' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let words = '';
  let at = -1;
  let wake = (): void => undefined;
  child.stdout?.on('data', (chunk: Buffer) => {
    for (const match of chunk.toString().matchAll(/at (\d+)/g)) at = Number(match[1]);
    wake();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk}`.slice(-4_000);
  });
  let over = false;
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      over = true;
      wake();
      resolve(code);
    }),
  );
  return {
    child,
    ended,
    words: () => words,
    async reached(row) {
      while (at < row && !over)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}

function killPostgres(dataDir: string, signal: 'SIGKILL' | 'SIGQUIT'): boolean {
  const pid = inspectCluster(dataDir).livePid;
  if (pid === null) return false;
  process.kill(pid, signal);
  return true;
}

const MOST_TRIES = 20;

/** Runs to the end, however often a server that still recovers turns it away. */
async function finish(dataDir: string, load: Load): Promise<void> {
  let last = '';
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const running = start(dataDir, load);
    if ((await running.ended) === 0) return;
    last = running.words();
    await sleep(500);
  }
  throw new Error(`the load did not come to its end: ${last}`);
}

const LINES: Readonly<Record<Exclude<keyof Digests, 'rowsTwice'>, string>> = {
  records: `SELECT concat_ws('|', r.row_no, r.item, r.document_number, r.decided_on, r.effective_from, r.effective_to, r.categories, r.amount_fen,
              r.confiscated_fen, encode(r.payload_hash, 'hex'), r.payload, r.superseded_at IS NOT NULL, s.unified_code, s.name,
              EXISTS (SELECT FROM core.record_key k WHERE k.record_id = r.record_id)) AS line
            FROM core.record r JOIN core.subject s USING (subject_id)`,
  findings: `SELECT concat_ws('|', row_no, seq, severity, rule, rule_version, field, value, new_value, args) AS line FROM core.finding`,
  fates: `SELECT concat_ws('|', row_no, outcome) AS line FROM core.submission_row`,
  persons: `SELECT token AS line FROM person.identifier UNION ALL SELECT concat_ws('|', row_no, item, encode(key_hash, 'hex') IS NOT NULL) FROM person.record`,
  counts: `SELECT concat_ws('|', state, rows_done, accepted, superseding, corrected, doubtful, refused, duplicate, person_rows, findings_total) AS line FROM core.submission`,
};

async function digestsOf(dataDir: string): Promise<Digests> {
  const lease = await acquireCluster({ root: repositoryRoot, dataDir, kind: 'command' });
  const client = new pg.Client({ connectionString: lease.superuserUrl('chengxin') });
  await client.connect();
  const one = async (text: string): Promise<string> =>
    String(Object.values((await client.query(text)).rows[0] ?? {})[0]);
  try {
    const out: Record<string, string> = {};
    for (const [name, lines] of Object.entries(LINES))
      out[name] = await one(
        `SELECT count(*) || ' ' || md5(string_agg(line, E'\\n' ORDER BY line)) FROM (${lines}) AS l`,
      );
    out.rowsTwice = await one(
      'SELECT count(*) FROM (SELECT FROM core.record GROUP BY submission_id, row_no HAVING count(*) > 1) AS twice',
    );
    return out as unknown as Digests;
  } finally {
    await client.end();
    await lease.release();
  }
}

/** Kills at `kills` moments; half of them hit PostgreSQL. */
export async function tortureLoad(options: TortureOptions): Promise<TortureReport> {
  const note = options.onNote ?? (() => undefined);
  const random = randomFrom(options.seed);
  const load = await writeLoad(options.folder, options.rows, options.seed);
  const calm = join(options.folder, 'undisturbed');
  const wild = join(options.folder, 'disturbed');
  await finish(calm, load);
  const undisturbed = await digestsOf(calm);
  note(`undisturbed: ${undisturbed.counts}`);
  // The same keys, so that tokens and digests can be compared.
  mkdirSync(wild, { recursive: true, mode: 0o700 });
  cpSync(join(calm, 'keys'), join(wild, 'keys'), { recursive: true });

  const killed = { process: 0, postgres: 0 };
  let finishedFirst = 0;
  const moments = Array.from({ length: options.kills }, (_, at) => ({
    row: Math.floor(random() * options.rows * 0.98),
    late: Math.floor(random() * 200),
    postgres: at % 2 === 1,
    signal: random() < 0.5 ? ('SIGKILL' as const) : ('SIGQUIT' as const),
  })).sort((a, b) => a.row - b.row);
  for (const [at, moment] of moments.entries()) {
    const running = start(wild, load);
    await running.reached(moment.row);
    await sleep(moment.late);
    if (running.child.exitCode !== null) {
      if (running.child.exitCode === 0) finishedFirst += 1;
      else note(`it ended by itself: ${running.words().slice(0, 300)}`);
    }
    if (moment.postgres && killPostgres(wild, moment.signal)) killed.postgres += 1;
    else {
      running.child.kill('SIGKILL');
      killed.process += 1;
    }
    await running.ended;
    note(
      `kill ${at + 1} of ${options.kills} behind row ${moment.row}: ${moment.postgres ? `PostgreSQL ${moment.signal}` : 'process'}`,
    );
  }
  await finish(wild, load);
  return { disturbed: await digestsOf(wild), undisturbed, killed, finishedFirst };
}
