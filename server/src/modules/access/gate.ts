/**
 * What the switches stop, asked before a request is worked on: outside bodies' reading of what is not public, and writing.
 * The state is read from the database at each such request and kept for a fraction of a second, so that every process
 * follows within a second without being told.
 */
import type { Actor, AppContext } from '../../context.ts';
import { type Queryable, query, type Runner, sql } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { GateQuestion } from '../../platform/http/index.ts';
import { outsideBodyKinds } from '../identity/index.ts';
import { readSwitches } from './switch-queries.ts';

/** For how long the state may be known; well under the second within which a switch takes effect. */
const keepMs = 250;

interface Known {
  readonly at: number;
  readonly state: Promise<SwitchState>;
}
export interface SwitchState {
  readonly outsideClosed: boolean;
  readonly readOnly: boolean;
  readonly readOnlySince: string | null;
  readonly readOnlyReason: string | null;
}

const known = new WeakMap<object, Known>();

/** As it stands in the database now. */
export async function switchState(client: Queryable): Promise<SwitchState> {
  const rows = await readSwitches(client);
  const of = (name: string) => rows.find((row) => row.name === name && row.closed);
  const writing = of('writing');
  return {
    outsideClosed: of('outsideReading') !== undefined,
    readOnly: writing !== undefined,
    readOnlySince: writing?.changed_at ?? null,
    readOnlyReason: writing?.reason ?? null,
  };
}

export function knownSwitchState(ctx: Pick<AppContext, 'db'>): Promise<SwitchState> {
  const now = performance.now();
  const last = known.get(ctx.db);
  if (last && now - last.at < keepMs) return last.state;
  const state = switchState(ctx.db.app);
  known.set(ctx.db, { at: now, state });
  // What could not be read is asked again by the next; nobody passes meanwhile.
  state.catch(() => known.delete(ctx.db));
  return state;
}

/** This process threw a switch: the next request asks the database. */
export const forgetSwitchState = (ctx: Pick<AppContext, 'db'>): void => {
  known.delete(ctx.db);
};

export const outsideClosed = (): DomainError =>
  new DomainError('unavailable', {
    zh: '因应急处置，银行和信用服务机构的非公开信息查询已暂停，公开信息不受影响；恢复时间请向信用办询问。',
    en: 'Reading of non-public information by banks and agencies is suspended for an emergency; what is public is not affected. Ask the credit office when it resumes.',
  });

export const writingClosed = (): DomainError =>
  new DomainError('unavailable', {
    zh: '平台正处于只读状态（维护或应急），可以查询，暂不能提交或修改。内容未保存，请稍后再试。',
    en: 'The platform is read only for maintenance or an emergency: reading works, nothing can be submitted or changed. Nothing was saved; try again later.',
  });

/** For commands that write: they do not pass the gate of requests. */
export async function demandWritable(ctx: Pick<AppContext, 'db'>): Promise<void> {
  if ((await switchState(ctx.db.app)).readOnly) throw writingClosed();
}

const outsideBodies = new WeakMap<object, Map<string, boolean>>();

/** Whether the caller belongs to a bank or an agency: its user, or a system of such a body. A body never changes its side. */
export async function isOutside(ctx: Pick<AppContext, 'db'>, actor: Actor): Promise<boolean> {
  if (actor.roles.includes('authorisedReader')) return true;
  if (actor.bodyId === null) return false;
  const seen = outsideBodies.get(ctx.db) ?? new Map<string, boolean>();
  outsideBodies.set(ctx.db, seen);
  const before = seen.get(actor.bodyId);
  if (before !== undefined) return before;
  const rows = await query<{ kind: string }>(
    ctx.db.app as Runner,
    sql`SELECT kind FROM core.body WHERE body_id = ${actor.bodyId}`,
  );
  const outside = outsideBodyKinds.some((kind) => kind === rows[0]?.kind);
  seen.set(actor.bodyId, outside);
  return outside;
}

/** What an outside body's account may do while its reading is closed: sign in and out, see what is public, see its own requests. */
const openOutside: ReadonlySet<string> = new Set([
  'public',
  'public.read',
  'session.manage',
  'purpose.read',
  'authorisation.read',
]);
const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function accessGate(ctx: AppContext): (question: GateQuestion) => Promise<void> {
  return async ({ actor, permission, method, whileReadOnly }) => {
    const writes = !readingMethods.has(method) && !whileReadOnly;
    const nonPublic = actor.kind !== 'anonymous' && !openOutside.has(permission);
    const outside = nonPublic && (await isOutside(ctx, actor));
    if (!writes && !outside) return;
    const state = await knownSwitchState(ctx);
    if (outside && state.outsideClosed) throw outsideClosed();
    if (writes && state.readOnly) throw writingClosed();
  };
}
