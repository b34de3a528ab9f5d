/** Law as data: reading, checking, storing and asking it. Other modules import this file only. */
export { checkRuleOf } from './check-files.ts';
export { checkPolicy, type PolicyCheck, problemLine } from './check-policy.ts';
export { bindRule } from './check-rules.ts';
export { itemsOf } from './check-standard.ts';
export { type CompileOptions, compilePolicy, filesInForce, type PolicySource, policySource } from './compile-policy.ts';
export { hashOf, type VersionRef, versionsOf } from './identity.ts';
export { type LoadedPolicy, loadPolicyFiles, parsePolicyText, shaped } from './load-policy-files.ts';
export { prohibitedInputs, prohibitedTopic } from './prohibited-inputs.ts';
export { type SetRow, setsOf, versionsOfFile } from './queries.ts';
export {
  bodyOfVersion,
  contentHash,
  headOf,
  problemsOf,
  problemsWith,
  releaseFile,
  withdrawReleases,
  withReleases,
} from './releases.ts';
export { isPolicyKind } from './shapes.ts';
export { loadPolicySet, type StoredPolicy, storePolicy } from './store-policy.ts';
export { fieldTypes, findsIn, rowOf, violates, writtenValue } from './try-rule.ts';
export * from './types.ts';
export { basisLine, fillWords } from './words.ts';
export { type WorkingDays, workingDays } from './working-days.ts';
