/** `./chengxin COMMAND [--json]`. Exit codes: 0 done, 1 findings or refusals, 2 usage, 3 environment. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, CommanderError } from 'commander';
import { DomainError, EnvironmentError } from '../platform/errors.ts';
import { type CommandRegistrar, createCommandContext, type OwnedCommandContext } from './context.ts';

const commandsDir = join(import.meta.dirname, 'commands');

function isRegistrar(value: unknown): value is CommandRegistrar {
  return typeof value === 'function';
}

/** The registrars of one file: its default export, or everything named `register…`. */
async function registrarsOf(file: string): Promise<CommandRegistrar[]> {
  const module: Record<string, unknown> = await import(pathToFileURL(join(commandsDir, file)).href);
  if (isRegistrar(module.default)) return [module.default];
  return Object.entries(module).flatMap(([name, value]) =>
    /^register[A-Z]/.test(name) && isRegistrar(value) ? [value] : [],
  );
}

const commandFiles = (): string[] => readdirSync(commandsDir).filter((name) => /^[a-z-]+\.ts$/.test(name));

/** A file named like the command is all that it needs; anything else (help, an unknown word) loads them all. */
function filesFor(words: readonly string[]): string[] {
  const files = commandFiles();
  const wanted = words.find((word) => !word.startsWith('-'));
  const own = files.filter((file) => file === `${wanted}.ts`);
  return own.length > 0 ? own : files;
}

export async function buildProgram(context: OwnedCommandContext, words: readonly string[]): Promise<Command> {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('chengxin')
    .description('城信：城市公共信用平台  Chengxin: an open public-credit platform for cities')
    .version(manifest.version, '-V, --version', '版本 version')
    .helpOption('-h, --help', '帮助 help')
    .helpCommand('help [command]', '命令的帮助 help for a command')
    .showHelpAfterError('（用 --help 查看用法  use --help to see the usage）')
    .exitOverride();
  for (const file of filesFor(words)) for (const register of await registrarsOf(file)) register(program, context);
  for (const command of program.commands) {
    if (!command.options.some((option) => option.long === '--json')) {
      command.option('--json', '结果为一个 JSON 对象 one JSON object on standard output');
    }
    command.helpOption('-h, --help', '帮助 help').exitOverride();
  }
  return program;
}

const POSTGRES_ENVIRONMENT = /^(08|28|53|57P|58|3D)/;

/** Turns what was thrown into an exit code and words. */
export function explain(error: unknown): { code: number; zh: string; en: string } {
  if (error instanceof EnvironmentError) return { code: 3, zh: error.zh, en: error.en };
  if (error instanceof DomainError) {
    return { code: error.status >= 500 && error.code !== 'not-implemented' ? 3 : 1, zh: error.zh, en: error.en };
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOSPC' || code === '53100') {
    return {
      code: 3,
      zh: `磁盘已满：${message}。请清理后重试，未完成的操作已回滚。`,
      en: `The disk is full: ${message}. Free some space and try again; what was not finished was rolled back.`,
    };
  }
  if (POSTGRES_ENVIRONMENT.test(code) || code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ETIMEDOUT') {
    return {
      code: 3,
      zh: `数据库不可用：${message}。请检查数据库或 DATABASE_URL。`,
      en: `The database is not available: ${message}. Check the server or DATABASE_URL.`,
    };
  }
  return {
    code: 3,
    zh: `出现意外错误：${message}`,
    en: `Unexpected error: ${error instanceof Error ? (error.stack ?? message) : message}`,
  };
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const { code, zh, en } = explain(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, zh, en } })}\n`);
  process.stderr.write(`${zh}\n${en}\n`);
  return code;
}

/** First signal: stop what runs and give back the database. Another one, a second later: leave at once. */
function handleSignals(context: OwnedCommandContext): void {
  let first: { at: number } | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    const code = signal === 'SIGINT' ? 130 : signal === 'SIGHUP' ? 129 : 143;
    if (first) {
      if (performance.now() - first.at > 1000) process.exit(code);
      return;
    }
    first = { at: performance.now() };
    context.interrupt();
    // `serve` and the like end in their own way and return; whatever else runs is rolled back with its connection.
    if (context.handlesInterrupt) return;
    void context.end().finally(() => process.exit(code));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}

export async function main(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  // `chengxin --json COMMAND` is the same as `chengxin COMMAND --json`.
  const words = json ? [...argv.filter((word) => word !== '--json'), '--json'] : argv;
  const context = createCommandContext(json);
  handleSignals(context);
  try {
    const program = await buildProgram(context, words);
    if (argv.length === 0) {
      program.outputHelp();
      return 2;
    }
    await program.parseAsync([...words], { from: 'user' });
    return Math.max(context.exitCode, Number(process.exitCode ?? 0));
  } catch (error) {
    // After Ctrl-C the connections are closed under what still runs: that it fails is no news.
    if (context.signal.aborted && !context.handlesInterrupt) return await new Promise<number>(() => undefined);
    return report(error, json);
  } finally {
    await context.end();
  }
}

if (import.meta.main) {
  const code = await main(process.argv.slice(2));
  process.exit(code);
}
