/**
 * What a procedure is: states and transitions as typed code; days, reasons and the consequence of a missed deadline are
 * policy, pinned when the case begins (DESIGN §4). Pure.
 */
import type { ProcedurePolicy } from '../policy/index.ts';

export type { ClockPolicy, OnDue, ProcedurePolicy } from '../policy/index.ts';

export interface Transition<S extends string, C extends string, P extends string> {
  readonly command: C;
  readonly from: readonly S[];
  readonly to: S;
  /** Who may give the command. `clock` may be named only where a policy row cites the article of an automatic consequence. */
  readonly by: readonly (P | 'clock')[];
  /** The command needs a reason of the closed set of this name in the policy. */
  readonly reasons?: string;
}

export interface ClockDefinition<S extends string> {
  readonly key: string;
  /** It runs while the case is in one of these states, stands still in `pausesIn`, and ends elsewhere. */
  readonly runsIn: readonly S[];
  readonly pausesIn?: readonly S[];
}

export interface Procedure<S extends string = string, C extends string = string, P extends string = string> {
  readonly key: string;
  readonly initial: S;
  readonly states: readonly S[];
  /** Nothing leaves these but what a transition says (an appeal, a revocation). No clock runs in them. */
  readonly closed: readonly S[];
  readonly transitions: readonly Transition<S, C, P>[];
  readonly clocks: readonly ClockDefinition<S>[];
}

const reachable = (procedure: Procedure): Set<string> => {
  const seen = new Set<string>([procedure.initial]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const step of procedure.transitions) {
      if (!seen.has(step.to) && step.from.some((state) => seen.has(state))) {
        seen.add(step.to);
        grown = true;
      }
    }
  }
  return seen;
};

function ambiguous(procedure: Procedure): string[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const step of procedure.transitions) {
    for (const state of step.from) {
      const place = `${state}/${step.command}`;
      if (seen.has(place)) twice.push(place);
      seen.add(place);
    }
  }
  return twice;
}

/** What is wrong with a definition; a test asks it of each. */
export function problemsOf(procedure: Procedure): string[] {
  const known = new Set(procedure.states);
  const names = procedure.transitions.flatMap((step) => [...step.from, step.to]);
  const clockStates = procedure.clocks.flatMap((clock) => [...clock.runsIn, ...(clock.pausesIn ?? [])]);
  const found = reachable(procedure);
  const open = procedure.states.filter((state) => !procedure.closed.includes(state));
  const ticking = new Set(procedure.clocks.flatMap((clock) => clock.runsIn));
  return [
    ...[...names, ...clockStates, ...procedure.closed]
      .filter((state) => !known.has(state))
      .map((s) => `unknown state ${s}`),
    ...procedure.states.filter((state) => !found.has(state)).map((state) => `${state} cannot be reached`),
    ...ambiguous(procedure).map((place) => `two transitions for ${place}`),
    ...clockStates
      .filter((state) => procedure.closed.includes(state))
      .map((state) => `a clock runs in closed ${state}`),
    ...open
      .filter((state) => !procedure.transitions.some((step) => step.from.includes(state)))
      .map((state) => `no way out of ${state}`),
    ...open
      .filter((state) => !ticking.has(state) && !procedure.clocks.some((clock) => clock.pausesIn?.includes(state)))
      .map((state) => `no clock in ${state}: a case could lie there for ever`),
  ];
}

/** Holds a policy against the procedure it is for. */
export function policyProblemsOf(procedure: Procedure, policy: ProcedurePolicy): string[] {
  const clocks = new Map(policy.clocks.map((clock) => [clock.key, clock]));
  const problems: string[] = [];
  for (const { key } of procedure.clocks) if (!clocks.has(key)) problems.push(`no days for the clock ${key}`);
  for (const clock of policy.clocks) {
    const definition = procedure.clocks.find(({ key }) => key === clock.key);
    if (!definition) problems.push(`no clock ${clock.key}`);
    const { onDue } = clock;
    if (!definition || onDue.kind !== 'command') continue;
    for (const state of definition.runsIn) {
      const step = procedure.transitions.find((one) => one.command === onDue.command && one.from.includes(state));
      if (!step?.by.includes('clock'))
        problems.push(`the clock ${clock.key} may not give ${onDue.command} in ${state}`);
    }
  }
  for (const step of procedure.transitions)
    if (step.reasons !== undefined && !policy.reasons[step.reasons]?.length)
      problems.push(`no reasons ${step.reasons}`);
  return problems;
}
