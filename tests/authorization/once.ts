/** Fixtures of rows that many cells may share. */
import type { Fixture } from './format.ts';

/** What a refused or reading call needs is made once; only a call that changes it gets one of its own. */
const made = new WeakMap<object, Map<string, Promise<string>>>();
export function once(fixture: Fixture, key: string, make: (fixture: Fixture) => Promise<string>): Promise<string> {
  const known = made.get(fixture.city) ?? new Map<string, Promise<string>>();
  made.set(fixture.city, known);
  const found = known.get(key) ?? make(fixture);
  known.set(key, found);
  return found;
}
