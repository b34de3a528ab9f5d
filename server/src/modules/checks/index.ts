/** Checks: what bears on an organisation in a decision, with a receipt; and what its body did about it. */

export { personNumberIn, personsElsewhere } from './ask.ts';
export { type AskedBefore, answersNow } from './ask-anew.ts';
export { rowNotes } from './batch-rows.ts';
export { startBatchFromFile } from './batch-sheet.ts';
export { liftHits } from './lift-hits.ts';
export { resultsOf } from './read-batches.ts';
export { batchCaseFor } from './reply-letter.ts';
export { checkRoutes } from './routes.ts';
export { checkJobs, startBatch, workBatch } from './run-batch.ts';
export { runCheck } from './run-check.ts';
export { tellSubject } from './tell-subject.ts';
