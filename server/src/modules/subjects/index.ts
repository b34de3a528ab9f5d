/** Subjects: organisations, found by any identifier or name they ever had. Never a natural person. */
export { type AppliedChanges, applySubjectChanges } from './apply-subject-changes.ts';
export { clusterOf, type FactRow, type PayloadFields } from './archive-queries.ts';
export { countExport, exportRecords } from './export-records.ts';
export { findByIdentifiers, findByNames, loadForRegistration } from './find-subjects.ts';
export {
  type Archive,
  type ArchiveKey,
  type ArchiveRecord,
  dataAsOf,
  factsFrom,
  findArchiveSubject,
  type Lineage,
  loadArchive,
  loadArchiveRecords,
  payloadFields,
  type RecordPage,
  readsRecord,
} from './load-archive.ts';
export { maskText, publicAddress, publicSubjectName } from './masking.ts';
export { type FeatureName, type Features, featureNames } from './match/conditional-v1/features.ts';
export {
  type Candidate,
  type ComparedName,
  compareName,
  findCandidates,
  type MatchingPolicy,
  matchName,
  type NameMatches,
  rankCompared,
} from './match/match-names.ts';
export {
  matchingPolicy,
  matchNames,
  matchNamesOf,
  matchSubjects,
  maxMatchCandidates,
  maxMatchNames,
  type ShownMatches,
} from './match/match-subjects.ts';
export { nameParts } from './match/parse-name.ts';
export { type Collision, type MergeResult, mergeSubjects, splitSubject } from './merge-subjects.ts';
export { cleanCode, nameInitials, nameTokens, normaliseName } from './names.ts';
export { loadOneRecord, type OneRecord, viewOfRecord } from './one-record.ts';
export { planRegistration, planRegistrations, unknownStatus } from './plan-registration.ts';
export { createPortal, type Portal } from './portal/portal.ts';
export type * from './ports.ts';
export {
  type Look,
  readFullArchive,
  readFullRecords,
  readLineage,
  readPublicArchive,
  readPublicRecords,
} from './read-archive.ts';
export { formatFen, type RecordView } from './record-view.ts';
export { subjectRoutes } from './routes.ts';
export { type SearchItem, type SearchPage, searchSubjects } from './search-subjects.ts';
export {
  identifierValues,
  subjectColumns,
  subjectIdentifierColumns,
  subjectIdentifierRows,
  subjectNameColumns,
  subjectNameRow,
  subjectRowsFor,
  withDerivedIdentifiers,
} from './subject-rows.ts';
export { tokenStatistics } from './token-statistics.ts';
export type * from './types.ts';
