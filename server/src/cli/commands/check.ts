/** `./chengxin check CODE|FILE --matter M --purpose P [--case N] [--json]`: what bears on organisations in a decision. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { CheckAnswer } from '@chengxin/contract';
import type { Command } from 'commander';
import type { Actor, AppContext } from '../../context.ts';
import { runCheck } from '../../modules/checks/index.ts';
import { DomainError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

const maxCodes = 1000;
const maxBytes = 200_000;

interface CheckOptions {
  readonly matter: string;
  readonly purpose: string;
  readonly case?: string;
}

/** One code a line; a heading and further columns are read past. */
function codesOf(text: string): string[] {
  const codes = text
    .split(/\r?\n/)
    .map((line) => (line.split(/[,;\t]/)[0] ?? '').replaceAll(/["'\uFEFF\s]/g, ''))
    .filter((code) => /^[0-9A-Za-z]{8,20}$/.test(code));
  if (codes.length <= maxCodes) return codes;
  throw new DomainError('too-large', {
    zh: `一次最多核查 ${maxCodes} 个，更多的请用批量核查。`,
    en: `At most ${maxCodes} at once; more go in a batch.`,
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

export default function register(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description('信用核查 What bears on an organisation in a decision')
    .argument('<code-or-file>', '统一社会信用代码，或者每行一个代码的文件 a code, or a file with a code a line')
    .requiredOption('--matter <code>', '事项编码 code of the matter')
    .requiredOption('--purpose <key>', '用途 purpose')
    .option('--case <number>', '办件编号 number of the case')
    .action((given: string, options: CheckOptions) =>
      context.withContext(async (ctx, actor) => {
        const file = existsSync(given) && statSync(given).isFile();
        if (!file) {
          const answer = await checkOne(ctx, actor, given, options);
          context.print(answer, words(answer));
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
