/** What becomes of one delivery. Pure. A late receipt never makes less of what is known: read stays read. */
export type DeliveryState = 'waiting' | 'sent' | 'delivered' | 'read' | 'failed' | 'bounced';
/** `sent`: a server took it. `delivered`, `read`: it said so. `bounced`: the address is none. `failed`: nobody took it in time. */
export type DeliveryEvent = 'sent' | 'delivered' | 'read' | 'failed' | 'bounced' | 'again';

const moves: Readonly<Record<DeliveryEvent, Readonly<Partial<Record<DeliveryState, DeliveryState>>>>> = {
  sent: { waiting: 'sent' },
  delivered: { waiting: 'delivered', sent: 'delivered' },
  read: { waiting: 'read', sent: 'read', delivered: 'read' },
  failed: { waiting: 'failed', sent: 'failed' },
  bounced: { waiting: 'bounced', sent: 'bounced' },
  again: { failed: 'waiting', bounced: 'waiting' },
};

/** Null when the event changes nothing. */
export const afterEvent = (state: DeliveryState, event: DeliveryEvent): DeliveryState | null =>
  moves[event][state] ?? null;

/** The states in which an event has an effect: the guard of its write. */
export const statesBefore = (event: DeliveryEvent): DeliveryState[] => Object.keys(moves[event]) as DeliveryState[];
