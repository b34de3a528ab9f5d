import type { Purpose } from '../../shared/api/queries.ts';
import type { ArchivePurpose } from '../../shared/api/types.ts';
import type { Key } from '../../shared/i18n/index.tsx';

/** Every purpose of the contract, in words; a new one there does not compile here until it is said. */
export const purposeKey: Readonly<Record<ArchivePurpose, Key>> = {
  dailySupervision: 'purpose.dailySupervision',
  approval: 'purpose.approval',
  investigation: 'purpose.investigation',
  dataGovernance: 'purpose.dataGovernance',
};
export const purposes = Object.keys(purposeKey) as ArchivePurpose[];

/** Said once per archive and visit; gone when the page is loaded anew. Never in the address: a link must ask again. */
const said = new Map<string, Purpose>();
let last: ArchivePurpose | undefined;

export const purposeFor = (key: string): Purpose | undefined => said.get(key);
export const lastPurpose = (): ArchivePurpose | undefined => last;
export function sayPurpose(key: string, purpose: ArchivePurpose, caseNumber: string): Purpose {
  const entry: Purpose = { purpose, ...(caseNumber ? { caseNumber } : {}) };
  said.set(key, entry);
  last = purpose;
  return entry;
}
