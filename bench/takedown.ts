/**
 * `takedown`: from a decision (a repair that the recognising body approves) to absence on every local surface, beside a plain
 * read of the same surface in the same round; and to the signed receipts of twenty receivers, of which one is dead and one
 * slow. In a database of its own, with real HTTP on both sides.
 */
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeUnifiedCode } from '@chengxin/identifiers';
import { type RunningReceiver, startReceiver } from '../examples/receiver/receiver.ts';
import { buildApp, contextOver } from '../server/src/app.ts';
import type { Actor, AppContext } from '../server/src/context.ts';
import { repairPorts, subjectPorts } from '../server/src/module-ports.ts';
import { runCheck } from '../server/src/modules/checks/index.ts';
import { runCollect } from '../server/src/modules/collection/index.ts';
import { provideSystem } from '../server/src/modules/credentials/testing.ts';
import { registerReceiver, signingKeys, startCourier } from '../server/src/modules/exchange/index.ts';
import { createBody, operatorActor } from '../server/src/modules/identity/index.ts';
import { actOnRepair, receiveUpstream, repairKinds } from '../server/src/modules/repair/index.ts';
import { issueReport, verifyReport } from '../server/src/modules/reports/index.ts';
import { readFullRecords } from '../server/src/modules/subjects/index.ts';
import { prepareAccessLog, startSealer } from '../server/src/platform/access-log/index.ts';
import { systemClock } from '../server/src/platform/clock.ts';
import type { Config } from '../server/src/platform/config.ts';
import { databasesFor, execute, one, query, sql } from '../server/src/platform/db.ts';
import { newId } from '../server/src/platform/ids.ts';
import { type BenchResult, type BenchSize, median, rounded } from './result.ts';
import { openScratch } from './scratch.ts';

interface Options {
  readonly size: BenchSize;
  readonly onNote: (text: string) => void;
  readonly onEnd: (work: () => Promise<void>) => void;
}

const sizes: Readonly<Record<BenchSize, number>> = { small: 100, city: 500 };
const receiversInAll = 20;
const slowMs = 1500;
const pollMs = 20;
const limitMs = 1000;
/** Until each receiver has receipts or an alarm; the dead one is an alarm after its third attempt. */
const settleMs = 180_000;

const region = '999900';
const code = (serial: number, pair = '91'): string =>
  makeUnifiedCode(pair, region, `MA${String(serial).padStart(6, '0')}`);
const source = { name: '示范市市场监督管理局', code: code(1, '11') };

const header =
  'CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WSH,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM';

/** Penalties of this spring, one an organisation. */
function penalties(count: number, decidedOn: string): string {
  const until = `${Number(decidedOn.slice(0, 4)) + 3}${decidedOn.slice(4)}`;
  const rows = Array.from({ length: count }, (_, at) =>
    [
      `示范市第${at + 1}商贸有限公司`,
      '法人及非法人组织',
      code(5000 + at),
      '张三丰',
      `示市监罚〔${decidedOn.slice(0, 4)}〕${at + 1}号`,
      '违反广告管理规定',
      '发布虚假广告',
      '《中华人民共和国广告法》第五十五条',
      '罚款',
      '罚款三万元',
      '3',
      decidedOn,
      until,
      until,
      source.name,
      source.code,
      source.name,
      source.code,
    ].join(','),
  );
  return `${[header, ...rows].join('\r\n')}\r\n`;
}

interface Target {
  readonly code: string;
  readonly recordId: string;
  readonly subjectId: string;
  readonly documentNumber: string;
}

interface City {
  readonly ctx: AppContext;
  readonly base: string;
  readonly targets: readonly Target[];
  readonly bodies: readonly string[];
  /** The body that decided and decides on repairs. */
  readonly sourceBodyId: string;
  readonly feedKey: string;
  readonly receivers: Receivers;
}

interface Receivers {
  readonly running: readonly RunningReceiver[];
  readonly deadPort: number;
  /** When a message about a record was acted on, by receiver. */
  readonly arrived: Map<string, number>;
}

async function portOf(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const officer = (bodyId: string): Actor => ({
  ...operatorActor({ clock: systemClock }, 'bench'),
  kind: 'account',
  accountId: null,
  name: '测试人员',
  roles: ['departmentOfficer'],
  bodyId,
  scopeBodyIds: [bodyId],
});

async function openReceivers(
  folder: string,
  platformKeys: () => Promise<ReadonlyMap<string, string>>,
  ports: readonly number[],
): Promise<Receivers> {
  const arrived = new Map<string, number>();
  const running: RunningReceiver[] = [];
  for (const [at, port] of ports.slice(0, -1).entries()) {
    running.push(
      await startReceiver({
        folder: join(folder, `receiver-${at}`),
        port,
        platformKeys,
        act: async (change): Promise<'done'> => {
          if (at === 0) await sleep(slowMs);
          arrived.set(`${at} ${change.recordId}`, performance.now());
          return 'done';
        },
      }),
    );
  }
  return { running, deadPort: ports.at(-1) ?? 0, arrived };
}

async function openCity(config: Config, options: Options): Promise<City> {
  const count = sizes[options.size];
  const scratch = await openScratch(config, 1);
  const [urls] = scratch.databases;
  if (!urls) throw new Error('no database');
  const db = databasesFor(urls, 'bench');
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-bench-'));
  const ports: number[] = [];
  while (ports.length < receiversInAll) ports.push(await portOf());
  const own: Config = {
    ...config,
    nodeEnv: 'test',
    logLevel: 'silent',
    dataDir: folder,
    keysDir: join(folder, 'keys'),
    filesDir: join(folder, 'files'),
    receiverHosts: ports.map((port) => `127.0.0.1:${port}`),
  };
  for (const path of [own.keysDir, own.filesDir, join(folder, 'tmp')]) if (!existsSync(path)) mkdirSync(path);
  const ctx = await contextOver(own, db, { clock: systemClock });
  await prepareAccessLog(ctx);
  const receivers = await openReceivers(
    folder,
    async () => new Map(signingKeys(own.keysDir).map((key) => [key.keyId, key.publicPem])),
    ports,
  );
  const sealer = startSealer(ctx);
  const courier = startCourier(ctx);
  const app = await buildApp(ctx, { rateLimit: { account: 1_000_000, address: 1_000_000, recordsADay: 1_000_000 } });
  await app.listen({ host: '127.0.0.1', port: 0 });
  options.onEnd(async () => {
    await app.close();
    await courier.stop();
    await sealer.stop();
    for (const receiver of receivers.running) await receiver.close();
    await db.close();
    await scratch.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { bodyId: sourceBodyId } = await createBody(db.app, ctx.clock, { kind: 'department', ...source });
  const targets = await fill(ctx, folder, count);
  options.onNote(`${count} 条记录，${receiversInAll} 个接收方登记中 registering receivers`);
  const { bodies, feedKey } = await register(ctx, receivers);
  options.onNote('各接收方查看中 receivers look at the organisations');
  for (const bodyId of bodies) await lookAll(ctx, bodyId, targets);
  const { port } = app.server.address() as AddressInfo;
  return { ctx, base: `http://127.0.0.1:${port}`, targets, bodies, sourceBodyId, feedKey, receivers };
}

async function fill(ctx: AppContext, folder: string, count: number): Promise<Target[]> {
  const decidedOn = new Date(Date.parse(ctx.clock.now()) - 200 * 86_400_000).toISOString().slice(0, 10);
  const file = join(folder, 'penalties.csv');
  writeFileSync(file, penalties(count, decidedOn));
  const done = await runCollect(ctx, operatorActor(ctx, 'bench'), { file, standard: 'penalty', org: source.code });
  if (done.accepted !== count)
    throw new Error(`accepted ${done.accepted} of ${count}: ${JSON.stringify(done.findings[0])}`);
  await listAll(ctx);
  return query<Target>(
    ctx.db.app,
    sql`SELECT s.unified_code AS code, r.record_id AS "recordId", r.subject_id AS "subjectId", r.document_number AS "documentNumber"
        FROM core.record r JOIN core.subject s USING (subject_id) WHERE r.standard = 'penalty' ORDER BY r.record_id`,
  );
}

/** Each record is the cause of an entry on a serious list, so that a check tells of a measure until the record is repaired. */
async function listAll(ctx: AppContext): Promise<void> {
  const now = ctx.clock.now();
  await execute(
    ctx.db.app,
    sql`INSERT INTO lists.entry (subject_id, entry_id, version_id, list, kind, origin, record_id, key_hash, recogniser_body_id,
          document_number, attested, listed_on, ends_on, particulars, policy_set_id, recorded_at)
        SELECT r.subject_id, r.record_id, r.record_id, 'SX02', 'serious', 'record', r.record_id, r.key_hash, b.body_id,
          r.document_number, true, r.decided_on, (r.decided_on + interval '3 years')::date, '{}'::jsonb, ${ctx.policy().setId}, ${now}
        FROM core.record r JOIN core.body b ON b.name = ${source.name} WHERE r.standard = 'penalty'`,
  );
}

/** Twenty bodies with an address each; the last one's is dead. The second one's system follows the feed as well. */
async function register(ctx: AppContext, receivers: Receivers): Promise<{ bodies: string[]; feedKey: string }> {
  const office: Actor = { ...officer(newId()), accountId: newId(), roles: ['creditOffice'], factor: 'second' };
  const bodies: string[] = [];
  let feedKey = '';
  for (let at = 0; at < receiversInAll; at += 1) {
    const { bodyId } = await createBody(ctx.db.app, ctx.clock, {
      kind: 'department',
      name: `接收单位${at + 1}`,
      code: null,
    });
    bodies.push(bodyId);
    const running = receivers.running[at];
    const system = at === 1 ? await provideSystem(ctx, bodyId, ['exchange.follow']) : null;
    feedKey = system?.key ?? feedKey;
    await registerReceiver(ctx, office, {
      bodyId,
      name: `接收系统${at + 1}`,
      contact: '值班室',
      url: running?.address ?? `http://127.0.0.1:${receivers.deadPort}/take-down`,
      publicKey:
        running?.publicKey ??
        generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      clientId: system?.clientId ?? null,
      level: 'government',
      items: [],
      covers: 'received',
    });
  }
  return { bodies, feedKey };
}

async function lookAll(ctx: AppContext, bodyId: string, targets: readonly Target[]): Promise<void> {
  const ports = subjectPorts(ctx);
  const look = { purpose: 'approval', matter: '建设工程施工许可', caseNumber: 'A-1' };
  for (const target of targets)
    await readFullRecords(ctx, officer(bodyId), ports, { code: target.code }, look, { limit: 100 });
}

interface Surface {
  readonly name: string;
  /** True while the record is there. */
  readonly shows: (target: Target) => Promise<boolean>;
}

function surfacesOf(city: City): Surface[] {
  const { ctx, base } = city;
  const ports = subjectPorts(ctx);
  const page = async (path: string): Promise<string> => (await fetch(`${base}${path}`)).text();
  const look = { purpose: 'approval', matter: '建设工程施工许可', caseNumber: 'A-1' };
  const reports = new Map<string, string>();
  return [
    { name: '门户 portal', shows: async (of) => (await page(`/s/${of.code}`)).includes(of.documentNumber) },
    {
      name: '公开接口 public API',
      shows: async (of) => (await page(`/api/v1/public/subjects/${of.code}/records`)).includes(of.recordId),
    },
    {
      name: '信用报告 report (composed anew)',
      shows: async (of) => {
        const known = reports.get(of.code);
        const number =
          known ?? (await issueReport(ctx, operatorActor(ctx, 'bench'), { code: of.code, kind: 'public' })).number;
        reports.set(of.code, number);
        return (await verifyReport(ctx, number))?.updatedSince === false;
      },
    },
    {
      name: '检索 search (names only, no record in it)',
      shows: async (of) => {
        const found = await page(`/api/v1/public/subjects?q=${encodeURIComponent(of.code)}`);
        return found.includes(of.recordId) || found.includes(of.documentNumber);
      },
    },
    {
      name: '办公端档案 desk archive',
      shows: async (of) => {
        const read = await readFullRecords(ctx, officer(city.bodies[2] ?? ''), ports, { code: of.code }, look, {
          limit: 100,
        });
        return read.items.some((item) => item.recordId === of.recordId);
      },
    },
    {
      name: '核查 check',
      shows: async (of) => {
        const asked = { code: of.code, matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕1号' };
        const told = await runCheck(ctx, officer(city.bodies[2] ?? ''), asked);
        return told.results.some((result) => result.measures.length > 0);
      },
    },
  ];
}

const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

async function untilGone(surface: Surface, target: Target, began: number): Promise<number> {
  while (await surface.shows(target)) await sleep(pollMs);
  return performance.now() - began;
}

/** The change feed as its follower reads it: a request that waits. */
async function untilTold(city: City, place: { after: string }, target: Target, began: number): Promise<number> {
  for (;;) {
    const answer = await fetch(`${city.base}/api/v1/feed?after=${place.after}&wait=5`, {
      headers: { authorization: `Bearer ${city.feedKey}` },
    });
    if (!answer.ok) throw new Error(`the feed answered ${answer.status}: ${await answer.text()}`);
    const page = (await answer.json()) as { items: { recordId: string }[]; position: string };
    place.after = page.position;
    if (page.items.some((item) => item.recordId === target.recordId)) return performance.now() - began;
  }
}

const kinds = repairKinds(repairPorts);
const platform: Actor = { ...officer(newId()), kind: 'client', roles: ['departmentSystem'] };

/** A repair as it comes from the national site, accepted by the body that recognised the fact; its decision is what is timed. */
async function openRepair(city: City, target: Target): Promise<string> {
  const { ctx } = city;
  const { caseId } = await receiveUpstream(ctx, platform, kinds, repairPorts, {
    upstreamNumber: `bench-${target.recordId}`,
    code: target.code,
    documentNumber: target.documentNumber,
    commitmentSignedOn: ctx.clock.today(),
  });
  await actOnRepair(ctx, officer(city.sourceBodyId), kinds, caseId, { command: 'accept' }, null);
  return caseId;
}

async function decide(city: City, caseId: string): Promise<void> {
  const input = { command: 'approve', dutiesConfirmed: 'all' as const, note: '已核实缴款和整改情况。' };
  await actOnRepair(city.ctx, officer(city.sourceBodyId), kinds, caseId, input, null);
}

interface Outcome {
  readonly receipted: number;
  readonly settled: number;
  readonly alarms: number;
  readonly messages: number;
}

/** Waits until each receiver has confirmed everything or has an open alarm. */
async function settle(ctx: AppContext): Promise<Outcome> {
  const until = performance.now() + settleMs;
  for (;;) {
    const row = await one<{ receipted: bigint; settled: bigint; alarms: bigint; messages: bigint }>(
      ctx.db.app,
      sql`SELECT count(*) FILTER (WHERE open = 0) AS receipted, count(*) FILTER (WHERE open = 0 OR alarm) AS settled,
                 count(*) FILTER (WHERE alarm) AS alarms, coalesce(sum(messages), 0)::bigint AS messages
          FROM (SELECT (SELECT count(*) FROM exchange.delivery d WHERE d.receiver_id = r.receiver_id AND d.state <> 'receipted') AS open,
                       (SELECT count(*) FROM exchange.delivery d WHERE d.receiver_id = r.receiver_id) AS messages,
                       EXISTS (SELECT 1 FROM exchange.alarm a WHERE a.receiver_id = r.receiver_id AND a.state <> 'closed') AS alarm
                FROM exchange.receiver r) t`,
    );
    const outcome = {
      receipted: Number(row.receipted),
      settled: Number(row.settled),
      alarms: Number(row.alarms),
      messages: Number(row.messages),
    };
    if (outcome.settled === receiversInAll || performance.now() > until) return outcome;
    await sleep(250);
  }
}

function figures(name: string, values: readonly number[], plain: readonly number[] | null): BenchResult[] {
  const ratio = plain === null ? null : rounded(median(values) / median(plain));
  return [
    { what: `${name} p50`, value: rounded(median(values)), unit: 'ms', limit: limitMs, ratio },
    { what: `${name} p95`, value: rounded(quantile(values, 0.95)), unit: 'ms', limit: limitMs, ratio: null },
    { what: `${name} max`, value: rounded(Math.max(...values)), unit: 'ms', limit: limitMs, ratio: null },
    ...(plain === null
      ? []
      : [
          {
            what: `${name}，只读一次 a plain read`,
            value: rounded(median(plain)),
            unit: 'ms',
            limit: null,
            ratio: null,
          },
        ]),
  ];
}

export async function benchTakedown(config: Config, options: Options): Promise<readonly BenchResult[]> {
  const city = await openCity(config, options);
  const surfaces = surfacesOf(city);
  const gone = surfaces.map((): number[] => []);
  const plain = surfaces.map((): number[] => []);
  const feed: number[] = [];
  const decided = new Map<string, number>();
  const place = { after: '0' };
  for (const [at, target] of city.targets.entries()) {
    if (at % 20 === 0) options.onNote(`撤下 ${at}/${city.targets.length} take-downs`);
    for (const [n, surface] of surfaces.entries()) {
      const began = performance.now();
      const there = await surface.shows(target);
      // What was never there cannot go; a search shows names and no record.
      if (!there && n !== 3) throw new Error(`${surface.name}: ${target.documentNumber} was not there before`);
      // Issuing the report is not reading it.
      if (n === 2) {
        const again = performance.now();
        await surface.shows(target);
        plain[n]?.push(performance.now() - again);
      } else plain[n]?.push(performance.now() - began);
    }
    const caseId = await openRepair(city, target);
    const began = performance.now();
    decided.set(target.recordId, began);
    await decide(city, caseId);
    const times = await Promise.all([
      untilTold(city, place, target, began),
      ...surfaces.map((surface) => untilGone(surface, target, began)),
    ]);
    feed.push(times[0] ?? Number.NaN);
    for (const n of surfaces.keys()) gone[n]?.push(times[n + 1] ?? Number.NaN);
  }
  options.onNote('等待回执 waiting for receipts');
  const outcome = await settle(city.ctx);
  const good = [...city.receivers.arrived].flatMap(([key, at]) => {
    const [receiver = '', recordId = ''] = key.split(' ');
    const began = decided.get(recordId);
    return receiver === '0' || began === undefined ? [] : [at - began];
  });
  return [
    { what: '撤下 take-downs', value: city.targets.length, unit: '', limit: null, ratio: null },
    ...surfaces.flatMap((surface, n) => figures(surface.name, gone[n] ?? [], plain[n] ?? [])),
    ...figures('变更接口 change feed', feed, null),
    {
      what: '通知到达（正常接收方）message at a good receiver p50',
      value: rounded(median(good)),
      unit: 'ms',
      limit: null,
      ratio: null,
    },
    { what: '通知到达 p95', value: rounded(quantile(good, 0.95)), unit: 'ms', limit: null, ratio: null },
    { what: '通知到达 max', value: rounded(Math.max(...good)), unit: 'ms', limit: null, ratio: null },
    { what: '通知 messages', value: outcome.messages, unit: `(${receiversInAll} receivers)`, limit: null, ratio: null },
    {
      what: '全部回执的接收方 receivers with every receipt',
      value: outcome.receipted,
      unit: '',
      limit: null,
      ratio: null,
    },
    { what: '有告警的接收方 receivers with an open alarm', value: outcome.alarms, unit: '', limit: null, ratio: null },
    {
      what: '既无回执又无告警 neither receipts nor an alarm',
      value: receiversInAll - outcome.settled,
      unit: '',
      limit: 0,
      ratio: null,
    },
  ];
}
