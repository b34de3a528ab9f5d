/** Quality: rates of reporting, what is due, samples, closed months, bulletins and letters. */

export { recountCodes } from './feedback.ts';
export { qualityJobs, remind } from './jobs.ts';
export { qualityCaseFor } from './letters.ts';
export { qualityRoutes } from './routes.ts';
export type { CaseFigure, QualityPorts } from './types.ts';
