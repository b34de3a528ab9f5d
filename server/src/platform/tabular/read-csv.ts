import { readSync } from 'node:fs';
import { BatchBuilder, type WireBatch } from './batch-builder.ts';
import { detectEncoding } from './csv-encoding.ts';
import { type CsvEncoding, detectDialect } from './csv-format.ts';
import { CsvTokenizer } from './csv-tokenizer.ts';
import { TabularError } from './errors.ts';
import type { ReadPlan } from './read-plan.ts';
import type { TableInfo } from './types.ts';

const CHUNK = 1 << 18;

/**
 * The rows of a text table. Encoding, NUL bytes and emptiness are known before the first batch; an unclosed quotation
 * mark, too many columns or rows only when they are met.
 */
export async function* readCsv(
  fd: number,
  size: number,
  plan: ReadPlan,
  announce: (info: TableInfo) => void,
): AsyncGenerator<WireBatch> {
  const { encoding, skipBytes } = detectEncoding(fd, size, plan.limits);
  const out = new BatchBuilder(plan);
  const chunks = decodedChunks(fd, encoding, skipBytes, (bytes) => {
    out.bytesRead = bytes;
  });
  const first = chunks.next();
  const head = first.done === true ? '' : first.value;
  const { delimiter, skipChars } = detectDialect(head, plan.limits);
  announce({ kind: 'csv', bytesTotal: size, encoding, delimiter });
  const tokenizer = new CsvTokenizer(out, {
    delimiter,
    limits: plan.limits,
    unneutralise: plan.unneutralise,
    rowsBefore: skipChars > 0 ? 1 : 0,
  });
  tokenizer.push(head.slice(skipChars), false);
  yield* out.drain();
  for (const chunk of chunks) {
    tokenizer.push(chunk, false);
    yield* out.drain();
  }
  tokenizer.push('', true);
  out.flush();
  yield* out.drain();
  if (out.rowCount === 0) throw new TabularError('empty');
}

/** The text of a table without some of its rows, as UTF-8 with a byte order mark; everything else as it was written. */
export function* copyCsv(fd: number, size: number, plan: ReadPlan, rows: ReadonlySet<number>): Generator<Uint8Array> {
  const { encoding, skipBytes } = detectEncoding(fd, size, plan.limits);
  // Nothing is given out row by row.
  const out = new BatchBuilder({ ...plan, scan: { watch: new Set(), rows: 0 } });
  const chunks = decodedChunks(fd, encoding, skipBytes, () => undefined);
  const first = chunks.next();
  const head = first.done === true ? '' : first.value;
  const { delimiter, skipChars } = detectDialect(head, plan.limits);
  const tokenizer = new CsvTokenizer(out, {
    delimiter,
    limits: plan.limits,
    unneutralise: false,
    rowsBefore: skipChars > 0 ? 1 : 0,
    without: rows,
  });
  yield Buffer.from(`\ufeff${head.slice(0, skipChars)}`);
  tokenizer.push(head.slice(skipChars), false);
  yield Buffer.from(tokenizer.takeKept());
  for (const chunk of chunks) {
    tokenizer.push(chunk, false);
    yield Buffer.from(tokenizer.takeKept());
  }
  tokenizer.push('', true);
  yield Buffer.from(tokenizer.takeKept());
}

function* decodedChunks(
  fd: number,
  encoding: CsvEncoding,
  skipBytes: number,
  progress: (bytes: number) => void,
): Generator<string> {
  const decode = decoderFor(encoding);
  const buffer = Buffer.alloc(CHUNK);
  for (let position = skipBytes; ; ) {
    const read = readSync(fd, buffer, 0, CHUNK, position);
    if (read === 0) break;
    position += read;
    progress(position);
    yield decode(buffer.subarray(0, read), false);
  }
  const rest = decode(Buffer.alloc(0), true);
  if (rest !== '') yield rest;
}

/** UTF-16 is taken unit by unit, so that a lone surrogate survives to be flagged; the rest decodes to U+FFFD. */
function decoderFor(encoding: CsvEncoding): (bytes: Buffer, last: boolean) => string {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return utf16Decoder(encoding === 'utf-16be');
  const decoder = new TextDecoder(encoding === 'gb18030' ? 'gb18030' : 'utf-8', { ignoreBOM: true });
  return (bytes, last) => decoder.decode(bytes, { stream: !last });
}

function utf16Decoder(bigEndian: boolean): (bytes: Buffer) => string {
  let odd: Buffer = Buffer.alloc(0);
  return (bytes) => {
    const all = Buffer.concat([odd, bytes]);
    const even = all.length - (all.length % 2);
    odd = Buffer.from(all.subarray(even));
    const units = all.subarray(0, even);
    return (bigEndian ? units.swap16() : units).toString('utf16le');
  };
}
