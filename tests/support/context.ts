/** An AppContext on a database of its own, with the shipped policy: what operations are tested with. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Actor, AppContext, Role } from '../../server/src/context.ts';
import { compilePolicy, loadPolicyFiles, loadPolicySet, type PolicyRuntime, storePolicy } from '../../server/src/modules/policy/index.ts';
import { type Clock, fixedClock, type FixedClock } from '../../server/src/platform/clock.ts';
import { loadConfig, repositoryRoot } from '../../server/src/platform/config.ts';
import { openKeyRing } from '../../server/src/platform/crypto.ts';
import { withTransaction } from '../../server/src/platform/db.ts';
import { openFileStore } from '../../server/src/platform/files.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { createJobs } from '../../server/src/platform/jobs.ts';
import { createLogger } from '../../server/src/platform/logging.ts';
import { createTestDatabase, type TestDatabase } from '../../server/src/platform/testing.ts';

export interface TestContext extends AppContext {
  readonly clock: FixedClock;
  readonly database: TestDatabase;
  close(): Promise<void>;
}

export async function createTestContext(options: { now?: string } = {}): Promise<TestContext> {
  const database = await createTestDatabase({ migrated: true });
  const folder = await mkdtemp(join(tmpdir(), 'chengxin-test-'));
  const clock = fixedClock(options.now ?? '2026-11-22T02:00:00Z');
  const config = { ...loadConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent', DATA_DIR: folder }), policyDirs: [join(repositoryRoot, 'policy')] };
  const keys = openKeyRing(join(folder, 'keys'));
  const runtime = await installPolicy(database, clock, config.policyDirs);
  const ctx: TestContext = {
    config, clock, database, keys,
    db: database.databases,
    log: createLogger(config.logLevel),
    files: openFileStore(join(folder, 'files'), join(folder, 'tmp'), keys),
    jobs: createJobs(),
    policy: () => runtime,
    policySet: async (setId) => (setId === runtime.setId ? runtime : loadPolicySet(database.databases.app, setId)),
    async close() {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return ctx;
}

async function installPolicy(database: TestDatabase, clock: Clock, folders: readonly string[]): Promise<PolicyRuntime> {
  const loaded = await loadPolicyFiles([...folders]);
  const stored = await withTransaction(database.databases.app, (tx) => storePolicy(tx, loaded.files, clock, 'shipped'));
  return compilePolicy(loaded.files, stored.setId, stored.digest);
}

export function testActor(over: Partial<Actor> & { roles: readonly Role[] }): Actor {
  return {
    kind: 'account', accountId: null, name: 'test', bodyId: null, scopeBodyIds: over.bodyId ? [over.bodyId] : [], osUser: null, address: null, requestId: newId(),
    ...over,
  };
}
