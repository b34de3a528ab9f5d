/** Prepared rows about natural persons → what the person store takes. Only tokens come back (natural-persons G22). */
import { createHash } from 'node:crypto';
import type { AppContext } from '../../context.ts';
import { type NewPersonRow, storeIdentifiers, storePersonRows } from '../persons/index.ts';
import type { PlaceRules } from '../policy/index.ts';
import { normaliseDocumentNumber, payloadDigest } from '../records/index.ts';
import type { OpenRow } from './process-batch.ts';
import { openFacts, payloadOf, readyPayload } from './record-facts.ts';
import type { PreparedRow, RowProcessor } from './row-processor.ts';

export interface PersonScope {
  ctx: Pick<AppContext, 'db' | 'keys'>;
  processor: RowProcessor;
  place: PlaceRules;
  submissionId: string;
  policySetId: number;
  at: string;
}

/**
 * Stores the document numbers of the rows that are kept, but for those in `stored`, which takes up the new ones. A number
 * that was first seen under an earlier key has another anchor than its token of today: the row then takes the anchor.
 * Returns the rows that changed.
 */
export async function storeNumbers(
  ctx: Pick<AppContext, 'db' | 'keys'>,
  processor: RowProcessor,
  rows: readonly PreparedRow[],
  at: string,
  stored: Map<string, string> = new Map(),
): Promise<ReadonlySet<PreparedRow>> {
  // Numbers of rows that are kept nowhere are kept nowhere either.
  const kept = rows.filter((row) => row.fate !== 'refuse' && !row.barred && row.identifiers.length > 0);
  const fresh = kept.flatMap((row) =>
    row.identifiers.filter(({ token }) => !stored.has(token)).map((entry) => ({ ...entry, person: row.person })),
  );
  for (const [token, anchor] of await storeIdentifiers(ctx, fresh, at)) stored.set(token, anchor);
  const changed = new Set<PreparedRow>();
  for (const row of kept) {
    const moved = new Map(row.identifiers.map(({ token }) => [token, stored.get(token) ?? token] as const));
    if ([...moved].every(([token, anchor]) => token === anchor)) continue;
    takeAnchors(processor, row, moved);
    changed.add(row);
  }
  return changed;
}

/** The row as if it had been read with the anchors: its texts, and the payload made from them. */
function takeAnchors(processor: RowProcessor, row: PreparedRow, moved: ReadonlyMap<string, string>): void {
  const payload = payloadOf(processor, row);
  processor.plan.standard.fields.forEach((field, index) => {
    const text = payload[field.code] ?? row.texts[index] ?? null;
    const anchor = text === null ? undefined : moved.get(text);
    row.texts[index] = anchor ?? text;
    if (anchor !== undefined) row.values[index] = anchor;
  });
  row.payload = readyPayload(processor, row);
}

function rowOf({ row, bodies }: Pick<OpenRow, 'row' | 'bodies'>, scope: PersonScope): NewPersonRow | null {
  const document = scope.processor.role('personDocument');
  const token = document < 0 ? null : row.texts[document];
  if (!token) return null;
  const facts = openFacts(scope.processor, row, bodies);
  const payload = JSON.stringify(facts.payload);
  const key = [
    facts.item,
    bodies.decidingBodyId,
    facts.documentNumber ? normaliseDocumentNumber(facts.documentNumber) : '',
    facts.decidedOn ?? '',
    token,
  ].join('\u001f');
  return {
    rowNo: row.rowNo,
    token,
    ...bodies,
    item: facts.item,
    decidedOn: facts.decidedOn,
    keyHash: createHash('sha256').update(key).digest().subarray(0, 16),
    payloadHash: payloadDigest(payload),
    payload,
  };
}

/** Stores the rows; one that is there already from another row is a duplicate, from this very row (a repeated batch) it is accepted. */
export async function storePersons(
  rows: readonly Pick<OpenRow, 'row' | 'bodies'>[],
  scope: PersonScope,
): Promise<ReadonlyMap<PreparedRow, 'accepted' | 'duplicate'>> {
  const inputs = rows.map((entry) => ({ row: entry.row, input: rowOf(entry, scope) }));
  const outcomes = await storePersonRows(
    scope.ctx,
    inputs.flatMap(({ input }) => input ?? []),
    {
      submissionId: scope.submissionId,
      policySetId: scope.policySetId,
      retentionYears: scope.place.personRetentionYears,
      at: scope.at,
    },
  );
  return new Map(
    inputs.flatMap(({ row, input }) => {
      const outcome = input === null ? undefined : outcomes.get(row.rowNo);
      return outcome === undefined ? [] : [[row, outcome] as const];
    }),
  );
}
