/** Everything that is held about one person, in plain words, and everyone who looked (F1; PIPL art. 44, 45; 深圳 art. 45). */
import { maskPersonName } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { bodyNames } from './body-names.ts';
import { maskNumber } from './document.ts';
import { lookupsOf, restrictionsOf } from './lookup-queries.ts';
import { consentsOf } from './own-queries.ts';
import type { OwnSession } from './own-session.ts';
import { requirePurpose } from './purposes.ts';
import { requestsOf } from './request-queries.ts';
import { isOverdue } from './requests.ts';
import { type HeldRow, heldRows, sealedIdentifier } from './store-queries.ts';

/** Rows and look-ups in one view; whoever has more asks for the copy at the window. */
const MAX_ROWS = 500;

function recordView(ctx: AppContext, row: HeldRow, names: ReadonlyMap<string, string>) {
  const payload = JSON.parse(ctx.keys.openPerson({ cipher: row.cipher, keyId: row.key_id })) as Record<string, string>;
  const fields = new Map(
    ctx
      .policy()
      .standards()
      .flatMap((standard) => standard.fields.map((field) => [field.code, field] as const)),
  );
  return {
    recordId: row.record_id,
    item: row.item,
    itemName: ctx.policy().catalogueItem(row.item)?.name ?? { zh: row.item, en: row.item },
    decidedOn: row.decided_on,
    decidingBody: names.get(row.deciding_body_id) ?? '',
    sourceBody: names.get(row.source_body_id) ?? '',
    recordedAt: row.recorded_at,
    retainUntil: row.retain_until,
    purpose: row.purpose,
    // The person's own number is not repeated: it stands masked at the head.
    fields: Object.entries(payload)
      .filter(([code]) => fields.get(code)?.person !== 'document')
      .map(([code, value]) => ({ code, label: fields.get(code)?.label ?? { zh: code, en: code }, value })),
  };
}

/** A purpose that policy no longer has goes by its key. */
export const purposeName = (ctx: Pick<AppContext, 'policy'>, purpose: string): { zh: string; en: string } =>
  ctx
    .policy()
    .persons()
    .purposes.find((one) => one.purpose === purpose)?.name ?? { zh: purpose, en: purpose };

export async function readOwnRecord(ctx: AppContext, actor: Actor, session: OwnSession, action = 'own.read') {
  return withTransaction(ctx.db.person, async (tx) => {
    await requirePurpose(tx, 'ownRecord', ['own']);
    const { token } = session;
    const identifier = await sealedIdentifier(tx, token);
    const rows = await heldRows(tx, token, ctx.clock.today(), MAX_ROWS);
    const names = await bodyNames(
      ctx,
      rows.flatMap((row) => [row.deciding_body_id, row.source_body_id]),
    );
    const view = {
      document: identifier
        ? {
            kind: identifier.kind,
            masked: maskNumber(ctx.keys.openPerson({ cipher: identifier.cipher, keyId: identifier.key_id })),
          }
        : null,
      actingAs: session.acting_as,
      minor: session.minor,
      records: rows.map((row) => recordView(ctx, row, names)),
      lookups: (await lookupsOf(tx, token, MAX_ROWS)).map((row) => ({
        lookupId: row.lookup_id,
        at: row.at,
        body: row.body_name,
        officer: maskPersonName(row.officer_name),
        purpose: row.purpose,
        purposeName: purposeName(ctx, row.purpose),
        matter: row.matter,
        caseNumber: row.case_number,
        found: row.found,
      })),
      restrictions: (await restrictionsOf(tx, token)).map((row) => ({
        kind: row.kind,
        recordId: row.record_id,
        from: row.from_at,
      })),
      consents: (await consentsOf(tx, token)).map((row) => ({
        purpose: row.purpose,
        purposeName: purposeName(ctx, row.purpose),
        status: row.status,
        decidedAt: row.decided_at,
        endedAt: row.ended_at,
        askAgainOn: row.ask_again_on,
      })),
      requests: (await requestsOf(tx, token)).map((row) => ({
        requestId: row.request_id,
        number: row.number,
        kind: row.kind,
        state: row.state,
        receivedAt: row.received_at,
        dueOn: row.due_on,
        overdue: isOverdue(ctx, row),
        closedAt: row.closed_at,
      })),
      asOf: ctx.clock.now(),
    };
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, {
        action,
        resourceKind: 'personToken',
        resourceId: token,
        detail: { actingAs: session.acting_as, records: view.records.length },
      }),
    );
    return view;
  });
}
