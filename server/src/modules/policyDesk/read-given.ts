/** What a shell gives to be tried: a folder of policy files, or one workbook in the place of a file in force. */
import { stat } from 'node:fs/promises';
import type { AppContext } from '../../context.ts';
import { openTable } from '../../platform/tabular/index.ts';
import { loadPolicyFiles, type PolicyFile, problemLine, problemsWith } from '../policy/index.ts';
import { inForce } from './change-common.ts';
import { headFile } from './change-files.ts';
import { readWorkbook, statedIn } from './read-workbook.ts';
import { fromRows, isSheetKind } from './sheets.ts';

export interface GivenPolicy {
  readonly files: readonly PolicyFile[];
  /** Lines; with any of them the files are not used. */
  readonly problems: readonly string[];
}
export interface GivenOptions {
  readonly kind?: string;
  readonly key?: string;
}

const markRows = 5;

/** The template says what it is in its second row; a sheet made by hand needs `--kind` and `--key`. */
async function targetOf(path: string, options: GivenOptions): Promise<{ kind: string; key: string } | null> {
  if (options.kind !== undefined && options.key !== undefined) return { kind: options.kind, key: options.key };
  const table = openTable(path, {});
  try {
    let seen = 0;
    for await (const batch of table)
      for (const row of batch.rows) {
        const stated = statedIn(row.cells);
        if (stated) return stated;
        seen += 1;
        if (seen >= markRows) return null;
      }
    return null;
  } finally {
    await table.close();
  }
}

const refused = (problems: readonly string[]): GivenPolicy => ({ files: [], problems });

async function fromWorkbook(ctx: AppContext, path: string, options: GivenOptions): Promise<GivenPolicy> {
  const target = await targetOf(path, options);
  if (!target || !isSheetKind(target.kind))
    return refused([
      '表格没有写明是哪个政策的模板，请加 --kind 和 --key / the sheet does not say which policy it is; give --kind and --key',
    ]);
  const base = await headFile(ctx, target.kind, target.key);
  const sheet = await readWorkbook(path, base.kind);
  const read = fromRows(base, sheet.rows, ctx.policy());
  if (read.problems.length > 0)
    return refused(read.problems.map(({ row, column, zh, en }) => `${row ?? ''} ${column ?? ''}: ${zh} / ${en}`));
  return { files: [read.file], problems: [] };
}

/** The files of the folder alone: read over the shipped ones, so that what they refer to is there. */
async function fromFolder(ctx: AppContext, folder: string): Promise<GivenPolicy> {
  const before = await loadPolicyFiles(ctx.config.policyDirs);
  const with_ = await loadPolicyFiles([...ctx.config.policyDirs, folder]);
  const known = new Set(before.files.map((file) => JSON.stringify(file)));
  if (with_.problems.length > 0) return refused(with_.problems.map(problemLine));
  return { files: with_.files.filter((file) => !known.has(JSON.stringify(file))), problems: [] };
}

/** Problems are those that a start of the platform would refuse with the files in their places. */
export async function readGivenPolicy(ctx: AppContext, path: string, options: GivenOptions): Promise<GivenPolicy> {
  const folder = (await stat(path)).isDirectory();
  const given = folder ? await fromFolder(ctx, path) : await fromWorkbook(ctx, path, options);
  if (given.problems.length > 0) return given;
  const problems = problemsWith(inForce(ctx), given.files);
  return problems.length > 0
    ? refused(problems.map(({ file, path: at, zh, en }) => `${file} ${at}: ${zh} / ${en}`))
    : given;
}
