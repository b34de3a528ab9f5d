/** Clocks of a case in working days: begun, paused, extended once, run out. Pure; the calendar is given. */
import type { PlainDateString } from '../../platform/clock.ts';
import type { WorkingDays } from '../policy/index.ts';
import type { ClockPolicy } from './procedure.ts';

export interface CaseClock {
  readonly key: string;
  /** The same clock may run again when a state is entered again. From 1. */
  readonly run: number;
  readonly startedOn: PlainDateString;
  /** Working days, as the policy said when it began. */
  readonly days: number;
  /** Working days that it stood still, without a pause that has not ended. */
  readonly pausedDays: number;
  readonly pausedOn: PlainDateString | null;
  readonly extendedBy: number;
  readonly remindedOn: PlainDateString | null;
  /** Its deadline was missed and the superior was told; for that deadline. */
  readonly escalatedFor: PlainDateString | null;
  readonly endedOn: PlainDateString | null;
}

export interface Due {
  readonly on: PlainDateString;
  /** A year without an official calendar lies in between: the day may move. */
  readonly provisional: boolean;
}

type Calendar = Pick<WorkingDays, 'addWorkingDays' | 'workingDaysBetween'>;

export function beginClock(policy: ClockPolicy, on: PlainDateString, run: number): CaseClock {
  return {
    key: policy.key,
    run,
    startedOn: on,
    days: policy.days,
    pausedDays: 0,
    pausedOn: null,
    extendedBy: 0,
    remindedOn: null,
    escalatedFor: null,
    endedOn: null,
  };
}

/** The last day on which the act is in time; null while the clock stands still or has ended. */
export function dueOf(clock: CaseClock, calendar: Calendar): Due | null {
  if (clock.endedOn !== null || clock.pausedOn !== null) return null;
  const { on, provisional } = calendar.addWorkingDays(
    clock.startedOn,
    clock.days + clock.extendedBy + clock.pausedDays,
  );
  return { on: on as PlainDateString, provisional };
}

export const pauseClock = (clock: CaseClock, on: PlainDateString): CaseClock =>
  clock.endedOn !== null || clock.pausedOn !== null ? clock : { ...clock, pausedOn: on };

/** The working days after the day of the pause, up to the day it goes on, are not counted. */
export function resumeClock(clock: CaseClock, on: PlainDateString, calendar: Calendar): CaseClock {
  if (clock.pausedOn === null || clock.endedOn !== null) return clock;
  const stood = on <= clock.pausedOn ? 0 : calendar.workingDaysBetween(clock.pausedOn, on).days;
  return { ...clock, pausedOn: null, pausedDays: clock.pausedDays + stood };
}

export const endClock = (clock: CaseClock, on: PlainDateString): CaseClock =>
  clock.endedOn !== null ? clock : { ...clock, endedOn: on };

/** Extended once, while it runs. Null when that is not possible any more. */
export function extendClock(clock: CaseClock, policy: ClockPolicy): CaseClock | null {
  if (clock.endedOn !== null || clock.extendedBy > 0 || policy.extendDays === 0) return null;
  return { ...clock, extendedBy: policy.extendDays };
}
