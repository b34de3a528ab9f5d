/** What became of each row of a dump, counted: every row is taken, already there or refused with a reason. */
import { DomainError } from '../../platform/errors.ts';
import type { DumpRow } from './read-dump.ts';
import { type TemplateKey, templates } from './templates.ts';

export interface RefusedRow {
  readonly row: number;
  /** The former system's key, without person identifiers. */
  readonly key: string;
  readonly zh: string;
  readonly en: string;
}

export type Fate = 'taken' | 'alreadyThere';

export interface TemplateResult {
  readonly template: TemplateKey;
  readonly name: { readonly zh: string; readonly en: string };
  readonly rows: number;
  readonly taken: number;
  readonly alreadyThere: number;
  readonly refused: number;
  readonly reasons: readonly { readonly zh: string; readonly en: string; readonly count: number }[];
  readonly refusedRows: readonly RefusedRow[];
}

export const refuse = (zh: string, en: string): DomainError => new DomainError('unprocessable', { zh, en });

export class Tally {
  readonly #template: TemplateKey;
  #rows = 0;
  readonly #fates = { taken: 0, alreadyThere: 0 };
  readonly #refused: RefusedRow[] = [];
  readonly #reasons = new Map<string, { zh: string; en: string; count: number }>();

  constructor(template: TemplateKey) {
    this.#template = template;
  }

  count(fate: Fate, rows = 1): void {
    this.#rows += rows;
    this.#fates[fate] += rows;
  }

  refuse(row: number, key: string, why: { readonly zh: string; readonly en: string }): void {
    this.#rows++;
    this.#refused.push({ row, key, zh: why.zh, en: why.en });
    const known = this.#reasons.get(why.zh) ?? { zh: why.zh, en: why.en, count: 0 };
    known.count++;
    this.#reasons.set(why.zh, known);
  }

  /** One row stands for itself: what is wrong with it is said, and the rest goes on. */
  async one(row: DumpRow, key: string, take: () => Promise<Fate>): Promise<void> {
    try {
      this.count(await take());
    } catch (error) {
      if (!(error instanceof DomainError) || error.status >= 500) throw error;
      this.refuse(row.row, key, error);
    }
  }

  result(): TemplateResult {
    return {
      template: this.#template,
      name: templates[this.#template].name,
      rows: this.#rows,
      ...this.#fates,
      refused: this.#refused.length,
      reasons: [...this.#reasons.values()].sort((a, b) => b.count - a.count),
      refusedRows: this.#refused,
    };
  }
}
