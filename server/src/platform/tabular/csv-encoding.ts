import { isAscii, isUtf8 } from 'node:buffer';
import { readSync } from 'node:fs';
import type { CsvEncoding } from './csv-format.ts';
import { TabularError } from './errors.ts';
import type { TabularLimits } from './limits.ts';

const CHUNK = 1 << 20;
const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

export interface EncodingFinding {
  encoding: CsvEncoding;
  /** Bytes of the byte order mark. */
  skipBytes: number;
}

/**
 * Reads the whole file once, before any row is given out, and says how it is encoded: strict UTF-8 at several GB/s,
 * and only where that fails line by line, so that a file joined from UTF-8 and GBK parts is refused with the row
 * where the encoding changes. Lines that are damaged in the file's own encoding (a character cut in two by a system
 * that counts bytes) do not refuse the file: they decode to U+FFFD and their cells are flagged.
 */
export function detectEncoding(fd: number, size: number, limits: TabularLimits): EncodingFinding {
  const head = Buffer.alloc(3);
  readSync(fd, head, 0, 3, 0);
  if (head[0] === 0xff && head[1] === 0xfe) return utf16('utf-16le', fd, size);
  if (head[0] === 0xfe && head[1] === 0xff) return utf16('utf-16be', fd, size);
  const bom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  const skipBytes = bom ? 3 : 0;
  if (isUtf8Throughout(fd, skipBytes)) return { encoding: bom ? 'utf-8-bom' : 'utf-8', skipBytes };
  const lines = classifyLines(fd, skipBytes, limits);
  return { encoding: decide(lines, bom), skipBytes };
}

function utf16(encoding: 'utf-16le' | 'utf-16be', fd: number, size: number): EncodingFinding {
  if (size % 2 !== 0) throw new TabularError('truncated');
  const four = Buffer.alloc(4);
  readSync(fd, four, 0, 4, 0);
  if (encoding === 'utf-16le' && size > 2 && four[2] === 0 && four[3] === 0) throw new TabularError('encoding_unknown');
  return { encoding, skipBytes: 2 };
}

function isUtf8Throughout(fd: number, from: number): boolean {
  const buffer = Buffer.alloc(CHUNK);
  let position = from;
  let kept = 0;
  let utf8 = true;
  for (;;) {
    const read = readSync(fd, buffer, kept, CHUNK - kept, position);
    if (read === 0) return utf8 && kept === 0;
    const nul = buffer.subarray(kept, kept + read).indexOf(0);
    if (nul >= 0) throw new TabularError('nul_bytes', { row: rowAt(fd, from, position + nul) });
    position += read;
    if (!utf8) continue;
    const all = buffer.subarray(0, kept + read);
    const whole = all.length - unfinishedBytes(all);
    utf8 = isUtf8(all.subarray(0, whole));
    kept = utf8 ? all.copy(buffer, 0, whole) : 0;
  }
}

/** Bytes at the end that begin a UTF-8 character which the buffer does not finish (0 to 3). */
export function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

/** The row in which a byte lies: line breaks outside quotation marks, counted in bytes (safe in UTF-8 and GBK). */
function rowAt(fd: number, from: number, offset: number): number {
  const counter = new RowCounter();
  const buffer = Buffer.alloc(CHUNK);
  for (let position = from; position < offset; ) {
    const read = readSync(fd, buffer, 0, Math.min(CHUNK, offset - position), position);
    if (read === 0) break;
    counter.pass(buffer.subarray(0, read));
    position += read;
  }
  return counter.row;
}

class RowCounter {
  row = 1;
  private quoted = false;
  private afterCr = false;

  pass(bytes: Uint8Array): void {
    let { quoted, afterCr } = this;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      if (byte > QUOTE) {
        afterCr = false;
        continue;
      }
      if (byte === QUOTE) quoted = !quoted;
      else if ((byte === CR || (byte === LF && !afterCr)) && !quoted) this.row++;
      afterCr = byte === CR;
    }
    this.quoted = quoted;
    this.afterCr = afterCr;
  }
}

interface LineFindings {
  /** First row that is surely UTF-8 Chinese, 0 when none. */
  utf8Row: number;
  /** First row that is surely GBK/GB18030, 0 when none. */
  gbRow: number;
  /** First row that is UTF-8 but for a few bytes. */
  damagedUtf8Row: number;
  /** First row that is neither. */
  neitherRow: number;
  /** The last line ends within a UTF-8 character. */
  cutAtEnd: boolean;
  lastRow: number;
}

/** Bytes of a line looked at to tell UTF-8 with damage from GBK. */
const WINDOW = 192;

function classifyLines(fd: number, from: number, limits: TabularLimits): LineFindings {
  const found: LineFindings = { utf8Row: 0, gbRow: 0, damagedUtf8Row: 0, neitherRow: 0, cutAtEnd: false, lastRow: 1 };
  const judge = new LineJudge(found);
  const rows = new RowCounter();
  let kept: Buffer = Buffer.alloc(0);
  for (let position = from; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const read = readSync(fd, chunk, 0, CHUNK, position);
    position += read;
    const text = Buffer.concat([kept, chunk.subarray(0, read)]);
    const breakByte = text.includes(LF) ? LF : CR;
    const whole = read === 0 ? text.length : text.lastIndexOf(breakByte) + 1;
    judge.lines(text.subarray(0, whole), breakByte, rows);
    kept = Buffer.from(text.subarray(whole));
    if (read === 0) {
      found.cutAtEnd = unfinishedBytes(text) > 0;
      break;
    }
    if (kept.length > limits.maxRecordChars * 2) {
      throw new TabularError('record_too_long', { row: rows.row, limit: limits.maxRecordChars });
    }
  }
  found.lastRow = rows.row;
  return found;
}

class LineJudge {
  private readonly found: LineFindings;
  private readonly strictGb = new TextDecoder('gb18030', { fatal: true });
  private readonly lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(found: LineFindings) {
    this.found = found;
  }

  /**
   * Judges whole lines. That all of them are GB18030 is tried once for all (lines end in ASCII), and only until the
   * first such row is known: later damage decodes to U+FFFD and is flagged.
   */
  lines(text: Buffer, breakByte: number, rows: RowCounter): void {
    const allGb = this.found.gbRow > 0 || decodes(this.strictGb, text);
    for (let start = 0; start < text.length; ) {
      const at = text.indexOf(breakByte, start);
      const line = text.subarray(start, at < 0 ? text.length : at + 1);
      if (!isAscii(line)) this.judge(line, rows.row, allGb);
      rows.pass(line);
      start += line.length;
    }
  }

  private judge(line: Buffer, row: number, surelyGb: boolean): void {
    const { found } = this;
    if (isUtf8(line)) {
      if (found.utf8Row === 0 && this.sample(line).cjk >= 2) found.utf8Row = row;
      return;
    }
    const { cjk, broken } = this.sample(line);
    if (cjk >= 2 && cjk >= broken * 2) {
      if (found.damagedUtf8Row === 0) found.damagedUtf8Row = row;
    } else if (surelyGb || decodes(this.strictGb, line)) {
      if (found.gbRow === 0) found.gbRow = row;
    } else if (found.neitherRow === 0) found.neitherRow = row;
  }

  /** Chinese and broken characters, read as UTF-8, from the first byte that is not ASCII on. */
  private sample(line: Buffer): { cjk: number; broken: number } {
    let from = 0;
    while (from < line.length && (line[from] ?? 0) < 0x80) from++;
    const text = this.lossyUtf8.decode(line.subarray(from, from + WINDOW));
    let cjk = 0;
    let broken = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 0xfffd) broken++;
      else if ((c >= 0x2e80 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff00 && c <= 0xffef)) cjk++;
    }
    return { cjk, broken };
  }
}

function decodes(decoder: TextDecoder, bytes: Buffer): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function decide(found: LineFindings, bom: boolean): CsvEncoding {
  const utf8Row = bom ? 1 : firstOf(found.utf8Row, found.damagedUtf8Row);
  if (utf8Row > 0 && found.gbRow > 0) {
    const gbLater = bom || found.gbRow > utf8Row;
    throw new TabularError('encoding_mixed', {
      row: gbLater ? found.gbRow : utf8Row,
      found: gbLater ? 'GBK' : 'UTF-8',
      limit: gbLater ? 'UTF-8' : 'GBK',
    });
  }
  if (found.gbRow > 0) return 'gb18030';
  if (utf8Row > 0) {
    if (found.cutAtEnd) throw new TabularError('truncated', { row: found.lastRow });
    return bom ? 'utf-8-bom' : 'utf-8';
  }
  throw new TabularError('encoding_unknown', { row: found.neitherRow || 1 });
}

function firstOf(a: number, b: number): number {
  if (a === 0) return b;
  return b === 0 ? a : Math.min(a, b);
}
