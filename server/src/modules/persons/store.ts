/**
 * What collection may do with the person store: put in document numbers (as ciphertext) and reported rows, each for a
 * purpose of the register (PIPL art. 13), and get tokens back. By the login `person` (natural-persons G22).
 */
import type { AppContext } from '../../context.ts';
import { dayOf, type Instant } from '../../platform/clock.ts';
import type { KeyedToken, Sealed } from '../../platform/crypto.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { addYears } from './days.ts';
import { type ActivePurpose, requirePurpose } from './purposes.ts';
import { addAliases, anchorTokens, insertPersonRows, sealedIdentifier, upsertIdentifiers } from './store-queries.ts';

/** A document number: its tokens under every key in use, oldest first, and its ciphertext. */
export interface NewIdentifier {
  readonly tokens: readonly KeyedToken[];
  readonly kind: string;
  readonly sealed: Sealed;
}

export interface NewPersonRow {
  readonly rowNo: number;
  /** The anchor, as storeIdentifiers gave it back. */
  readonly token: string;
  readonly item: string;
  /** Says when two rows are the same fact, and whether they say the same. */
  readonly keyHash: Buffer;
  readonly payloadHash: Buffer;
  readonly payload: string;
  readonly decidedOn: string | null;
  readonly decidingBodyId: string;
  readonly sourceBodyId: string;
}

export type StoreContext = Pick<AppContext, 'db' | 'keys'>;

/** Puts numbers in for a purpose that the caller holds already. Returns the anchor of each first token. */
export async function putIdentifiers(
  tx: Transaction,
  identifiers: readonly NewIdentifier[],
  purpose: ActivePurpose,
  retainUntil: string,
  at: string,
): Promise<ReadonlyMap<string, string>> {
  const distinct = new Map<string, NewIdentifier>();
  for (const entry of identifiers) if (entry.tokens[0]) distinct.set(entry.tokens[0].token, entry);
  if (distinct.size === 0) return new Map();
  const entries = [...distinct.values()];
  const anchors = await anchorTokens(
    tx,
    entries.map((entry) => entry.tokens[0] as KeyedToken),
  );
  const anchorOf = (entry: NewIdentifier): string => {
    const first = (entry.tokens[0] as KeyedToken).token;
    return anchors.get(first) ?? first;
  };
  // While the key of the tokens is changed, the number is found under the old and the new one.
  await addAliases(
    tx,
    entries.flatMap((entry) =>
      entry.tokens.slice(1).map(({ token, keyId }) => ({ token, keyId, anchor: anchorOf(entry) })),
    ),
  );
  await upsertIdentifiers(
    tx,
    entries.map((entry) => ({ ...entry, anchor: anchorOf(entry), retainUntil, purpose })),
    at,
  );
  return anchors;
}

/**
 * Document numbers of a batch, once each; idempotent. `person`: the row is about the person; else the number is a legal
 * representative's. Returns the anchor of each token: what other schemas may hold. Errors: the purpose is not in force.
 */
export async function storeIdentifiers(
  ctx: StoreContext,
  identifiers: readonly (NewIdentifier & { person: boolean })[],
  at: string,
): Promise<ReadonlyMap<string, string>> {
  if (identifiers.length === 0) return new Map();
  return withTransaction(ctx.db.person, async (tx) => {
    const anchors = new Map<string, string>();
    for (const person of [true, false]) {
      const part = identifiers.filter((entry) => entry.person === person);
      if (part.length === 0) continue;
      const purpose = await requirePurpose(tx, person ? 'recordKeeping' : 'representative', ['record', 'identify']);
      const until = addYears(dayOf(at as Instant), purpose.content.retainYears);
      for (const [token, anchor] of await putIdentifiers(tx, part, purpose, until, at)) anchors.set(token, anchor);
    }
    return anchors;
  });
}

/** Stores rows about persons; one that is there from another row is a duplicate, from this very row it is accepted. */
export async function storePersonRows(
  ctx: StoreContext,
  rows: readonly NewPersonRow[],
  batch: { submissionId: string; policySetId: number; retentionYears: number; at: string },
): Promise<ReadonlyMap<number, 'accepted' | 'duplicate'>> {
  const outcomes = new Map<number, 'accepted' | 'duplicate'>();
  if (rows.length === 0) return outcomes;
  const stored = await withTransaction(ctx.db.person, async (tx) => {
    const purpose = await requirePurpose(tx, 'recordKeeping', ['record']);
    const years = Math.min(batch.retentionYears, purpose.content.retainYears);
    const sealed = rows.map((row) => {
      const { cipher, keyId } = ctx.keys.sealPerson(row.payload);
      const retainUntil = addYears(row.decidedOn ?? dayOf(batch.at as Instant), years);
      return { ...row, cipher, keyId, recordId: newId(), retainUntil };
    });
    return insertPersonRows(tx, sealed, { ...batch, purpose });
  });
  const owner = new Map(stored.map((row) => [row.key_hash.toString('hex'), row]));
  for (const row of rows) {
    const held = owner.get(row.keyHash.toString('hex'));
    const own = held?.submission_id === batch.submissionId && held.row_no === row.rowNo;
    outcomes.set(row.rowNo, own ? 'accepted' : 'duplicate');
  }
  return outcomes;
}

/** The number behind a token that a record holds, for the pipeline that corrects this record. Null: erased. */
export async function readKeptDocument(ctx: StoreContext, token: string): Promise<string | null> {
  return withTransaction(ctx.db.person, async (tx) => {
    await requirePurpose(tx, 'representative', ['identify']);
    const held = await sealedIdentifier(tx, token);
    return held ? ctx.keys.openPerson({ cipher: held.cipher, keyId: held.key_id }) : null;
  });
}
