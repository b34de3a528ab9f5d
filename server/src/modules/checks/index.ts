/** Checks: what bears on an organisation in a decision, with a receipt; and what its body did about it. */
export { personNumberIn, personsElsewhere } from './ask.ts';
export { liftHits } from './lift-hits.ts';
export { checkRoutes } from './routes.ts';
export { checkJobs, startBatch, workBatch } from './run-batch.ts';
export { runCheck } from './run-check.ts';
export { tellSubject } from './tell-subject.ts';
