/** What waits for the deciding body: classes to confirm, decisions without the notice; and what a change of regime changed. */
import type { DisplayPageQuery, SeverityWaiting } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { authorize, type Permission, scopeOf } from '../identity/index.ts';
import { basisLine, type PolicyRuntime } from '../policy/index.ts';
import { loadOneRecord, type OneRecord, viewOfRecord } from '../subjects/index.ts';
import * as queries from './queries.ts';
import { disclosureOf } from './why.ts';

const defaultLimit = 50;

/** Items whose regimes have classes. */
export const classedItems = (policy: PolicyRuntime): string[] =>
  policy
    .catalogue()
    .items.map((item) => item.key)
    .filter((item) => policy.disclosureRegimes(item).some((regime) => regime.classes !== undefined));

const bodiesFor = (actor: Actor, permission: Permission): readonly string[] | null => {
  const scope = scopeOf(actor, permission);
  return scope.kind === 'all' ? null : scope.bodyIds;
};

interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
  readonly dataAsOf: string;
}

async function pageOf<T>(
  ctx: AppContext,
  list: string,
  input: DisplayPageQuery,
  read: (
    after: queries.Position | null,
    limit: number,
  ) => Promise<readonly { record_id: string; recorded_at: string }[]>,
  view: (record: OneRecord) => T,
): Promise<Page<T>> {
  const position = openPosition(ctx.keys, list, input.cursor);
  const limit = input.limit ?? defaultLimit;
  const rows = await read(position && { at: String(position[0]), id: String(position[1]) }, limit + 1);
  const page = rows.slice(0, limit);
  const items: T[] = [];
  for (const { record_id } of page) {
    const record = await loadOneRecord(ctx.db.app, ctx.policy(), record_id);
    if (record) items.push(view(record));
  }
  const last = page.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? sealPosition(ctx.keys, list, [last.recorded_at, last.record_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

function brief(ctx: AppContext, record: OneRecord) {
  const view = viewOfRecord(record, disclosureOf(ctx, record), ctx.policy());
  return {
    recordId: record.row.record_id,
    subject: { name: record.row.name, code: record.row.unified_code },
    title: view.title,
    itemName: view.itemName,
    documentNumber: view.documentNumber,
    decidedOn: view.decidedOn,
    decidingBody: view.decidingBody,
  };
}

export async function listSeverityWaiting(
  ctx: AppContext,
  actor: Actor,
  input: DisplayPageQuery,
): Promise<SeverityWaiting> {
  const bodies = bodiesFor(actor, 'display.list');
  const items = classedItems(ctx.policy());
  return pageOf(
    ctx,
    'severity-waiting',
    input,
    (after, limit) => queries.severityWaiting(ctx.db.app, { bodies, items }, after, limit),
    (record) => {
      const disclosure = disclosureOf(ctx, record);
      return {
        ...brief(ctx, record),
        proposed: disclosure.severity,
        basis: basisLine(disclosure.article),
        shownUntil: disclosure.until,
      };
    },
  );
}

export async function listWithoutNotice(ctx: AppContext, actor: Actor, input: DisplayPageQuery) {
  const bodies = bodiesFor(actor, 'display.list');
  const notice = ctx.policy().repair('creditPlatform')?.notice;
  if (!notice) return { items: [], nextCursor: null, dataAsOf: ctx.clock.now() };
  const of = { bodies, items: notice.items, since: notice.requiredSince };
  return pageOf(
    ctx,
    'without-notice',
    input,
    (after, limit) => queries.withoutNotice(ctx.db.app, of, after, limit),
    (record) => brief(ctx, record),
  );
}

export async function listDisplayChanges(ctx: AppContext, actor: Actor, input: DisplayPageQuery) {
  authorize(actor, 'display.changes');
  const position = openPosition(ctx.keys, 'display-changes', input.cursor);
  const limit = input.limit ?? defaultLimit;
  const after = position && { at: String(position[0]), id: String(position[1]) };
  const rows = await queries.listChanges(ctx.db.app, after, limit + 1);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({
      recordId: row.record_id,
      noticedAt: row.noticed_at,
      before: row.before,
      after: row.after,
    })),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'display-changes', [last.noticed_at, last.change_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
