/**
 * A large file in pieces (tus 1.0), each with how much has gone. What the server holds already is not sent again: after a
 * broken line by itself, after a new load of the page when the same file is chosen again. Where an upload goes on is kept
 * in the browser under the file's name, size and day; nothing of the file itself.
 */
import { ApiError, apiBase, problemFrom } from './client.ts';
import type { UploadAccepted } from './types.ts';
import type { Upload } from './upload.ts';

/** Below this one request is quicker. */
export const resumableFrom = 16 * 1024 * 1024;
const pieceBytes = 8 * 1024 * 1024;
/** Waits between tries of one piece, in milliseconds; then the file stays to be retried by hand. */
const waits = [1_000, 3_000, 5_000, 10_000, 20_000];
const version = { 'tus-resumable': '1.0.0' };

type Fields = Readonly<Record<string, string | undefined>>;

const keyOf = (file: File, fields: Fields): string =>
  `upload ${file.name} ${file.size} ${file.lastModified} ${JSON.stringify(fields)}`;

function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
function remember(key: string, url: string | null): void {
  try {
    if (url === null) localStorage.removeItem(key);
    else localStorage.setItem(key, url);
  } catch {
    // A browser that keeps nothing starts again after a new load; the upload itself works.
  }
}

const encoded = (text: string): string => {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
};

class Sending {
  private request: XMLHttpRequest | null = null;
  private cancelled = false;
  private url: string | null;
  private readonly key: string;
  private readonly file: File;
  private readonly fields: Fields;
  private readonly onProgress: (part: number) => void;

  constructor(file: File, fields: Fields, onProgress: (part: number) => void) {
    this.file = file;
    this.fields = fields;
    this.onProgress = onProgress;
    this.key = keyOf(file, fields);
    this.url = remembered(this.key);
  }

  async run(): Promise<UploadAccepted> {
    let held = await this.resume();
    for (let tries = 0; ; ) {
      try {
        const answer = await this.piece(held);
        tries = 0;
        held = answer.held;
        if (answer.submission) {
          remember(this.key, null);
          return { id: answer.submission, state: 'received', repeated: false };
        }
      } catch (error) {
        const passing =
          error instanceof ApiError &&
          (error.status === 0 || error.status >= 500 || error.status === 409 || error.status === 429);
        const wait = waits[tries];
        if (!passing || wait === undefined || this.cancelled) throw error;
        tries += 1;
        await new Promise((done) => setTimeout(done, wait));
        held = await this.resume();
      }
    }
  }

  /** How much the server holds; an upload that it no longer knows begins anew. */
  private async resume(): Promise<number> {
    if (this.url !== null) {
      const answer = await this.send('HEAD', this.url, version, null);
      if (answer.status === 200) return Number(answer.getResponseHeader('upload-offset') ?? 0);
      if (answer.status !== 404) throw failed(answer);
    }
    const metadata = Object.entries({ ...this.fields, filename: this.file.name })
      .filter(([, value]) => value)
      .map(([name, value]) => `${name} ${encoded(value ?? '')}`)
      .join(',');
    const made = await this.send(
      'POST',
      `${apiBase}/uploads`,
      { ...version, 'upload-length': String(this.file.size), 'upload-metadata': metadata },
      null,
    );
    if (made.status !== 201) throw failed(made);
    this.url = made.getResponseHeader('location');
    remember(this.key, this.url);
    return 0;
  }

  private async piece(held: number): Promise<{ held: number; submission: string | null }> {
    const body = this.file.slice(held, held + pieceBytes);
    const answer = await this.send(
      held < this.file.size ? 'PATCH' : 'HEAD',
      this.url ?? '',
      { ...version, 'upload-offset': String(held), 'content-type': 'application/offset+octet-stream' },
      held < this.file.size ? body : null,
      held,
    );
    if (answer.status !== 204 && answer.status !== 200) throw failed(answer);
    return {
      held: Number(answer.getResponseHeader('upload-offset') ?? held),
      submission: answer.getResponseHeader('upload-submission'),
    };
  }

  private send(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Blob | null,
    held = 0,
  ): Promise<XMLHttpRequest> {
    return new Promise((done, fail) => {
      const request = new XMLHttpRequest();
      this.request = request;
      if (body) request.upload.onprogress = (event) => this.onProgress((held + event.loaded) / this.file.size);
      request.onload = () => done(request);
      request.onerror = () => fail(new ApiError(0, null));
      request.onabort = () => fail(new DOMException('cancelled', 'AbortError'));
      request.open(method, url);
      request.setRequestHeader('accept', 'application/json');
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.send(body);
    });
  }

  cancel(): void {
    this.cancelled = true;
    this.request?.abort();
    remember(this.key, null);
    if (this.url !== null) void fetch(this.url, { method: 'DELETE', headers: version }).catch(() => undefined);
  }
}

const failed = (request: XMLHttpRequest): ApiError => new ApiError(request.status, problemFrom(request.responseText));

export function uploadInPieces(file: File, fields: Fields, onProgress: (part: number) => void): Upload<UploadAccepted> {
  const sending = new Sending(file, fields, onProgress);
  return { done: sending.run(), cancel: () => sending.cancel() };
}
