/** What is done to an account stands in the access log (the proof) and in its history (the page), in one transaction. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import type { Queryable } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { insertEvent } from './queries.ts';

export type Detail = Readonly<Record<string, string | number | boolean | null>>;

export async function note(
  ctx: AppContext,
  client: Queryable,
  actor: Actor,
  accountId: string,
  kind: string,
  detail: Detail = {},
): Promise<void> {
  await insertEvent(client, {
    eventId: newId(),
    accountId,
    at: ctx.clock.now(),
    by: actor.accountId,
    kind,
    detail,
  });
  await writeAccess(client, ctx, actor, {
    action: `account.${kind}`,
    resourceKind: 'account',
    resourceId: accountId,
    detail,
  });
}
