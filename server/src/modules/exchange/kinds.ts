/** What a change of the outbox means to somebody who holds the record. Pure. */
import type { Asked, ReasonClass } from './types.ts';

const reasons: Readonly<Record<string, ReasonClass>> = {
  'record.repaired': 'repaired',
  'record.repairRevoked': 'repairRevoked',
  'record.withdrawn': 'withdrawn',
  'record.superseded': 'corrected',
  'record.annulled': 'annulled',
  'record.erased': 'erased',
  'record.expired': 'expired',
  'record.suspended': 'suspended',
  'record.resumed': 'resumed',
  'record.masked': 'masked',
  'record.unmasked': 'unmasked',
  'record.severityConfirmed': 'reclassified',
  'record.objectionOpened': 'annotated',
  'record.objectionClosed': 'annotated',
  'record.annotated': 'annotated',
};

/** The kinds that receivers are told of. */
export const toldKinds: readonly string[] = Object.keys(reasons);

/** Null for what concerns no holder of a record. */
export const reasonOf = (kind: string): ReasonClass | null =>
  (Object.hasOwn(reasons, kind) ? reasons[kind] : null) ?? null;

/**
 * What the holder is asked to do: whether the record may still be read at the receiver's level decides, then the reason.
 * `replaced`: the receiver may read the record that stands in its place.
 */
export function askedOf(reason: ReasonClass, readable: boolean, replaced: boolean): Asked {
  if (reason === 'corrected') return replaced ? 'replace' : 'remove';
  if (!readable) return 'remove';
  if (reason === 'annotated') return 'annotate';
  if (reason === 'repairRevoked' || reason === 'resumed' || reason === 'unmasked') return 'restore';
  return 'update';
}
