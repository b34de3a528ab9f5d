/**
 * A list of organisations for one matter, one document, one named list. Kept row by row and worked through in the background,
 * so that it goes on where it stopped. No person is in it: such a row is refused, counted and kept nowhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchCheckRequest, BatchCheckView, BatchFields } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { type Reading, readingEntry } from '../access/index.ts';
import { cleanCode, normaliseName } from '../subjects/index.ts';
import { openCheck, personNumberIn, personsElsewhere } from './ask.ts';
import {
  advanceBatch,
  type BatchRow,
  batchBy,
  batchRows,
  bearersOf,
  insertBatch,
  type NewBatchRow,
  type WaitingRow,
  type WrittenOutcome,
  writeOutcomes,
} from './batch-queries.ts';
import { isCodeShape, looksLikePersonName, type MeantOrganisation, meantBy } from './batch-rows.ts';
import { subjectsOfCodes } from './queries.ts';
import { batchView } from './read-batches.ts';
import { answerAll, type Question } from './run-check.ts';

export const batchTask = 'checks.batch';
const rowsATransaction = 1_000;

/** A row as the list gives it. */
export interface GivenRow {
  readonly code: string;
  readonly name: string;
  /** Of the sheet; null where there is none. */
  readonly sheetRow: number | null;
  /** The cell could not be read. */
  readonly unread?: boolean;
}

/** One text a row: a code where it has the form of one, else a name. */
export const givenTexts = (texts: readonly string[]): GivenRow[] =>
  texts.map((text) => {
    const code = cleanCode(text);
    return isCodeShape(code) ? { code, name: '', sheetRow: null } : { code: '', name: text, sheetRow: null };
  });

/** A person stands in the row by number, or by a name that no organisation can have and no code beside it. */
const isPersonRow = ({ code, name }: GivenRow): boolean =>
  personNumberIn(code) || personNumberIn(name) || (code.trim() === '' && looksLikePersonName(name.trim()));

const tidyName = (name: string): string =>
  name.toWellFormed().replaceAll('\0', '').normalize('NFC').trim().slice(0, 200);

interface KeptRows {
  readonly rows: readonly NewBatchRow[];
  readonly persons: number;
  readonly repeated: number;
}

/** What is kept of a list. The same organisation asked twice in one list is asked once. Pure. */
export function keepRows(given: readonly GivenRow[]): KeptRows {
  const seen = new Set<string>();
  const rows: NewBatchRow[] = [];
  let persons = 0;
  for (const row of given) {
    if (isPersonRow(row)) {
      persons++;
      continue;
    }
    const asked = cleanCode(row.code);
    const name = tidyName(row.name);
    const key = `${asked} ${normaliseName(name)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    rows.push({
      asked,
      name: name === '' || looksLikePersonName(name) ? null : name,
      sheetRow: row.sheetRow,
      unread: row.unread ?? false,
    });
  }
  return { rows, persons, repeated: given.length - persons - rows.length };
}

export interface BatchList {
  readonly rows: readonly GivenRow[];
  /** Rows that the reader of a file has refused already. */
  readonly persons: number;
}

/** Errors as of a check; unprocessable where the matter takes no lists, or nothing but persons was sent. */
export async function startBatchOf(
  ctx: AppContext,
  actor: Actor,
  fields: BatchFields,
  read: (most: number) => Promise<BatchList>,
): Promise<BatchCheckView> {
  const { matter, purpose, document, listName } = fields;
  if (personNumberIn(`${document} ${listName}`)) throw personsElsewhere();
  // The document that asks is the case of every row.
  const asked = await openCheck(ctx, actor, { matter, purpose, caseNumber: document });
  if (!asked.matter.batch)
    throw new DomainError('unprocessable', {
      zh: `事项“${asked.matter.name.zh}”须逐件核查，不能批量。`,
      en: 'This matter is checked one by one, not as a list.',
    });
  const most = ctx.policy().checkRules().batchRows;
  const list = await read(most);
  if (list.rows.length > most)
    throw new DomainError('too-large', {
      zh: `一批最多 ${most} 行，请分批提交。`,
      en: `A batch has ${most} rows at most. Send several.`,
    });
  const kept = keepRows(list.rows);
  if (kept.rows.length === 0) throw personsElsewhere();
  const row: BatchRow = {
    batch_id: newId(),
    body_id: actor.bodyId,
    account_id: actor.accountId,
    account_name: actor.name,
    matter: asked.matter.code,
    purpose,
    document: asked.reading.caseNumber ?? document,
    list_name: listName.normalize('NFC').trim(),
    state: 'received',
    row_count: kept.rows.length,
    persons: kept.persons + list.persons,
    repeated: kept.repeated,
    done_to: 0,
    hits: 0,
    unknown: 0,
    ambiguous: 0,
    received_at: ctx.clock.now() as BatchRow['received_at'],
    done_at: null,
  };
  await withTransaction(ctx.db.app, async (tx) => {
    await insertBatch(tx, row, kept.rows);
    await writeAccess(tx, ctx, actor, {
      action: 'check.batch',
      resourceKind: 'checkBatch',
      resourceId: row.batch_id,
      ...readingEntry(asked.reading),
      detail: { rows: row.row_count, persons: row.persons, repeated: row.repeated },
    });
    await ctx.jobs.enqueue(tx, batchTask, { batchId: row.batch_id }, { key: `${batchTask} ${row.batch_id}` });
  });
  return batchView(ctx, row, null);
}

export const startBatch = (ctx: AppContext, actor: Actor, request: BatchCheckRequest): Promise<BatchCheckView> => {
  const { organisations, ...fields } = request;
  return startBatchOf(ctx, actor, fields, async () => ({ rows: givenTexts(organisations), persons: 0 }));
};

/** Whoever started it was authorised then; the log of each row names them. */
const starterOf = (batch: BatchRow): Actor => ({
  kind: batch.account_id === null ? 'operator' : 'account',
  accountId: batch.account_id,
  name: batch.account_name,
  roles: [],
  bodyId: batch.body_id,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: batch.batch_id,
});

const readingOf = (batch: BatchRow): Reading => ({
  level: 'government',
  items: null,
  purpose: batch.purpose,
  matter: batch.matter,
  caseNumber: batch.document,
});

/** Which organisation each row means; null: the row was not to be read and has its outcome. */
async function meantRows(tx: Transaction, rows: readonly WaitingRow[]): Promise<(MeantOrganisation | null)[]> {
  const nameOf = (row: WaitingRow): string => (row.name === null ? '' : normaliseName(row.name));
  const codes = new Set(rows.map((row) => row.asked).filter((code) => code !== ''));
  const names = new Set(rows.map(nameOf).filter((name) => name !== ''));
  const found = new Map((await subjectsOfCodes(tx, [...codes])).map((one) => [one.asked, one.subject_id]));
  const bearers = await bearersOf(tx, [...names]);
  return rows.map((row) =>
    row.outcome === 'waiting' ? meantBy(row, found.get(row.asked) ?? null, bearers.get(nameOf(row)) ?? []) : null,
  );
}

/** Rows that mean an organisation are asked; the others have what is to be done. */
async function outcomesOf(
  ctx: AppContext,
  tx: Transaction,
  rows: readonly WaitingRow[],
  ask: (code: string) => Question,
): Promise<WrittenOutcome[]> {
  const meant = await meantRows(tx, rows);
  const codes = meant.flatMap((one) => (one && 'code' in one ? [one.code] : []));
  const told = (await answerAll(ctx, tx, codes.map(ask))).values();
  return rows.map(({ row_no }, at): WrittenOutcome => {
    const one = meant[at];
    if (!one) return { row_no, outcome: 'unknown', note: 'codeWrong', number: null };
    if (!('code' in one)) return { row_no, ...one, number: null };
    const answer = told.next().value;
    if (!answer || answer instanceof DomainError)
      return { row_no, outcome: 'unknown', note: 'codeUnknown', number: null };
    const { hit, number } = answer.receipt;
    return { row_no, outcome: hit ? 'hit' : 'clear', note: one.note, number };
  });
}

/** The next thousand rows, in one transaction. False when there are none any more. Errors: conflict (another was faster). */
async function workOn(ctx: AppContext, batch: BatchRow): Promise<boolean> {
  const matter = ctx.policy().matter(batch.matter);
  if (!matter) throw new DomainError('unprocessable', { zh: '事项已停用', en: 'the matter is no more' });
  const [actor, reading] = [starterOf(batch), readingOf(batch)];
  return withTransaction(ctx.db.app, async (tx) => {
    const rows = await batchRows(tx, batch.batch_id, batch.done_to, rowsATransaction);
    const outcomes = await outcomesOf(ctx, tx, rows, (code) => ({
      matter,
      reading,
      actor,
      code,
      way: 'batch',
      batchId: batch.batch_id,
    }));
    await writeOutcomes(tx, batch.batch_id, outcomes);
    const doneTo = batch.done_to + rows.length;
    const count = (outcome: string): number => outcomes.filter((one) => one.outcome === outcome).length;
    const moved = await advanceBatch(tx, batch, {
      doneTo,
      hits: count('hit'),
      unknown: count('unknown'),
      ambiguous: count('ambiguous'),
      doneAt: doneTo >= batch.row_count ? (ctx.clock.now() as BatchRow['received_at']) : null,
    });
    if (moved === 0) throw new DomainError('conflict');
    return doneTo < batch.row_count;
  });
}

const otherWorkerMs = 200;

/** Goes on where the batch stands, also where another worker (a command beside the server) is at it. */
export async function workBatch(ctx: AppContext, batchId: string, signal?: AbortSignal): Promise<void> {
  for (;;) {
    const batch = await batchBy(ctx.db.app, batchId);
    if (!batch || batch.state === 'done') return;
    if (signal?.aborted) throw new Error('stopped; it goes on from here');
    try {
      if (!(await workOn(ctx, batch))) return;
    } catch (error) {
      if (!(error instanceof DomainError && error.code === 'conflict')) throw error;
      await sleep(otherWorkerMs);
    }
  }
}

export function checkJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(batchTask, async (context, payload, job) => {
    await workBatch(context, String(payload.batchId), job.signal);
  });
}
