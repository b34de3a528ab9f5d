/**
 * Bodies of government and what becomes of them: renamed, merged (国税 + 地税), split, succeeded. A code means exactly one
 * living body on any day: at a succession the codes go to the first successor with their dates.
 */
import { normaliseCode, parseUnifiedCode } from '@chengxin/identifiers';
import { addDays, type Clock, isPlainDate, toPlainDate } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import {
  allBodies,
  allSuccessions,
  bodiesByName,
  bodyByCode,
  bodyById,
  cityBody,
  closeBody,
  clusterIds,
  creditOfficeId,
  deleteCode,
  directSuccessors,
  endCode,
  endNames,
  insertBody,
  insertCode,
  insertName,
  insertSuccession,
  lockBodies,
  nameStartedOn,
  openCodes,
  setName,
} from './body-queries.ts';

export type BodyKind = 'city' | 'district' | 'zone' | 'department' | 'creditOffice' | 'upper' | OutsideBodyKind;
/** Bodies outside government: they read with the subject's authorisation only. */
export type OutsideBodyKind = 'bank' | 'guarantee' | 'creditAgency';
export const outsideBodyKinds: readonly OutsideBodyKind[] = ['bank', 'guarantee', 'creditAgency'];

export interface Body {
  readonly bodyId: string;
  readonly parentId: string | null;
  readonly kind: BodyKind;
  readonly name: string;
  readonly shortName: string | null;
  /** The code in force; for a closed body the last one it had. */
  readonly code: string | null;
  readonly region: string | null;
  readonly provisional: boolean;
  readonly secondReader: boolean;
  readonly closedOn: string | null;
}

export interface NewBody {
  readonly kind: BodyKind;
  readonly name: string;
  readonly shortName?: string | null;
  /** Unified code; a code of the city's own where a body has none. */
  readonly code: string | null;
  readonly parentId?: string | null;
  readonly region?: string | null;
  readonly provisional?: boolean;
  readonly secondReader?: boolean;
}

const maxBodies = 5000;
const open = '([{【〔〖〈《（';
const close = ')]}】〕〗〉》）';

function foldOnce(name: string): string {
  let out = '';
  for (const character of name.normalize('NFKC').toUpperCase().normalize('NFKC')) {
    if (open.includes(character)) out += '（';
    else if (close.includes(character)) out += '）';
    else if (!/[\s\p{C}\p{Z}]/u.test(character)) out += character;
  }
  return out;
}

const maxFolds = 6;

/**
 * Names of bodies as they are compared: NFKC, one kind of brackets, no blanks. Folded until it is stable: what is dropped
 * can join two signs to one.
 */
export function normaliseBodyName(name: string): string {
  let current = name.toWellFormed();
  for (let round = 0; round < maxFolds; round += 1) {
    const folded = foldOnce(current);
    if (folded === current) break;
    current = folded;
  }
  return current;
}

const refuse = (code: 'unprocessable' | 'conflict' | 'not-found', zh: string, en: string): never => {
  throw new DomainError(code, { zh, en });
};

function cleanName(name: string): { name: string; normalised: string } {
  const trimmed = name.trim();
  const normalised = normaliseBodyName(trimmed);
  if (normalised === '' || trimmed.length > 200)
    refuse('unprocessable', '单位名称应为 1 至 200 个字符。', 'The name of a body has 1 to 200 characters.');
  return { name: trimmed, normalised };
}

/** Adds a body with its code and name. Throws `conflict` when the code belongs to another. */
export async function createBody(client: Queryable, clock: Clock, body: NewBody): Promise<Body> {
  const { name, normalised } = cleanName(body.name);
  const code = body.code === null ? null : normaliseCode(body.code);
  const bodyId = newId();
  if (code !== null) {
    await lockBodies(client, code);
    if (await bodyByCode(client, code, null))
      refuse('conflict', `代码 ${code} 已属于另一单位。`, `The code ${code} belongs to another body.`);
  }
  await insertBody(client, {
    bodyId,
    parentId: body.parentId ?? null,
    kind: body.kind,
    name,
    shortName: body.shortName ?? null,
    region: body.region ?? null,
    provisional: body.provisional ?? false,
    secondReader: body.secondReader ?? false,
    at: clock.now(),
  });
  if (code !== null) await insertCode(client, code, bodyId, null);
  await insertName(client, bodyId, name, normalised, null);
  return required(await bodyById(client, bodyId));
}

const required = (body: Body | null): Body => body ?? refuse('not-found', '没有这个单位。', 'There is no such body.');

/** By id, or by code or name (`on`: the day it is meant for). Null when there is none, or a name means several. */
export async function findBody(
  client: Queryable,
  by: { bodyId: string } | { code: string; on?: string } | { name: string; on?: string },
): Promise<Body | null> {
  if ('bodyId' in by) return isId(by.bodyId) ? bodyById(client, by.bodyId) : null;
  if ('code' in by) return resolveBodyByCode(client, by.code, by.on === undefined ? {} : { on: by.on });
  const found = await bodiesByName(client, normaliseBodyName(by.name), by.on ?? null);
  const living = found.filter((body) => body.closedOn === null);
  const [only, another] = living.length > 0 ? living : found;
  return only && !another ? only : null;
}

/** The one body that a code means: on a day, or now. Null for an unknown code. */
export async function resolveBodyByCode(
  client: Queryable,
  code: string,
  options: { on?: string } = {},
): Promise<Body | null> {
  if (options.on !== undefined && !isPlainDate(options.on)) throw new RangeError(`not a date: ${options.on}`);
  return bodyByCode(client, normaliseCode(code), options.on ?? null);
}

/**
 * The body of a valid code that nobody has registered yet: a department, marked provisional until the credit office
 * confirms it. Returns the known body when there is one. Throws `unprocessable` for a code that fails its checks.
 */
export async function ensureProvisionalBody(
  client: Queryable,
  input: { code: string; name?: string | null },
  clock: Clock,
): Promise<{ body: Body; created: boolean }> {
  const parsed = parseUnifiedCode(input.code);
  const code = parsed.ok ? parsed.code : normaliseCode(input.code);
  const known = await bodyByCode(client, code, null);
  if (known) return { body: known, created: false };
  if (!parsed.ok) {
    const first = parsed.issues[0];
    return refuse(
      'unprocessable',
      `单位代码 ${code} 无效：${first?.zh ?? '请核对'}。`,
      `The body's code ${code} is not valid: ${first?.en ?? 'check it'}.`,
    );
  }
  await lockBodies(client, code);
  const meanwhile = await bodyByCode(client, code, null);
  if (meanwhile) return { body: meanwhile, created: false };
  const name = input.name && normaliseBodyName(input.name) !== '' ? input.name.slice(0, 200) : `未登记单位 ${code}`;
  const body = await createBody(client, clock, {
    kind: 'department',
    name,
    code,
    parentId: await cityBody(client),
    region: parsed.region,
    provisional: true,
  });
  return { body, created: true };
}

/** A new name from a day on; the old one stays findable with its dates. Confirms a provisional body. */
export async function renameBody(
  client: Queryable,
  clock: Clock,
  bodyId: string,
  input: { name: string; shortName?: string | null; on: string },
): Promise<Body> {
  const { name, normalised } = cleanName(input.name);
  const on = toPlainDate(input.on);
  if (on > clock.today())
    refuse(
      'unprocessable',
      '更名日期不能晚于今天，请在生效之日登记。',
      'A name cannot begin after today. Record it on the day it takes effect.',
    );
  await lockBodies(client, bodyId);
  const body = required(await bodyById(client, bodyId));
  const started = await nameStartedOn(client, bodyId);
  if (started !== null && on <= started) {
    refuse(
      'conflict',
      `更名日期须晚于现名称启用日 ${started}。`,
      `The day must be after ${started}, when the present name began.`,
    );
  }
  await endNames(client, bodyId, addDays(on, -1));
  await insertName(client, bodyId, name, normalised, on);
  const changed = await setName(client, bodyId, name, input.shortName === undefined ? body.shortName : input.shortName);
  if (changed === 0) refuse('conflict', '该单位已撤销，不能更名。', 'This body was closed and cannot be renamed.');
  return required(await bodyById(client, bodyId));
}

/** Moves the open codes of a body to its successor, day by day: none of them means two bodies on one day, or none. */
async function moveCodes(client: Queryable, from: string, to: string, on: string): Promise<void> {
  for (const { code, validFrom } of await openCodes(client, from)) {
    // A code that would have come to this body only later goes straight to the successor.
    if (validFrom !== null && validFrom >= on) await deleteCode(client, code, from);
    else await endCode(client, code, from, addDays(toPlainDate(on), -1));
    await insertCode(client, code, to, validFrom !== null && validFrom > on ? validFrom : on);
  }
}

/**
 * `to` follows `from` on a day, by a document: `from` is closed, its codes, rates, tasks and rights go to `to`. A merge is
 * several `from` with one `to`; a split one `from` with several `to` on the same day, the first of which takes the codes.
 */
export async function succeedBody(
  client: Queryable,
  from: string,
  to: string,
  on: string,
  document: string,
): Promise<void> {
  const day = toPlainDate(on);
  if (from === to) refuse('unprocessable', '单位不能承继自身。', 'A body cannot succeed itself.');
  if (document.trim() === '') refuse('unprocessable', '请填写机构改革文件的文号。', 'Name the document of the reform.');
  // One reform at a time: chains of successions are short and rare, and two at once could make a circle.
  await lockBodies(client, 'succession');
  const old = required(await bodyById(client, from));
  const next = required(await bodyById(client, to));
  if (next.closedOn !== null)
    refuse('conflict', `${next.name} 已撤销，不能作为承继单位。`, `${next.name} was closed and cannot be a successor.`);
  if (old.closedOn !== null && old.closedOn !== day) {
    refuse('conflict', `${old.name} 已于 ${old.closedOn} 撤销。`, `${old.name} was closed on ${old.closedOn}.`);
  }
  if (old.closedOn === null) {
    await closeBody(client, from, day);
    await moveCodes(client, from, to, day);
  }
  const added = await insertSuccession(client, from, to, day, document.trim());
  if (!added) refuse('conflict', '该承继关系已登记。', 'This succession is already recorded.');
}

/** Those that follow a body directly, oldest first. */
export async function successorsOf(
  client: Queryable,
  bodyId: string,
): Promise<{ bodyId: string; on: string; document: string }[]> {
  return directSuccessors(client, bodyId);
}

/** The credit office of the city: it handles objections and watches over the others. Null before `init`. */
export async function creditOfficeBody(client: Queryable): Promise<string | null> {
  return creditOfficeId(client);
}

/** The body and all its predecessors: whose reports, rates and tasks are its own. */
export async function bodyClusterOf(client: Queryable, bodyId: string): Promise<string[]> {
  return clusterIds(client, bodyId);
}

export interface ListedBody extends Body {
  readonly successorIds: readonly string[];
}

export async function listBodies(client: Queryable): Promise<ListedBody[]> {
  const bodies = await allBodies(client, maxBodies);
  const successors = new Map<string, string[]>();
  for (const { bodyId, successorId } of await allSuccessions(client)) {
    successors.set(bodyId, [...(successors.get(bodyId) ?? []), successorId]);
  }
  return bodies.map((body) => ({ ...body, successorIds: successors.get(body.bodyId) ?? [] }));
}
