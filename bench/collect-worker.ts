/**
 * The measured side of `bench collect`: a process that only collects, so that its peak memory is the pipeline's. Told by
 * messages; answers each with one.
 */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { contextOver } from '../server/src/build-context.ts';
import type { AppContext } from '../server/src/context.ts';
import { makeBodies } from '../server/src/demo/load-city.ts';
import { loadSubmission, processSubmission, receiveFile } from '../server/src/modules/collection/index.ts';
import { operatorActor } from '../server/src/modules/identity/index.ts';
import { prepareAccessLog } from '../server/src/platform/access-log/index.ts';
import { type DatabaseUrls, loadConfig } from '../server/src/platform/config.ts';
import { databasesFor, withTransaction } from '../server/src/platform/db.ts';
import { createLogger } from '../server/src/platform/logging.ts';

export type WorkerRequest =
  | { readonly kind: 'open'; readonly urls: DatabaseUrls; readonly dataDir: string }
  | { readonly kind: 'collect'; readonly path: string; readonly standard: string; readonly body: string }
  | { readonly kind: 'close' };

export interface CollectAnswer {
  readonly at: string;
  readonly submissionId: string;
  readonly seconds: number;
  readonly rows: number;
  readonly accepted: number;
  readonly findings: number;
  /** Processor time of the process with its threads; the database's is not in it. */
  readonly cpuSeconds: number;
  /** Peak of the process so far, MiB. */
  readonly peak: number;
}

let ctx: AppContext;
let bodies: Map<string, string>;

const peakMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

async function open(urls: DatabaseUrls, dataDir: string): Promise<object> {
  const env = { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
  ctx = await contextOver(loadConfig(env), databasesFor(urls, 'bench'), { log: createLogger('warn') });
  await prepareAccessLog(ctx);
  bodies = await withTransaction(ctx.db.app, (tx) => makeBodies(ctx, tx));
  return { peak: peakMiB() };
}

async function collect(path: string, standard: string, body: string): Promise<CollectAnswer> {
  const bodyId = bodies.get(body);
  if (!bodyId) throw new Error(`no body ${body}`);
  const at = ctx.clock.now();
  const cpu = process.cpuUsage();
  const from = performance.now();
  const { submissionId } = await receiveFile(ctx, operatorActor(ctx, 'bench'), {
    source: createReadStream(path, { highWaterMark: 1 << 18 }),
    fileName: basename(path),
    standard,
    bodyId,
    channel: 'cli',
    enqueue: false,
    readNext: true,
  });
  await processSubmission(ctx, submissionId);
  const seconds = (performance.now() - from) / 1000;
  const used = process.cpuUsage(cpu);
  const submission = await loadSubmission(ctx.db.app, submissionId);
  if (submission?.state !== 'done')
    throw new Error(`the file was not taken: ${submission?.failure?.message.en ?? submission?.state}`);
  return {
    at,
    submissionId,
    seconds,
    rows: Number(submission.rows_done),
    accepted: Number(submission.accepted),
    findings: Number(submission.findings_total),
    cpuSeconds: (used.user + used.system) / 1e6,
    peak: peakMiB(),
  };
}

async function answer(request: WorkerRequest): Promise<object> {
  if (request.kind === 'open') return open(request.urls, request.dataDir);
  if (request.kind === 'collect') return collect(request.path, request.standard, request.body);
  await ctx.db.close();
  return {};
}

process.on('message', (request: WorkerRequest) => {
  answer(request).then(
    (value) => process.send?.({ ok: value }),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
