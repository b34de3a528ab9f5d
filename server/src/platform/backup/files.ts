/** The files folder (as received, encrypted each with a key of its own) copied beside the tables, and back. */
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvironmentError } from '../errors.ts';
import type { FileEntry } from './manifest.ts';

export const filesList = 'files.jsonl';
const filesFolder = 'files';

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile() && !entry.name.endsWith('.part')) yield path;
  }
}

function meter(): { stream: Transform; result(): { bytes: number; sha256: string } } {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}

async function copyFile(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const { stream, result } = meter();
  await pipeline(createReadStream(from), stream, createWriteStream(to, { mode: 0o600, flush: true }));
  return result();
}

/** Copies every file; one that is erased meanwhile is left out. */
export async function backUpFiles(
  from: string,
  folder: string,
): Promise<{ count: number; bytes: number; list: string; sha256: string }> {
  const lines: string[] = [];
  let bytes = 0;
  if (existsSync(from)) {
    for (const path of walk(from)) {
      const name = relative(from, path).split(sep).join('/');
      try {
        const copied = await copyFile(path, join(folder, filesFolder, name));
        lines.push(JSON.stringify({ path: name, ...copied } satisfies FileEntry));
        bytes += copied.bytes;
      } catch (error) {
        const gone = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (!gone || existsSync(path)) throw error;
      }
    }
  }
  const text = lines.length > 0 ? `${lines.sort().join('\n')}\n` : '';
  writeFileSync(join(folder, filesList), text, { mode: 0o600, flush: true });
  return { count: lines.length, bytes, list: filesList, sha256: createHash('sha256').update(text).digest('hex') };
}

function readList(folder: string, sha256: string): FileEntry[] {
  const text = readFileSync(join(folder, filesList), 'utf8');
  if (createHash('sha256').update(text).digest('hex') !== sha256) throw damaged(filesList);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FileEntry);
}

export function damaged(file: string): EnvironmentError {
  return new EnvironmentError(
    `备份已损坏：${file} 与清单不符，没有恢复任何内容。请改用另一份备份。`,
    `The backup is damaged: ${file} does not match the manifest. Nothing was restored. Use another backup.`,
  );
}

async function matches(path: string, entry: FileEntry): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false })?.size !== entry.bytes) return false;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex') === entry.sha256;
}

/** Adds the backup's files to the folder, each checked; existing ones stay. Returns the names, for `removeOthers`. */
export async function restoreFiles(folder: string, sha256: string, to: string): Promise<ReadonlySet<string>> {
  const list = readList(folder, sha256);
  for (const entry of list) {
    const target = resolve(to, entry.path);
    if (!target.startsWith(resolve(to) + sep)) throw damaged(entry.path);
    if (await matches(target, entry)) continue;
    const part = `${target}.part`;
    const copied = await copyFile(join(folder, filesFolder, entry.path), part);
    if (copied.sha256 !== entry.sha256 || copied.bytes !== entry.bytes) {
      await rm(part, { force: true });
      throw damaged(entry.path);
    }
    await rename(part, target);
  }
  return new Set(list.map((entry) => entry.path));
}

/** After a replacing restore: files that the restored rows know nothing of. */
export async function removeOthers(folder: string, keep: ReadonlySet<string>): Promise<number> {
  if (!existsSync(folder)) return 0;
  let removed = 0;
  for (const path of walk(folder)) {
    if (keep.has(relative(folder, path).split(sep).join('/'))) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
