/** `./chengxin check CODE|FILE --matter M --purpose P [--case N] [--json]`: what bears on organisations in a decision. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { BatchCheckView, CheckAnswer, CheckResult } from '@chengxin/contract';
import type { Command } from 'commander';
import type { Actor, AppContext } from '../../context.ts';
import {
  resultsOf,
  rowNotes,
  runCheck,
  startBatch,
  startBatchFromFile,
  workBatch,
} from '../../modules/checks/index.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

const maxCodes = 1000;
const maxBytes = 200_000;
/** Lines shown to a person; with --json all of them are there. */
const shownRefused = 50;
const maxBatchBytes = 20 * 1024 * 1024;

interface CheckOptions {
  readonly matter: string;
  readonly purpose: string;
  readonly case?: string;
  readonly list?: string;
}

const firstCell = (line: string): string => (line.split(/[,;\t]/)[0] ?? '').replaceAll(/["'\uFEFF\s]/g, '');
const isCode = (cell: string): boolean => /^[0-9A-Za-z]{8,20}$/.test(cell);

/** One code a line; a heading and further columns are read past. */
function codesOf(text: string): string[] {
  const codes = text.split(/\r?\n/).map(firstCell).filter(isCode);
  if (codes.length <= maxCodes) return codes;
  throw new DomainError('too-large', {
    zh: `一次最多核查 ${maxCodes} 个，请分次核查；注明来文（--case）的批量事项可以更多。`,
    en: `At most ${maxCodes} at once. A matter that takes lists, with its document (--case), takes more.`,
  });
}

function words({ results, receipt, feeds }: CheckAnswer): string {
  const lines = results.flatMap((one) => [
    `${one.code ?? ''}  ${one.measures.length === 0 ? '无惩戒措施 no measure' : ''}`,
    ...one.measures.map(
      (measure) =>
        `  ${measure.force === 'required' ? '应当 required ' : '可以 permitted'}  ${measure.id} ${measure.name.zh}  ${measure.listName.zh} ${measure.document}  ${measure.article}`,
    ),
    ...one.incentives.map(({ id, name }) => `  激励 incentive  ${id} ${name.zh}`),
    ...one.annotations.map(({ kind, document }) => `  标注 annotation  ${document} ${kind}`),
  ]);
  const stale = feeds.stale ? [`名单数据滞后 lists are stale, as of ${feeds.listsAsOf ?? '—'}`] : [];
  return [...lines, ...stale, `回执 receipt ${receipt}`].join('\n');
}

async function checkOne(ctx: AppContext, actor: Actor, code: string, options: CheckOptions): Promise<CheckAnswer> {
  const { matter, purpose } = options;
  return runCheck(ctx, actor, {
    code,
    matter,
    purpose,
    ...(options.case === undefined ? {} : { caseNumber: options.case }),
  });
}

/** Each has a receipt of its own; the first stands for a single check. */
async function checkAll(ctx: AppContext, actor: Actor, codes: readonly string[], options: CheckOptions) {
  const refused: { code: string; problem: string }[] = [];
  const told: CheckAnswer[] = [];
  const width = 64;
  for (let from = 0; from < codes.length; from += width) {
    const part = codes.slice(from, from + width);
    const answers = await Promise.allSettled(part.map((code) => checkOne(ctx, actor, code, options)));
    answers.forEach((answer, at) => {
      if (answer.status === 'fulfilled') told.push(answer.value);
      else if (answer.reason instanceof DomainError && answer.reason.code === 'not-found')
        refused.push({ code: part[at] ?? '', problem: answer.reason.zh });
      else throw answer.reason;
    });
  }
  return { told, refused };
}

/** A list that begins with a code has no headings; anything else is read as the sheet of a batch, as on the desk. */
async function startFromFile(
  ctx: AppContext,
  actor: Actor,
  path: string,
  { matter, purpose, case: document = '', list }: CheckOptions,
): Promise<BatchCheckView> {
  const fields = { matter, purpose, document, listName: list ?? basename(path).slice(0, 100) };
  if (statSync(path).size > maxBatchBytes) throw new DomainError('too-large');
  const text = readFileSync(path, 'utf8');
  const lines = text.split(/\r?\n/).map(firstCell);
  if (!isCode(lines[0] ?? '')) return startBatchFromFile(ctx, actor, fields, createReadStream(path));
  const organisations = lines.filter((line) => line !== '').map((line) => line.slice(0, 200));
  return startBatch(ctx, actor, { ...fields, organisations });
}

interface BatchOutcome {
  readonly batch: BatchCheckView;
  readonly receipts: string[];
  readonly results: CheckResult[];
  readonly refused: { code: string; problem: string }[];
}

/** The same way as on the desk: kept row by row, so that it goes on where it stopped. */
async function checkBatch(
  ctx: AppContext,
  actor: Actor,
  path: string,
  options: CheckOptions,
  signal: AbortSignal,
): Promise<BatchOutcome> {
  const batch = await startFromFile(ctx, actor, path, options);
  await workBatch(ctx, batch.id, signal);
  const outcome: BatchOutcome = { batch, receipts: [], results: [], refused: [] };
  for await (const row of resultsOf(ctx, batch.id)) {
    if (row.number !== null && row.answer) {
      outcome.receipts.push(row.number);
      outcome.results.push(row.answer);
    } else
      outcome.refused.push({
        code: row.asked === '' ? (row.name ?? '') : row.asked,
        problem: row.note === null ? '' : rowNotes[row.note].zh,
      });
  }
  return outcome;
}

/** A matter that takes lists goes as one; others are asked one by one, a receipt each. */
const asBatch = (ctx: AppContext, options: CheckOptions): boolean =>
  options.case !== undefined && ctx.policy().matter(options.matter)?.batch === true;

export default function register(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('信用核查 What bears on an organisation in a decision')
    .argument(
      '<code-or-file>',
      '统一社会信用代码，或者名单文件（Excel、CSV，或者每行一个代码） a code, or a list (Excel, CSV, or a code a line)',
    )
    .requiredOption('--matter <code>', '事项编码 code of the matter')
    .requiredOption('--purpose <key>', '用途 purpose')
    .option('--case <number>', '办件编号，批量的为来文文号 number of the case, of a list: of the document that asks')
    .option('--list <name>', '名单名称，默认为文件名 name of the list, default: of the file')
    .action((given: string, options: CheckOptions) =>
      context.withContext(async (ctx, actor) => {
        const file = existsSync(given) && statSync(given).isFile();
        if (!file) {
          const answer = await checkOne(ctx, actor, given, options);
          context.print(answer, words(answer));
          return;
        }
        if (asBatch(ctx, options)) {
          const { batch, receipts, results, refused } = await checkBatch(ctx, actor, given, options, context.signal);
          const { persons, repeated } = batch;
          context.print(
            { batch: batch.id, receipt: receipts[0] ?? null, receipts, results, refused, persons, repeated },
            [
              `批次 batch ${batch.id}：核查 checked ${receipts.length}，命中 hits ${results.filter(({ measures }) => measures.length > 0).length}，未能核查 not checked ${refused.length}，涉及自然人未受理 persons refused ${persons}，重复 repeated ${repeated}`,
              ...refused.slice(0, shownRefused).map(({ code, problem }) => `${code}  ${problem}`),
            ].join('\n'),
          );
          if (refused.length + persons > 0) context.exit(1);
          return;
        }
        if (statSync(given).size > maxBytes) throw new DomainError('too-large');
        const codes = codesOf(readFileSync(given, 'utf8'));
        const { told, refused } = await checkAll(ctx, actor, codes, options);
        const [first] = told;
        context.print(
          {
            receipt: first?.receipt ?? null,
            receipts: told.map(({ receipt }) => receipt),
            results: told.flatMap(({ results }) => results),
            refused,
          },
          [...told.map(words), ...refused.map(({ code, problem }) => `${code}  ${problem}`)].join('\n'),
        );
        if (refused.length > 0) context.exit(1);
      }),
    );
}
