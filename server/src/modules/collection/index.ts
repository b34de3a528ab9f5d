/** Collection: from a reported file, form or push to checked records with lineage. */

export { keepDocument, MAX_ATTACHMENT_BYTES } from './attachments.ts';
export { runPull, scanDropFolders } from './channels/index.ts';
export { checkRecord, type EnterRecord, enterRecord } from './enter-record.ts';
export { forgetRows } from './forget-rows.ts';
export { collectionJobs, resumeSubmissions } from './jobs.ts';
export { type JudgedAgain, type JudgedRow, type JudgedTo, judgeAgain } from './judge-again.ts';
export { type ProcessOptions, processSubmission } from './process-submission.ts';
export { loadSubmission, openDraftsOf, type SubmissionRow } from './queries.ts';
export { findingsPage, readSubmission } from './read.ts';
export { cleanFileName, PROCESS_TASK, type Received, type ReceiveFile, receiveFile } from './receive-file.ts';
export { refusedRowsFile } from './refused-file.ts';
export { collectionRoutes } from './routes.ts';
export { type CollectOptions, type CollectResult, runCollect } from './run-collect.ts';
export { type Sampled, type SampledRow, sampleRows } from './sample-rows.ts';
export { sealedDrafts } from './sealed-drafts.ts';
export { findingView, submissionView } from './views.ts';
export { writeFindingsFile } from './write-findings.ts';
