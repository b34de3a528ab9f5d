/** Objections: an organisation says that something held about it is wrong, and gets an answer on the clock. */
export { objectionDesk } from './act-on-objection.ts';
export { objectionKind } from './objection-kind.ts';
export { objectionRoutes } from './routes.ts';
export { objectionProcedure } from './state.ts';
