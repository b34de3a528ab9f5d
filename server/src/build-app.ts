/** The application over HTTP: the house, then each module's routes. */

import { join } from 'node:path';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { caseDesks, paperPorts } from './case-desks.ts';
import type { AppContext } from './context.ts';
import { kitRoutes } from './kit-routes.ts';
import {
  accountPorts,
  credentialPorts,
  exportPorts,
  personPorts,
  qualityPorts,
  repairPorts,
  subjectPorts,
} from './module-ports.ts';
import { accessGate, accessRoutes } from './modules/access/index.ts';
import { accountRoutes } from './modules/accounts/index.ts';
import { authorisationRoutes } from './modules/authorisations/index.ts';
import { caseworkRoutes, targetRoutes } from './modules/casework/index.ts';
import { checkRoutes } from './modules/checks/index.ts';
import { collectionRoutes } from './modules/collection/index.ts';
import { clientResolver, credentialsRoutes, purgeCredentials } from './modules/credentials/index.ts';
import { displayRoutes } from './modules/display/index.ts';
import { exchangeRoutes } from './modules/exchange/index.ts';
import { httpHooks, identityRoutes, purgeSessions } from './modules/identity/index.ts';
import { listRoutes } from './modules/lists/index.ts';
import { measureRoutes } from './modules/measures/index.ts';
import { noticeRoutes } from './modules/notices/index.ts';
import { complaintRoutes, doubtRoutes, objectionRoutes, statementRoutes } from './modules/objections/index.ts';
import { obligationRoutes } from './modules/obligations/index.ts';
import { oversightRoutes } from './modules/oversight/index.ts';
import { paperRoutes } from './modules/papers/index.ts';
import { personRoutes } from './modules/persons/index.ts';
import { policyDeskRoutes } from './modules/policyDesk/index.ts';
import { qualityRoutes } from './modules/quality/index.ts';
import { ensureYears } from './modules/records/index.ts';
import { repairRoutes } from './modules/repair/index.ts';
import { reportRoutes } from './modules/reports/index.ts';
import { createPortal, subjectRoutes } from './modules/subjects/index.ts';
import { webhookRoutes } from './modules/webhooks/index.ts';
import { issueCheckpoint, prepareAccessLog } from './platform/access-log/index.ts';
import { one, sql } from './platform/db.ts';
import {
  buildHttp,
  type HttpInstance,
  type HttpOptions,
  healthRoutes,
  openApiRoutes,
  purgeIdempotencyKeys,
  type ReadinessCheck,
  registerSpa,
  setProblemPage,
} from './platform/http/index.ts';
import { siteRoutes } from './site-routes.ts';

/** Routes of a module, as a plugin of the typed instance or of any. */
export type ModuleRoutes = (ctx: AppContext) => FastifyPluginAsyncTypebox | ((app: HttpInstance) => Promise<void>);

/** The modules that have routes. A new module is one line here. */
export const modules: readonly ModuleRoutes[] = [
  siteRoutes,
  kitRoutes,
  identityRoutes,
  (ctx) => accessRoutes(ctx, exportPorts(ctx)),
  (ctx) => accountRoutes(ctx, accountPorts),
  (ctx) => credentialsRoutes(ctx, credentialPorts),
  collectionRoutes,
  (ctx) => personRoutes(ctx, personPorts(ctx)),
  (ctx) => subjectRoutes(ctx, subjectPorts(ctx)),
  (ctx) => authorisationRoutes(ctx, subjectPorts(ctx)),
  noticeRoutes,
  (ctx) => paperRoutes(ctx, paperPorts),
  (ctx) => qualityRoutes(ctx, qualityPorts(ctx)),
  (ctx) => caseworkRoutes(ctx, caseDesks),
  objectionRoutes,
  displayRoutes,
  measureRoutes,
  checkRoutes,
  obligationRoutes,
  listRoutes,
  (ctx) => repairRoutes(ctx, repairPorts),
  statementRoutes,
  doubtRoutes,
  complaintRoutes,
  targetRoutes,
  policyDeskRoutes,
  reportRoutes,
  oversightRoutes,
  exchangeRoutes,
  webhookRoutes,
  portalRoutes,
];

function portalRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    const portal = createPortal(ctx, subjectPorts(ctx));
    setProblemPage(app, portal.problemPage);
    await portal.routes(app);
  };
}

const maintenanceTask = 'platform.maintain';
const checkpointTask = 'platform.checkpoint';

/** Tasks of the house itself. Module tasks are registered by their `xxxJobs(ctx.jobs)` beside this, before the start. */
export function registerPlatformJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(maintenanceTask, async (context) => {
    await prepareAccessLog(context);
    await ensureYears(context.db.app, context.clock);
    await purgeSessions(context);
    await purgeCredentials(context);
    await purgeIdempotencyKeys(context);
  });
  ctx.jobs.schedule(maintenanceTask, '17 * * * *');
  ctx.jobs.register(checkpointTask, async (context) => {
    await issueCheckpoint(context);
  });
  ctx.jobs.schedule(checkpointTask, '7 * * * *');
}

function databaseChecks(ctx: AppContext): ReadinessCheck[] {
  return [
    {
      name: 'database',
      run: async () => {
        await one(ctx.db.app, sql`select 1 as ok`);
      },
    },
    {
      name: 'accessLog',
      run: async () => {
        const row = await one<{ ok: boolean | null }>(
          ctx.db.log,
          sql`select has_table_privilege('log.access_log', 'insert') or has_any_column_privilege('log.access_log', 'insert') as ok`,
        );
        if (!row.ok) throw new Error('the log login cannot insert');
      },
    },
  ];
}

export interface AppOptions extends HttpOptions {
  /** More conditions of /readyz: the sealer, the jobs, the demonstration's load. */
  readonly readiness?: readonly ReadinessCheck[];
  /** Instead of the list above, for tests. */
  readonly modules?: readonly ModuleRoutes[];
}

/** Builds the application, ready to listen or to be injected with requests. */
export async function buildApp(ctx: AppContext, options: AppOptions = {}): Promise<HttpInstance> {
  const app = await buildHttp(ctx, { ...httpHooks(ctx, [clientResolver(ctx)]), gate: accessGate(ctx) }, options);
  healthRoutes(app, ctx, [...databaseChecks(ctx), ...(options.readiness ?? [])]);
  await registerSpa(app, { prefix: '/desk/', folder: join(ctx.config.root, 'web', 'dist') });
  for (const routes of options.modules ?? modules) await app.register(routes(ctx) as FastifyPluginAsyncTypebox);
  openApiRoutes(app);
  await app.ready();
  return app;
}
