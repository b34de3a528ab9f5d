/** What a page needs to know before anybody has signed in: the city's name, and the demonstration's accounts where it is one. */
import { Type } from 'typebox';
import type { AppContext } from './context.ts';
import { maybeOne, sql } from './platform/db.ts';
import { apiPrefix, type HttpInstance } from './platform/http/index.ts';

const Account = Type.Object({ login: Type.String(), password: Type.String(), role: Type.String() });
const Site = Type.Object({
  cityName: Type.String(),
  demo: Type.Boolean(),
  accounts: Type.Optional(Type.Array(Account)),
});

interface CitySetting {
  name?: string;
  siteName?: string;
}

export function siteRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  return async (app) => {
    app.get(
      `${apiPrefix}/public/site`,
      {
        config: { permission: 'public' },
        schema: { tags: ['public'], summary: '站点信息 The site', response: { 200: Site } },
      },
      async () => {
        const row = await maybeOne<{ city: CitySetting | null; mode: string | null }>(
          ctx.db.app,
          sql`SELECT (SELECT value FROM core.setting WHERE key = 'city') AS city, (SELECT value #>> '{}' FROM core.setting WHERE key = 'mode') AS mode`,
        );
        const demo = row?.mode === 'demonstration';
        const cityName = row?.city?.name ?? '';
        if (!demo) return { cityName, demo };
        // Loaded only here: a real city has no use for the generator.
        const { DEMO_PASSWORD, demoAccounts } = await import('./demo/index.ts');
        return {
          cityName,
          demo,
          accounts: demoAccounts().map(({ login, can }) => ({ login, password: DEMO_PASSWORD, role: can.zh })),
        };
      },
    );
  };
}
