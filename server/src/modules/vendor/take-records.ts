/**
 * Records come in by the same pipeline as a department's file: every rule, match and duplicate as ever. Afterwards the file
 * is read once more by itself, and rows and amounts are compared with what the database holds.
 */
import type { Actor, AppContext } from '../../context.ts';
import { readTableHere, type TableRow, withLimits } from '../../platform/tabular/index.ts';
import { loadSubmission, processSubmission, runCollect } from '../collection/index.ts';
import { findBody } from '../identity/index.ts';
import type { DataStandard } from '../policy/index.ts';
import { keepTaken, standingOf, storedOf, takenBefore } from './queries.ts';
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
  /** Rows of the file as it is written, counted without the pipeline. */
  readonly counted: number;
  /** Versions in the database that came of this file, and those of them that stand now. */
  readonly stored: number;
  readonly live: number;
  readonly item: string;
  readonly body: string;
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

/** Headings by which a table of the standard is known: codes, labels and other names, of every edition. */
function namesOf(standard: DataStandard): Set<string> {
  const fields = standard.fields.flatMap((field) => [field.code, field.label.zh, ...(field.aliases ?? [])]);
  const editions = standard.editions.flatMap((edition) => [...edition.columns, ...Object.keys(edition.maps ?? {})]);
  return new Set([...fields, ...editions].map(key));
}

/** Cells that a heading of the standard has at least; a title above the table has fewer. */
const fewestHeadings = 3;
/** A line with one cell is a note under the heading, not a row. */
const fewestCells = 2;

interface Written {
  readonly row: number;
  /** Empty where the row has none. */
  readonly amount: string;
}

/** Rows above the table that may be titles. */
const mostTitles = 10;
const readPlan = { limits: withLimits({ maxRows: 2_000_000 }), batchRows: 1_000, unneutralise: true };

/**
 * The rows of the file as they are written, a batch at a time, without the pipeline; `amounts` where it has that column. Read
 * in this thread: the pipeline has looked into the file, and a second kind of worker would hold a heap of its own meanwhile.
 */
async function* writtenRows(
  path: string,
  standard: DataStandard,
): AsyncGenerator<{ amounts: boolean; rows: Written[] }> {
  const field = standard.fields.find(({ role }) => role === 'amount');
  const amount = field?.type === 'amount10k' ? [field.code, field.label.zh, ...(field.aliases ?? [])].map(key) : [];
  const names = namesOf(standard);
  const isHeading = ({ cells }: TableRow): boolean =>
    cells.filter((cell) => names.has(key(cell))).length >= fewestHeadings;
  let at: number | null = null;
  let above = 0;
  for await (const batch of readTableHere(path, readPlan)) {
    let below = batch;
    if (at === null) {
      const heading = batch.findIndex((row, place) => above + place <= mostTitles && isHeading(row));
      above += batch.length;
      if (heading < 0) {
        if (above > mostTitles) return;
        continue;
      }
      at = batch[heading]?.cells.findIndex((cell) => amount.includes(key(cell))) ?? -1;
      below = batch.slice(heading + 1);
    }
    const place = at;
    const rows = below
      .filter(({ cells }) => cells.filter((cell) => cell.trim() !== '').length >= fewestCells)
      .map(({ rowNumber, cells }) => ({ row: rowNumber, amount: place < 0 ? '' : (cells[place]?.trim() ?? '') }));
    if (rows.length > 0) yield { amounts: place >= 0, rows };
  }
}

interface Compared {
  readonly counted: number;
  readonly stored: number;
  readonly live: number;
  readonly amounts: Amounts | null;
}

/** A batch of the file beside what the database has of the same rows: memory does not grow with the file. */
async function compare(ctx: AppContext, path: string, standard: DataStandard, submission: string): Promise<Compared> {
  const sums = { dump: 0n, dumpStored: 0n, stored: 0n, notStored: 0n, unreadable: 0 };
  let counted = 0;
  let hasAmounts = false;
  for await (const { amounts, rows } of writtenRows(path, standard)) {
    counted += rows.length;
    if (!amounts) continue;
    hasAmounts = true;
    const [first, last] = [rows[0]?.row ?? 0, rows.at(-1)?.row ?? 0];
    const kept = await storedOf(ctx.db.app, submission, { from: first, to: last });
    const held = new Map(kept.map((row) => [row.row_no, row.amount_fen]));
    for (const { row, amount } of rows) {
      if (amount === '') continue;
      const fen = fenOf(amount);
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
  }
  const { versions, live } = await standingOf(ctx.db.app, submission);
  return { counted, stored: versions, live, amounts: hasAmounts ? sums : null };
}

export interface TakeRecords {
  readonly result: TemplateResult;
  readonly files: readonly FileResult[];
  readonly submissions: readonly string[];
}

type Progress = (file: string, done: number) => void;

/** Tries of one file that was refused whole: each is kept, the next begins anew. */
const maxTries = 20;

/**
 * The submission of this very file, new or of an earlier run. The file is noted in the transaction that receives it, so that a
 * run which was killed is known by it: the next one finishes what is half done and begins nothing twice.
 */
async function collectOnce(
  ctx: AppContext,
  actor: Actor,
  of: { path: string; file: string; standard: string; org: string },
  progress: Progress,
): Promise<{ submission: string; before: boolean }> {
  const digest = `${await digestOf(of.path)} ${of.standard} ${of.org}`;
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const key = attempt === 0 ? digest : `${digest} ${attempt}`;
    const known = (await takenBefore(ctx.db.app, 'records', key))?.result_id;
    if (known) {
      const earlier = await loadSubmission(ctx.db.app, known);
      if (earlier?.state === 'done') return { submission: known, before: true };
      // Refused whole: by now the policy may know what it lacked.
      if (earlier?.state === 'failed') continue;
      await processSubmission(ctx, known, { onProgress: (rows) => progress(of.file, rows) });
      return { submission: known, before: false };
    }
    const done = await runCollect(ctx, actor, {
      file: of.path,
      standard: of.standard,
      org: of.org,
      onProgress: (rows) => progress(of.file, rows),
      within: async (tx, submission) => {
        await keepTaken(tx, { template: 'records', key, resultId: submission, at: ctx.clock.now() });
      },
    });
    if (done.failure)
      throw refuse(`整个文件未受理：${done.failure.message.zh}`, `the file was refused: ${done.failure.message.en}`);
    return { submission: done.submission, before: false };
  }
  throw refuse('该文件已多次整体退回，请核对后更换文件', 'the file was refused many times: mend it');
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
    item: standard.name.zh,
    body: (await findBody(ctx.db.app, { bodyId: kept.body_id }))?.name ?? org,
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
