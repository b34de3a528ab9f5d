/**
 * A report end to end (load, compose, set, keep, log) against the bare Typst compilation of the same content in this
 * process: the same subjects in the same order, round by round, interleaved (DESIGN §9: ≥ 0.7 of bare, p95 ≤ 150 ms).
 */
import type { Actor, AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { contentHash } from './content-hash.ts';
import { type Composed, issueReport, loadAndCompose, verifyUrl } from './issue-report.ts';
import { sampleCodes } from './queries.ts';
import { newReportNumber } from './report-number.ts';

export interface BenchResult {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number | null;
  readonly ratio: number | null;
}

const sizes = { small: { subjects: 20, rounds: 5 }, city: { subjects: 60, rounds: 7 } } as const;
/** An archive of the usual size: a city's subject with records has a dozen. */
const LEAST = 3;
const MOST = 60;

const benchActor: Actor = {
  kind: 'anonymous',
  accountId: null,
  name: 'bench',
  roles: [],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: 'bench',
};

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

async function timed(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The bare side: a compiler of its own here, models made before the clock runs. */
async function openBare(ctx: AppContext, codes: readonly string[]) {
  const { Typesetter } = await import('./typeset.ts');
  const { renderModel } = await import('./render-model.ts');
  const QRCode = (await import('qrcode')).default;
  process.env.FONTCONFIG_FILE ??= new URL('./typst/fonts.conf', import.meta.url).pathname;
  const typesetter = new Typesetter();
  const parts: Composed[] = [];
  for (const code of codes) parts.push(await loadAndCompose(ctx, benchActor, { code, kind: 'public' }));
  const modelOf = async (at: number): Promise<string> => {
    const part = parts[at];
    if (!part) throw new RangeError('no such subject');
    const hash = contentHash(part.content);
    const number = newReportNumber(part.region, ctx.clock.today());
    const url = verifyUrl(ctx.config.publicUrl, number, hash);
    const issue = { number, issuedAt: ctx.clock.now(), contentHash: hash, requester: part.requester, purpose: null };
    const qr = await QRCode.toString(url, { type: 'svg', margin: 0 });
    return JSON.stringify(renderModel(part.content, { ...issue, verifyUrl: url, site: part.site }, qr));
  };
  return { modelOf, compile: (model: string) => typesetter.compile(model, ctx.clock.now()) };
}

export async function benchReport(ctx: AppContext, options: { size?: 'small' | 'city' } = {}): Promise<BenchResult[]> {
  const { subjects, rounds } = sizes[options.size ?? 'small'];
  const codes = await sampleCodes(ctx.db.app, LEAST, MOST, subjects);
  if (codes.length === 0) {
    throw new DomainError('unprocessable', {
      zh: '没有可供测量的主体：请先归集许可和处罚，或装入演示数据。',
      en: 'There is nothing to measure: collect licences and penalties first, or load the demonstration.',
    });
  }
  const bare = await openBare(ctx, codes);
  const whole: number[] = [];
  const compiled: number[] = [];
  // One round more at the start, which is not counted: fonts are read and statements prepared.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [at, code] of codes.entries()) {
      const model = await bare.modelOf(at);
      const end = await timed(() => issueReport(ctx, benchActor, { code, kind: 'public' }));
      const alone = await timed(() => bare.compile(model));
      if (round === 0) continue;
      whole.push(end);
      compiled.push(alone);
    }
  }
  const ratio = rounded(quantile(compiled, 0.5) / quantile(whole, 0.5));
  return [
    { what: 'report end to end, median', value: rounded(quantile(whole, 0.5)), unit: 'ms', limit: null, ratio },
    {
      what: 'bare Typst compile of the same content, median',
      value: rounded(quantile(compiled, 0.5)),
      unit: 'ms',
      limit: null,
      ratio: 1,
    },
    { what: 'bare / end to end', value: ratio, unit: '×', limit: 0.7, ratio },
    { what: 'report end to end, p95', value: rounded(quantile(whole, 0.95)), unit: 'ms', limit: 150, ratio: null },
  ];
}
