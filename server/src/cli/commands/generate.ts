/** `./chengxin generate --subjects N --records M --seed S --out DIR [--json]`: a city of any size as files, no database needed. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import {
  type CityPlan,
  generateCity,
  loadStandards,
  vendorDumpNames,
  writePlannedFileTo,
  writeVendorDump,
} from '../../demo/index.ts';
import { isPlainDate, systemClock } from '../../platform/clock.ts';
import { EnvironmentError } from '../../platform/errors.ts';
import type { CommandContext } from '../context.ts';

interface Options {
  readonly subjects: string;
  readonly records: string;
  readonly seed: string;
  readonly out: string;
  readonly asOf?: string;
  readonly rowsPerFile: string;
  readonly dirt: string;
  readonly force?: boolean;
  readonly vendorDump?: boolean;
}

interface ManifestFile {
  readonly file: string;
  readonly standard: string;
  readonly edition: string;
  /** Unified code of the body that sends it: `collect FILE --standard … --org …`. */
  readonly org: string;
  readonly rows: number;
  readonly encoding: string;
}

const MANIFEST = 'manifest.json';

/** Only what a generator wrote before is taken away, never the folder of somebody else. */
async function prepareFolder(folder: string, force: boolean): Promise<void> {
  await mkdir(folder, { recursive: true });
  const found = await readdir(folder);
  if (found.length === 0) return;
  if (!force) {
    throw new EnvironmentError(
      `目录 ${folder} 不是空的。请换一个目录，或加 --force 覆盖此前生成的文件。`,
      `The folder ${folder} is not empty. Choose another one, or add --force to replace the files generated there before.`,
    );
  }
  for (const name of found) if (name === MANIFEST || /^\d\d-.*\.(csv|xlsx)$/.test(name)) await rm(join(folder, name));
  for (const name of found) if (vendorDumpNames.has(name)) await rm(join(folder, name), { recursive: true });
}

async function write(plan: CityPlan, folder: string, context: CommandContext): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const file of plan.files) {
    if (context.signal.aborted) break;
    const path = join(folder, file.file);
    await rm(path, { force: true });
    const rows = await writePlannedFileTo(plan, file, path);
    if (rows === 0) {
      await rm(path);
      continue;
    }
    const { standard, edition, org, encoding } = file;
    files.push({ file: file.file, standard, edition, org, rows, encoding });
  }
  return files;
}

/** A dump as a former vendor would hand it over, for `import-vendor`. */
async function vendorDump(plan: CityPlan, folder: string, options: Options, context: CommandContext): Promise<void> {
  const rows = await writeVendorDump(plan, folder, context.signal);
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  context.print(
    { out: folder, seed: options.seed, rows, total },
    `已生成原系统转储 ${total} 行：${folder}\nA dump of ${total} rows: ${JSON.stringify(rows)}`,
  );
}

async function generate(options: Options, context: CommandContext): Promise<void> {
  const asOf = options.asOf ?? systemClock.today();
  const whole = (text: string): number => (/^\d{1,10}$/.test(text) ? Number(text) : Number.NaN);
  const numbers = {
    subjects: whole(options.subjects),
    records: whole(options.records),
    rowsPerFile: whole(options.rowsPerFile),
    dirt: Number(options.dirt),
  };
  const wrong =
    !(numbers.subjects >= 20) ||
    Number.isNaN(numbers.records) ||
    !(numbers.rowsPerFile >= 1 && numbers.rowsPerFile <= 1_000_000) ||
    !(numbers.dirt >= 0 && numbers.dirt <= 1) ||
    !isPlainDate(asOf);
  if (wrong) {
    context.note(
      '参数有误：--subjects 至少 20，--records 为不小于 0 的整数，--rows-per-file 为 1 至 1000000，--dirt 为 0 至 1，--as-of 形如 2026-06-30。',
      'Wrong options: --subjects from 20, --records from 0, --rows-per-file 1 to 1000000, --dirt 0 to 1, --as-of such as 2026-06-30.',
    );
    context.exit(2);
    return;
  }
  const folder = resolve(options.out);
  const standards = await loadStandards(context.config.policyDirs);
  await prepareFolder(folder, options.force ?? false);
  const began = performance.now();
  const plan = generateCity({ ...numbers, seed: options.seed, asOf, standards });
  if (options.vendorDump) return vendorDump(plan, folder, options, context);
  const files = await write(plan, folder, context);
  const seconds = Math.max(0.001, (performance.now() - began) / 1000);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const { subjects, records } = numbers;
  await writeFile(
    join(folder, MANIFEST),
    `${JSON.stringify({ city: '示范市', region: '999900', subjects, records, seed: options.seed, asOf, files }, null, 2)}\n`,
  );
  const figures = {
    rows,
    seconds: Math.round(seconds * 100) / 100,
    rowsPerSecond: Math.round(rows / seconds),
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  context.print(
    { out: folder, subjects, records, seed: options.seed, asOf, ...figures, files },
    `已生成 ${files.length} 个文件、${rows} 行，用时 ${figures.seconds} 秒（每秒 ${figures.rowsPerSecond} 行，内存峰值 ${figures.peakMiB} MiB）：${folder}\n${files.length} files, ${rows} rows in ${figures.seconds} s (${figures.rowsPerSecond} rows/s, peak ${figures.peakMiB} MiB)`,
  );
}

export default function register(program: Command, context: CommandContext): void {
  program
    .command('generate')
    .description('生成一座虚构城市的报送文件 Make the files of a fictional city, the same for the same seed')
    .requiredOption('--subjects <n>', '主体数 number of organisations')
    .requiredOption('--records <n>', '许可和处罚行数 rows of licences and penalties')
    .requiredOption('--out <dir>', '输出目录 folder to write to')
    .option('--seed <seed>', '种子 seed', '1')
    .option('--as-of <day>', '截止日（默认今天）the day the city is looked at; today by default')
    .option('--rows-per-file <n>', '每个文件最多行数 most rows of a file', '50000')
    .option('--dirt <share>', '0 为全部规范，1 为真实比例 0 clean, 1 as real files', '1')
    .option(
      '--vendor-dump',
      '生成一份虚构的原系统转储（供 import-vendor）a made-up dump of a former system, for import-vendor',
    )
    .option('--force', '覆盖此前生成的文件 replace what was generated there before')
    .action((options: Options) => generate(options, context));
}
