/**
 * The front-end machine's folder of a body: DROP_FOLDER/<unified code>/inbox. A file is picked up when its manifest is
 * complete and its digest agrees; until then it is left alone. What happened is written back as receipts. Each step can be
 * repeated: killed between any two, the next look at the folder goes on (the batch number is what makes it once).
 *
 * The platform keeps the file as received, encrypted under a key of its own; the plain file leaves the machine with its
 * pick-up, so that no copy of it lies about. Manifest and receipt stay in archive/.
 */
import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseUnifiedCode } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../../context.ts';
import { DomainError } from '../../../platform/errors.ts';
import { newId } from '../../../platform/ids.ts';
import { findBody } from '../../identity/index.ts';
import { loadSubmission } from '../queries.ts';
import { receiveFile } from '../receive-file.ts';
import { type DropManifest, MANIFEST_END, MAX_MANIFEST_BYTES, readManifest } from './manifest.ts';
import { problemOf } from './problems.ts';
import * as queries from './queries.ts';
import { writeReceipt } from './receipts.ts';
import type { ChannelItemRow, ChannelProblem, ChannelRow, Words } from './types.ts';
import { writeAtomic } from './write-atomic.ts';

const FOLDERS = ['inbox', 'receipts', 'archive', 'failed'] as const;
const MAX_FILES = 2_000;
/** A manifest whose file does not agree with it for so long is not being written any more. */
export const PATIENCE_MINUTES = 30;

export interface DropOptions {
  /** Called between the steps of a pick-up; tests stop there. */
  onStep?: (step: 'checked' | 'received' | 'receipt' | 'removed') => Promise<void> | void;
}

export interface DropResult {
  folders: number;
  received: number;
  receipts: number;
  waiting: number;
  failed: number;
}

/** One look at every folder under DROP_FOLDER whose name is the code of a known body. */
export async function scanDropFolders(ctx: AppContext, actor: Actor, options: DropOptions = {}): Promise<DropResult> {
  const total: DropResult = { folders: 0, received: 0, receipts: 0, waiting: 0, failed: 0 };
  const root = ctx.config.dropFolder;
  if (root === null) return total;
  const entries = await readdir(root, { withFileTypes: true });
  for (const entry of entries) {
    const code = parseUnifiedCode(entry.name);
    if (!entry.isDirectory() || !code.ok) continue;
    const body = await findBody(ctx.db.app, { code: code.code });
    if (!body) continue;
    total.folders += 1;
    const channel = await channelOf(ctx, body.bodyId, body.name);
    if (!channel.enabled) continue;
    await scanBody(ctx, actor, channel, join(root, entry.name), options, total);
  }
  return total;
}

async function channelOf(ctx: AppContext, bodyId: string, name: string): Promise<ChannelRow> {
  const known = await queries.folderChannel(ctx.db.app, bodyId);
  if (known) return known;
  await queries.insertChannel(ctx.db.app, {
    channelId: newId(),
    bodyId,
    kind: 'folder',
    name: `${name}前置机`,
    standard: null,
    config: {},
    secret: null,
    at: ctx.clock.now(),
    nextRunAt: null,
  });
  const made = await queries.folderChannel(ctx.db.app, bodyId);
  if (!made) throw new DomainError('conflict');
  return made;
}

async function scanBody(
  ctx: AppContext,
  actor: Actor,
  channel: ChannelRow,
  folder: string,
  options: DropOptions,
  total: DropResult,
): Promise<void> {
  const release = await queries.lockChannel(ctx.db.app, channel.channel_id);
  if (!release) return;
  try {
    await queries.beginRun(ctx.db.app, channel.channel_id, ctx.clock.now());
    for (const name of FOLDERS) await mkdir(join(folder, name), { recursive: true, mode: 0o770 });
    const scan: Scan = { ctx, actor, channel, folder, options, total };
    await sendReceipts(scan);
    await takeManifests(scan);
    await sendReceipts(scan);
    const at = ctx.clock.now();
    await queries.endRun(ctx.db.app, channel.channel_id, {
      state: 'idle',
      problem: null,
      at,
      nextRunAt: null,
      failures: 0,
    });
  } catch (error) {
    const at = ctx.clock.now();
    const problem = folderProblem(error, at) ?? problemOf(error, at);
    ctx.log.warn({ channel: channel.channel_id, problem: problem.code }, 'a drop folder could not be worked');
    const failures = channel.failures + 1;
    await queries.endRun(ctx.db.app, channel.channel_id, { state: 'failing', problem, at, nextRunAt: null, failures });
    if (options.onStep) throw error;
  } finally {
    await release();
  }
}

function folderProblem(error: unknown, at: string): ChannelProblem | null {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EIO', 'ESTALE'].includes(code)) return null;
  return {
    code: 'folder-unusable',
    message: { zh: '前置机文件夹读写不了。', en: 'The drop folder cannot be read or written.' },
    fix: {
      zh: '请系统管理员检查挂载、权限和磁盘；恢复后平台自动继续。',
      en: 'The system administrator checks the mount, the rights and the disk; the platform goes on by itself.',
    },
    at,
  };
}

interface Scan {
  ctx: AppContext;
  actor: Actor;
  channel: ChannelRow;
  folder: string;
  options: DropOptions;
  total: DropResult;
}

async function takeManifests(scan: Scan): Promise<void> {
  const inbox = join(scan.folder, 'inbox');
  const names = (await readdir(inbox, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith(MANIFEST_END) && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .sort()
    .slice(0, MAX_FILES);
  for (const name of names) {
    const item = await queries.openItem(scan.ctx.db.app, {
      channelId: scan.channel.channel_id,
      itemId: newId(),
      name,
      at: scan.ctx.clock.now(),
    });
    if (item.state === 'received') continue;
    await takeManifest(scan, item, join(inbox, name));
  }
}

class FileChanged extends Error {}

/** A plain file, never through a link; null where it is not (yet) there. */
async function plainFile(path: string): Promise<{ size: number } | null> {
  const info = await lstat(path).catch(() => null);
  return info?.isFile() && info.nlink === 1 ? { size: info.size } : null;
}

async function readText(path: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.alloc(MAX_MANIFEST_BYTES + 1);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await handle.close();
  }
}

/** A link that was put in the place of the file is refused by the system itself. */
const openPlain = async (path: string) =>
  (await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)).createReadStream({ highWaterMark: 1 << 18 });

async function* hashed(source: Readable, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash.update(chunk as Buffer);
    yield chunk as Buffer;
  }
}

async function digestOf(path: string, algorithm: DropManifest['digest']['algorithm']): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(await openPlain(path), hash);
  return hash.digest('hex');
}

async function takeManifest(scan: Scan, item: ChannelItemRow, path: string): Promise<void> {
  const { ctx, channel } = scan;
  const reading = readManifest(
    await readText(path),
    ctx
      .policy()
      .standards()
      .map((standard) => standard.standard),
  );
  if (!reading.ok) return wait(scan, item, reading.message);
  const { manifest } = reading;
  const file = join(scan.folder, 'inbox', manifest.file);
  if (!(await plainFile(file)))
    return wait(scan, item, {
      zh: `清单所列文件 ${manifest.file} 还没有到。`,
      en: `The file ${manifest.file} of the manifest has not arrived.`,
    });
  if ((await digestOf(file, manifest.digest.algorithm)) !== manifest.digest.value.toLowerCase())
    return wait(scan, item, {
      zh: `文件 ${manifest.file} 的摘要与清单不符，可能还没有写完。`,
      en: `The digest of ${manifest.file} differs from the manifest; it may still be written.`,
    });
  await scan.options.onStep?.('checked');
  // Without a number of its own the digest is one: the same file under the same name is the same batch.
  const batchNo = `drop:${manifest.batchNo ?? manifest.digest.value.toLowerCase().slice(0, 16)}`;
  try {
    const hash = createHash(manifest.digest.algorithm);
    const source = Readable.from(hashed(await openPlain(file), hash));
    const { submissionId } = await receiveFile(ctx, scan.actor, {
      source,
      fileName: manifest.file,
      standard: manifest.standard,
      bodyId: channel.body_id,
      channel: 'folder',
      batchNo,
      enqueue: true,
      // What was stored is what was checked, also when somebody wrote to it in between.
      within: async () => {
        if (hash.digest('hex') !== manifest.digest.value.toLowerCase()) throw new FileChanged();
      },
    });
    await scan.options.onStep?.('received');
    await queries.changeItem(ctx.db.app, item, { state: 'received', batchNo, submissionId });
    scan.total.received += 1;
  } catch (error) {
    if (error instanceof FileChanged)
      return wait(scan, item, { zh: '取走时文件仍在变化。', en: 'The file changed while it was picked up.' });
    if (!(error instanceof DomainError) || error.code === 'unavailable') throw error;
    await fail(scan, item, { zh: error.zh, en: error.en }, manifest.file);
  }
}

/** Not whole yet: left alone, until nobody can be writing any more. */
async function wait(scan: Scan, item: ChannelItemRow, message: Words): Promise<void> {
  const { ctx } = scan;
  const at = ctx.clock.now();
  const late = Date.parse(at) - Date.parse(item.seen_at) >= PATIENCE_MINUTES * 60_000;
  if (late) return fail(scan, item, message, null);
  scan.total.waiting += 1;
  const fix = {
    zh: `写完后平台自动取走；${PATIENCE_MINUTES} 分钟内仍不完整的移入 failed。`,
    en: `It is picked up once it is whole; after ${PATIENCE_MINUTES} minutes it goes to failed.`,
  };
  await queries.changeItem(ctx.db.app, item, { state: 'waiting', problem: { code: 'incomplete', message, fix, at } });
}

async function fail(scan: Scan, item: ChannelItemRow, message: Words, file: string | null): Promise<void> {
  const { ctx, folder } = scan;
  const at = ctx.clock.now();
  const fix = {
    zh: '请改正后连同新的清单重新放入 inbox；这一份没有入库。',
    en: 'Put it right and drop it again with a new manifest; nothing of this one was taken.',
  };
  const problem: ChannelProblem = { code: 'drop-refused', message, fix, at };
  const stem = `${item.name.slice(0, -MANIFEST_END.length)}.${item.item_id.slice(-12)}`;
  await writeAtomic(
    join(folder, 'receipts', `${stem}.receipt.json`),
    JSON.stringify({ manifest: item.name, state: 'failed', problem }, null, 2),
  );
  if (file && (await plainFile(join(folder, 'inbox', file))))
    await rename(join(folder, 'inbox', file), join(folder, 'failed', `${stem}.${file}`));
  await rename(join(folder, 'inbox', item.name), join(folder, 'failed', `${stem}${MANIFEST_END}`)).catch(ignoreMissing);
  await queries.changeItem(ctx.db.app, item, { state: 'failed', problem, finishedAt: at });
  scan.total.failed += 1;
}

const ignoreMissing = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'ENOENT') throw error;
};

/** Submissions that ended get their receipt; then the plain file goes, the manifest into the archive. */
async function sendReceipts(scan: Scan): Promise<void> {
  const { ctx, channel, folder } = scan;
  for (const item of await queries.receivedItems(ctx.db.app, channel.channel_id)) {
    const submission = item.submission_id === null ? null : await loadSubmission(ctx.db.app, item.submission_id);
    if (!submission || (submission.state !== 'done' && submission.state !== 'failed')) continue;
    const inbox = join(folder, 'inbox', item.name);
    const stem = `${item.name.slice(0, -MANIFEST_END.length)}.${item.item_id.slice(-12)}`;
    const text = (await plainFile(inbox)) ? await readText(inbox) : null;
    const reading = text === null ? null : readManifest(text, [submission.standard, 'auto']);
    const told = reading?.ok ? reading.manifest : null;
    await writeReceipt(ctx, submission, {
      folder: join(folder, 'receipts'),
      stem,
      manifest: item.name,
      rowsTold: told?.rows ?? null,
    });
    await scan.options.onStep?.('receipt');
    const file = told ? join(folder, 'inbox', told.file) : null;
    // Only the very file that was taken in: another one under the same name waits for a manifest of its own.
    if (
      file &&
      told &&
      (await plainFile(file)) &&
      (await digestOf(file, told.digest.algorithm)) === told.digest.value.toLowerCase()
    )
      await rm(file, { force: true });
    await scan.options.onStep?.('removed');
    const archive = join(folder, 'archive', (submission.received_at as string).slice(0, 7));
    await mkdir(archive, { recursive: true, mode: 0o770 });
    await rename(inbox, join(archive, `${stem}${MANIFEST_END}`)).catch(ignoreMissing);
    await queries.changeItem(ctx.db.app, item, {
      state: submission.state === 'failed' ? 'failed' : 'done',
      problem: submission.failure,
      finishedAt: ctx.clock.now(),
    });
    scan.total.receipts += 1;
  }
}
