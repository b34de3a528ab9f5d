/**
 * Loads the demonstration city through the same pipeline as real files. Every step is known by its setting or batch
 * number: killed anywhere, the next call goes on from there, and nothing is made twice.
 */
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor, AppContext } from '../context.ts';
import { loadSubmission, processSubmission, receiveFile } from '../modules/collection/index.ts';
import { createAccount, createBody, findBody, operatorActor, succeedBody } from '../modules/identity/index.ts';
import { recountCodes } from '../modules/quality/index.ts';
import { loadRecord, withdrawRecord } from '../modules/records/index.ts';
import { addDays } from '../platform/clock.ts';
import { type Transaction, withTransaction } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { DEMO_PASSWORD, firstAccounts } from './accounts.ts';
import { CITY_BODY, CREDIT_OFFICE, DEPARTMENTS, DISTRICT_BODIES, type PlannedBody } from './bodies.ts';
import { EVENT_SPAN, EVENT_TARGETS, planEvents } from './city-events.ts';
import { dayNumber, isoDay } from './days.ts';
import { makeOutside } from './outside.ts';
import { type CityPlan, type FilePlan, generateCity } from './plan-city.ts';
import { arrivalsOf, layQualityMonths } from './quality-months.ts';
import {
  analyse,
  claimSetting,
  demoSubmissions,
  holdsData,
  insertEvents,
  insertOfficeLife,
  lockDemo,
  penaltiesBetween,
  readSetting,
  writeSetting,
} from './queries.ts';
import { standardsOfRuntime } from './standards.ts';
import { CITY } from './words.ts';
import { writePlannedFile } from './write-files.ts';

export interface DemoSize {
  readonly subjects: number;
  readonly records: number;
  readonly seed: string | number;
}

/** About 5,000 organisations and 60,000 licences and penalties. */
export const DEMO_SIZE: DemoSize = { subjects: 5_000, records: 60_000, seed: 'shifan' };
const ROWS_PER_FILE = 8_000;
/** Files at a time: while one waits for the database another is read. More gain nothing on two cores. */
const CONCURRENCY = 2;
const LOCK_WAIT_MS = 15 * 60_000;

export interface DemoProgress {
  readonly zh: string;
  readonly en: string;
  /** Rows so far and in all; 0 of 0 outside the files. */
  readonly done: number;
  readonly total: number;
}

export interface LoadOptions {
  readonly size?: DemoSize;
  readonly onProgress?: (progress: DemoProgress) => void;
  /** Stops between two files; the next call goes on. */
  readonly signal?: AbortSignal;
}

interface DemoState extends DemoSize {
  readonly asOf: string;
  readonly step: 'files' | 'events' | 'withdrawals' | 'done';
  readonly withdraw?: readonly string[];
  readonly startedAt: string;
  readonly finishedAt?: string;
}

export interface DemoReport {
  readonly outcome: 'loaded' | 'present';
  readonly seconds: number;
  readonly rows: number;
}

const STATE = 'demo.state';
const ACCOUNTS = 'demo.accounts';

/** What a start has to do about the demonstration. `real`: the city is, or holds, somebody's own. */
export async function demoStatus(ctx: AppContext): Promise<'absent' | 'unfinished' | 'done' | 'real'> {
  const state = await readSetting<DemoState>(ctx.db.app, STATE);
  if (state) return state.step === 'done' ? 'done' : 'unfinished';
  const mode = await readSetting<string>(ctx.db.app, 'mode');
  return mode !== null || (await holdsData(ctx.db.app)) ? 'real' : 'absent';
}

export async function demoAccountIds(ctx: AppContext): Promise<readonly string[]> {
  return (await readSetting<readonly string[]>(ctx.db.app, ACCOUNTS)) ?? [];
}

/**
 * Loads the city, or what is missing of it. Errors: DomainError `conflict` when the installation holds something else.
 */
export async function loadDemoCity(ctx: AppContext, options: LoadOptions = {}): Promise<DemoReport> {
  const began = performance.now();
  const release = await waitForLock(ctx);
  try {
    const status = await demoStatus(ctx);
    if (status === 'real') {
      throw new DomainError('conflict', {
        zh: '这里已有真实数据，不能再载入演示城市。请另设 DATA_DIR（或数据库）后再试。',
        en: 'This installation holds real data; the demonstration city is not loaded into it. Use another DATA_DIR or database.',
      });
    }
    if (status === 'done') return { outcome: 'present', seconds: 0, rows: 0 };
    const rows = await run(ctx, options);
    return { outcome: 'loaded', seconds: (performance.now() - began) / 1000, rows };
  } finally {
    await release();
  }
}

async function waitForLock(ctx: AppContext): Promise<() => Promise<void>> {
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const release = await lockDemo(ctx.db.app);
    if (release) return release;
    if (performance.now() > deadline) {
      throw new DomainError('unavailable', {
        zh: '另一个进程正在载入演示城市，请稍后再试。',
        en: 'Another process is loading the demonstration city. Try again later.',
      });
    }
    await sleep(500);
  }
}

async function run(ctx: AppContext, options: LoadOptions): Promise<number> {
  const tell = (zh: string, en: string): void => options.onProgress?.({ zh, en, done: 0, total: 0 });
  let state = await readSetting<DemoState>(ctx.db.app, STATE);
  if (!state) {
    tell('正在建立演示城市的机构和账号……', 'Making the bodies and accounts of the demonstration city …');
    state = await found(ctx, options.size ?? DEMO_SIZE);
  }
  let rows = 0;
  if (state.step === 'files') {
    rows = await loadFiles(ctx, state, options);
    state = await moveTo(ctx, { ...state, step: 'events' });
  }
  if (state.step === 'events') {
    tell('正在登记异议、修复和撤销……', 'Recording objections, repairs and annulments …');
    state = await recordEvents(ctx, state);
  }
  if (state.step === 'withdrawals') {
    await withdraw(ctx, state.withdraw ?? []);
    await analyse(ctx.db.migrator);
    await recountCodes(ctx);
    const done: DemoState = { ...state, step: 'done', finishedAt: ctx.clock.now() };
    await withTransaction(ctx.db.app, async (tx) => {
      const made = await makeOutside(ctx, tx);
      await writeSetting(tx, ACCOUNTS, [...(await demoAccountIds(ctx)), ...made], ctx.clock.now());
      await writeSetting(tx, STATE, done, ctx.clock.now());
    });
  }
  return rows;
}

async function moveTo(ctx: AppContext, state: DemoState): Promise<DemoState> {
  await writeSetting(ctx.db.app, STATE, state, ctx.clock.now());
  return state;
}

/** City, bodies and accounts in one transaction with the claim: all of it or nothing. */
async function found(ctx: AppContext, size: DemoSize): Promise<DemoState> {
  const at = ctx.clock.now();
  const state: DemoState = { ...size, asOf: ctx.clock.today(), step: 'files', startedAt: at };
  await withTransaction(ctx.db.app, async (tx) => {
    const claimed = await claimSetting(tx, 'mode', 'demonstration', at);
    if (!claimed) {
      throw new DomainError('conflict', {
        zh: '这座城市刚刚已由 ./chengxin init 建立。',
        en: 'The city was just made by ./chengxin init.',
      });
    }
    await writeSetting(tx, 'city', { name: CITY.name, region: CITY.region, demo: true }, at);
    await writeSetting(tx, STATE, state, at);
    const bodies = await makeBodies(ctx, tx);
    const accountIds: string[] = [];
    const ids = new Map<string, string>();
    for (const account of firstAccounts()) {
      const made = await createAccount(tx, ctx.clock, {
        login: account.login,
        name: account.name,
        roles: account.roles,
        bodyId: account.body === null ? null : (bodies.get(account.body) ?? null),
        password: DEMO_PASSWORD,
        mustChangePassword: false,
        passwordSuffices: true,
        holderToken: ctx.keys.token('accountHolder:staffNumber', `DEMO${account.login.toUpperCase()}`),
        ...(account.kind === 'vendor'
          ? { kind: account.kind, activeUntil: addDays(ctx.clock.today(), 60), disabledReason: 'vendorOff' as const }
          : {}),
      });
      accountIds.push(made.accountId);
      ids.set(account.login, made.accountId);
    }
    await insertOfficeLife(tx, ids, bodies, ctx.clock.today(), at);
    await writeSetting(tx, ACCOUNTS, accountIds, at);
  });
  return state;
}

export async function makeBodies(ctx: AppContext, tx: Transaction): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const make = async (planned: PlannedBody, parentId: string | null): Promise<string> => {
    const { kind, name, shortName, code, region, secondReader = false } = planned;
    const earlier: { bodyId: string; on: string; document: string }[] = [];
    for (const old of planned.follows ?? []) {
      const body = await createBody(tx, ctx.clock, {
        kind,
        name: old.name,
        shortName: old.shortName,
        code: old.code,
        parentId,
        region,
      });
      earlier.push({ bodyId: body.bodyId, on: old.on, document: old.document });
    }
    const body = await createBody(tx, ctx.clock, { kind, name, shortName, code, parentId, region, secondReader });
    for (const old of earlier) await succeedBody(tx, old.bodyId, body.bodyId, old.on, old.document);
    ids.set(planned.key, body.bodyId);
    return body.bodyId;
  };
  const cityId = await make(CITY_BODY, null);
  for (const body of [CREDIT_OFFICE, ...DISTRICT_BODIES, ...DEPARTMENTS]) await make(body, cityId);
  return ids;
}

const planOf = (ctx: AppContext, state: DemoState): CityPlan =>
  generateCity({ ...state, standards: standardsOfRuntime(ctx.policy()), rowsPerFile: ROWS_PER_FILE, catalogue: true });

const batchOf = (state: DemoState, file: FilePlan): string => `demo-${state.seed}-${file.file}`;

/** Files of one step in any order, several at a time; steps one after another: the register, decisions, corrections. */
async function loadFiles(ctx: AppContext, state: DemoState, options: LoadOptions): Promise<number> {
  const plan = planOf(ctx, state);
  const known = new Map((await demoSubmissions(ctx.db.app)).map((row) => [row.batch_no, row]));
  const senders = await sendersOf(ctx);
  const tally = new Tally(plan.files, options.onProgress);
  for (const step of [1, 2, 3]) {
    const files = plan.files.filter((file) => file.step === step);
    let next = 0;
    const worker = async (): Promise<void> => {
      for (;;) {
        const file = files[next];
        next += 1;
        if (!file) return;
        options.signal?.throwIfAborted();
        const batchNo = batchOf(state, file);
        const earlier = known.get(batchNo);
        const rows =
          earlier?.state === 'done'
            ? earlier.rows_done
            : await loadFile(ctx, plan, file, { batchNo, earlier: earlier?.submission_id ?? null, senders, tally });
        tally.finished(file, Number(rows));
      }
    };
    await allOf(Array.from({ length: CONCURRENCY }, worker));
    if (step < 3) await analyse(ctx.db.migrator);
  }
  return tally.rows;
}

/** Rows so far and in all; what is planned of a file gives way to what it really had. */
class Tally {
  rows = 0;
  #total: number;
  readonly #begun = new Map<FilePlan, number>();
  readonly #tell: LoadOptions['onProgress'];

  constructor(files: readonly FilePlan[], tell: LoadOptions['onProgress']) {
    this.#total = files.reduce((sum, file) => sum + file.rows, 0);
    this.#tell = tell;
  }

  reached(file: FilePlan, rows: number): void {
    this.rows += rows - (this.#begun.get(file) ?? 0);
    this.#begun.set(file, rows);
    this.#tell?.({
      zh: `正在载入演示数据：${this.rows} / ${this.#total} 行`,
      en: `Loading the demonstration data: ${this.rows} of ${this.#total} rows`,
      done: this.rows,
      total: this.#total,
    });
  }

  finished(file: FilePlan, rows: number): void {
    this.#total += rows - file.rows;
    this.reached(file, rows);
  }
}

/** As Promise.all, but nothing is left running when one fails. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

interface Sender {
  readonly bodyId: string;
  readonly actor: Actor;
}

/** Each department's files come from its own officer where it has one, so that the desk shows who sent them. */
async function sendersOf(ctx: AppContext): Promise<Map<string, Sender>> {
  const ids = await demoAccountIds(ctx);
  const operator = operatorActor(ctx, 'demonstration');
  const senders = new Map<string, Sender>();
  for (const body of [CREDIT_OFFICE, ...DEPARTMENTS]) {
    const found = await findBody(ctx.db.app, { code: body.code });
    if (!found) throw new Error(`the demonstration lacks its body ${body.name}`);
    const at = firstAccounts().findIndex((account) => account.body === body.key);
    const account = firstAccounts()[at];
    const actor: Actor = account
      ? {
          ...operator,
          kind: 'account',
          accountId: ids[at] ?? null,
          name: account.name,
          roles: account.roles,
          bodyId: found.bodyId,
          scopeBodyIds: [found.bodyId],
          subjectId: null,
          client: null,
          osUser: null,
          requestId: newId(),
        }
      : operator;
    senders.set(body.key, { bodyId: found.bodyId, actor });
  }
  return senders;
}

const LONGEST_WAIT_MS = 10 * 60_000;

interface FileLoad {
  readonly batchNo: string;
  readonly earlier: string | null;
  readonly senders: ReadonlyMap<string, Sender>;
  readonly tally: Tally;
}

/** Returns the rows that the file had. */
async function loadFile(ctx: AppContext, plan: CityPlan, file: FilePlan, load: FileLoad): Promise<bigint> {
  const sender = load.senders.get(file.body);
  if (!sender) throw new Error(`nobody sends ${file.file}`);
  const submissionId = load.earlier ?? (await receive(ctx, plan, file, load.batchNo, sender));
  const deadline = performance.now() + LONGEST_WAIT_MS;
  for (;;) {
    await processSubmission(ctx, submissionId, { onProgress: (rows) => load.tally.reached(file, rows) });
    const submission = await loadSubmission(ctx.db.app, submissionId);
    if (submission?.state === 'done') return submission.rows_done;
    if (submission?.state === 'failed') {
      throw new Error(
        `the demonstration file ${file.file} was refused: ${submission.failure?.message.en ?? 'no reason'}`,
      );
    }
    // Another process has it: a job that a killed server left behind.
    if (performance.now() > deadline) {
      throw new Error(`the demonstration file ${file.file} is not finished by whoever holds it`);
    }
    await sleep(200);
  }
}

/** The file goes straight from the generator into the encrypted store. */
async function receive(
  ctx: AppContext,
  plan: CityPlan,
  file: FilePlan,
  batchNo: string,
  sender: Sender,
): Promise<string> {
  const stream = new PassThrough();
  const writing = writePlannedFile(plan, file, stream);
  writing.catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  const received = await receiveFile(ctx, sender.actor, {
    source: stream,
    fileName: file.file,
    standard: file.standard,
    bodyId: sender.bodyId,
    channel: 'demo',
    batchNo,
    enqueue: false,
  });
  await writing;
  return received.submissionId;
}

/** Events and the step that follows them in one transaction. */
async function recordEvents(ctx: AppContext, state: DemoState): Promise<DemoState> {
  const asOf = dayNumber(state.asOf);
  const targets = await penaltiesBetween(
    ctx.db.app,
    isoDay(asOf - EVENT_SPAN.from),
    isoDay(asOf - EVENT_SPAN.to),
    EVENT_TARGETS,
  );
  const planned = planEvents(targets, state.asOf);
  const next: DemoState = { ...state, step: 'withdrawals', withdraw: planned.withdraw };
  const reported = await reportedMonthsOf(ctx, state);
  await withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    if (planned.events.length > 0) await insertEvents(tx, planned.events, at);
    await layQualityMonths(ctx, tx, reported);
    await writeSetting(tx, STATE, next, at);
  });
  return next;
}

async function reportedMonthsOf(ctx: AppContext, state: DemoState): Promise<Parameters<typeof layQualityMonths>[2]> {
  const senders = await sendersOf(ctx);
  const office = senders.get('credit')?.actor.accountId ?? '';
  return {
    asOf: state.asOf,
    arrivals: arrivalsOf(planOf(ctx, state).files, (file) => batchOf(state, file)),
    reporters: new Map(
      DEPARTMENTS.flatMap(({ key }) => {
        const sender = senders.get(key);
        return sender ? [[key, { bodyId: sender.bodyId, accountId: sender.actor.accountId ?? office }] as const] : [];
      }),
    ),
    office,
  };
}

async function withdraw(ctx: AppContext, recordIds: readonly string[]): Promise<void> {
  const operator = operatorActor(ctx, 'demonstration');
  for (const recordId of recordIds) {
    const record = await loadRecord(ctx.db.app, recordId);
    if (record?.superseded_at === null)
      await withdrawRecord(ctx, operator, recordId, '报送单位发现重复立案，撤回本条信息');
  }
}
