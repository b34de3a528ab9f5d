import type { Purpose } from '../../shared/api/queries.ts';

/** Said once per archive and visit; gone when the page is loaded anew. Never in the address: a link must ask again. */
const said = new Map<string, Purpose>();
let last: string | undefined;

export const purposeFor = (key: string): Purpose | undefined => said.get(key);
export const lastPurpose = (): string | undefined => last;
export function sayPurpose(key: string, purpose: Purpose): Purpose {
  said.set(key, purpose);
  last = purpose.purpose;
  return purpose;
}
