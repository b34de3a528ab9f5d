/**
 * Records come in by the same pipeline as a department's file: every rule, match and duplicate as ever. Afterwards the file
 * is read once more by itself, and rows and amounts are compared with what the database holds.
 */
import type { Actor, AppContext } from '../../context.ts';
import { findHeader, openTable } from '../../platform/tabular/index.ts';
import { loadSubmission, runCollect } from '../collection/index.ts';
import type { DataStandard } from '../policy/index.ts';
import { keepTaken, storedOf, takenBefore } from './queries.ts';
import { type Dump, type DumpRow, digestOf, fileOfDump, rowsOf } from './read-dump.ts';
import { type Fate, refuse, Tally, type TemplateResult } from './tally.ts';

export interface FileResult {
  readonly file: string;
  readonly standard: string;
  readonly org: string;
  readonly submission: string;
  readonly rows: number;
  /** By the run that took the file. */
  readonly accepted: number;
  readonly taken: number;
  readonly alreadyThere: number;
  readonly doubtful: number;
  readonly refused: number;
  /** Versions in the database that came of this file. */
  readonly stored: number;
  /** Accepted rows about natural persons: they are in the person store, which this command cannot read. */
  readonly persons: number;
  /** All rows about natural persons, refused and doubtful ones among them, as the pipeline counted them. */
  readonly personRows: number;
  readonly amounts: Amounts | null;
}

/** Fen. Null where the standard has no amount. */
export interface Amounts {
  /** Over all rows of the dump whose amount can be read. */
  readonly dump: bigint;
  /** Of those rows, the ones that were stored: as the dump has them, and as the database has them. */
  readonly dumpStored: bigint;
  readonly stored: bigint;
  /** Rows that are not stored: refused, doubtful, duplicates. */
  readonly notStored: bigint;
  /** Stored rows whose amount in the dump is written so that only the pipeline's repair reads it. */
  readonly unreadable: number;
}

const key = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\s*（）()]/g, '')
    .toUpperCase();

/** 万元 with six decimals at most → fen; null for anything else. */
export function fenOf(text: string): bigint | null {
  const found = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!found) return null;
  return BigInt(found[1] ?? '0') * 1_000_000n + BigInt((found[2] ?? '').padEnd(6, '0'));
}

async function amountsByRow(path: string, standard: DataStandard): Promise<Map<number, string> | null> {
  const field = standard.fields.find(({ role }) => role === 'amount');
  if (field?.type !== 'amount10k') return null;
  const names = new Set([field.code, field.label.zh, ...(field.aliases ?? [])].map(key));
  const table = openTable(path, { limits: { maxRows: 2_000_000 } });
  try {
    const found = await findHeader(table, (cells) => {
      const at = cells.findIndex((cell) => names.has(key(cell)));
      return at < 0 ? null : at;
    });
    if (!found) return null;
    const map = new Map<number, string>();
    for await (const batch of found.batches)
      for (const row of batch.rows) {
        const cell = row.cells[found.match]?.trim() ?? '';
        if (cell !== '') map.set(row.rowNumber, cell);
      }
    return map;
  } finally {
    await table.close();
  }
}

async function compare(ctx: AppContext, path: string, standard: DataStandard, submission: string) {
  const rows = await storedOf(ctx.db.app, submission);
  const written = await amountsByRow(path, standard);
  if (!written) return { stored: rows.length, amounts: null };
  const held = new Map(rows.map((row) => [row.row_no, row.amount_fen]));
  const sums = { dump: 0n, dumpStored: 0n, stored: 0n, notStored: 0n, unreadable: 0 };
  for (const [row, text] of written) {
    const fen = fenOf(text);
    const has = held.has(row);
    if (fen === null) {
      if (has) sums.unreadable++;
      continue;
    }
    sums.dump += fen;
    if (!has) sums.notStored += fen;
    else {
      sums.dumpStored += fen;
      sums.stored += held.get(row) ?? 0n;
    }
  }
  return { stored: rows.length, amounts: sums };
}

export interface TakeRecords {
  readonly result: TemplateResult;
  readonly files: readonly FileResult[];
  readonly submissions: readonly string[];
}

type Progress = (file: string, done: number) => void;

/** The submission of this very file, new or of an earlier run. */
async function collectOnce(
  ctx: AppContext,
  actor: Actor,
  of: { path: string; file: string; standard: string; org: string },
  progress: Progress,
): Promise<{ submission: string; before: boolean }> {
  const digest = `${await digestOf(of.path)} ${of.standard} ${of.org}`;
  const known = await takenBefore(ctx.db.app, 'records', digest);
  if (known?.result_id) return { submission: known.result_id, before: true };
  const done = await runCollect(ctx, actor, {
    file: of.path,
    standard: of.standard,
    org: of.org,
    onProgress: (rows) => progress(of.file, rows),
  });
  if (done.failure)
    throw refuse(`整个文件未受理：${done.failure.message.zh}`, `the file was refused: ${done.failure.message.en}`);
  await keepTaken(ctx.db.app, { template: 'records', key: digest, resultId: done.submission, at: ctx.clock.now() });
  return { submission: done.submission, before: false };
}

async function takeFile(
  ctx: AppContext,
  actor: Actor,
  dump: Dump,
  row: DumpRow,
  progress: Progress,
): Promise<FileResult> {
  const { file = '', standard: name = '', org = '' } = row.cells;
  const path = fileOfDump(dump, file);
  if (path === null) throw refuse(`records 目录中没有文件 ${file}`, `the folder records has no file ${file}`);
  const standard = ctx
    .policy()
    .standards()
    .find((one) => one.standard === name);
  if (!standard) throw refuse(`没有数据标准 ${name}`, `there is no standard ${name}`);
  const { submission, before } = await collectOnce(ctx, actor, { path, file, standard: name, org }, progress);
  const kept = await loadSubmission(ctx.db.app, submission);
  if (!kept) throw refuse('原批次已不在', 'the earlier submission is gone');
  const accepted = Number(kept.accepted);
  const compared = await compare(ctx, path, ctx.policy().standard(name), submission);
  return {
    file,
    standard: name,
    org,
    submission,
    rows: Number(kept.rows_done),
    accepted,
    taken: before ? 0 : accepted,
    alreadyThere: Number(kept.duplicate) + (before ? accepted : 0),
    doubtful: Number(kept.doubtful),
    refused: Number(kept.refused),
    persons: Math.max(0, accepted - compared.stored),
    personRows: Number(kept.person_rows),
    ...compared,
  };
}

const whyRefused = {
  zh: '报送规则退回（见该批次的问题清单）',
  en: 'refused by the rules of reporting (see the findings)',
};
const whyDoubtful = {
  zh: '存疑，待人工处理（见该批次的存疑行）',
  en: 'doubtful; a person decides (see the doubtful rows)',
};

/** The rows of the files are what is counted; the list of files is not. */
export async function takeRecords(
  ctx: AppContext,
  actor: Actor,
  dump: Dump,
  path: string,
  progress: Progress,
): Promise<TakeRecords> {
  const tally = new Tally('records');
  const files: FileResult[] = [];
  for await (const row of rowsOf(path, 'records')) {
    const name = row.cells.file ?? '';
    const probe = new Tally('records');
    await probe.one(row, name, async (): Promise<Fate> => {
      files.push(await takeFile(ctx, actor, dump, row, progress));
      return 'taken';
    });
    const [refused] = probe.result().refusedRows;
    if (refused) {
      tally.refuse(row.row, name, refused);
      continue;
    }
    const of = files.at(-1);
    if (!of) continue;
    tally.count('taken', of.taken);
    tally.count('alreadyThere', of.alreadyThere);
    for (let n = 0; n < of.refused; n++) tally.refuse(0, name, whyRefused);
    for (let n = 0; n < of.doubtful; n++) tally.refuse(0, name, whyDoubtful);
  }
  return { result: tally.result(), files, submissions: files.map(({ submission }) => submission) };
}
