/**
 * `check`: the check inside a decision, log durable, beside a route of the same house that only does the prepared SELECT and
 * beside an empty one; 64 connections, in turns. Then the waiting time at a fixed rate of half of what the SELECT route can, and
 * a batch of 100,000 organisations. In a database of its own, over real HTTP; the load comes from another thread.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckRequest } from '@chengxin/contract';
import { makeUnifiedCode } from '@chengxin/identifiers';
import autocannon from 'autocannon';
import { buildApp, contextOver } from '../server/src/app.ts';
import type { Actor, AppContext } from '../server/src/context.ts';
import { checkRoutes, startBatch, workBatch } from '../server/src/modules/checks/index.ts';
import { provideSystem } from '../server/src/modules/credentials/testing.ts';
import { createBody, operatorActor } from '../server/src/modules/identity/index.ts';
import { prepareAccessLog, startSealer } from '../server/src/platform/access-log/index.ts';
import { systemClock } from '../server/src/platform/clock.ts';
import type { Config } from '../server/src/platform/config.ts';
import { databasesFor, one, type Pool, prepared, query, sql } from '../server/src/platform/db.ts';
import type { HttpInstance } from '../server/src/platform/http/index.ts';
import { type BenchResult, type BenchSize, median, rounded } from './result.ts';
import { openScratch } from './scratch.ts';

/** How much is loaded, asked and repeated. */
export interface Shape {
  readonly subjects: number;
  readonly entries: number;
  /** Of each turn. */
  readonly seconds: number;
  readonly rounds: number;
  readonly batchRows: number;
}

interface Options {
  readonly size: BenchSize;
  /** Instead of a size: so small that a test can see that it runs. */
  readonly shape?: Shape;
  readonly onNote: (text: string) => void;
  readonly onEnd: (work: () => Promise<void>) => void;
}

const sizes: Readonly<Record<BenchSize, Shape>> = {
  small: { subjects: 10_000, entries: 1_000, seconds: 3, rounds: 5, batchRows: 100_000 },
  city: { subjects: 1_000_000, entries: 100_000, seconds: 5, rounds: 5, batchRows: 100_000 },
};
const connections = 64;
/** Different organisations that each connection asks for; the load makes all of a connection's requests before it begins. */
const differentRequests = 100;
const fillStep = 50_000;
const stated = { matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕1号' };

/** Letters that a code may have, so that every number makes another one. */
const letters = '0123456789ABCDEFGHJKLMNPQRTUWXY';
function bodyAt(at: number): string {
  let out = '';
  for (let rest = at, place = 0; place < 8; place++) {
    out = letters.charAt(rest % letters.length) + out;
    rest = Math.floor(rest / letters.length);
  }
  return out;
}

async function fill(pool: Pool, count: number, entries: number, recogniser: string): Promise<void> {
  for (let from = 0; from < count; from += fillStep) {
    const codes = Array.from({ length: Math.min(fillStep, count - from) }, (_, at) =>
      makeUnifiedCode('91', '999900', bodyAt(from + at)),
    );
    await pool.query(
      `WITH made AS (SELECT c.code, md5(c.code)::uuid AS id FROM unnest($1::text[]) AS c(code)),
            s AS (INSERT INTO core.subject (subject_id, kind, name, unified_code, status, provisional, register, created_at, updated_at)
                  SELECT id, 'enterprise', '示范市' || code || '有限公司', code, 'active', false, '{}', '2026-01-01', '2026-01-01' FROM made)
       INSERT INTO core.subject_identifier (value, scheme, subject_id, added_at) SELECT code, 'unifiedCode', id, '2026-01-01' FROM made`,
      [codes],
    );
  }
  const each = Math.max(1, Math.floor(count / entries));
  await pool.query(
    `INSERT INTO lists.entry (subject_id, entry_id, version_id, list, kind, origin, case_id, recogniser_body_id, document_number, decided_on, delivered_on,
       delivery_proof, attested, listed_on, ends_on, particulars, policy_set_id, recorded_at)
     SELECT subject_id, md5('entry' || subject_id)::uuid, md5('entry' || subject_id)::uuid, (ARRAY['SX02','SX04','SX06','SX08'])[1 + n % 4], 'serious', 'decision', md5('case' || subject_id)::uuid, $1,
       '示市监列决〔2026〕' || n || '号', '2026-01-05', '2026-01-06', 'EMS', false, '2026-01-06', '2028-12-31',
       '{"facts":"a","legalBasis":"b","evidence":"c","measures":"d","removalConditions":"e","removalProcedure":"f","remedy":"g","authority":"h"}', 1, '2026-01-06'
     FROM (SELECT subject_id, (row_number() OVER (ORDER BY unified_code))::int AS n FROM core.subject) x WHERE n % $2 = 0 LIMIT $3`,
    [recogniser, each, entries],
  );
  for (const table of ['core.subject', 'core.subject_identifier', 'core.subject_alias', 'lists.entry', 'lists.removal'])
    await pool.query(`VACUUM ANALYZE ${table}`);
}

/** What the check is compared with: the same house (who asks, rights, limits, parsing), and nothing or one SELECT in it. */
const comparisonRoutes =
  (ctx: AppContext) =>
  async (app: HttpInstance): Promise<void> => {
    const schema = { body: CheckRequest };
    app.post('/api/v1/bench/empty', { config: { permission: 'check.run' }, schema }, async () => ({ ok: true }));
    app.post('/api/v1/bench/select', { config: { permission: 'check.run' }, schema }, async (request) => {
      const { code } = request.body as CheckRequest;
      const rows = await query(
        ctx.db.app,
        prepared(
          'bench.select',
          sql`SELECT s.unified_code AS code, e.list, e.document_number, e.case_number, e.listed_on, e.ends_on
                FROM core.subject_identifier i
                LEFT JOIN core.subject_alias a ON a.subject_id = i.subject_id AND a.to_at IS NULL
                JOIN core.subject s ON s.subject_id = coalesce(a.canonical_id, i.subject_id)
                LEFT JOIN lists.entry e ON e.subject_id = s.subject_id AND e.superseded_at IS NULL
               WHERE i.value = ${code ?? ''} AND i.scheme = 'unifiedCode'`,
        ),
      );
      return { results: rows };
    });
  };

interface Load {
  readonly rate: number;
  readonly p99: number;
  readonly failed: number;
}

interface City {
  readonly ctx: AppContext;
  readonly base: string;
  readonly key: string;
  readonly codes: readonly string[];
}

async function load(city: City, path: string, seconds: number, overallRate?: number): Promise<Load> {
  const result = await autocannon({
    url: city.base,
    connections,
    duration: seconds,
    // In a thread of its own: the load must not share the server's.
    workers: 1,
    ...(overallRate === undefined ? {} : { overallRate }),
    requests: city.codes.map((code) => ({
      method: 'POST',
      path: `/api/v1/${path}`,
      headers: { authorization: `Bearer ${city.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code, ...stated }),
    })),
  });
  return {
    rate: result.requests.average,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors + result.timeouts,
  };
}

const routes = { check: 'checks', select: 'bench/select', empty: 'bench/empty' } as const;
type Name = keyof typeof routes;
const names: readonly Name[] = ['check', 'select', 'empty'];

/** In turns, each time beginning with another, so that what the machine does besides meets all alike. */
async function inTurns(
  rounds: number,
  of: readonly Name[],
  work: (name: Name) => Promise<Load>,
): Promise<Record<Name, Load[]>> {
  const found: Record<Name, Load[]> = { check: [], select: [], empty: [] };
  for (let round = 0; round < rounds; round++)
    for (let at = 0; at < of.length; at++) {
      const name = of[(at + round) % of.length];
      if (name) found[name].push(await work(name));
    }
  return found;
}

async function measure(city: City, { seconds, rounds }: Shape, onNote: Options['onNote']): Promise<BenchResult[]> {
  for (const name of names) await load(city, routes[name], Math.min(2, seconds));
  onNote(`吞吐 throughput: ${rounds} × 3 × ${seconds} s …`);
  const full = await inTurns(rounds, names, (name) => load(city, routes[name], seconds));
  const failed = names.flatMap((name) => full[name]).reduce((sum, one) => sum + one.failed, 0);
  const rate = (name: Name): number => median(full[name].map((one) => one.rate));
  const half = Math.max(10, Math.floor(rate('select') / 2));
  onNote(`等待 latency at ${half}/s …`);
  const timed = await inTurns(rounds, ['check', 'select'], (name) => load(city, routes[name], seconds, half));
  const p99 = (name: Name): number => median(timed[name].map((one) => one.p99));
  const result = (
    what: string,
    value: number,
    unit: string,
    limit: number | null = null,
    ratio: number | null = null,
  ): BenchResult => ({
    what,
    value: rounded(value),
    unit,
    limit,
    ratio,
  });
  const toSelect = rate('check') / rate('select');
  const toEmpty = rate('check') / rate('empty');
  const waiting = p99('check') / Math.max(1, p99('select'));
  return [
    result('check, log durable', rate('check'), 'requests/s', null, rounded(toSelect)),
    result('route with the prepared SELECT only', rate('select'), 'requests/s'),
    result('empty route', rate('empty'), 'requests/s'),
    result('check / SELECT route (at least)', toSelect, '×', 1),
    result('check / empty route (at least)', toEmpty, '×', 0.2),
    result(`check, p99 at ${half}/s`, p99('check'), 'ms', null, rounded(waiting)),
    result(`SELECT route, p99 at ${half}/s`, p99('select'), 'ms'),
    result('p99 of check / SELECT route (at most)', waiting, '×', 4),
    result(
      'answers that failed',
      failed + names.flatMap((name) => timed[name]).reduce((sum, one) => sum + one.failed, 0),
      '',
      0,
    ),
  ];
}

/** A list of 100,000 rows, as a rule; in a small city the same organisations come several times. */
async function batch(ctx: AppContext, actor: Actor, { subjects, batchRows }: Shape): Promise<BenchResult[]> {
  const organisations = Array.from({ length: batchRows }, (_, at) =>
    makeUnifiedCode('91', '999900', bodyAt(at % subjects)),
  );
  const from = performance.now();
  const { id } = await startBatch(ctx, actor, {
    matter: stated.matter,
    purpose: stated.purpose,
    document: '示文〔2026〕1号',
    listName: '测试名单',
    organisations,
  });
  await workBatch(ctx, id);
  const seconds = (performance.now() - from) / 1000;
  const { hits } = await one<{ hits: number }>(ctx.db.app, sql`SELECT hits FROM checks.batch WHERE batch_id = ${id}`);
  return [
    {
      what: `batch of ${batchRows} rows, receipts and log durable (${hits} hits)`,
      value: rounded(seconds),
      unit: 's',
      limit: null,
      ratio: null,
    },
  ];
}

export async function benchCheck(config: Config, options: Options): Promise<BenchResult[]> {
  const shape = options.shape ?? sizes[options.size];
  const { subjects, entries } = shape;
  const scratch = await openScratch(config, 1);
  const [urls] = scratch.databases;
  if (!urls) throw new Error('no database');
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-bench-'));
  const own: Config = {
    ...config,
    nodeEnv: 'test',
    logLevel: 'silent',
    dataDir: folder,
    keysDir: join(folder, 'keys'),
    filesDir: join(folder, 'files'),
  };
  for (const path of [own.keysDir, own.filesDir, join(folder, 'tmp')]) mkdirSync(path, { recursive: true });
  const db = databasesFor(urls, 'bench');
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  closers.push(
    async () => rmSync(folder, { recursive: true, force: true }),
    () => scratch.close(),
    () => db.close(),
  );
  options.onEnd(close);
  try {
    const opened = await contextOver(own, db, { clock: systemClock });
    const policy = opened.policy();
    // The load is one system's: its limit of requests a minute is not what is measured.
    const signIn = policy.signIn();
    const free = { ...policy, signIn: () => ({ ...signIn, clients: { ...signIn.clients, perMinute: 1_000_000_000 } }) };
    const ctx: AppContext = { ...opened, policy: () => free };
    await prepareAccessLog(ctx);
    const { bodyId } = await createBody(db.app, ctx.clock, {
      kind: 'department',
      name: '示范市市场监督管理局',
      code: null,
    });
    const { key } = await provideSystem(ctx, bodyId, ['check.run', 'check.read']);
    options.onNote(`装入 ${subjects} 个主体、${entries} 条名单 loading …`);
    await fill(db.migrator, subjects, entries, bodyId);
    const sealer = startSealer(ctx);
    closers.push(() => sealer.stop());
    const app = await buildApp(ctx, {
      modules: [checkRoutes, comparisonRoutes],
      rateLimit: { account: 1e9, address: 1e9 },
    });
    closers.push(() => app.close());
    const base = await app.listen({ host: '127.0.0.1', port: 0 });
    const codes = Array.from({ length: differentRequests }, (_, at) =>
      makeUnifiedCode('91', '999900', bodyAt((at * 7_919) % subjects)),
    );
    const figures = await measure({ ctx, base, key, codes }, shape, options.onNote);
    options.onNote('批量 batch …');
    const actor: Actor = { ...operatorActor({ clock: systemClock }, 'bench'), roles: ['operator'], bodyId };
    return [...figures, ...(await batch(ctx, actor, shape))];
  } finally {
    await close();
  }
}
