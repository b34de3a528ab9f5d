/** Authorisation by the subject: who it lets read what, for what, how long and how often. */
export { authorisationRoutes } from './routes.ts';
export { type AuthorisationState, stateAt } from './state.ts';
export { prepareReportUse, type ReportUse } from './use-authorisation.ts';
