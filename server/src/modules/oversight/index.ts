/** What others may use of oversight: who looked at me (an organisation's, and a person's own record by token). */
export { oversightJobs } from './jobs.ts';
export type { LookTarget } from './log-queries.ts';
export { type LookOptions, type LookPage, readLooks } from './looks.ts';
export { oversightRoutes } from './routes.ts';
