/** Work is given to a person, taken back into the queue of the body, or handed over from one person to another. */
import type { CaseBatchResult } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may, permissionRows, scopeOf } from '../identity/index.ts';
import { eachCase, maxAtOnce } from './each-case.ts';
import { type CaseRow, loadCaseRow } from './queries.ts';
import { bodiesBelow, openCasesOfAccount, workerOf, workersOf } from './task-queries.ts';
import { type CaseKind, giveCase } from './work-on-case.ts';

const workingRoles = Object.keys(permissionRows['case.work'].roles);

export interface Assignment {
  /** Null: back to the queue of the body. */
  readonly accountId: string | null;
  /** Another body below the one that handles it; absent = as it is. */
  readonly bodyId?: string | undefined;
  readonly note?: string | undefined;
}

const notTheirs = (): DomainError =>
  new DomainError('unprocessable', {
    zh: '只能分给承办单位（含下级单位）在岗且有办理权限的人员。',
    en: 'A case is given to somebody in use of the handling body, or one below it, who may work on cases.',
    details: [{ field: 'body/accountId', zh: '不在可分办的人员中', en: 'not among them' }],
  });
const notBelow = (): DomainError =>
  new DomainError('unprocessable', {
    zh: '只能分给承办单位的下级单位。',
    en: 'A case is given to a body below the one that handles it.',
    details: [{ field: 'body/bodyId', zh: '不是下级单位', en: 'not a body below' }],
  });

/** Somebody of the handling body or of one above it; hidden from everybody else. */
async function caseInHand(ctx: AppContext, actor: Actor, caseId: string): Promise<CaseRow> {
  const row = await loadCaseRow(ctx.db.app, caseId);
  if (!row) throw new DomainError('not-found');
  authorize(actor, 'case.work', { bodyId: row.handler_body_id });
  return row;
}

async function checkAssignment(ctx: AppContext, row: CaseRow, to: Assignment): Promise<void> {
  const below = await bodiesBelow(ctx.db.app, row.handler_body_id);
  const bodyId = to.bodyId ?? row.handler_body_id;
  if (!below.includes(bodyId)) throw notBelow();
  if (to.accountId === null) return;
  const reach = to.bodyId === undefined ? below : [to.bodyId];
  if (!(await workerOf(ctx.db.app, to.accountId, reach, workingRoles, ctx.clock.today()))) throw notTheirs();
}

async function assignOne(
  ctx: AppContext,
  kinds: ReadonlyMap<string, CaseKind>,
  actor: Actor,
  caseId: string,
  to: Assignment,
  key: string | null,
): Promise<CaseRow> {
  const row = await caseInHand(ctx, actor, caseId);
  const kind = kinds.get(row.procedure);
  if (!kind) throw new HiddenError();
  await checkAssignment(ctx, row, to);
  return withTransaction(ctx.db.app, (tx) => giveCase(tx, ctx, actor, kind, caseId, to, key));
}

export async function assignCases(
  ctx: AppContext,
  kinds: ReadonlyMap<string, CaseKind>,
  actor: Actor,
  ids: readonly string[],
  to: Assignment,
  key: string | null,
): Promise<CaseBatchResult> {
  authorize(actor, 'case.work');
  return { results: await eachCase(ids, (id) => assignOne(ctx, kinds, actor, id, to, key && `${key} ${id}`)) };
}

/** Everything open that one person has, to another or back to the queue. Ask again while there are more than 500. */
export async function handOver(
  ctx: AppContext,
  kinds: ReadonlyMap<string, CaseKind>,
  actor: Actor,
  from: string,
  to: Assignment,
): Promise<CaseBatchResult> {
  authorize(actor, 'case.work');
  const rows = (await openCasesOfAccount(ctx.db.app, from, maxAtOnce)).filter((row) =>
    may(actor, 'case.work', { bodyId: row.handler_body_id }),
  );
  return {
    results: await eachCase(
      rows.map((row) => row.case_id),
      (id) => assignOne(ctx, kinds, actor, id, to, null),
    ),
  };
}

const maxWorkers = 1000;

/** To whom the actor may give work, with how much each has. */
export async function listWorkers(ctx: AppContext, actor: Actor) {
  const scope = scopeOf(actor, 'case.work');
  const rows = await workersOf(
    ctx.db.app,
    scope.kind === 'all' ? null : scope.bodyIds,
    workingRoles,
    ctx.clock.today(),
    maxWorkers,
  );
  return {
    items: rows.map((row) => ({
      id: row.account_id,
      name: row.name,
      bodyId: row.body_id,
      body: row.body_name,
      open: row.open,
    })),
    dataAsOf: ctx.clock.now(),
  };
}
