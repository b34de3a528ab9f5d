/** A small city behind a real port, for tests in a browser: one department, a few organisations, jobs running. */
import type { AddressInfo } from 'node:net';
import { buildApp, registerJobs } from '../../server/src/app.ts';
import { createBody } from '../../server/src/modules/identity/index.ts';
import { execute, type Runner, sql } from '../../server/src/platform/db.ts';
import type { HttpInstance } from '../../server/src/platform/http/index.ts';
import { addTestAccount } from '../../server/src/testing-context.ts';
import { type CityContext, createCityContext } from './context.ts';
import { DEPARTMENT } from './rows.ts';

export interface CityServer extends CityContext {
  readonly app: HttpInstance;
  readonly base: string;
  readonly bodyId: string;
  /** Ends the server, then the database. */
  stop(): Promise<void>;
}

/** Accounts `banshi` and `fuhe`, officers of the one department; password of testing-context. */
export async function startCityServer(env: Readonly<Record<string, string>> = {}): Promise<CityServer> {
  const city = await createCityContext({ env });
  const { ctx } = city;
  const body = await createBody(ctx.db.app, city.clock, {
    kind: 'department',
    name: DEPARTMENT.name,
    code: DEPARTMENT.code,
  });
  await addTestAccount(ctx, 'banshi', ['departmentOfficer'], body.bodyId);
  await addTestAccount(ctx, 'fuhe', ['departmentOfficer'], body.bodyId);
  const setting = JSON.stringify({ name: '示范市', region: '999900', office: '示范市信用办' });
  await execute(
    ctx.db.app as Runner,
    sql`INSERT INTO core.setting (key, value, updated_at) VALUES ('city', ${setting}::jsonb, ${ctx.clock.now()})`,
  );
  registerJobs(ctx);
  const app = await buildApp(ctx);
  await ctx.jobs.start(ctx);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    ...city,
    app,
    base: `http://127.0.0.1:${port}`,
    bodyId: body.bodyId,
    async stop() {
      await app.close();
      await ctx.jobs.stop();
      await city.close();
    },
  };
}
