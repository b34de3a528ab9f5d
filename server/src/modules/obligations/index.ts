/** Obligations: an entry goes to the bodies that carry out its measures, which acknowledge, feed back and lift (发起—响应—反馈). */
export { followEntries, remindBodies, sweepObligations } from './follow-entries.ts';
export { obligationJobs } from './jobs.ts';
export { obligationRoutes } from './routes.ts';
