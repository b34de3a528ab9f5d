/**
 * "Who looked at me": the log as the one who was looked at reads it, in plain words. The same function serves an organisation
 * (with its whole cluster) and a person's own record (by token), and reads with the audit login only what is about them.
 */
import { createHash } from 'node:crypto';
import type { LookView } from '@chengxin/contract';
import { maskPersonName } from '@chengxin/identifiers';
import type { AppContext } from '../../context.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Bilingual, LookKind, PolicyRuntime } from '../policy/index.ts';
import { basisLine } from '../policy/index.ts';
import { type LookGroup, type LookTarget, lookGroups, pageStart } from './log-queries.ts';
import { lookName } from './look-names.ts';
import { bodyNames, type DelayRow, type DisputeRow, delaysOf, disputesOf } from './queries.ts';
import { purposeName, sectionName, whyWords } from './words.ts';

/** Rows of the log behind a page, about: it ends with a whole day, so that no group is torn. */
const pageRows = 200;
/** Lines of a page: a day on which more officers looked is told in the export. */
const maxGroups = 1000;

export const shownKinds: readonly Exclude<LookKind, 'public'>[] = ['read', 'export', 'authorised', 'change'];
export type ShownKind = (typeof shownKinds)[number];

/** What two looks have in common that are one line. */
export function groupKey(group: LookGroup): string {
  const parts = [
    group.day,
    group.body_id,
    group.account_id,
    group.actor_kind,
    group.action,
    group.purpose,
    group.matter,
    group.case_number,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/** The name of a look in the interface: its last row, found by its time. */
export const lookId = (group: Pick<LookGroup, 'last_at' | 'log_id'>): string =>
  `${Date.parse(group.last_at).toString(36)}.${group.log_id}`;

/** Null for what is no such name. */
export function openLookId(id: string): { at: string; logId: string } | null {
  const match = /^([0-9a-z]{6,10})\.([0-9a-f-]{36})$/.exec(id);
  if (!match?.[1] || !match[2]) return null;
  const at = Number.parseInt(match[1], 36);
  return Number.isSafeInteger(at) && at < 8.64e15 ? { at: new Date(at).toISOString(), logId: match[2] } : null;
}

export const isActive = (delay: Pick<DelayRow, 'until_on' | 'ended_at'>, today: string): boolean =>
  delay.ended_at === null && delay.until_on >= today;

/** A look falls under a delay when it is of the same body in the same case and not older than the delay. */
export function delayOf(group: LookGroup, delays: readonly DelayRow[]): DelayRow | null {
  return (
    delays.find(
      (delay) =>
        delay.body_id === group.body_id &&
        delay.case_number === group.case_number &&
        Date.parse(group.last_at) >= Date.parse(delay.from_at),
    ) ?? null
  );
}

/** Post and surname: the subject learns that it was an officer of that body, not whose life to look up (等保 masking habit). */
export function officerWords(group: Pick<LookGroup, 'actor_kind' | 'actor_name'>): Bilingual {
  switch (group.actor_kind) {
    case 'account':
      return { zh: `工作人员 ${maskPersonName(group.actor_name)}`, en: `Officer ${maskPersonName(group.actor_name)}` };
    case 'client':
      return { zh: `业务系统 ${group.actor_name}`, en: `System ${group.actor_name}` };
    case 'operator':
      return { zh: '系统运维人员', en: 'Operator of the platform' };
    default:
      return { zh: '系统自动处理', en: 'The platform itself' };
  }
}

interface Around {
  readonly policy: PolicyRuntime;
  readonly bodies: ReadonlyMap<string, string>;
  readonly delays: readonly DelayRow[];
  readonly disputes: ReadonlyMap<string, DisputeRow>;
}

export function lookView(group: LookGroup, around: Around): LookView {
  const rules = around.policy.oversight();
  const { kind, name } = lookName(rules, group.action);
  const delay = delayOf(group, around.delays);
  const rule = delay && rules.delays.find((row) => row.key === delay.rule);
  const dispute = around.disputes.get(groupKey(group));
  const purpose = purposeName(around.policy, group.purpose);
  return {
    id: lookId(group),
    day: group.day,
    firstAt: group.first_at,
    lastAt: group.last_at,
    times: group.times,
    kind: kind === 'public' ? 'read' : kind,
    what: name,
    who: {
      body: group.body_id === null ? null : (around.bodies.get(group.body_id) ?? null),
      officer: officerWords(group),
    },
    sections: (group.parts ?? []).slice(0, 50).map((part) => sectionName(around.policy, part)),
    purpose,
    matter: group.matter,
    caseNumber: group.case_number,
    why: whyWords(name, purpose, group.matter, group.case_number),
    delayed: delay
      ? {
          rule: rule?.name ?? { zh: delay.rule, en: delay.rule },
          basis: rule?.basis.map(basisLine).join('；') ?? '',
          untilOn: delay.until_on,
        }
      : null,
    dispute: dispute ? { id: dispute.dispute_id, state: dispute.state } : null,
  };
}

export interface LookPage {
  readonly items: readonly LookView[];
  readonly nextCursor: string | null;
}

export interface LookOptions {
  readonly kind?: ShownKind | undefined;
  readonly cursor?: string | undefined;
}

const listName = (target: LookTarget, kind: string): string =>
  `looks ${target.kind === 'person' ? target.token : target.subjectIds[0]} ${kind}`;

/**
 * One page of whole days, newest first. Looks under a delay that still runs are left out; later they are there with its rule.
 * The caller has authorised that the target is its own and logs this reading itself.
 */
export async function readLooks(ctx: AppContext, target: LookTarget, options: LookOptions): Promise<LookPage> {
  const policy = ctx.policy();
  const today = ctx.clock.today();
  const kinds = options.kind ? [options.kind] : shownKinds;
  const list = listName(target, options.kind ?? 'all');
  const [at] = openPosition(ctx.keys, list, options.cursor) ?? [];
  // A millisecond on: what was logged at this very moment is in.
  const before = typeof at === 'string' ? at : new Date(Date.parse(ctx.clock.now()) + 1).toISOString();
  const from = await pageStart(ctx.db.audit, target, before, pageRows);
  const groups = await lookGroups(ctx.db.audit, target, { from, before }, policy.oversight(), kinds, maxGroups);
  const subjectIds = target.kind === 'subject' ? target.subjectIds : [];
  const [delays, disputes, bodies] = await Promise.all([
    delaysOf(ctx.db.app, subjectIds),
    disputesOf(ctx.db.app, subjectIds),
    bodyNames(ctx.db.app, [...new Set(groups.flatMap((group) => (group.body_id ? [group.body_id] : [])))]),
  ]);
  const hidden = delays.filter((delay) => isActive(delay, today));
  const around: Around = {
    policy,
    bodies,
    delays,
    disputes: new Map(disputes.map((row) => [row.look.key, row])),
  };
  return {
    items: groups.filter((group) => delayOf(group, hidden) === null).map((group) => lookView(group, around)),
    nextCursor: from === null ? null : sealPosition(ctx.keys, list, [from]),
  };
}
