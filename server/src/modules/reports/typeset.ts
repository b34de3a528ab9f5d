/** Content → PDF in this process. The server uses it through the renderer's child process (`renderer.ts`). */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import QRCode from 'qrcode';
import type { Typeset } from '../../platform/typesetting/serve-parent.ts';
import { TypstTemplate } from '../../platform/typesetting/typst-template.ts';
import { renderModel } from './render-model.ts';
import type { ReportContent, ReportIssue } from './types.ts';

const typstFolder: string = join(dirname(fileURLToPath(import.meta.url)), 'typst');

/** The report's template with its fonts, used again and again. Not re-entrant. */
export class Typesetter {
  readonly #template = new TypstTemplate(typstFolder, 'report.typ');

  async typeset(content: ReportContent, issue: ReportIssue): Promise<Typeset> {
    const qr = await QRCode.toString(issue.verifyUrl, { type: 'svg', margin: 0, errorCorrectionLevel: 'M' });
    return this.compile(JSON.stringify(renderModel(content, issue, qr)), issue.issuedAt);
  }

  /** Bare compilation of a finished model; benchmarks compare with it. */
  compile(model: string, issuedAt: string): Typeset {
    return this.#template.compile(model, issuedAt);
  }
}
