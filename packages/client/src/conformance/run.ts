/** Runs all checks one after another; one that cannot be run has failed, with what happened. */
import { type Check, checks, type Words, type World } from './checks.ts';

export interface Result {
  readonly id: string;
  readonly name: Words;
  readonly holds: boolean;
  readonly seen: Words | null;
}

async function runOne({ id, name, run }: Check, world: World): Promise<Result> {
  try {
    const seen = await run(world);
    return { id, name, holds: seen === null, seen };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { id, name, holds: false, seen: { zh: `不能完成：${text}`, en: `It could not be run: ${text}` } };
  }
}

export async function runConformance(world: World): Promise<Result[]> {
  const results: Result[] = [];
  for (const check of checks) results.push(await runOne(check, world));
  return results;
}

export function reportOf(results: readonly Result[], language: 'zh' | 'en'): string {
  const failed = results.filter(({ holds }) => !holds).length;
  const lines = results.flatMap(({ id, name, holds, seen }) => [
    `${holds ? '✔' : '✖'} ${name[language]} (${id})`,
    ...(seen === null ? [] : [`    ${seen[language]}`]),
  ]);
  const end =
    language === 'zh'
      ? `共 ${results.length} 项，${failed === 0 ? '全部符合' : `${failed} 项不符合`}`
      : `${results.length} checks, ${failed === 0 ? 'all hold' : `${failed} do not hold`}`;
  return [...lines, end].join('\n');
}
