/** `./chengxin subject CODE [--full --purpose P] [--matter M] [--case N] [--json]` */
import type { Command } from 'commander';
import type { Actor, AppContext } from '../../context.ts';
import { discloseRecord } from '../../modules/disclosure/index.ts';
import {
  type Archive,
  type ArchiveRecord,
  type Lineage,
  type Look,
  readFullArchive,
  readFullRecords,
  readPublicArchive,
  readPublicRecords,
  type SubjectPorts,
} from '../../modules/subjects/index.ts';
import { DomainError, EnvironmentError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import type { CommandHost } from './report.ts';

export interface SubjectOptions {
  readonly full?: boolean;
  readonly purpose?: string;
  readonly matter?: string;
  readonly case?: string;
  readonly json?: boolean;
}

/** What `--json` prints; these keys stay. */
export interface SubjectCommandResult {
  readonly code: string | null;
  readonly name: string;
  readonly formerNames: readonly string[];
  readonly kind: string;
  readonly status: string;
  readonly provisional: boolean;
  readonly dataAsOf: string;
  readonly records: readonly {
    readonly recordId: string;
    readonly item: string;
    readonly title: string;
    readonly documentNumber: string | null;
    readonly decidedOn: string | null;
    readonly decidingBody: string;
    /** Last day on display; null = while in effect, or not displayed (see `state`). */
    readonly disclosedUntil: string | null;
    readonly state: string;
    readonly lineage: Lineage | null;
  }[];
  /** True when the archive has more records than are printed. */
  readonly truncated: boolean;
}

/** Records that are printed; a larger archive is read through the report. */
const maxRecords = 5000;
const pageSize = 100;

const ports: SubjectPorts = { disclose: discloseRecord };

interface Source {
  archive(): Promise<Archive>;
  page(cursor: string | undefined): Promise<{ items: ArchiveRecord[]; nextCursor: string | null; truncated: boolean }>;
}

function sourceOf(ctx: AppContext, actor: Actor, code: string, look: Look | null): Source {
  const key = isId(code) ? { subjectId: code } : { code };
  if (look !== null) {
    return {
      archive: () => readFullArchive(ctx, actor, ports, key, look),
      page: (cursor) => readFullRecords(ctx, actor, ports, key, look, { cursor, limit: pageSize }),
    };
  }
  return {
    archive: () => readPublicArchive(ctx, actor, ports, key),
    page: (cursor) => readPublicRecords(ctx, actor, ports, key, { cursor, limit: pageSize }),
  };
}

/** Reads what the public sees, or with a purpose what an officer may use; both are logged. */
export async function runSubject(
  ctx: AppContext,
  actor: Actor,
  code: string,
  look: Look | null,
): Promise<SubjectCommandResult> {
  const source = sourceOf(ctx, actor, code, look);
  const archive = await source.archive();
  const records: ArchiveRecord[] = [];
  let cursor: string | undefined;
  let truncated = false;
  do {
    const page = await source.page(cursor);
    records.push(...page.items);
    truncated ||= page.truncated;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && records.length < maxRecords);
  return {
    code: archive.code,
    name: archive.name,
    formerNames: archive.formerNames.map((former) => former.name),
    kind: archive.kind,
    status: archive.status,
    provisional: archive.provisional,
    dataAsOf: archive.dataAsOf,
    records: records.map((record) => ({
      recordId: record.recordId,
      item: record.item,
      title: record.title,
      documentNumber: record.documentNumber,
      decidedOn: record.decidedOn,
      decidingBody: record.decidingBody,
      disclosedUntil: record.disclosure.shown ? record.disclosure.until : null,
      state: record.disclosure.state,
      lineage: record.lineage ?? null,
    })),
    truncated: truncated || cursor !== undefined,
  };
}

function print(result: SubjectCommandResult): string {
  const lines = [
    `${result.name}  ${result.code ?? '（暂无统一社会信用代码）'}`,
    `${result.kind} · ${result.provisional ? '登记信息待核 registration pending' : result.status}`,
  ];
  if (result.formerNames.length > 0) lines.push(`曾用名 former names: ${result.formerNames.join('、')}`);
  lines.push(`记录 records: ${result.records.length}${result.truncated ? '+' : ''}  数据截至 as of ${result.dataAsOf}`);
  for (const record of result.records) {
    const until = record.disclosedUntil ?? record.state;
    const source =
      record.lineage === null
        ? ''
        : `  ← ${record.lineage.sourceBody} ${record.lineage.fileName}#${record.lineage.rowNo}`;
    lines.push(
      `  ${record.decidedOn ?? '----------'}  ${record.item}  ${record.documentNumber ?? '-'}  ${record.decidingBody}  ${record.title}  [${until}]${source}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function fail(code: number, zh: string, en: string): void {
  process.stderr.write(`${zh}\n${en}\n`);
  process.exitCode = code;
}

/** A look without its purpose, matter or case number is a slip of the command line. */
const exitOf = (error: DomainError, full: boolean): number =>
  error.status >= 500 ? 3 : full && error.code === 'invalid-request' ? 2 : 1;

const wordsOf = (error: DomainError, language: 'zh' | 'en'): string =>
  [error[language], ...(error.details ?? []).map((detail) => `  --${detail.field}: ${detail[language]}`)].join('\n');

async function act(host: CommandHost, code: string, options: SubjectOptions): Promise<void> {
  const { purpose, matter } = options;
  // Which purposes there are is policy: without one the answer lists them.
  const look: Look | null = options.full ? { purpose, matter, caseNumber: options.case } : null;
  try {
    const result = await host.withContext((ctx, actor) => runSubject(ctx, actor, code, look));
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : print(result));
  } catch (error) {
    if (error instanceof EnvironmentError) fail(3, error.zh, error.en);
    else if (error instanceof DomainError)
      fail(exitOf(error, look !== null), wordsOf(error, 'zh'), wordsOf(error, 'en'));
    else throw error;
  }
}

export function registerSubject(program: Command, host: CommandHost): void {
  program
    .command('subject')
    .description('查看一个主体的公共信用信息 Read the archive of an organisation')
    .argument('<code>', '统一社会信用代码或其他登记号码 unified code or another identifier')
    .option('--full', '完整档案（须写明用途） the full archive; needs a purpose')
    .option('--purpose <purpose>', '用途，见 policy/access/purposes.yaml a purpose of the policy list')
    .option('--matter <matter>', '事项 matter, where the purpose needs one')
    .option('--case <number>', '办件编号 case number')
    .option('--json', '结果以 JSON 输出 one JSON object on standard output')
    .action((code: string, options: SubjectOptions) => act(host, code, options));
}
