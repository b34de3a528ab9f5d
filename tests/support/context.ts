/** An AppContext on a database of its own with the shipped policy: what crosses modules is tested with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextOver } from '../../server/src/app.ts';
import type { Actor, AppContext, Role } from '../../server/src/context.ts';
import { prepareAccessLog } from '../../server/src/platform/access-log/index.ts';
import { type FixedClock, fixedClock } from '../../server/src/platform/clock.ts';
import { type Env, loadConfig, repositoryRoot } from '../../server/src/platform/config.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';

export interface CityContext {
  readonly ctx: AppContext;
  readonly clock: FixedClock;
  readonly database: TestDatabase;
  close(): Promise<void>;
}

export async function createCityContext(options: { now?: string; env?: Env } = {}): Promise<CityContext> {
  const database = await createTestDatabase({ migrated: true });
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-test-'));
  const clock = fixedClock(options.now ?? '2026-11-22T02:00:00Z');
  const config = loadConfig(
    { NODE_ENV: 'test', LOG_LEVEL: 'silent', DATA_DIR: folder, ...options.env },
    repositoryRoot,
  );
  const ctx = await contextOver(config, database.databases, { clock });
  await prepareAccessLog(ctx);
  return {
    ctx,
    clock,
    database,
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function actorWith(roles: readonly Role[], bodyId: string | null, accountId: string | null = null): Actor {
  return {
    kind: 'account',
    accountId,
    name: 'test',
    roles,
    bodyId,
    scopeBodyIds: bodyId ? [bodyId] : [],
    subjectId: null,
    client: null,
    osUser: null,
    address: null,
    requestId: newId(),
  };
}
