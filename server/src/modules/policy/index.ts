/** Law as data: reading, checking, storing and asking it. Other modules import this file only. */
export { checkPolicy, type PolicyCheck, problemLine } from './check-policy.ts';
export { type CompileOptions, compilePolicy, filesInForce, type PolicySource, policySource } from './compile-policy.ts';
export { type VersionRef, versionsOf } from './identity.ts';
export { type LoadedPolicy, loadPolicyFiles } from './load-policy-files.ts';
export { prohibitedInputs, prohibitedTopic } from './prohibited-inputs.ts';
export { loadPolicySet, type StoredPolicy, storePolicy } from './store-policy.ts';
export * from './types.ts';
export { basisLine, fillWords } from './words.ts';
export { type WorkingDays, workingDays } from './working-days.ts';
