/** `./chengxin match NAME [--limit N] [--json]`: which organisation is meant, with the features that made the rank. */
import { type Command, InvalidArgumentError } from 'commander';
import { matchSubjects, maxMatchCandidates, type ShownMatches } from '../../modules/subjects/index.ts';
import type { CommandContext } from '../context.ts';

const defaultCandidates = 5;
const shownFeatureCount = 4;

function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxMatchCandidates) return limit;
  throw new InvalidArgumentError(`1–${maxMatchCandidates}`);
}

function words(result: ShownMatches): string {
  if (result.candidates.length === 0) return `${result.query}：没有相近的主体 no subject is like it`;
  const lines = [
    result.automatic === null
      ? `${result.query}：须由人确认 a person has to decide`
      : `${result.query}：${result.automatic}`,
  ];
  for (const { score, code, name, formerName, features } of result.candidates) {
    const why = features.slice(0, shownFeatureCount).map((feature) => `${feature.id} ${feature.value}`);
    const former = formerName === null ? '' : `（曾用名 formerly ${formerName}）`;
    lines.push(`  ${score.toFixed(4)}  ${code ?? '（无代码）         '}  ${name}${former}  ${why.join(', ')}`);
  }
  return lines.join('\n');
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('match')
    .description('按名称匹配主体 Match a name that is misspelt, former, abbreviated or without a code')
    .argument('<name>', '名称 the name as it was written')
    .option('--limit <count>', `候选数 candidates, 1–${maxMatchCandidates}`, readLimit, defaultCandidates)
    .action((name: string, options: { limit: number }) =>
      context.withContext(async (ctx, actor) => {
        const [result] = await matchSubjects(ctx, actor, [name], options.limit);
        if (!result) return;
        context.print(result, words(result));
      }),
    );
}
