import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { TabularError, type TabularErrorCode } from './errors.ts';
import { type TabularLimits, withLimits } from './limits.ts';
import { ZipArchive, zipError } from './zip.ts';

const HEAD_BYTES = 4096;

/** What a file is by its content; its name is never looked at. */
export type SniffResult =
  | { kind: 'csv' | 'xlsx'; bytesTotal: number }
  | { kind: 'refused'; code: TabularErrorCode; error: TabularError };

/** What the first bytes say. A zip must be looked into before it counts as a workbook. */
export type HeadKind = 'csv' | 'zip' | { refused: TabularErrorCode; found?: string };

const SIGNATURES: readonly [bytes: string, kind: HeadKind][] = [
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['504b0708', 'zip'],
  ['d0cf11e0a1b11ae1', { refused: 'xls' }],
  ['25504446', { refused: 'pdf' }],
  ['89504e47', { refused: 'binary', found: 'PNG' }],
  ['ffd8ff', { refused: 'binary', found: 'JPEG' }],
  ['47494638', { refused: 'binary', found: 'GIF' }],
  ['526172211a07', { refused: 'binary', found: 'RAR' }],
  ['377abcaf271c', { refused: 'binary', found: '7z' }],
  ['1f8b', { refused: 'binary', found: 'gzip' }],
  ['7f454c46', { refused: 'binary', found: 'ELF' }],
  ['0908', { refused: 'xls' }],
  ['53514c69746520666f726d6174', { refused: 'binary', found: 'SQLite' }],
];
const HTML = /^<(?:!doctype|html|head|body|meta|style|script|table|div|\?xml|workbook)\b/i;

/** Judges the first bytes of a file (4 KiB are enough). */
export function sniffBytes(head: Uint8Array): HeadKind {
  if (head.length === 0) return { refused: 'empty' };
  const hex = Buffer.from(head.subarray(0, 16)).toString('hex');
  for (const [signature, kind] of SIGNATURES) if (hex.startsWith(signature)) return kind;
  const utf16 = hex.startsWith('fffe') || hex.startsWith('feff');
  const text = Buffer.from(head).toString('latin1');
  if (
    HTML.test(
      text
        .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
        .replaceAll('\0', '')
        .trimStart(),
    )
  ) {
    return { refused: 'html' };
  }
  if (utf16) return 'csv';
  const controls = text.match(/[\u0000-\u0008\u000e-\u001f]/g)?.length ?? 0;
  return controls * 10 > text.length ? { refused: 'binary' } : 'csv';
}

/** Kind of a file, or why it is refused. Opens it, reads a few kilobytes (a zip's directory) and closes it. */
export async function sniffFile(path: string, limits?: Partial<TabularLimits>): Promise<SniffResult> {
  try {
    return await withFile(path, (fd, size) => sniffOpen(fd, size, withLimits(limits)));
  } catch (error) {
    if (error instanceof TabularError) return { kind: 'refused', code: error.code, error };
    throw error;
  }
}

/** Opens a plain file for reading and closes it afterwards, whatever happens. */
export async function withFile<T>(path: string, use: (fd: number, size: number) => Promise<T>): Promise<T> {
  const fd = openPlain(path);
  try {
    const { size } = fstatSync(fd);
    return await use(fd, size);
  } finally {
    closeSync(fd);
  }
}

/** A descriptor of a regular file; the caller closes it. */
export function openPlain(path: string): number {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    throw new TabularError('unreadable', { found: code }, { cause: error });
  }
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new TabularError('unreadable', { found: 'not a file' });
}

/** As `sniffFile`, on an open file; refusals are thrown. */
export async function sniffOpen(
  fd: number,
  size: number,
  limits: TabularLimits,
): Promise<{ kind: 'csv' | 'xlsx'; bytesTotal: number }> {
  if (size === 0) throw new TabularError('empty');
  const largest = Math.max(limits.maxCsvBytes, limits.maxXlsxBytes);
  if (size > largest) throw new TabularError('too_large', { found: size, limit: largest });
  const head = Buffer.alloc(Math.min(HEAD_BYTES, size));
  readSync(fd, head, 0, head.length, 0);
  const kind = sniffBytes(head);
  if (typeof kind === 'object') {
    const locked = kind.refused === 'xls' && holdsEncryptedPackage(fd, size);
    throw new TabularError(locked ? 'password_protected' : kind.refused, { found: kind.found });
  }
  if (kind === 'csv') {
    if (size > limits.maxCsvBytes) throw new TabularError('too_large', { found: size, limit: limits.maxCsvBytes });
    return { kind, bytesTotal: size };
  }
  if (size > limits.maxXlsxBytes) throw new TabularError('too_large', { found: size, limit: limits.maxXlsxBytes });
  await requireWorkbook(fd, limits);
  return { kind: 'xlsx', bytesTotal: size };
}

/** A workbook with a password is an OLE file with a stream `EncryptedPackage`; its directory is anywhere in the file. */
function holdsEncryptedPackage(fd: number, size: number): boolean {
  const header = Buffer.alloc(512);
  readSync(fd, header, 0, 512, 0);
  const sector = 1 << Math.min(header.readUInt16LE(30), 16);
  const directory = Math.min((header.readUInt32LE(48) + 1) * sector, size);
  const name = Buffer.from('EncryptedPackage', 'utf16le');
  const part = Buffer.alloc(1 << 16);
  for (const position of [0, directory, Math.max(0, size - part.length)]) {
    const read = readSync(fd, part, 0, part.length, position);
    if (part.subarray(0, read).includes(name)) return true;
  }
  return false;
}

async function requireWorkbook(fd: number, limits: TabularLimits): Promise<void> {
  let zip: ZipArchive;
  try {
    zip = await ZipArchive.open(fd, limits);
  } catch (error) {
    throw zipError(error);
  }
  const names = zip.names();
  const types = zip.has('[Content_Types].xml') ? await zip.text('[Content_Types].xml') : '';
  if (/sheet\.binary/i.test(types)) throw new TabularError('xlsb');
  const macros = names.some((name) => name.endsWith('vbaproject.bin') || name.startsWith('xl/macrosheets/'));
  if (macros || /macroEnabled/i.test(types)) throw new TabularError('macro_workbook');
  if (/spreadsheetml\.(?:sheet|template)\.main/i.test(types)) return;
  const other = names.some((name) => name.startsWith('word/'))
    ? 'Word'
    : names.some((name) => name.startsWith('ppt/'))
      ? 'PowerPoint'
      : zip.has('mimetype')
        ? 'OpenDocument'
        : undefined;
  throw new TabularError('not_xlsx', { found: other });
}
