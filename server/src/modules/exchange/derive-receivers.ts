/**
 * Who received which version of a record, derived from the looks in the access log and the bitemporal records (DESIGN §4): a
 * body received a version when it looked in a way that carries records, at a moment at which this version was the one in
 * force and readable at the level and for the items of that look.
 *
 * It errs to the side of telling: a page of an item counts as the whole item, and a look within the moment of a change (whose
 * reading may have begun before it) counts as before it.
 */
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/db.ts';
import { publicReading, type Reading } from '../access/index.ts';
import { discloseRecord, type RecordEventFacts } from '../disclosure/index.ts';
import type { ExchangeRules, PolicyRuntime } from '../policy/index.ts';
import { factsFrom, type PayloadFields, payloadFields, readsRecord, type SubjectKind } from '../subjects/index.ts';
import {
  type AliasRow,
  aliasesOf,
  eventsOf,
  looksAt,
  predecessorsOf,
  type VersionRow,
  versionsById,
} from './feed-queries.ts';
import { type Look, later, type ReceiverLevel } from './types.ts';

/** Longest a reading may have begun before its entry in the log is dated: the time-out of a statement. Milliseconds. */
export const readingMs = 60_000;
const maxLooks = 50_000;

const levels: readonly string[] = ['public', 'authorised', 'government', 'internal'];

export const fieldsOf = (policy: PolicyRuntime): PayloadFields => payloadFields(policy);

export type StoredEvent = RecordEventFacts & { readonly recordedAt: string };

/** Whether a version may be read on a day at a level and for some items, by the events known at a moment. */
export function readable(
  policy: PolicyRuntime,
  version: VersionRow,
  events: readonly StoredEvent[],
  reading: Pick<Reading, 'level' | 'items'>,
  at: { readonly day: string; readonly known: string },
): boolean {
  const known = events.filter((event) => event.recordedAt <= at.known);
  if (known.some((event) => event.kind === 'erased')) return false;
  const facts = factsFrom(policy, version, version.subject_kind as SubjectKind);
  const disclosure = discloseRecord({ ...facts, counterpartyPerson: false }, known, at.day, policy);
  return readsRecord(policy, { ...publicReading, ...reading }, version.item, disclosure);
}

/** The rule by which an act carries records; null when it carries none. */
export function carryingRule(
  rules: ExchangeRules,
  look: Pick<Look, 'action' | 'part'>,
): ExchangeRules['looks'][number] | null {
  return (
    rules.looks.find((rule) => rule.action === look.action && (rule.part === undefined || rule.part === look.part)) ??
    null
  );
}

/** An entry from before levels were kept: the widest that its act could have had. */
const levelOfLook = (look: Look): ReceiverLevel | 'internal' => {
  if (look.level !== null && levels.includes(look.level)) return look.level as ReceiverLevel | 'internal';
  return look.action === 'report.public' ? 'public' : 'government';
};

/** Whether the look was one at the entry under which the version was shown then. */
function ofSubject(look: Look, version: VersionRow, aliases: readonly AliasRow[]): boolean {
  if (look.subjectId === version.subject_id) return true;
  return aliases.some(
    (alias) =>
      alias.subject_id === version.subject_id &&
      alias.canonical_id === look.subjectId &&
      alias.from_at <= look.at &&
      (alias.to_at === null || look.at <= later(alias.to_at, readingMs)),
  );
}

/** Whether this look gave its body this version. */
export function receivedBy(
  policy: PolicyRuntime,
  look: Look,
  version: VersionRow,
  events: readonly StoredEvent[],
  aliases: readonly AliasRow[],
): boolean {
  const rule = carryingRule(policy.exchange(), look);
  if (!rule || !ofSubject(look, version, aliases)) return false;
  if (look.at < version.recorded_at) return false;
  if (version.superseded_at !== null && look.at > later(version.superseded_at, readingMs)) return false;
  if (rule.carries === 'record') return look.resourceId === version.record_id;
  const reading = { level: levelOfLook(look), items: look.items === null ? null : new Set(look.items) };
  const day = dayOf(look.at as Instant);
  // Known at the look, or at the beginning of the longest reading that could have ended with it.
  return [look.at, later(look.at, -readingMs)].some((known) =>
    readable(policy, version, events, reading, { day, known }),
  );
}

export interface Wanted {
  readonly subjectId: string;
  readonly recordId: string;
}

interface Loaded {
  readonly policy: PolicyRuntime;
  readonly versions: ReadonlyMap<string, VersionRow>;
  readonly events: ReadonlyMap<string, readonly StoredEvent[]>;
  readonly aliases: readonly AliasRow[];
  readonly looks: readonly Look[];
  /** Body → the bodies that succeeded it. */
  readonly successors: ReadonlyMap<string, readonly string[]>;
}

/** Everything needed to say who received some versions, loaded in few statements. */
export class Receivers {
  readonly #loaded: Loaded;

  private constructor(loaded: Loaded) {
    this.#loaded = loaded;
  }

  get versions(): ReadonlyMap<string, VersionRow> {
    return this.#loaded.versions;
  }

  /** `bodyIds` null: whichever body looked. Looks before `before`. */
  static async load(
    ctx: Pick<AppContext, 'db' | 'policy'>,
    wanted: readonly Wanted[],
    bodyIds: readonly string[] | null,
    before: string,
  ): Promise<Receivers> {
    const policy = ctx.policy();
    const app: Queryable = ctx.db.app;
    const subjectIds = [...new Set(wanted.map((one) => one.subjectId))];
    const rows = await versionsById(
      app,
      subjectIds,
      wanted.map((one) => one.recordId),
      fieldsOf(policy),
    );
    const versions = new Map(rows.map((row) => [row.record_id, row]));
    const events = new Map<string, StoredEvent[]>();
    for (const { record_id, ...event } of rows.length === 0 ? [] : await eventsOf(app, subjectIds))
      events.set(record_id, [...(events.get(record_id) ?? []), event]);
    const aliases = rows.length === 0 ? [] : await aliasesOf(app, subjectIds);
    const successors = new Map<string, string[]>();
    for (const line of bodyIds === null || bodyIds.length === 0 ? [] : await predecessorsOf(app, bodyIds))
      successors.set(line.body_id, [...(successors.get(line.body_id) ?? []), line.successor_id]);
    const since = rows.map((row) => row.recorded_at).sort()[0];
    const looks =
      since === undefined || bodyIds?.length === 0
        ? []
        : await looksAt(ctx.db.audit, {
            subjectIds: [...new Set([...subjectIds, ...aliases.map((alias) => alias.canonical_id)])],
            bodyIds: bodyIds === null ? null : [...bodyIds, ...successors.keys()],
            since,
            before,
            actions: [...new Set(policy.exchange().looks.map((rule) => rule.action))],
            limit: maxLooks,
          });
    return new Receivers({ policy, versions, events, aliases, looks, successors });
  }

  /** The looks that gave a version, oldest first. */
  looksOf(recordId: string, until: string | null = null): Look[] {
    const { policy, versions, events, aliases, looks } = this.#loaded;
    const version = versions.get(recordId);
    if (!version) return [];
    const own = events.get(recordId) ?? [];
    return looks.filter(
      (look) => (until === null || look.at <= until) && receivedBy(policy, look, version, own, aliases),
    );
  }

  /** The bodies that received a version by a moment, also as successors of those that did. */
  bodiesOf(recordId: string, until: string): ReadonlySet<string> {
    const bodies = new Set<string>();
    for (const { bodyId } of this.looksOf(recordId, until)) {
      bodies.add(bodyId);
      for (const successor of this.#loaded.successors.get(bodyId) ?? []) bodies.add(successor);
    }
    return bodies;
  }

  /** Whether a version may be read now at a level and for some items. */
  readableNow(recordId: string, reading: Pick<Reading, 'level' | 'items'>, now: string): boolean {
    const version = this.versions.get(recordId);
    if (!version || version.superseded_at !== null) return false;
    const events = this.#loaded.events.get(recordId) ?? [];
    return readable(this.#loaded.policy, version, events, reading, { day: dayOf(now as Instant), known: now });
  }
}
