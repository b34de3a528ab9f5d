/**
 * `./chengxin bench search`: what people type, among a million organisations; in the server, without HTTP. Beside it the
 * obvious statement, `LIKE '%…%'`, in the same database. And what the index costs: bytes a name, and the time of writing.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchSubjects } from '../server/src/modules/subjects/index.ts';
import type { Config } from '../server/src/platform/config.ts';
import { openKeyRing } from '../server/src/platform/crypto.ts';
import { databasesFor, one, type Pool, query, sql } from '../server/src/platform/db.ts';
import { loadNames } from './load-names.ts';
import { makeNames, type NamedSubject, randomOf, readRegister } from './names-city.ts';
import { type BenchResult, type BenchSize, median, rounded } from './result.ts';
import { openScratch } from './scratch.ts';

export interface SearchBenchOptions {
  readonly size: BenchSize;
  readonly names?: string | undefined;
  readonly onNote: (text: string) => void;
  readonly onEnd: (work: () => Promise<void>) => void;
}

const SUBJECTS: Readonly<Record<BenchSize, number>> = { small: 100_000, city: 1_000_000 };
const P95_LIMIT = 30;
const ROUNDS = 5;
const PER_KIND = 30;
const COMMON = ['有限', '公司', '有限公司', '科技', '机械', '市', '制造有限公司', 'yxgs'].filter(
  (text) => text.length > 1,
);

type Kind = 'two characters' | 'three and more' | 'initials' | 'code fragment' | 'former name' | 'very common';

function questions(subjects: readonly NamedSubject[]): { kind: Kind; q: string }[] {
  const random = randomOf(3);
  const pick = (): NamedSubject => subjects[Math.floor(random() * subjects.length)] as NamedSubject;
  const part = (text: string, length: number): string => {
    const from = Math.floor(random() * Math.max(1, text.length - length));
    return text.slice(from, from + length);
  };
  const out: { kind: Kind; q: string }[] = COMMON.map((q) => ({ kind: 'very common', q }));
  for (let at = 0; at < PER_KIND; at++) {
    out.push({ kind: 'two characters', q: part(pick().name, 2) });
    out.push({ kind: 'three and more', q: part(pick().name, 3 + (at % 4)) });
    out.push({ kind: 'code fragment', q: pick().code.slice(10, 14 + (at % 4)) });
    const former = pick().formerNames[0];
    if (former) out.push({ kind: 'former name', q: part(former, 4) });
    out.push({ kind: 'initials', q: '' });
  }
  return out;
}

async function withInitials(pool: Pool, list: { kind: Kind; q: string }[]): Promise<void> {
  const rows = await query<{ initials: string }>(
    pool,
    sql`SELECT initials FROM core.subject_name LIMIT ${PER_KIND * 40}`,
  );
  let at = 0;
  for (const question of list) {
    if (question.kind !== 'initials') continue;
    const { initials } = rows[(at * 37) % Math.max(1, rows.length)] ?? { initials: 'sfsq' };
    question.q = initials.slice(0, 2 + (at % 4));
    at++;
  }
}

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

export async function benchSearch(config: Config, options: SearchBenchOptions): Promise<BenchResult[]> {
  const scratch = await openScratch(config, 1);
  options.onEnd(() => scratch.close());
  const urls = scratch.databases[0];
  if (!urls) throw new Error('no scratch database');
  const databases = databasesFor(urls, 'bench');
  const folder = await mkdtemp(join(tmpdir(), 'chengxin-bench-'));
  try {
    const real = options.names === undefined ? [] : await readRegister(options.names);
    const base = real.length > 0 ? real : [...makeNames([], 2_000, 11)];
    const count = SUBJECTS[options.size];
    options.onNote(`装入 ${count} 个主体 loading ${count} organisations …`);
    await loadNames(
      databases.migrator,
      (function* () {
        yield* base;
        yield* makeNames(base, count - base.length);
      })(),
    );
    const list = questions(base);
    await withInitials(databases.app, list);
    const keys = openKeyRing(join(folder, 'keys'));
    const search = (q: string) => searchSubjects(databases.app, q, { limit: 20, keys, level: 'public' });
    const like = (q: string) =>
      query(
        databases.app,
        sql`SELECT subject_id, name FROM core.subject_name WHERE normalised LIKE ${`%${q}%`} ORDER BY char_length(name) LIMIT 20`,
      );
    const times = new Map<Kind, number[]>();
    const plain: number[] = [];
    for (const { q } of list) await search(q);
    for (let round = 0; round < ROUNDS; round++) {
      for (const { kind, q } of list) {
        const took = await timed(() => search(q));
        times.set(kind, [...(times.get(kind) ?? []), took]);
        if (round === 0 && kind === 'two characters') plain.push(await timed(() => like(q)));
      }
    }
    return [...figures(times, plain), ...(await costs(databases.migrator))];
  } finally {
    await databases.close();
    await scratch.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function figures(times: ReadonlyMap<Kind, readonly number[]>, plain: readonly number[]): BenchResult[] {
  const all = [...times.values()].flat();
  const result = (
    what: string,
    value: number,
    limit: number | null = null,
    ratio: number | null = null,
  ): BenchResult => ({ what, value: rounded(value), unit: 'ms', limit, ratio });
  return [
    result('search, p50', median(all)),
    result('search, p95', at(all, 0.95), P95_LIMIT, rounded(at(all, 0.95) / at(plain, 0.95))),
    result('search, slowest', Math.max(...all)),
    ...[...times].map(([kind, list]) => result(`${kind}: p95 of ${list.length}`, at(list, 0.95), P95_LIMIT)),
    result('LIKE %…%, two characters: p50', median(plain)),
    result('LIKE %…%, two characters: p95', at(plain, 0.95)),
  ];
}

/** Bytes a name in table and indexes, and a second copy of ten thousand names with the index in place and without. */
async function costs(pool: Pool): Promise<BenchResult[]> {
  const { names, table, tokens } = await one<{ names: number; table: number; tokens: number }>(
    pool,
    sql`SELECT count(*)::float8 AS names, pg_relation_size('core.subject_name')::float8 AS "table",
               pg_relation_size('core.subject_name_tokens')::float8 AS tokens FROM core.subject_name`,
  );
  const insert = (): Promise<unknown> =>
    pool.query(`INSERT INTO core.subject_name (subject_id, normalised, name, initials, former, tokens)
                SELECT gen_random_uuid(), normalised, name, initials, former, tokens FROM core.subject_name LIMIT 10000`);
  const withIndex = await timed(insert);
  await pool.query('DROP INDEX core.subject_name_tokens');
  const without = await timed(insert);
  const result = (what: string, value: number, unit: string, ratio: number | null = null): BenchResult => ({
    what,
    value: rounded(value),
    unit,
    limit: null,
    ratio,
  });
  return [
    result('token index', tokens / names, 'bytes a name'),
    result('table of names', table / names, 'bytes a name'),
    result('writing 10,000 names with the token index', withIndex, 'ms', rounded(withIndex / without)),
    result('writing 10,000 names without it', without, 'ms'),
  ];
}
