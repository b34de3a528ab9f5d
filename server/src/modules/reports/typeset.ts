/** Content → PDF in this process. The server uses it through the renderer's child process (`renderer.ts`). */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import QRCode from 'qrcode';
import { fontFolders } from './glyphs.ts';
import { renderModel } from './render-model.ts';
import type { ReportContent, ReportIssue } from './types.ts';

export const typstFolder: string = join(dirname(fileURLToPath(import.meta.url)), 'typst');
/** Results of layout are kept for one compilation more: what reports share stays, what one subject had goes. */
const CACHE_AGE = 1;

export interface Typeset {
  readonly pdf: Buffer;
  readonly pages: number;
}

/** One Typst compiler with the report's fonts, used again and again. Not re-entrant. */
export class Typesetter {
  readonly #compiler: NodeCompiler;
  readonly #template = readFileSync(join(typstFolder, 'report.typ'), 'utf8');

  constructor() {
    this.#compiler = NodeCompiler.create({ workspace: typstFolder, fontArgs: [{ fontPaths: fontFolders() }] });
  }

  async typeset(content: ReportContent, issue: ReportIssue): Promise<Typeset> {
    const qr = await QRCode.toString(issue.verifyUrl, { type: 'svg', margin: 0, errorCorrectionLevel: 'M' });
    return this.compile(JSON.stringify(renderModel(content, issue, qr)), issue.issuedAt);
  }

  /** Bare compilation of a finished model; benchmarks compare with it. */
  compile(model: string, issuedAt: string): Typeset {
    this.#compiler.mapShadow(join(typstFolder, 'data.json'), Buffer.from(model, 'utf8'));
    const result = this.#compiler.compile({ mainFileContent: this.#template });
    const document = result.result;
    if (!document) {
      const diagnostics = result.takeDiagnostics();
      const details = diagnostics ? JSON.stringify(this.#compiler.fetchDiagnostics(diagnostics)) : '';
      throw new Error(`Typst could not set the report: ${details.slice(0, 2_000)}`);
    }
    const pdf = this.#compiler.pdf(document, { creationTimestamp: Math.floor(Date.parse(issuedAt) / 1000) });
    const pages = document.numOfPages;
    this.#compiler.evictCache(CACHE_AGE);
    return { pdf, pages };
  }
}
