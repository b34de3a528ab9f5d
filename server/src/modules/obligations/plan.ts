/** Which bodies an entry obliges, and what differs from what was sent. Pure: planned twice, nothing changes. */
import type { LiveMeasure } from '../measures/index.ts';
import type { Measure } from '../policy/index.ts';
import { endedStates, type ObligationState } from './state.ts';

export interface PlanBody {
  readonly bodyId: string;
  readonly parentId: string | null;
  readonly kind: string;
  readonly name: string;
  readonly region: string | null;
  readonly provisional: boolean;
  readonly closedOn: string | null;
  readonly successorIds: readonly string[];
}

/** Outside bodies and those above the city carry out nothing here; a provisional one has nobody who could. */
const obliging: ReadonlySet<string> = new Set(['city', 'district', 'zone', 'department', 'creditOffice']);
const local: ReadonlySet<string> = new Set(['district', 'zone']);
const maxSteps = 10;

export interface Bodies {
  readonly all: readonly PlanBody[];
  readonly byId: ReadonlyMap<string, PlanBody>;
  readonly cityRegion: string | null;
}

export const bodiesOf = (all: readonly PlanBody[]): Bodies => ({
  all,
  byId: new Map(all.map((body) => [body.bodyId, body])),
  cityRegion: all.find(({ kind, closedOn }) => kind === 'city' && closedOn === null)?.region ?? null,
});

/** The region of a district, a zone or a body below one; null for bodies of the whole city. */
function regionOf(bodies: Bodies, body: PlanBody): string | null {
  let at: PlanBody | undefined = body;
  for (let step = 0; at && step < maxSteps; step++) {
    if (local.has(at.kind)) return at.region ?? at.bodyId;
    at = at.parentId === null ? undefined : bodies.byId.get(at.parentId);
  }
  const { region } = body;
  return region !== null && bodies.cityRegion !== null && region !== bodies.cityRegion ? region : null;
}

/** The body that has its work now: itself, or whoever followed it. */
export function livingBody(bodies: Bodies, bodyId: string): string {
  let at = bodies.byId.get(bodyId);
  for (let step = 0; at && at.closedOn !== null && step < maxSteps; step++) {
    const next: string | undefined = at.successorIds[0];
    if (next === undefined) break;
    at = bodies.byId.get(next);
  }
  return at?.bodyId ?? bodyId;
}

/**
 * By measure × jurisdiction. `*` in a rule means the executors of the measure; where policy names none, nobody is told ahead
 * (whoever checks learns of it all the same).
 * @param region of the subject; null where it is not known
 */
export function obligedBodies(
  bodies: Bodies,
  rule: Pick<LiveMeasure, 'bodies' | 'jurisdiction'>,
  measure: Pick<Measure, 'executors'> | undefined,
  region: string | null,
): PlanBody[] {
  const words = [
    ...rule.bodies.filter((word) => word !== '*'),
    ...(rule.bodies.includes('*') ? (measure?.executors?.bodies ?? []) : []),
  ];
  const named = bodies.all.filter(
    (body) =>
      body.closedOn === null &&
      !body.provisional &&
      obliging.has(body.kind) &&
      words.some((word) => body.name.includes(word)),
  );
  const cityWide = named.filter((body) => regionOf(bodies, body) === null);
  if (rule.jurisdiction === 'city' || region === null) return cityWide;
  const there = named.filter((body) => regionOf(bodies, body) === region);
  return there.length > 0 ? there : cityWide;
}

export interface Wanted {
  readonly subjectId: string;
  readonly entryId: string;
  readonly list: string;
  readonly measure: string;
  readonly force: 'required' | 'permitted';
  readonly document: string;
  readonly article: string;
  readonly until: string | null;
  readonly bodyId: string;
}

export interface Kept {
  readonly obligationId: string;
  readonly entryId: string;
  readonly measure: string;
  readonly bodyId: string;
  readonly round: number;
  readonly state: ObligationState;
  readonly until: string | null;
}

export interface Plan<K extends Kept> {
  readonly send: readonly (Wanted & { readonly round: number })[];
  /** The cause is gone. */
  readonly end: readonly K[];
  /** The cause is there again. */
  readonly back: readonly K[];
  /** Its last day is another one now. */
  readonly moved: readonly { readonly kept: K; readonly until: string | null }[];
}

const keyOf = (one: { entryId: string; measure: string; bodyId: string }): string =>
  `${one.entryId} ${one.measure} ${one.bodyId}`;

export function planOf<K extends Kept>(bodies: Bodies, kept: readonly K[], wanted: readonly Wanted[]): Plan<K> {
  const last = new Map<string, K>();
  for (const one of kept) {
    const key = keyOf({ ...one, bodyId: livingBody(bodies, one.bodyId) });
    const other = last.get(key);
    if (!other || one.round > other.round || (endedStates.includes(other.state) && !endedStates.includes(one.state)))
      last.set(key, one);
  }
  // A required measure goes before a permitted one of the same name: the first that is wanted stands.
  const want = new Map<string, Wanted>();
  for (const one of wanted) if (!want.has(keyOf(one))) want.set(keyOf(one), one);
  const plan = {
    send: [] as (Wanted & { round: number })[],
    end: [] as K[],
    back: [] as K[],
    moved: [] as { kept: K; until: string | null }[],
  };
  for (const [key, one] of want) {
    const found = last.get(key);
    if (!found || endedStates.includes(found.state)) plan.send.push({ ...one, round: (found?.round ?? 0) + 1 });
    else if (found.state === 'toLift') plan.back.push(found);
    else if (found.until !== one.until) plan.moved.push({ kept: found, until: one.until });
  }
  for (const [key, one] of last)
    if (!want.has(key) && !endedStates.includes(one.state) && one.state !== 'toLift') plan.end.push(one);
  return plan;
}
