/**
 * A recogniser says who is on its list: whoever is listed here and is not named there has left it, and the entry ends at once.
 * Whoever is named there and is not known here is counted and has to be reported; a list row needs its document.
 */
import { createHash } from 'node:crypto';
import type { ReconcileListRequest, ReconcileListResult } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { withdrawAs } from '../records/index.ts';
import {
  bodyById,
  entriesOfList,
  insertReconciliation,
  insertRemoval,
  keyOfRecord,
  type NamedBody,
  type ReadEntry,
} from './queries.ts';
import { entryStanding, statusFieldsOf } from './read-entries.ts';
import { tellRemoved } from './tell.ts';

const pageSize = 500;
const maxEntries = 200_000;

const keyOf = (code: string | null, number: string | null): string => `${code ?? ''}\u0000${number ?? ''}`;

async function liveOfBody(ctx: AppContext, list: string, bodyId: string): Promise<ReadEntry[]> {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const found: ReadEntry[] = [];
  let after: { on: string; id: string } | null = null;
  while (found.length < maxEntries) {
    const rows: ReadEntry[] = await entriesOfList(
      ctx.db.app,
      { list, liveOn: today, bodies: [bodyId] },
      after,
      pageSize,
      statusFieldsOf(policy),
    );
    found.push(...rows.filter((row) => row.origin === 'record' && entryStanding(policy, row, today).state === 'live'));
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) break;
    after = { on: last.listed_on, id: last.entry_id };
  }
  return found;
}

async function leave(tx: Transaction, ctx: AppContext, actor: Actor, row: ReadEntry, asOf: string): Promise<void> {
  await insertRemoval(tx, {
    subjectId: row.subject_id,
    removalId: newId(),
    entryId: row.entry_id,
    kind: 'leftAtSource',
    removedOn: asOf,
    documentNumber: null,
    reason: '认定单位的名单中已没有该主体 no longer on the list of the recogniser',
    caseId: null,
    accountId: actor.accountId,
    at: ctx.clock.now(),
  });
  const held = row.now_record_id === null ? null : await keyOfRecord(tx, row.now_record_id);
  if (held)
    await withdrawAs(ctx, actor, tx, {
      recordId: held.record_id,
      sourceBodyId: held.source_body_id,
      reason: '已从认定单位名单移出 removed at the source',
    });
  await tellRemoved(tx, ctx, row, 'leftAtSource', asOf);
}

export interface StatedEntry {
  readonly code: string;
  readonly documentNumber: string;
}

/** What is listed here beside what the recogniser says. */
export interface Compared {
  readonly body: NamedBody;
  readonly named: ReadonlySet<string>;
  readonly live: readonly ReadEntry[];
  readonly gone: readonly ReadEntry[];
  readonly unknown: readonly StatedEntry[];
  /** An empty or cut-off file must not free a whole list by mistake. */
  readonly needsConfirm: boolean;
}

/** Errors: not-found (list, body), forbidden, unprocessable (a day in the future). */
export async function recogniserOf(
  ctx: AppContext,
  actor: Actor,
  key: string,
  asked: { readonly bodyId?: string | undefined; readonly asOf: string },
): Promise<NamedBody> {
  if (!ctx.policy().list(key)) throw new DomainError('not-found');
  const bodyId = asked.bodyId ?? actor.bodyId;
  const body = bodyId === null ? null : await bodyById(ctx.db.app, bodyId);
  if (!body) throw new DomainError('not-found');
  authorize(actor, 'list.reconcile', { bodyId: body.body_id });
  if (asked.asOf > ctx.clock.today())
    throw new DomainError('unprocessable', {
      zh: '名单日期不能晚于今天。',
      en: 'The day of the list is not in the future.',
    });
  return body;
}

export async function compareList(
  ctx: AppContext,
  key: string,
  body: NamedBody,
  asOf: string,
  entries: readonly StatedEntry[],
): Promise<Compared> {
  const named = new Set(entries.map((row) => keyOf(row.code, row.documentNumber)));
  const live = await liveOfBody(ctx, key, body.body_id);
  const here = (row: ReadEntry): string[] => [
    keyOf(row.subject_code, row.now_document ?? row.document_number),
    ...(row.case_number === null ? [] : [keyOf(row.subject_code, row.case_number)]),
  ];
  const gone = live.filter((row) => row.listed_on <= asOf && !here(row).some((one) => named.has(one)));
  const known = new Set(live.flatMap(here));
  return {
    body,
    named,
    live,
    gone,
    unknown: [...named].filter((one) => !known.has(one)).map(splitKey),
    needsConfirm: gone.length > 0 && gone.length * 2 > live.length,
  };
}

/** Errors: not-found (list, body), forbidden, unprocessable (a statement that would empty the list without saying so). */
export async function reconcileList(
  ctx: AppContext,
  actor: Actor,
  key: string,
  input: ReconcileListRequest,
): Promise<ReconcileListResult> {
  const body = await recogniserOf(ctx, actor, key, input);
  const { named, live, gone, unknown, needsConfirm } = await compareList(ctx, key, body, input.asOf, input.entries);
  if (needsConfirm && !input.confirm)
    throw new DomainError('unprocessable', {
      zh: `将有 ${gone.length} 条移出，超过在列条目的一半。请核对名单是否完整，确认后再提交。`,
      en: `${gone.length} entries would end, more than half. Check that the list is whole, then confirm.`,
      details: [{ field: 'body/confirm', zh: '需要确认', en: 'confirm it' }],
    });
  const result = {
    stated: named.size,
    matched: live.length - gone.length,
    ended: gone.length,
    unknown: unknown.length,
  };
  await withTransaction(ctx.db.app, async (tx) => {
    for (const row of gone) await leave(tx, ctx, actor, row, input.asOf);
    await insertReconciliation(tx, {
      id: newId(),
      list: key,
      bodyId: body.body_id,
      asOf: input.asOf,
      ...result,
      sha256: createHash('sha256')
        .update([...named].sort().join('\n'))
        .digest('hex'),
      accountId: actor.accountId,
      at: ctx.clock.now(),
    });
    await writeAccess(tx, ctx, actor, {
      action: 'list.reconcile',
      resourceKind: 'list',
      resourceId: key,
      detail: { list: key, bodyId: body.body_id, ...result },
    });
  });
  return { ...result, unknownEntries: unknown.slice(0, 200) };
}

const splitKey = (key: string): StatedEntry => {
  const [code = '', documentNumber = ''] = key.split('\u0000');
  return { code, documentNumber };
};
