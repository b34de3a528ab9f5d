/**
 * Files as received pass a virus scanner where the installation names one (`SCANNER=clamd://HOST:PORT` or
 * `clamd:/path/of/socket`): clamd's INSTREAM. A scanner that is named and does not answer refuses the file.
 */
import { connect, type Socket } from 'node:net';
import { DomainError, EnvironmentError } from './errors.ts';

/** Milliseconds that the scanner may stay silent. */
const SILENCE_MS = 30_000;
/** clamd takes chunks of any size below StreamMaxLength; small ones keep the memory flat. */
const CHUNK_BYTES = 1 << 16;

export interface Scan {
  /** Takes the next bytes; resolves when the scanner can take more. */
  write(chunk: Buffer): Promise<void>;
  /** All was sent: resolves when the scanner found nothing, throws FileInfected or ScannerUnavailable. */
  end(): Promise<void>;
  /** The file was given up. */
  cancel(): void;
}

export interface Scanner {
  begin(): Scan;
  /** Throws ScannerUnavailable when nobody answers. */
  ping(): Promise<void>;
}

export class FileInfected extends DomainError {
  readonly signature: string;
  constructor(signature: string) {
    super('unprocessable', {
      zh: `安全扫描发现恶意内容（${signature}），文件未保存。请在本机查杀后重新提交。`,
      en: `The scanner found malicious content (${signature}); the file was not kept. Clean your computer, then send it again.`,
    });
    this.name = 'FileInfected';
    this.signature = signature;
  }
}

export class ScannerUnavailable extends DomainError {
  constructor(cause: unknown) {
    super('unavailable', {
      zh: '安全扫描服务暂时不可用，文件未保存，请稍后重新提交。',
      en: 'The file scanner does not answer; the file was not kept. Send it again later.',
      cause,
    });
    this.name = 'ScannerUnavailable';
  }
}

type Target = { readonly path: string } | { readonly host: string; readonly port: number };

/** Reads `SCANNER`. Throws EnvironmentError when it names nothing that can be used. */
export function scannerTarget(setting: string): Target {
  const socket = /^clamd:(\/[^/].*)$/.exec(setting);
  if (socket?.[1]) return { path: socket[1] };
  const address = /^clamd:\/\/([\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(setting);
  const port = Number(address?.[2]);
  if (address?.[1] && port > 0 && port < 65_536) return { host: address[1].replace(/^\[|\]$/g, ''), port };
  throw new EnvironmentError(
    `SCANNER=${setting} 无效，应为 clamd://主机:端口 或 clamd:/套接字路径。`,
    `SCANNER=${setting} is not valid. Use clamd://HOST:PORT or clamd:/path/of/socket.`,
  );
}

/** One conversation with clamd. */
class ClamdScan implements Scan {
  readonly #socket: Socket;
  readonly #answer: Promise<string>;
  #failed: unknown = null;

  constructor(target: Target, command: string) {
    const socket = connect(target);
    this.#socket = socket;
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`clamd was silent for ${SILENCE_MS} ms`)));
    this.#answer = new Promise((resolve, reject) => {
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (text.length > 4096) socket.destroy(new Error('the answer of clamd is too long'));
      });
      socket.once('close', () => (text === '' ? reject(new Error('clamd closed the connection')) : resolve(text)));
      socket.once('error', (error) => {
        this.#failed = error;
        // An answer that came before the line broke (a size limit, a finding) counts.
        if (text === '') reject(error);
      });
    });
    this.#answer.catch(() => undefined);
    socket.write(`z${command}\0`);
  }

  async write(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
      const part = chunk.subarray(at, at + CHUNK_BYTES);
      const size = Buffer.alloc(4);
      size.writeUInt32BE(part.length);
      this.#socket.write(size);
      if (!this.#socket.write(part)) await this.#drained();
    }
  }

  async #drained(): Promise<void> {
    if (this.#failed !== null || this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done).off('close', done);
        resolve();
      };
      this.#socket.once('drain', done).once('close', done);
    });
  }

  async end(): Promise<void> {
    this.#socket.write(Buffer.alloc(4));
    const answer = await this.answer();
    const found = /^stream: (.+) FOUND$/.exec(answer);
    if (found?.[1]) throw new FileInfected(found[1].slice(0, 100));
    if (answer !== 'stream: OK') throw new ScannerUnavailable(new Error(`clamd answered: ${answer.slice(0, 200)}`));
  }

  async answer(): Promise<string> {
    try {
      return (await this.#answer).replaceAll('\0', '').trim();
    } catch (error) {
      throw new ScannerUnavailable(error);
    } finally {
      this.#socket.destroy();
    }
  }

  cancel(): void {
    this.#socket.destroy();
  }
}

/** The scanner of `SCANNER`; null where none is named. */
export function openScanner(setting: string | null): Scanner | null {
  if (setting === null) return null;
  const target = scannerTarget(setting);
  return {
    begin: () => new ClamdScan(target, 'INSTREAM'),
    async ping() {
      const answer = await new ClamdScan(target, 'PING').answer();
      if (answer !== 'PONG') throw new ScannerUnavailable(new Error(`clamd answered ${answer.slice(0, 100)}`));
    },
  };
}
