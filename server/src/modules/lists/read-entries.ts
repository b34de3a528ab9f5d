/** Entries as they stand on a day: for checks, measures, archives. Nothing here says anything about a person. */
import { dayOf, type Instant } from '../../platform/clock.ts';
import type { Pool, Runner, Transaction } from '../../platform/db.ts';
import type { CreditListKind, PolicyRuntime, SeverityClass } from '../policy/index.ts';
import { barHonours, type EntryState, standingOf } from './entry.ts';
import { entriesOfSubjects, entryById, followedUntil, type ReadEntry, type StatusFields } from './queries.ts';

export interface StandingEntry {
  /** Whom the caller asked for: the canonical subject of the cluster. */
  readonly canonicalId: string;
  /** The member of the cluster that the decision names. */
  readonly subjectId: string;
  readonly entryId: string;
  /** Key of the list in policy. */
  readonly list: string;
  readonly kind: CreditListKind;
  readonly origin: 'decision' | 'record';
  readonly recogniser: { readonly bodyId: string; readonly name: string };
  readonly documentNumber: string | null;
  readonly caseNumber: string | null;
  readonly decidedOn: string | null;
  readonly deliveredOn: string | null;
  /** The recogniser answers for document and delivery. */
  readonly attested: boolean;
  readonly listedOn: string;
  /** Last day; null = until the cause is gone. */
  readonly endsOn: string | null;
  readonly state: EntryState;
  /** objectionInProgress, reviewInProgress, litigationInProgress, reorganisationInProgress. */
  readonly annotations: readonly string[];
  /** Class of the act that it rests on: a minor one leads to no measure (深圳 art. 67). Null where nobody classed it. */
  readonly severity: SeverityClass | null;
  readonly recordId: string | null;
  readonly caseId: string | null;
}

export const followKey = 'lists.followed';

const statusFields = new WeakMap<PolicyRuntime, StatusFields>();
/** Columns that say whether an entry is in force, by standard. */
export function statusFieldsOf(policy: PolicyRuntime): StatusFields {
  let found = statusFields.get(policy);
  if (!found) {
    const standards = policy.standards();
    found = {
      standards: standards.map((one) => one.standard),
      status: standards.map((one) => one.fields.find(({ role }) => role === 'recordStatus')?.code ?? ''),
    };
    statusFields.set(policy, found);
  }
  return found;
}

function inForce(policy: PolicyRuntime, row: ReadEntry): boolean {
  if (row.now_status === null || row.now_standard === null) return true;
  const field = policy.standard(row.now_standard).fields.find(({ role }) => role === 'recordStatus');
  if (!field?.codeTable) return true;
  const value = policy.codeTable(field.codeTable).values.find(({ code }) => code === row.now_status);
  return value?.means !== 'ineffective';
}

export function entryStanding(policy: PolicyRuntime, row: ReadEntry, on: string): StandingEntry {
  const { state, endsOn, annotations, severity } = standingOf(
    {
      listedOn: row.listed_on,
      endsOn: row.ends_on,
      removals: row.removals,
      record:
        row.key_hash === null
          ? null
          : {
              goneOn: row.now_record_id === null ? row.listed_on : row.gone_at === null ? null : dayOf(row.gone_at),
              effectiveTo: row.now_until,
              inForce: inForce(policy, row),
              severity: row.now_severity,
              events: row.events,
            },
    },
    on,
  );
  return {
    canonicalId: row.canonical_id,
    subjectId: row.subject_id,
    entryId: row.entry_id,
    list: row.list,
    kind: row.kind,
    origin: row.origin,
    recogniser: { bodyId: row.recogniser_body_id, name: row.recogniser },
    documentNumber: row.now_document ?? row.document_number,
    caseNumber: row.case_number,
    decidedOn: row.decided_on,
    deliveredOn: row.delivered_on,
    attested: row.attested,
    listedOn: row.listed_on,
    endsOn,
    state,
    annotations,
    severity,
    recordId: row.now_record_id,
    caseId: row.case_id,
  };
}

type Client = Runner | Pool | Transaction;

/** Every entry that the subjects have or had, by canonical subject. Two members of a cluster listed by one document count once. */
export async function allEntriesOf(
  client: Client,
  policy: PolicyRuntime,
  canonicalIds: readonly string[],
  on: string,
): Promise<Map<string, StandingEntry[]>> {
  const out = new Map<string, StandingEntry[]>(canonicalIds.map((id) => [id, []]));
  const rows = await entriesOfSubjects(client as Runner, canonicalIds, statusFieldsOf(policy));
  for (const row of rows) {
    const entries = out.get(row.canonical_id) ?? [];
    entries.push(entryStanding(policy, row, on));
    out.set(row.canonical_id, entries);
  }
  for (const [id, entries] of out) out.set(id, barHonours(onceEach(entries)));
  return out;
}

const sameFact = (entry: StandingEntry): string =>
  `${entry.list}\u0000${entry.recogniser.bodyId}\u0000${entry.documentNumber ?? entry.caseNumber ?? entry.entryId}\u0000${entry.state}`;

function onceEach(entries: readonly StandingEntry[]): StandingEntry[] {
  return [...new Map(entries.map((entry) => [sameFact(entry), entry] as const).reverse()).values()].reverse();
}

/**
 * The entries that hold on a day, of these canonical subjects; a subject without any has an empty list. An honour beside a
 * live serious entry does not hold; neither does one that a court or the recogniser suspended.
 * @param on day in China (clock.today() for now)
 */
export async function liveEntriesOf(
  client: Client,
  policy: PolicyRuntime,
  canonicalIds: readonly string[],
  on: string,
): Promise<Map<string, StandingEntry[]>> {
  const all = await allEntriesOf(client, policy, canonicalIds, on);
  return new Map([...all].map(([id, entries]) => [id, entries.filter(({ state }) => state === 'live')]));
}

/** One entry by its id, as it stands on the day; null when there is none. */
export async function oneEntry(
  client: Client,
  policy: PolicyRuntime,
  entryId: string,
  on: string,
): Promise<StandingEntry | null> {
  const row = await entryById(client as Runner, entryId, statusFieldsOf(policy));
  if (!row) return null;
  const all = await allEntriesOf(client, policy, [row.canonical_id], on);
  return all.get(row.canonical_id)?.find((entry) => entry.entryId === entryId) ?? entryStanding(policy, row, on);
}

/** Instant up to which reported records have been made entries: how stale an answer about listings may be. Null = never yet. */
export async function listsAsOf(client: Client): Promise<Instant | null> {
  return followedUntil(client as Runner, followKey);
}
