import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../../platform/errors.ts';
import type { RenderAnswer, RenderRequest } from './render-process.ts';
import type { ReportContent, ReportIssue } from './types.ts';

/** Reports that wait or are being set; beyond it callers are told to come back. */
const MAX_WAITING = 100;
/** Milliseconds for one report, the start of the process included; 300 records take half a second. */
const TIME_OUT = 20_000;
/** Memory of the child (resident bytes) at which it is replaced after the report in hand. */
const MAX_RSS = 900 * 1024 * 1024;

export interface RenderedReport {
  readonly pdf: Buffer;
  readonly pages: number;
}

export interface Renderer {
  render(content: ReportContent, issue: ReportIssue): Promise<RenderedReport>;
  /** Starts the child, so that the first report need not wait for it. */
  warm(): void;
  close(): void;
}

export interface RendererOptions {
  readonly timeOut?: number;
  readonly maxWaiting?: number;
  /** Another child program, in tests. */
  readonly program?: string;
}

interface Job {
  readonly request: RenderRequest;
  readonly resolve: (report: RenderedReport) => void;
  readonly reject: (error: Error) => void;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/** Only what the program needs to run: no database address, no key. */
function childEnv(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { FONTCONFIG_FILE: join(here, 'typst', 'fonts.conf') };
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'LD_LIBRARY_PATH']) {
    if (process.env[name] !== undefined) env[name] = process.env[name];
  }
  return env;
}

/** One child process, one report at a time, in the order of asking; a child that dies or hangs is replaced. */
class ChildRenderer implements Renderer {
  readonly #timeOut: number;
  readonly #maxWaiting: number;
  readonly #program: string;
  readonly #waiting: Job[] = [];
  #child: ChildProcess | null = null;
  #current: Job | null = null;
  #timer: NodeJS.Timeout | undefined;
  #nextId = 1;
  #closed = false;

  constructor(options: RendererOptions) {
    this.#timeOut = options.timeOut ?? TIME_OUT;
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING;
    this.#program = options.program ?? join(here, 'render-process.ts');
  }

  render(content: ReportContent, issue: ReportIssue): Promise<RenderedReport> {
    if (this.#closed || this.#waiting.length >= this.#maxWaiting) {
      const error = new DomainError('unavailable', {
        zh: '正在生成的报告较多，请稍后再试。',
        en: 'Many reports are being made at the moment. Try again shortly.',
      });
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request: { id: this.#nextId++, content, issue }, resolve, reject });
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
    if (!job) return;
    this.#current = job;
    const child = this.#running();
    child.ref();
    child.channel?.ref();
    this.#timer = setTimeout(
      () => this.#retire('SIGKILL', new Error('the report took too long to set')),
      this.#timeOut,
    );
    child.send(job.request, (error) => {
      if (error) this.#retire('SIGKILL', error);
    });
  }

  #running(): ChildProcess {
    if (this.#child) return this.#child;
    const child = fork(this.#program, [], {
      env: childEnv(),
      execArgv: ['--max-old-space-size=512'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (answer: RenderAnswer) => {
      if (child === this.#child) this.#answered(answer);
    });
    const gone = (cause: unknown): void => {
      if (child === this.#child) this.#retire(null, new Error('the typesetting process ended', { cause }));
    };
    child.on('error', gone);
    child.on('exit', (code, signal) => gone(`${code ?? signal}`));
    // A command that has its report does not wait for this process.
    child.unref();
    child.channel?.unref();
    this.#child = child;
    return child;
  }

  #answered(answer: RenderAnswer): void {
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

  /** Lets the child go; the report in hand fails, those that wait go on with a new child. */
  #retire(signal: NodeJS.Signals | null, error: Error | null): void {
    const child = this.#child;
    const job = this.#current;
    this.#done();
    this.#child = null;
    if (child && signal) child.kill(signal);
    if (job && error) job.reject(error);
    if (!this.#closed) this.#next();
  }
}

export function createRenderer(options: RendererOptions = {}): Renderer {
  return new ChildRenderer(options);
}

const renderers = new WeakMap<object, Renderer>();

/** The renderer of a context (or whatever object owns it); made at first use, ends with the process. */
export function rendererOf(owner: object): Renderer {
  let renderer = renderers.get(owner);
  if (!renderer) {
    renderer = createRenderer();
    renderers.set(owner, renderer);
  }
  return renderer;
}
