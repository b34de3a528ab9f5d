/**
 * Documents set in a child process: layout never blocks the server, one that takes too long can be killed, and the child's
 * environment holds no address or key. One document at a time, in the order of asking.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../errors.ts';

/** Documents that wait or are being set; beyond it callers are told to come back. */
const MAX_WAITING = 100;
/** Milliseconds for one document, the start of the process included; 300 records take half a second. */
const TIME_OUT = 20_000;
/** Memory of the child (resident bytes) at which it is replaced after the document in hand. */
const MAX_RSS = 900 * 1024 * 1024;

export interface SetDocument {
  readonly pdf: Buffer;
  readonly pages: number;
}

export interface ChildRenderer<Request extends object> {
  render(request: Request): Promise<SetDocument>;
  /** Starts the child, so that the first document need not wait for it. */
  warm(): void;
  close(): void;
}

export interface ChildRendererOptions {
  /** The child program: answers each `{ id, …request }` with a `SetAnswer`. */
  readonly program: string;
  readonly timeOut?: number | undefined;
  readonly maxWaiting?: number | undefined;
  /** Milliseconds after which a child that has nothing to do is let go; absent = kept. */
  readonly idle?: number | undefined;
}

export type SetAnswer =
  | { readonly id: number; readonly pdf: Uint8Array; readonly pages: number; readonly rss: number }
  | { readonly id: number; readonly error: string; readonly rss: number };

interface Job<Request> {
  readonly request: Request & { readonly id: number };
  readonly resolve: (document: SetDocument) => void;
  readonly reject: (error: Error) => void;
}

const fontsFile = join(fileURLToPath(new URL('.', import.meta.url)), 'fonts.conf');

/** Only what the program needs to run: no database address, no key. */
function childEnv(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { FONTCONFIG_FILE: fontsFile };
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH']) {
    if (process.env[name] !== undefined) env[name] = process.env[name];
  }
  return env;
}

/** A child that dies or hangs is replaced; the document in hand fails, those that wait go on. */
class ForkedRenderer<Request extends object> implements ChildRenderer<Request> {
  readonly #timeOut: number;
  readonly #maxWaiting: number;
  readonly #program: string;
  readonly #idle: number | undefined;
  readonly #waiting: Job<Request>[] = [];
  #child: ChildProcess | null = null;
  #current: Job<Request> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #nextId = 1;
  #closed = false;

  constructor(options: ChildRendererOptions) {
    this.#timeOut = options.timeOut ?? TIME_OUT;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
    this.#program = options.program;
    this.#idle = options.idle;
  }

  render(request: Request): Promise<SetDocument> {
    if (this.#closed || this.#waiting.length >= this.#maxWaiting) {
      const error = new DomainError('unavailable', {
        zh: '正在生成的文件较多，请稍后再试。',
        en: 'Many documents are being made at the moment. Try again shortly.',
      });
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request: { ...request, id: this.#nextId++ }, resolve, reject });
      this.#next();
    });
  }

  warm(): void {
    if (!this.#closed) this.#running();
  }

  close(): void {
    this.#closed = true;
    const error = new DomainError('unavailable');
    for (const job of this.#waiting.splice(0)) job.reject(error);
    this.#retire('SIGKILL', error);
  }

  #next(): void {
    if (this.#current) return;
    const job = this.#waiting.shift();
    if (!job) {
      this.#rest();
      return;
    }
    clearTimeout(this.#idleTimer);
    this.#current = job;
    const child = this.#running();
    child.ref();
    child.channel?.ref();
    this.#timer = setTimeout(
      () => this.#retire('SIGKILL', new Error('the document took too long to set')),
      this.#timeOut,
    );
    child.send(job.request, (error) => {
      if (error) this.#retire('SIGKILL', error);
    });
  }

  #rest(): void {
    clearTimeout(this.#idleTimer);
    if (this.#idle === undefined || !this.#child) return;
    this.#idleTimer = setTimeout(() => this.#retire('SIGKILL', null), this.#idle);
    this.#idleTimer.unref();
  }

  #running(): ChildProcess {
    if (this.#child) return this.#child;
    const child = fork(this.#program, [], {
      env: childEnv(),
      execArgv: ['--max-old-space-size=512'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (answer: SetAnswer) => {
      if (child === this.#child) this.#answered(answer);
    });
    const gone = (cause: unknown): void => {
      if (child === this.#child) this.#retire(null, new Error('the typesetting process ended', { cause }));
    };
    child.on('error', gone);
    child.on('exit', (code, signal) => gone(`${code ?? signal}`));
    // A command that has its document does not wait for this process.
    child.unref();
    child.channel?.unref();
    this.#child = child;
    return child;
  }

  #answered(answer: SetAnswer): void {
    const job = this.#current;
    if (!job || job.request.id !== answer.id) return;
    this.#done();
    if ('error' in answer) job.reject(new Error(answer.error));
    else
      job.resolve({
        pdf: Buffer.from(answer.pdf.buffer, answer.pdf.byteOffset, answer.pdf.byteLength),
        pages: answer.pages,
      });
    if (answer.rss > MAX_RSS) this.#retire('SIGKILL', null);
    this.#next();
  }

  #done(): void {
    clearTimeout(this.#timer);
    this.#current = null;
    this.#child?.unref();
    this.#child?.channel?.unref();
  }

  #retire(signal: NodeJS.Signals | null, error: Error | null): void {
    const child = this.#child;
    const job = this.#current;
    clearTimeout(this.#idleTimer);
    this.#done();
    this.#child = null;
    if (child && signal) child.kill(signal);
    if (job && error) job.reject(error);
    if (!this.#closed) this.#next();
  }
}

export function createChildRenderer<Request extends object>(options: ChildRendererOptions): ChildRenderer<Request> {
  return new ForkedRenderer<Request>(options);
}
