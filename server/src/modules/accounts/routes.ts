/** `/api/v1` of accounts: each file below is one subject of the desk. */
import multipart from '@fastify/multipart';
import type { AppContext } from '../../context.ts';
import type { HttpInstance } from '../../platform/http/index.ts';
import { openTasks } from './departure.ts';
import { ownTasks } from './own-tasks.ts';
import { maxSheetBytes } from './read-sheet.ts';
import { accountWriteRoutes } from './routes-accounts.ts';
import { deputyRoutes, dutyRoutes } from './routes-duty.ts';
import { accountReadRoutes, organisationRoutes } from './routes-lists.ts';
import { recertificationRoutes, roleRequestRoutes } from './routes-roles.ts';
import type { AccountPorts } from './task-owners.ts';

/** Registered by the server's list of modules. */
export function accountRoutes(ctx: AppContext, ports: AccountPorts): (app: HttpInstance) => Promise<void> {
  const tasks = openTasks([...ownTasks, ...ports.taskOwners]);
  return async (app) => {
    await app.register(multipart, { limits: { files: 1, fields: 4, fieldSize: 1000, fileSize: maxSheetBytes + 1 } });
    accountReadRoutes(app, ctx, tasks);
    accountWriteRoutes(app, ctx, tasks);
    organisationRoutes(app, ctx);
    roleRequestRoutes(app, ctx);
    recertificationRoutes(app, ctx);
    deputyRoutes(app, ctx);
    dutyRoutes(app, ctx);
  };
}
