/**
 * Merge and split by alias rows only: no record, name or identifier is moved, so that both can be undone. Rows are
 * flat (a canonical subject is never itself an alias); which merge brought a member in is read from its history: rows
 * that follow each other without a gap are one membership, and the first of them names the subject it was merged into.
 */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { execute, query, sql, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import type { SubjectPorts } from './ports.ts';

/** Subjects in one cluster; more is a mistake, not a merger. */
const maxCluster = 500;
/** Records whose keys are checked in one merge. */
const maxRekeyed = 100_000;
const page = 2000;

export interface Collision {
  item: string;
  documentNumber: string | null;
  decidedOn: string | null;
  /** The same fact held twice in the merged cluster; an officer decides which source withdraws. */
  recordIds: string[];
}

export interface MergeResult {
  canonicalId: string;
  moved: string[];
  collisions: Collision[];
}

interface AliasRow {
  subject_id: string;
  canonical_id: string;
  from_at: string;
  to_at: string | null;
}

const notFound = (): DomainError =>
  new DomainError('not-found', {
    zh: '未找到该主体，请核对统一社会信用代码或主体编号。',
    en: 'There is no such subject. Check the code or the id.',
  });

async function canonicalOf(tx: Transaction, subjectId: string): Promise<string> {
  if (!isId(subjectId)) throw notFound();
  const rows = await query<{ canonical_id: string }>(
    tx,
    sql`SELECT COALESCE(a.canonical_id, s.subject_id) AS canonical_id FROM core.subject s
          LEFT JOIN core.subject_alias a ON a.subject_id = s.subject_id AND a.to_at IS NULL
         WHERE s.subject_id = ${subjectId}`,
  );
  const row = rows[0];
  if (row === undefined) throw notFound();
  return row.canonical_id;
}

/** The cluster's members without the canonical subject, in order of id. */
async function membersOf(tx: Transaction, canonicalId: string): Promise<string[]> {
  const rows = await query<{ subject_id: string }>(
    tx,
    sql`SELECT subject_id FROM core.subject_alias WHERE canonical_id = ${canonicalId} AND to_at IS NULL
         ORDER BY subject_id LIMIT ${maxCluster + 1}`,
  );
  return rows.map((row) => row.subject_id);
}

/** Locks the subjects in order of id: two merges that meet wait for each other instead of deadlocking. */
async function lock(tx: Transaction, subjectIds: readonly string[]): Promise<void> {
  await query(
    tx,
    sql`SELECT subject_id FROM core.subject WHERE subject_id = ANY(${subjectIds}::uuid[]) ORDER BY subject_id FOR UPDATE`,
  );
}

async function historyOf(tx: Transaction, subjectIds: readonly string[]): Promise<AliasRow[]> {
  return query<AliasRow>(
    tx,
    sql`SELECT subject_id, canonical_id, from_at, to_at FROM core.subject_alias
         WHERE subject_id = ANY(${subjectIds}::uuid[]) ORDER BY subject_id, from_at`,
  );
}

/** Later than every row of the members, so that a new membership never looks like the continuation of an old one. */
function instantAfter(now: string, rows: readonly AliasRow[]): string {
  let at = Date.parse(now);
  for (const row of rows)
    at = Math.max(at, Date.parse(row.from_at) + 1, row.to_at === null ? 0 : Date.parse(row.to_at) + 1);
  return new Date(at).toISOString();
}

async function repoint(
  tx: Transaction,
  pairs: readonly (readonly [subjectId: string, canonicalId: string])[],
  at: string,
  reason: string,
  accountId: string | null,
): Promise<void> {
  if (pairs.length === 0) return;
  await execute(
    tx,
    sql`INSERT INTO core.subject_alias (subject_id, canonical_id, from_at, reason, account_id)
        SELECT p.subject_id, p.canonical_id, ${at}::timestamptz, ${reason}, ${accountId}::uuid
          FROM unnest(${pairs.map((pair) => pair[0])}::uuid[], ${pairs.map((pair) => pair[1])}::uuid[]) AS p(subject_id, canonical_id)`,
  );
}

async function close(tx: Transaction, subjectIds: readonly string[], at: string): Promise<void> {
  if (subjectIds.length === 0) return;
  const closed = await execute(
    tx,
    sql`UPDATE core.subject_alias SET to_at = ${at}::timestamptz WHERE subject_id = ANY(${subjectIds}::uuid[]) AND to_at IS NULL`,
  );
  if (closed !== subjectIds.length) throw new DomainError('conflict');
}

/** Live records of two parts of a cluster that state the same fact: same item, body, document number and day. */
async function collisionsBetween(
  tx: Transaction,
  left: readonly string[],
  right: readonly string[],
): Promise<Collision[]> {
  const rows = await query<{ item: string; document_number: string | null; decided_on: string | null; ids: string[] }>(
    tx,
    sql`SELECT l.item, l.document_number, l.decided_on, array_agg(DISTINCT l.record_id) || array_agg(DISTINCT r.record_id) AS ids
          FROM core.record l
          JOIN core.record r ON r.item = l.item AND r.deciding_body_id = l.deciding_body_id
                            AND r.document_number = l.document_number AND r.decided_on IS NOT DISTINCT FROM l.decided_on
         WHERE l.subject_id = ANY(${left}::uuid[]) AND r.subject_id = ANY(${right}::uuid[])
           AND l.superseded_at IS NULL AND r.superseded_at IS NULL
         GROUP BY 1, 2, 3 ORDER BY 3, 2 LIMIT 1000`,
  );
  return rows.map((row) => ({
    item: row.item,
    documentNumber: row.document_number,
    decidedOn: row.decided_on,
    recordIds: row.ids,
  }));
}

interface KeyRow {
  subject_id: string;
  record_id: string;
  recorded_on: string;
  item: string;
  standard: string;
  deciding_body_id: string;
  document_number: string | null;
  decided_on: string | null;
  payload: Record<string, unknown>;
  payload_hash: Buffer;
  source_body_id: string;
}

/** Visits the live records of subjects page by page with the key they have under `canonicalId`. */
async function eachKey(
  tx: Transaction,
  subjectIds: readonly string[],
  canonicalId: string,
  rekey: NonNullable<SubjectPorts['rekey']>,
  visit: (keys: { row: KeyRow; hash: Buffer }[]) => Promise<void>,
): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000';
  for (let seen = 0; seen < maxRekeyed; seen += page) {
    const rows = await query<KeyRow>(
      tx,
      sql`SELECT subject_id, record_id, recorded_on, item, standard, deciding_body_id, document_number, decided_on, payload,
                 payload_hash, source_body_id
            FROM core.record WHERE subject_id = ANY(${subjectIds}::uuid[]) AND superseded_at IS NULL AND record_id > ${after}
           ORDER BY record_id LIMIT ${page}`,
    );
    const keys = rows.flatMap((row) => {
      const hash = rekey(
        {
          recordId: row.record_id,
          item: row.item,
          standard: row.standard,
          decidingBodyId: row.deciding_body_id,
          documentNumber: row.document_number,
          decidedOn: row.decided_on,
          payload: row.payload,
        },
        canonicalId,
      );
      return hash === null ? [] : [{ row, hash }];
    });
    if (keys.length > 0) await visit(keys);
    const last = rows.at(-1);
    if (last === undefined || rows.length < page) return;
    after = last.record_id;
  }
}

/** Keys under the new canonical subject are added, so that a later report of the same fact is known as a duplicate. */
async function addKeys(
  tx: Transaction,
  moved: readonly string[],
  into: string,
  ports: Pick<SubjectPorts, 'rekey'>,
): Promise<void> {
  if (!ports.rekey) return;
  await eachKey(tx, moved, into, ports.rekey, async (keys) => {
    await execute(
      tx,
      sql`INSERT INTO core.record_key (key_hash, subject_id, record_id, recorded_on, payload_hash, source_body_id)
          SELECT * FROM unnest(${keys.map((key) => key.hash)}::bytea[], ${keys.map((key) => key.row.subject_id)}::uuid[],
                               ${keys.map((key) => key.row.record_id)}::uuid[], ${keys.map((key) => key.row.recorded_on)}::date[],
                               ${keys.map((key) => key.row.payload_hash)}::bytea[], ${keys.map((key) => key.row.source_body_id)}::uuid[])
          ON CONFLICT (key_hash) DO NOTHING`,
    );
  });
}

/** Takes back what `addKeys` added; keys of the other part's own records stay. Keys under `own` are made sure of. */
async function removeKeys(
  tx: Transaction,
  moved: readonly string[],
  from: string,
  own: string,
  ports: Pick<SubjectPorts, 'rekey'>,
): Promise<void> {
  if (!ports.rekey) return;
  await eachKey(tx, moved, from, ports.rekey, async (keys) => {
    await execute(
      tx,
      sql`DELETE FROM core.record_key WHERE key_hash = ANY(${keys.map((key) => key.hash)}::bytea[])
             AND subject_id = ANY(${moved}::uuid[])`,
    );
  });
  await addKeys(tx, moved, own, ports);
}

function requireReason(reason: string): string {
  const text = reason.trim();
  if (text.length < 2 || text.length > 500) {
    throw new DomainError('invalid-request', {
      zh: '请写明理由（2 至 500 字），合并与拆分须能说明依据。',
      en: 'Give a reason (2 to 500 characters): a merge or split must say what it rests on.',
    });
  }
  return text;
}

/**
 * Makes `from` (with all it brought along) part of the cluster of `into`. Reports facts that are now held twice.
 * Errors: not-found, conflict (already one cluster, or the clusters changed meanwhile), invalid-request (reason).
 */
export async function mergeSubjects(
  ctx: AppContext,
  actor: Actor,
  from: string,
  into: string,
  reason: string,
  ports: Pick<SubjectPorts, 'rekey'> = {},
): Promise<MergeResult> {
  authorize(actor, 'subject.merge');
  const why = requireReason(reason);
  return withTransaction(ctx.db.app, async (tx) => {
    const source = await canonicalOf(tx, from);
    const target = await canonicalOf(tx, into);
    if (source === target) {
      throw new DomainError('conflict', {
        zh: '两个主体已在同一档案中，无需合并。',
        en: 'Both subjects already are one archive; there is nothing to merge.',
      });
    }
    await lock(tx, [source, target]);
    if ((await canonicalOf(tx, from)) !== source || (await canonicalOf(tx, into)) !== target)
      throw new DomainError('conflict');
    const brought = await membersOf(tx, source);
    const there = await membersOf(tx, target);
    if (brought.length + there.length + 2 > maxCluster) {
      throw new DomainError('unprocessable', {
        zh: `一个档案最多合并 ${maxCluster} 个主体，请核对是否选错。`,
        en: `One archive holds at most ${maxCluster} subjects. Check whether the right one was chosen.`,
      });
    }
    const moved = [source, ...brought];
    const at = instantAfter(ctx.clock.now(), await historyOf(tx, [...moved, target, ...there]));
    await close(tx, brought, at);
    await repoint(
      tx,
      moved.map((id) => [id, target] as const),
      at,
      why,
      actor.accountId,
    );
    const collisions = await collisionsBetween(tx, moved, [target, ...there]);
    await addKeys(tx, moved, target, ports);
    await writeAccess(tx, ctx, actor, {
      action: 'subject.merge',
      resourceKind: 'subject',
      resourceId: source,
      subjectId: target,
      detail: { from: source, into: target, moved: moved.length, collisions: collisions.length, reason: why },
    });
    return { canonicalId: target, moved, collisions };
  });
}

/** For each live member: the subject it was merged into when its unbroken membership began. */
export function mergedInto(history: readonly AliasRow[]): Map<string, string> {
  const out = new Map<string, string>();
  const bySubject = Map.groupBy(history, (row) => row.subject_id);
  for (const [subjectId, rows] of bySubject) {
    const ordered = [...rows].sort((a, b) => (a.from_at < b.from_at ? -1 : 1));
    let at = ordered.length - 1;
    if (ordered[at]?.to_at !== null) continue;
    while (at > 0 && ordered[at - 1]?.to_at === ordered[at]?.from_at) at--;
    const first = ordered[at];
    if (first) out.set(subjectId, first.canonical_id);
  }
  return out;
}

/** `root` and everything that came into the cluster by being merged into it, directly or not. */
function subtree(root: string, parents: ReadonlyMap<string, string>): string[] {
  const out = [root];
  for (let at = 0; at < out.length; at++) {
    for (const [child, parent] of parents) if (parent === out[at] && !out.includes(child)) out.push(child);
  }
  return out;
}

/**
 * Undoes the merge that brought `subjectId` in: it becomes canonical again, with all that it had brought along.
 * Errors: not-found, conflict (it is not merged into anything), invalid-request (reason).
 */
export async function splitSubject(
  ctx: AppContext,
  actor: Actor,
  subjectId: string,
  reason: string,
  ports: Pick<SubjectPorts, 'rekey'> = {},
): Promise<MergeResult> {
  authorize(actor, 'subject.merge');
  const why = requireReason(reason);
  return withTransaction(ctx.db.app, async (tx) => {
    const canonical = await canonicalOf(tx, subjectId);
    if (canonical === subjectId) {
      throw new DomainError('conflict', {
        zh: '该主体没有并入其他主体，无需拆分。',
        en: 'This subject is not merged into another; there is nothing to split.',
      });
    }
    await lock(tx, [canonical, subjectId]);
    if ((await canonicalOf(tx, subjectId)) !== canonical) throw new DomainError('conflict');
    const history = await historyOf(tx, await membersOf(tx, canonical));
    const moved = subtree(subjectId, mergedInto(history));
    const at = instantAfter(ctx.clock.now(), history);
    await close(tx, moved, at);
    await repoint(
      tx,
      moved.slice(1).map((id) => [id, subjectId] as const),
      at,
      why,
      actor.accountId,
    );
    await removeKeys(tx, moved, canonical, subjectId, ports);
    await writeAccess(tx, ctx, actor, {
      action: 'subject.split',
      resourceKind: 'subject',
      resourceId: canonical,
      subjectId,
      detail: { from: canonical, moved: moved.length, reason: why },
    });
    return { canonicalId: subjectId, moved, collisions: [] };
  });
}
