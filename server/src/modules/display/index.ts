/** Display: what the deciding body orders about it, the notice served with a decision, and why a record is shown. */

export { displayJobs, recomputeDisplay } from './recompute.ts';
export { displayRoutes } from './routes.ts';
export { publicWhy } from './why.ts';
