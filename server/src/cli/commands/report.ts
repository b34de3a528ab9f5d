/** `./chengxin report CODE --out FILE --kind public|full|special [--purpose P] [--matter M] [--case N] [--json]` */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Actor, AppContext } from '../../context.ts';
import { issueReport, type ReportKind, reportKinds } from '../../modules/reports/index.ts';
import { DomainError, EnvironmentError } from '../../platform/errors.ts';

export interface ReportOptions {
  readonly out?: string;
  readonly kind: string;
  readonly purpose?: string;
  readonly matter?: string;
  readonly case?: string;
  readonly json?: boolean;
}

/** What `--json` prints; these keys stay. */
export interface ReportCommandResult {
  readonly number: string;
  readonly kind: ReportKind;
  readonly cutoff: string;
  readonly contentHash: string;
  readonly file: string;
  readonly pages: number;
}

export const isReportKind = (text: string): text is ReportKind => (reportKinds as readonly string[]).includes(text);

/** Issues the report and writes the PDF; an existing file is replaced. */
export async function runReport(
  ctx: AppContext,
  actor: Actor,
  code: string,
  options: ReportOptions & { readonly out: string; readonly kind: ReportKind },
): Promise<ReportCommandResult> {
  const report = await issueReport(ctx, actor, {
    code,
    kind: options.kind,
    purpose: options.purpose ?? null,
    matter: options.matter ?? null,
    caseNumber: options.case ?? null,
  });
  const file = resolve(options.out);
  try {
    await writeFile(file, report.pdf);
  } catch (error) {
    throw new EnvironmentError(
      `报告 ${report.number} 已出具，但无法写入 ${file}，请检查目录和权限后重新出具。`,
      `Report ${report.number} was issued, but ${file} cannot be written. Check folder and rights, then issue it again.`,
      error,
    );
  }
  const { number, kind, cutoffAt, contentHash, pages } = report;
  return { number, kind, cutoff: cutoffAt, contentHash, file, pages };
}

/** What a command needs from the command line's frame. */
export interface CommandHost {
  /** Opens the context and the operator's actor, runs the work, closes again. */
  withContext<T>(work: (ctx: AppContext, actor: Actor) => Promise<T>): Promise<T>;
}

function fail(code: number, zh: string, en: string): void {
  process.stderr.write(`${zh}\n${en}\n`);
  process.exitCode = code;
}

async function act(host: CommandHost, code: string, options: ReportOptions): Promise<void> {
  const { kind, out } = options;
  if (!isReportKind(kind) || out === undefined) {
    fail(
      2,
      '用法：report CODE --out FILE --kind public|full|special',
      'Usage: report CODE --out FILE --kind public|full|special',
    );
    return;
  }
  try {
    const result = await host.withContext((ctx, actor) => runReport(ctx, actor, code, { ...options, kind, out }));
    process.stdout.write(
      options.json
        ? `${JSON.stringify(result)}\n`
        : `报告 ${result.number}（${result.pages} 页）已写入 ${result.file}\nReport ${result.number} written, cut-off ${result.cutoff}\n`,
    );
  } catch (error) {
    if (error instanceof EnvironmentError) fail(3, error.zh, error.en);
    else if (error instanceof DomainError)
      fail(error.status >= 500 && error.code !== 'not-implemented' ? 3 : 1, error.zh, error.en);
    else throw error;
  }
}

export function registerReport(program: Command, host: CommandHost): void {
  program
    .command('report')
    .description('出具公共信用信息报告 Issue a credit report (PDF)')
    .argument('<code>', '统一社会信用代码或其他登记号码 unified code or another identifier')
    .requiredOption('--out <file>', 'PDF 文件 where to write it')
    .option('--kind <kind>', 'public | full | special', 'public')
    .option('--purpose <purpose>', '用途（政务版必填） a purpose of the policy list, needed for full')
    .option('--matter <matter>', '事项 matter, where the purpose needs one')
    .option('--case <number>', '办件编号 case number')
    .option('--json', '结果以 JSON 输出 one JSON object on standard output')
    .action((code: string, options: ReportOptions) => act(host, code, options));
}
