/** Documents that people attach: known by their content, within limits, without what runs; pictures made anew. */
import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../errors.ts';
import type { DocumentKind, DocumentLimits, DocumentProblem, InspectionTask } from './types.ts';

export type { DocumentKind } from './types.ts';

const defaultLimits: DocumentLimits = {
  maxPages: 1000,
  // A page of A3 at 600 dpi has 70 million.
  maxPixels: 80_000_000,
  maxEntries: 5000,
  maxUnpackedBytes: 256 * 1024 ** 2,
  timeOut: 30_000,
  maxHeapMib: 256,
};

const mediaTypes: Readonly<Record<DocumentKind, string>> = {
  pdf: 'application/pdf',
  ofd: 'application/ofd',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  jpeg: 'image/jpeg',
  png: 'image/png',
};

const words: Readonly<Record<DocumentProblem, readonly [zh: string, en: string]>> = {
  unknown: ['附件只接受 PDF、OFD、Word（docx）、JPEG、PNG。', 'Attach a PDF, OFD, Word (docx), JPEG or PNG.'],
  damaged: ['附件已损坏，无法打开，请重新生成后上传。', 'The document is damaged and cannot be opened. Make it again.'],
  encrypted: ['附件设有密码，请去除密码后上传。', 'The document needs a password. Remove it, then upload again.'],
  active: ['附件含有宏或脚本，请另存为不含宏的文件后上传。', 'The document holds macros or scripts. Save it without.'],
  embedded: ['附件内嵌了其他文件，请去除后上传。', 'The document holds other files. Remove them, then upload again.'],
  tooManyPages: ['附件超过 1000 页，请拆分后上传。', 'The document has more than 1,000 pages. Split it.'],
  tooManyPixels: [
    '图片超过 8000 万像素，请降低分辨率后上传。',
    'The picture has more than 80 million pixels. Reduce it.',
  ],
  tooLargeInside: ['附件解压后过大，请精简后上传。', 'The document is too large when unpacked. Reduce it.'],
  tooSlow: [
    '附件过于复杂，无法在限定时间内检查，请重新生成后上传。',
    'The document takes too long to check. Make it again.',
  ],
};

export class DocumentRefused extends DomainError {
  readonly problem: DocumentProblem;
  constructor(problem: DocumentProblem) {
    const [zh, en] = words[problem];
    super(problem === 'unknown' ? 'unsupported-media-type' : 'unprocessable', { zh, en });
    this.name = 'DocumentRefused';
    this.problem = problem;
  }
}

export interface InspectedDocument {
  readonly kind: DocumentKind;
  readonly mediaType: string;
  readonly pages: number | null;
  /** The bytes to keep: as received, or the picture made anew. */
  open(): Readable;
  /** Removes what the inspection wrote. */
  discard(): Promise<void>;
}

type Answer =
  | { readonly ok: true; readonly kind: DocumentKind; readonly pages: number | null }
  | { readonly ok: false; readonly problem: DocumentProblem };

function look(task: InspectionTask): Promise<Answer> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: task,
      env: {},
      name: 'documents',
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: task.limits.maxHeapMib, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    });
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
      void worker.terminate();
    };
    const timer = setTimeout(() => finish({ ok: false, problem: 'tooSlow' }), task.limits.timeOut);
    worker.once('message', finish);
    worker.once('error', () => finish({ ok: false, problem: 'tooLargeInside' }));
    worker.once('exit', () => finish({ ok: false, problem: 'damaged' }));
  });
}

/** Looks into the plain file at `path`, which stays the caller's. Throws DocumentRefused. */
export async function inspectDocument(path: string, over: Partial<DocumentLimits> = {}): Promise<InspectedDocument> {
  const output = `${path}.new`;
  const discard = (): Promise<void> => rm(output, { force: true });
  const answer = await look({ path, output, limits: { ...defaultLimits, ...over } });
  if (!answer.ok) {
    await discard();
    throw new DocumentRefused(answer.problem);
  }
  return {
    kind: answer.kind,
    mediaType: mediaTypes[answer.kind],
    pages: answer.pages,
    open: () => createReadStream(existsSync(output) ? output : path),
    discard,
  };
}
