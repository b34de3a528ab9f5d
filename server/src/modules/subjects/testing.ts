/** A migrated database with the fixture city and a context, for this module's tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor, AppContext, Role } from '../../context.ts';
import { prepareAccessLog } from '../../platform/access-log/index.ts';
import { type FixedClock, fixedClock } from '../../platform/clock.ts';
import { loadConfig } from '../../platform/config.ts';
import { openKeyRing } from '../../platform/crypto.ts';
import { createLogger } from '../../platform/logging.ts';
import { createTestDatabase } from '../../platform/testing.ts';
import { type Fixture, fixturePolicy, openFixture } from './fixture.ts';

export interface TestCity {
  readonly ctx: AppContext;
  readonly clock: FixedClock;
  readonly fixture: Fixture;
  close(): Promise<void>;
}

export async function openTestCity(): Promise<TestCity> {
  const database = await createTestDatabase({ migrated: true });
  const folder = mkdtempSync(join(tmpdir(), 'subjects-'));
  const clock = fixedClock('2026-11-22T01:00:00Z');
  const policy = fixturePolicy();
  const db = database.databases;
  const ctx = {
    config: loadConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent', PUBLIC_URL: 'https://credit.example.gov.cn' }),
    db,
    clock,
    log: createLogger('silent'),
    keys: openKeyRing(join(folder, 'keys')),
    policy: () => policy,
  } as unknown as AppContext;
  await prepareAccessLog(ctx);
  return {
    ctx,
    clock,
    fixture: await openFixture(db.migrator, db.app, clock.now()),
    async close() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const actorWith = (...roles: Role[]): Actor => ({
  kind: 'account',
  accountId: '0190c0de-0000-7000-8000-0000000000aa',
  name: 'tester',
  roles,
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: '127.0.0.1',
  requestId: 'test-request',
});
