/** One Typst template with its fonts, filled again and again from a JSON model in this process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';
import { fontFolders } from './glyphs.ts';
import type { Typeset } from './serve-parent.ts';

/** Results of layout are kept for one compilation more: what documents share stays, what one subject had goes. */
const CACHE_AGE = 1;

/** The template reads `data.json` as values: nothing of it is ever read as Typst source. Not re-entrant. */
export class TypstTemplate {
  readonly #compiler: NodeCompiler;
  readonly #folder: string;
  readonly #template: string;

  constructor(folder: string, file: string) {
    this.#folder = folder;
    this.#template = readFileSync(join(folder, file), 'utf8');
    this.#compiler = NodeCompiler.create({ workspace: folder, fontArgs: [{ fontPaths: fontFolders() }] });
  }

  /** @param at instant that the PDF bears as its own */
  compile(model: string, at: string): Typeset {
    this.#compiler.mapShadow(join(this.#folder, 'data.json'), Buffer.from(model, 'utf8'));
    const result = this.#compiler.compile({ mainFileContent: this.#template });
    const document = result.result;
    if (!document) {
      const diagnostics = result.takeDiagnostics();
      const details = diagnostics ? JSON.stringify(this.#compiler.fetchDiagnostics(diagnostics)) : '';
      throw new Error(`Typst could not set the document: ${details.slice(0, 2_000)}`);
    }
    const pdf = this.#compiler.pdf(document, { creationTimestamp: Math.floor(Date.parse(at) / 1000) });
    const pages = document.numOfPages;
    this.#compiler.evictCache(CACHE_AGE);
    return { pdf, pages };
  }
}
