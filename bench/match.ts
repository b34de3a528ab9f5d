/**
 * `./chengxin bench match`: names as an office wrote them among a million organisations. Ranks by the policy's weights,
 * and by weights that were fitted without the organisation in question (ten folds); automatic matches on names whose
 * organisation was left out; beside it the similarity of pg_trgm over present and former names, in the same database.
 */
import { createReadStream } from 'node:fs';
import { compilePolicy, loadPolicyFiles } from '../server/src/modules/policy/index.ts';
import {
  type ComparedName,
  compareName,
  findCandidates,
  type MatchingPolicy,
  matchingPolicy,
  normaliseName,
  rankCompared,
  tokenStatistics,
} from '../server/src/modules/subjects/index.ts';
import type { Config } from '../server/src/platform/config.ts';
import { type Databases, databasesFor, type Pool, query, sql } from '../server/src/platform/db.ts';
import { type FittedWeights, fitConditional, type Labelled } from './fit-conditional.ts';
import { loadNames } from './load-names.ts';
import { makeNames, type NamedSubject, readRegister } from './names-city.ts';
import { readCsvRows } from './read-csv.ts';
import { type BenchResult, type BenchSize, median, rounded } from './result.ts';
import { openScratch } from './scratch.ts';

export interface MatchBenchOptions {
  readonly size: BenchSize;
  /** The register's export; made names of the same kind fill up to the size. */
  readonly names?: string | undefined;
  /** CSV with query_name and uscc. */
  readonly pairs?: string | undefined;
  readonly onNote: (text: string) => void;
  readonly onEnd: (work: () => Promise<void>) => void;
}

const SUBJECTS: Readonly<Record<BenchSize, number>> = { small: 100_000, city: 1_000_000 };
const FIRST_LIMIT = 0.93;
const FIVE_LIMIT = 0.96;
const WRONG_LIMIT = 0.005;
const FOLDS = 10;
/** Registered names that are asked as they are, for the automatic and the absent ones. */
const OWN_NAMES = 300;
/** Candidates of a question that fitting sees. */
const maxFitted = 25;

export interface Question {
  readonly kind: 'pair' | 'own';
  readonly name: string;
  /** '' = not in the register. */
  readonly code: string;
}

interface Asked extends Question {
  readonly compared: readonly ComparedName[];
  readonly milliseconds: number;
}

export async function readPairs(path: string): Promise<Question[]> {
  const out: Question[] = [];
  for await (const row of readCsvRows(createReadStream(path))) {
    const name = (row.query_name ?? '').trim();
    if (name !== '') out.push({ kind: 'pair', name, code: (row.uscc ?? '').trim() });
  }
  return out;
}

/** Without a file: errors of the usual kinds made in the city's own names. They are easier than real ones. */
function makePairs(subjects: readonly NamedSubject[]): Question[] {
  return subjects.slice(0, 150).map(({ name, code, formerNames }, at) => {
    const middle = Math.floor(name.length / 2);
    const wrong = [
      name.replace(/[市县区]/, ''),
      name.slice(0, middle) + name.slice(middle + 1),
      name.replace('有限公司', '公司'),
      formerNames[0] ?? name.replace('有限公司', '股份有限公司'),
    ];
    return { kind: 'pair', name: wrong[at % wrong.length] ?? name, code };
  });
}

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

const foldOf = (code: string): number =>
  [...code].reduce((hash, sign) => (hash * 31 + (sign.codePointAt(0) ?? 0)) >>> 0, 7) % FOLDS;

/** Each question twice: with the organisation meant, and with it left out. */
function labelled(asked: readonly Asked[], policy: MatchingPolicy): Labelled[] {
  return asked.flatMap(({ kind, code, compared }) => {
    const weight = kind === 'pair' ? 1 : 0.3;
    const ranked = rankCompared(compared, policy).map(({ compared: one }) => one);
    const kept = ranked.filter((one, place) => place < maxFitted || one.row.unified_code === code);
    const truth = kept.findIndex((one) => code !== '' && one.row.unified_code === code);
    const without = kept.filter((one) => code === '' || one.row.unified_code !== code);
    return [
      ...(truth < 0 ? [] : [{ features: kept.map((one) => one.features), truth, weight }]),
      { features: without.map((one) => one.features), truth: -1, weight },
    ];
  });
}

interface Tally {
  first: number;
  five: number;
  automatic: number;
  wrongPresent: number;
  wrongAbsent: number;
  absent: number;
  ownAutomatic: number;
}

function judge(asked: readonly Asked[], policyOf: (question: Question) => MatchingPolicy): Tally {
  const tally: Tally = { first: 0, five: 0, automatic: 0, wrongPresent: 0, wrongAbsent: 0, absent: 0, ownAutomatic: 0 };
  for (const question of asked) {
    const policy = policyOf(question);
    const ranked = rankCompared(question.compared, policy);
    const place = ranked.findIndex(
      ({ compared }) => question.code !== '' && compared.row.unified_code === question.code,
    );
    const automatic = ranked.find((one) => one.automatic);
    const right = automatic?.compared.row.unified_code === question.code;
    if (question.kind === 'pair') {
      if (place === 0) tally.first++;
      if (place >= 0 && place < 5) tally.five++;
      if (automatic) tally.automatic++;
      if (automatic && !right) tally.wrongPresent++;
    } else if (automatic && right) tally.ownAutomatic++;
    tally.absent++;
    const left = question.compared.filter((one) => question.code === '' || one.row.unified_code !== question.code);
    if (rankCompared(left, policy).some((one) => one.automatic)) tally.wrongAbsent++;
  }
  return tally;
}

async function ask(pool: Pool, questions: readonly Question[], policy: MatchingPolicy): Promise<Asked[]> {
  const statistics = await tokenStatistics(pool);
  const out: Asked[] = [];
  for (const question of questions) {
    const from = performance.now();
    const { asked, rows } = await findCandidates(pool, question.name, statistics);
    const compared = compareName(asked, rows, policy.weights);
    rankCompared(compared, policy);
    out.push({ ...question, compared, milliseconds: performance.now() - from });
  }
  return out;
}

interface TrigramRow {
  code: string | null;
}

/** pg_trgm as its manual has it: `%` by the index, ordered by similarity, best name of a subject. */
async function askTrigrams(
  pool: Pool,
  questions: readonly Question[],
): Promise<{ first: number; five: number; times: number[] }> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  await pool.query('CREATE INDEX bench_trigrams ON core.subject_name USING gin (normalised gin_trgm_ops)');
  const out = { first: 0, five: 0, times: [] as number[] };
  for (const { name, code } of questions) {
    const from = performance.now();
    const rows = await query<TrigramRow>(
      pool,
      sql`SELECT s.unified_code AS code FROM (
            SELECT subject_id, max(similarity(normalised, ${normaliseName(name)})) AS likeness FROM core.subject_name
             WHERE normalised % ${normaliseName(name)} GROUP BY subject_id ORDER BY likeness DESC, subject_id LIMIT 5) n
          JOIN core.subject s USING (subject_id) ORDER BY n.likeness DESC, s.subject_id`,
    );
    out.times.push(performance.now() - from);
    const place = rows.findIndex((row) => code !== '' && row.code === code);
    if (place === 0) out.first++;
    if (place >= 0) out.five++;
  }
  return out;
}

function crossValidated(asked: readonly Asked[], policy: MatchingPolicy): (question: Question) => MatchingPolicy {
  const fits = Array.from(
    { length: FOLDS },
    (_, fold): FittedWeights =>
      fitConditional(
        labelled(
          asked.filter(({ code, name }) => foldOf(code || name) !== fold),
          policy,
        ),
      ),
  );
  return ({ code, name }) => ({ ...policy, weights: fits[foldOf(code || name)] ?? policy.weights });
}

async function shippedPolicy(config: Config): Promise<MatchingPolicy> {
  const loaded = await loadPolicyFiles(config.policyDirs);
  return matchingPolicy(compilePolicy(loaded.files, 0, 'bench'));
}

export async function benchMatch(config: Config, options: MatchBenchOptions): Promise<BenchResult[]> {
  const scratch = await openScratch(config, 1);
  options.onEnd(() => scratch.close());
  const urls = scratch.databases[0];
  if (!urls) throw new Error('no scratch database');
  const databases = databasesFor(urls, 'bench');
  try {
    const real = options.names === undefined ? [] : await readRegister(options.names);
    const base = real.length > 0 ? real : [...makeNames([], 2_000, 11)];
    const pairs = options.pairs === undefined ? makePairs(base) : await readPairs(options.pairs);
    const count = SUBJECTS[options.size];
    options.onNote(`装入 ${count} 个主体 loading ${count} organisations …`);
    const city = function* (): Generator<NamedSubject> {
      yield* base;
      // What an office wrote is nobody else's name either, or an absent name would not be absent.
      yield* makeNames(
        base,
        count - base.length,
        7,
        pairs.map(({ name }) => name),
      );
    };
    await loadNames(databases.migrator, city());
    return await measureMatch(config, databases, base, pairs, options.onNote);
  } finally {
    await databases.close();
    await scratch.close();
  }
}

/** The measuring alone, over a database that holds `base` and whatever else. */
export async function measureMatch(
  config: Config,
  databases: Pick<Databases, 'app' | 'migrator'>,
  base: readonly NamedSubject[],
  pairs: readonly Question[],
  onNote: (text: string) => void,
): Promise<BenchResult[]> {
  const policy = await shippedPolicy(config);
  const step = Math.max(1, Math.floor(base.length / OWN_NAMES));
  const own = base
    .filter((_, place) => place % step === 0)
    .map(({ name, code }): Question => ({ kind: 'own', name, code }));
  onNote(`匹配 ${pairs.length} 个书写名称、${own.length} 个登记名称 matching …`);
  await ask(databases.app, pairs.slice(0, 20), policy);
  const asked = await ask(databases.app, [...pairs, ...own], policy);
  return results(asked, policy, databases.migrator, onNote);
}

async function results(
  asked: readonly Asked[],
  policy: MatchingPolicy,
  pool: Pool,
  onNote: (text: string) => void,
): Promise<BenchResult[]> {
  const pairs = asked.filter(({ kind }) => kind === 'pair');
  const own = asked.length - pairs.length;
  const known = pairs.filter(({ code }) => code !== '').length;
  const shipped = judge(asked, () => policy);
  onNote(`交叉验证 fitting ${FOLDS} times …`);
  const honest = judge(asked, crossValidated(asked, policy));
  const unreached = pairs.filter(
    ({ code, compared }) => !compared.some((one) => code !== '' && one.row.unified_code === code),
  );
  onNote(
    `没有候选 not reached: ${unreached.map(({ name, code }) => `${name}${code === '' ? '（不在登记库中 not in the register）' : ` → ${code}`}`).join('、')}`,
  );
  onNote('pg_trgm …');
  const trigrams = await askTrigrams(pool, pairs);
  const times = pairs.map(({ milliseconds }) => milliseconds);
  const share = (value: number, of: number): number => rounded(value / of, 4);
  const result = (
    what: string,
    value: number,
    unit: string,
    limit: number | null = null,
    ratio: number | null = null,
  ): BenchResult => ({ what, value, unit, limit, ratio });
  const first = share(honest.first, pairs.length);
  return [
    result(
      `first place, cross-validated, of ${pairs.length}`,
      first,
      'share',
      FIRST_LIMIT,
      rounded(first / share(Math.max(1, trigrams.first), pairs.length)),
    ),
    result(`first five, cross-validated, of ${pairs.length}`, share(honest.five, pairs.length), 'share', FIVE_LIMIT),
    result(
      `first place, cross-validated, of the ${known} in the register`,
      share(honest.first, known),
      'share',
      null,
      null,
    ),
    result(`first five, cross-validated, of the ${known} in the register`, share(honest.five, known), 'share'),
    result('first place, shipped weights', share(shipped.first, pairs.length), 'share'),
    result('first five, shipped weights', share(shipped.five, pairs.length), 'share'),
    result(
      `wrong automatic on ${honest.absent} absent names, cross-validated`,
      share(honest.wrongAbsent, honest.absent),
      'share',
      WRONG_LIMIT,
    ),
    result(
      'wrong automatic on absent names, shipped weights',
      share(shipped.wrongAbsent, shipped.absent),
      'share',
      WRONG_LIMIT,
    ),
    result('wrong automatic on present pairs, cross-validated', share(honest.wrongPresent, pairs.length), 'share'),
    result('automatic of pairs, cross-validated', share(honest.automatic, pairs.length), 'share'),
    result(`automatic of ${own} registered names, cross-validated`, share(honest.ownAutomatic, own), 'share'),
    result('not reached', unreached.length, 'names'),
    result('a name, p50', rounded(median(times)), 'ms'),
    result('a name, p95', rounded(at(times, 0.95)), 'ms', null, rounded(at(times, 0.95) / at(trigrams.times, 0.95))),
    result('pg_trgm similarity: first place', share(trigrams.first, pairs.length), 'share'),
    result('pg_trgm similarity: first five', share(trigrams.five, pairs.length), 'share'),
    result('pg_trgm similarity: p95', rounded(at(trigrams.times, 0.95)), 'ms'),
  ];
}
