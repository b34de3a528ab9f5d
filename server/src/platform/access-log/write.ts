/**
 * Who looked at what, or changed it, and why. A success is written in the transaction of the act; a refusal or failure in
 * its own before the answer. What cannot be logged is not answered (`log-unavailable`, 503).
 */
import { looksLikePersonIdentifier } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import {
  execute,
  type Pool,
  prepared,
  type Queryable,
  query,
  type Sql,
  sql,
  type Transaction,
  withTransaction,
} from '../db.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../ids.ts';

export interface AccessEntry {
  /** What was done, as the permission or the operation is called: `subject.full`, `submission.create`. */
  readonly action: string;
  readonly outcome?: 'ok' | 'refused' | 'failed';
  /** Kind and id of the thing: `submission`, `record`, `report`. */
  readonly resourceKind?: string | null;
  readonly resourceId?: string | null;
  readonly subjectId?: string | null;
  /** From the policy list; needed where the rule says so. */
  readonly purpose?: string | null;
  readonly matter?: string | null;
  readonly caseNumber?: string | null;
  /** Small facts in tokens and codes: never a person's number, never a payload. */
  readonly detail?: Readonly<Record<string, unknown>> | null;
}

/** All that an entry needs: commands that look after the installation open nothing more. */
export type LogContext = Pick<AppContext, 'db' | 'clock'>;

/** Longest detail that is kept, in characters of JSON. */
const maxDetail = 4000;
const maxBatch = 1000;

/** Control characters, line separators, and what is not seen: they forge lines, turn text round or hide a number. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** Digits of other scripts and marks on digits, which a reader takes for a number and a scanner does not. */
const disguised = /\p{M}|(?![0-9])\p{N}/u;

const zeroOf = (code: number): number => {
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return zero;
};
/** The text as a reader takes it: one kind of digits, no marks. */
const plainly = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/\p{M}/gu, '')
    .replace(/(?![0-9])\p{Nd}/gu, (digit) => {
      const code = digit.codePointAt(0) ?? 48;
      return String(code - zeroOf(code));
    });

function blackedOut(text: string): string {
  let out = text;
  for (const range of [...looksLikePersonIdentifier(text)].reverse()) {
    if (!range.alsoUnifiedCode) out = `${out.slice(0, range.start)}***${out.slice(range.end)}`;
  }
  return out;
}

/**
 * A person's number that slipped in is blacked out here, so that the log and its seals never hold one; also one that was
 * written in digits of another script. A disguised one takes the rest of the text into its plain form.
 */
export function withoutPersonNumbers(text: string): string {
  const out = blackedOut(text);
  if (!disguised.test(text)) return out;
  const plain = plainly(out);
  const found = blackedOut(plain);
  return found === plain ? out : found;
}

/** One line of what can be seen. Also what jsonb cannot hold: NUL and lone surrogates may not stop the log. */
function oneLine(text: string): string {
  const formed = text.toWellFormed();
  if (!unseen.test(formed)) return formed;
  return formed.replace(/\p{Cf}/gu, '').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

const clean = (text: string | null | undefined, limit = 500): string | null =>
  text === null || text === undefined ? null : withoutPersonNumbers(oneLine(text.slice(0, limit)));

/** Each text by itself: the JSON around it stays JSON whatever somebody typed. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? withoutPersonNumbers(oneLine(value)) : value;

function detailText(entry: AccessEntry): string | null {
  if (!entry.detail) return null;
  // Once more as a whole: a number that stands in it as a number.
  const text = blackedOut(JSON.stringify(entry.detail, storable));
  return text.length <= maxDetail ? text : JSON.stringify({ truncated: true, length: text.length });
}

interface Act {
  readonly actor: Actor;
  readonly entry: AccessEntry;
}

const rowOf = (at: string, { actor, entry }: Act) => ({
  log_id: newId(),
  at,
  actor_kind: actor.kind,
  account_id: actor.accountId,
  actor_name: clean(actor.name, 200),
  body_id: actor.bodyId,
  os_user: clean(actor.osUser, 100),
  action: entry.action,
  resource_kind: entry.resourceKind ?? null,
  resource_id: clean(entry.resourceId, 200),
  subject_id: entry.subjectId ?? null,
  purpose: clean(entry.purpose),
  matter: clean(entry.matter),
  case_number: clean(entry.caseNumber),
  outcome: entry.outcome ?? 'ok',
  address: clean(actor.address, 100),
  request_id: actor.requestId,
  detail: detailText(entry),
});

/** One text whatever the number of rows, so that a connection plans it once. */
const insertOf = (at: string, acts: readonly Act[]): Sql =>
  sql`insert into log.access_log (log_id, at, actor_kind, account_id, actor_name, body_id, os_user, action,
        resource_kind, resource_id, subject_id, purpose, matter, case_number, outcome, address, request_id, detail)
      select l.log_id, l.at, l.actor_kind, l.account_id, l.actor_name, l.body_id, l.os_user, l.action, l.resource_kind, l.resource_id,
        l.subject_id, l.purpose, l.matter, l.case_number, l.outcome, l.address, l.request_id, l.detail::jsonb
      from jsonb_to_recordset(${JSON.stringify(acts.map((act) => rowOf(at, act)))}::jsonb) as l(log_id uuid, at timestamptz, actor_kind text,
        account_id uuid, actor_name text, body_id uuid, os_user text, action text, resource_kind text, resource_id text, subject_id uuid,
        purpose text, matter text, case_number text, outcome text, address text, request_id text, detail text)`;

/** What cannot be logged is not answered (503). */
export function unavailable(cause: unknown): DomainError {
  return cause instanceof DomainError ? cause : new DomainError('log-unavailable', { cause });
}

/**
 * The insert of entries as a part of the act's own statement. The caller wraps what its statement throws with `unavailable`.
 * Throws `log-unavailable`.
 */
export async function accessInsert(ctx: LogContext, acts: readonly Act[]): Promise<Sql> {
  try {
    await ensureMonth(ctx);
    return insertOf(ctx.clock.now(), acts);
  } catch (error) {
    throw unavailable(error);
  }
}

/** Writes an entry with the act: pass the act's own transaction. Throws `log-unavailable`. */
export async function writeAccess(client: Queryable, ctx: LogContext, actor: Actor, entry: AccessEntry): Promise<void> {
  await writeAccessAll(client, ctx, actor, [entry]);
}

/** Several entries in one statement for each thousand. */
export async function writeAccessAll(
  client: Queryable,
  ctx: LogContext,
  actor: Actor,
  entries: readonly AccessEntry[],
): Promise<void> {
  try {
    await ensureMonth(ctx);
    for (let from = 0; from < entries.length; from += maxBatch) {
      const acts = entries.slice(from, from + maxBatch).map((entry) => ({ actor, entry }));
      await execute(client as Pool, prepared('access-log.insert', insertOf(ctx.clock.now(), acts)));
    }
  } catch (error) {
    throw unavailable(error);
  }
}

/**
 * A refusal or failure, in a transaction of its own through the log login, so that it stays when the act is rolled back.
 * Throws `log-unavailable`; call it before the answer.
 */
export async function writeRefusal(ctx: AppContext, actor: Actor, entry: AccessEntry): Promise<void> {
  await writeAccess(ctx.db.log, ctx, actor, { outcome: 'refused', ...entry });
}

/**
 * A read of non-public data: `work` runs in a transaction of the app login, its entry is written with it, and nothing is
 * returned before both are durable.
 */
export async function withAccess<T>(
  ctx: AppContext,
  actor: Actor,
  entry: AccessEntry | ((result: T) => AccessEntry | readonly AccessEntry[]),
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return withTransaction(ctx.db.app, async (tx) => {
    const result = await work(tx);
    const made = typeof entry === 'function' ? entry(result) : entry;
    await writeAccessAll(
      tx,
      ctx,
      actor,
      Array.isArray(made) ? (made as readonly AccessEntry[]) : [made as AccessEntry],
    );
    return result;
  });
}

const monthsMade = new WeakMap<object, Set<string>>();

/** The first entry of a month in this process makes sure that the month has a partition, on a connection of its own. */
async function ensureMonth(ctx: LogContext): Promise<void> {
  const months = monthsMade.get(ctx.db) ?? new Set<string>();
  monthsMade.set(ctx.db, months);
  const month = ctx.clock.now().slice(0, 7);
  if (months.has(month)) return;
  await query(ctx.db.log, sql`select log.ensure_partitions(${`${month}-01`}::date, 1)`);
  months.add(month);
}

/** Months ahead that are made, so that a platform whose jobs stand still for weeks goes on writing. */
const monthsAhead = 4;

/** Makes the month's partition and those ahead; names the epoch. At start, daily by a job, and by each command. */
export async function prepareAccessLog(ctx: Pick<AppContext, 'db' | 'clock'>): Promise<{ epoch: number }> {
  await query(ctx.db.sealer, sql`select log.ensure_partitions(${ctx.clock.now().slice(0, 10)}::date, ${monthsAhead})`);
  const [row] = await query<{ epoch: number }>(
    ctx.db.sealer,
    sql`select log.ensure_epoch(${ctx.clock.now()}::timestamptz) as epoch`,
  );
  return { epoch: row?.epoch ?? 1 };
}
