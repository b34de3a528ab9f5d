/** What other modules may use of the person store. Everything else about natural persons stays inside (G22). */

export { erasePerson, finishErasure } from './erase.ts';
export { beforeAnswering, personJobs } from './jobs.ts';
export { withoutNumbers } from './person-numbers.ts';
export { registerPurposes } from './purposes.ts';
export { erasureHook, reapplyErasures } from './reapply-erasures.ts';
export { applyRetention } from './retention.ts';
export {
  beginRotation,
  continueRotation,
  RETIRE_AFTER_MS,
  type RotationState,
  retireOldKeys,
  rotationState,
} from './rotate-keys.ts';
export type { SealedStore } from './rotation-queries.ts';
export { personRoutes } from './routes.ts';
export { type SignedProofSettings, signedProofPort } from './signed-proof.ts';
export {
  type NewIdentifier,
  type NewPersonRow,
  readKeptDocument,
  storeIdentifiers,
  storePersonRows,
} from './store.ts';
export { testAssertion, testIdentityProvider } from './test-identity-provider.ts';
export type { IdentityProofPort, PersonPorts, ProvenPerson } from './types.ts';
