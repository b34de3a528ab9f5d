export { buildHttp, isSecure } from './build-http.ts';
export { commandKey } from './command-key.ts';
export { setProblemPage } from './error-handling.ts';
export { etagOf, notModified, stillCurrent } from './etag.ts';
export { healthRoutes, type ReadinessCheck } from './health.ts';
export { type IdempotentAnswer, idempotent, purgeIdempotencyKeys } from './idempotency.ts';
export { apiPrefix, openApiRoutes } from './openapi.ts';
export { escapeHtml } from './problem-page.ts';
export { registerSpa, type SpaOptions } from './static-files.ts';
export type {
  AccessHints,
  GateQuestion,
  HttpHooks,
  HttpInstance,
  HttpOptions,
  ProblemPage,
  ResolvedActor,
} from './types.ts';
