/** `./chengxin import-vendor --from DIR [--rehearse] [--system NAME]`: takes over from a former vendor's system. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import type { Actor, AppContext } from '../../context.ts';
import { repairPorts } from '../../module-ports.ts';
import { demandWritable } from '../../modules/access/index.ts';
import { listBodies, operatorActor } from '../../modules/identity/index.ts';
import { closePaperRenderer, paperPdf, paperWord } from '../../modules/papers/index.ts';
import { repairKinds } from '../../modules/repair/index.ts';
import {
  type Reconciliation,
  reconciliationPaper,
  reconciliationSheets,
  runImport,
} from '../../modules/vendor/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { xlsxPieces } from '../../platform/tabular/index.ts';
import type { CommandContext } from '../context.ts';
import { logOperation } from '../installation.ts';
import { onCopy } from '../rehearsal.ts';

interface Options {
  readonly from: string;
  readonly system: string;
  readonly rehearse?: boolean;
}

/** Listed in the result; the workbook has all of them. */
const shownRefusals = 1000;

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

interface ReportFiles {
  readonly json: string;
  readonly xlsx: string;
  readonly docx: string;
  readonly pdf: string;
}

async function keepReport(
  folder: string,
  result: Reconciliation,
  figures: { readonly rehearsal: boolean; readonly seconds: number; readonly peakMiB: number },
  body: string,
): Promise<ReportFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const stem = join(folder, `reconciliation-${systemClock.now().replaceAll(/[:.]/g, '-')}`);
  const [json, xlsx, docx, pdf] = [`${stem}.json`, `${stem}.xlsx`, `${stem}.docx`, `${stem}.pdf`];
  await writeFile(json, `${JSON.stringify({ ...result, ...figures }, plain, 2)}\n`, { mode: 0o600 });
  const pieces: Buffer[] = [];
  for await (const piece of xlsxPieces({ sheets: reconciliationSheets(result) })) pieces.push(piece);
  await writeFile(xlsx, Buffer.concat(pieces), { mode: 0o600 });
  const now = systemClock.now();
  const paper = reconciliationPaper(result, { ...figures, body, on: systemClock.today() });
  await writeFile(docx, await paperWord(paper), { mode: 0o600 });
  try {
    await writeFile(pdf, await paperPdf(paper, now), { mode: 0o600 });
  } finally {
    closePaperRenderer();
  }
  return { json, xlsx, docx, pdf };
}

/** Who signs for the city; the platform's name where no credit office was made yet. */
const receivingBody = async (ctx: AppContext): Promise<string> =>
  (await listBodies(ctx.db.app)).find(({ kind, closedOn }) => kind === 'creditOffice' && closedOn === null)?.name ??
  '公共信用信息平台';

function forPeople(of: Reconciliation, rehearsal: boolean, files: ReportFiles, seconds: number): string {
  const lines = [
    rehearsal ? '演练完成，未改动任何数据。 A rehearsal: nothing was changed.' : '移交接收完成。 Taken over.',
    ...of.templates.map(
      (one) =>
        `${one.name.zh} ${one.name.en}: ${one.rows} 行 rows = 新接收 taken ${one.taken} + 已存在 already there ${one.alreadyThere} + 未接收 refused ${one.refused}`,
    ),
    ...of.templates.flatMap((one) =>
      one.reasons.slice(0, 5).map((why) => `  ${one.template}: ${why.count} × ${why.zh} ${why.en}`),
    ),
    of.differences.length === 0
      ? '行数和金额核对一致。 Rows and amounts agree.'
      : `差异 ${of.differences.length} 处。 ${of.differences.length} differences.`,
    ...of.differences.slice(0, 20).map((one) => `  ${one.what}: ${one.dump} / ${one.stored}`),
    `核对报告 reconciliation: ${files.docx}、${files.pdf}、${files.xlsx}（${seconds} s）`,
  ];
  return lines.join('\n');
}

/**
 * The heap may grow by this share between two full collections. V8 by itself lets it double and more, which a command that
 * runs for minutes beside a serving city does not need: measured at 20,000 records, 410 MiB instead of 535 in the same time.
 */
const heapGrowth = 30;

async function run(options: Options, context: CommandContext): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
  const began = performance.now();
  const from = resolve(options.from);
  const rehearsal = options.rehearse === true;
  const work = (ctx: AppContext, actor: Actor): Promise<Reconciliation> =>
    runImport(ctx, actor, {
      from,
      system: options.system,
      cases: { kinds: repairKinds(repairPorts), ports: repairPorts },
      onProgress: context.note,
    });
  let body = '';
  const result = rehearsal
    ? await onCopy(context, async (ctx) => {
        body = await receivingBody(ctx);
        return work(ctx, operatorActor(ctx, context.osUser));
      })
    : await context.withContext(async (ctx, actor) => {
        await demandWritable(ctx);
        const done = await work(ctx, actor);
        body = await receivingBody(ctx);
        await logOperation(ctx.db, context.osUser, 'vendor.import', { system: options.system, ...done.totals });
        return done;
      });
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const figures = { rehearsal, seconds, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) };
  const files = await keepReport(join(context.config.dataDir, 'exports'), result, figures, body);
  const shown = result.templates.map((one) => ({ ...one, refusedRows: one.refusedRows.slice(0, shownRefusals) }));
  context.print(
    { ...result, ...figures, templates: shown, report: files },
    forPeople(result, rehearsal, files, seconds),
  );
  if (result.totals.refused > 0 || result.differences.length > 0) context.exit(1);
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('import-vendor')
    .description(
      '接收原系统移交的数据，最后出核对报告 Take over from a former system; ends with a reconciliation report',
    )
    .requiredOption('--from <dir>', '转储目录（模板见 docs/operate/migrate.md）folder of the dump')
    .option('--system <name>', '原系统的名称，写在核验页和办件历史中 name of the former system', '原系统')
    .option('--rehearse', '只演练：在数据库副本上运行，不改动任何数据 run on a copy and change nothing')
    .action((options: Options) => run(options, context));
}
