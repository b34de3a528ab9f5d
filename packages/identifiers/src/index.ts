/** Identifiers of subjects and persons: parse, check, explain. No dependencies, no clock, no input or output. */
export { type CitizenId, type CitizenIdResult, computeCitizenCheck, isMinorOn, parseCitizenId } from './citizen-id.ts';
export type { IdentifierIssue, IdentifierPart } from './issue.ts';
export { normaliseCode } from './normalise.ts';
export {
  computeOrganisationCheck,
  type OrganisationCode,
  type OrganisationCodeResult,
  parseOrganisationCode,
} from './organisation-code.ts';
export {
  type PersonDocumentResult,
  type PersonDocumentType,
  parsePersonDocument,
  personDocumentLabels,
  personDocumentType,
} from './person-document.ts';
export { maskPersonName } from './person-name.ts';
export { looksLikePersonIdentifier, type PersonIdentifierRange } from './person-scan.ts';
export {
  computeRegistrationCheck,
  makeRegistrationNumber,
  parseRegistrationNumber,
  type RegistrationNumber,
  type RegistrationNumberResult,
} from './registration-number.ts';
export { knownPairs, type SubjectKind, subjectKindLabels } from './subject-kind.ts';
export {
  computeUnifiedCheck,
  groupUnifiedCode,
  makeUnifiedCode,
  parseUnifiedCode,
  type UnifiedCode,
  type UnifiedCodeOk,
  type UnifiedCodeRefused,
  type UnifiedCodeResult,
  unifiedCharset,
} from './unified-code.ts';
