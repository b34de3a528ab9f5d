/** A context on a migrated database of its own, for tests of operations and routes. */
import { argon2Sync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { AppContext, Role } from './context.ts';
import { createAccount, createBody } from './modules/identity/index.ts';
import type { PolicyRuntime } from './modules/policy/index.ts';
import { prepareAccessLog } from './platform/access-log/index.ts';
import { type FixedClock, fixedClock } from './platform/clock.ts';
import { type Env, loadConfig, repositoryRoot } from './platform/config.ts';
import { openKeyRing } from './platform/crypto.ts';
import { openFileStore } from './platform/files.ts';
import type { HttpInstance } from './platform/http/index.ts';
import { createJobs } from './platform/jobs.ts';
import { createLogger } from './platform/logging.ts';
import { createTestDatabase, type TestDatabase } from './platform/testing.ts';

export interface TestContext {
  readonly ctx: AppContext & { readonly clock: FixedClock };
  readonly database: TestDatabase;
  close(): Promise<void>;
}

export interface TestContextOptions {
  /** Default 2026-03-02T02:00:00Z, a Monday morning in China. */
  readonly now?: string;
  readonly env?: Env;
  /** The runtime; without one, `policy()` throws. */
  readonly policy?: PolicyRuntime;
}

/** Without reading the policy files: give a runtime where the test needs one (or use `contextOver` with the real ones). */
export async function createTestContext(options: TestContextOptions = {}): Promise<TestContext> {
  const database = await createTestDatabase({ migrated: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'chengxin-test-'));
  const config = loadConfig(
    { NODE_ENV: 'test', LOG_LEVEL: 'silent', DATA_DIR: dataDir, ...options.env },
    repositoryRoot,
  );
  const keys = openKeyRing(config.keysDir);
  const runtime = testPolicy(options.policy);
  const ctx = {
    config,
    db: database.databases,
    clock: fixedClock(options.now ?? '2026-03-02T02:00:00Z'),
    log: createLogger(config.logLevel),
    keys,
    files: openFileStore(config.filesDir, join(dataDir, 'tmp'), keys),
    jobs: createJobs(),
    policy: runtime,
    policySet: async () => runtime(),
    reloadPolicy: async () => undefined,
  };
  await prepareAccessLog(ctx);
  return {
    ctx,
    database,
    async close() {
      await database.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A real PDF of one blank page; `title` tells two of them apart. */
export const testPdf = (title = 'decision'): string =>
  [
    '%PDF-1.4',
    '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj',
    `4 0 obj<</Title(${title})>>endobj`,
    'trailer<</Root 1 0 R/Info 4 0 R>>',
    '%%EOF',
  ].join('\n');

/** The rules of signing in are those that ship; anything else is missing where the test gives no runtime. */
function testPolicy(given: PolicyRuntime | undefined): () => PolicyRuntime {
  const file = parse(readFileSync(join(repositoryRoot, 'policy', 'access', 'sign-in.yaml'), 'utf8')) as {
    body: ReturnType<PolicyRuntime['signIn']>;
  };
  const signIn = (): ReturnType<PolicyRuntime['signIn']> => file.body;
  if (given) {
    const whole: PolicyRuntime = { ...given, signIn: given.signIn ?? signIn };
    return () => whole;
  }
  const bare = new Proxy({ signIn } as PolicyRuntime, {
    get(target, key) {
      if (key === 'signIn') return target.signIn;
      throw new Error('this test context has no policy');
    },
  });
  return () => bare;
}

export const testPassword = 'Test-pass-2026';

/** The same function at its lowest cost: thousands of accounts and sign-ins of tests do not pay for what no thief attacks. */
function quickHash(): string {
  const nonce = randomBytes(16);
  const message = Buffer.from(testPassword, 'utf8');
  const tag = argon2Sync('argon2id', { message, nonce, tagLength: 32, memory: 8, passes: 1, parallelism: 1 });
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=8,t=1,p=1$${base64(nonce)}$${base64(tag)}`;
}
let testHash: string | undefined;

/** An account of a role, in a body; `bodyId` is made when an officer has none. */
export async function addTestAccount(
  ctx: AppContext,
  login: string,
  roles: readonly Role[],
  bodyId: string | null = null,
  subjectId: string | null = null,
): Promise<{ accountId: string; bodyId: string | null }> {
  const needsBody = roles.includes('departmentOfficer') && bodyId === null;
  const body = needsBody
    ? await createBody(ctx.db.app, ctx.clock, { kind: 'department', name: `测试局 ${login}`, code: null })
    : null;
  const own = body?.bodyId ?? bodyId;
  testHash ??= quickHash();
  const account = await createAccount(ctx.db.app, ctx.clock, {
    login,
    name: `测试 ${login}`,
    roles,
    bodyId: own,
    subjectId,
    password: testPassword,
    passwordHash: testHash,
    mustChangePassword: false,
    passwordSuffices: true,
  });
  return { accountId: account.accountId, bodyId: own };
}

let machines = 0;
/**
 * Headers of a signed-in browser: the cookie, and the origin that state-changing requests need. Each signs in on a machine of its
 * own, so that limits by address stay for those who test them.
 */
export async function signInAs(
  app: HttpInstance,
  login: string,
): Promise<{ cookie: string; origin: string; host: string }> {
  const host = 'localhost:8080';
  machines += 1;
  const response = await app.inject({
    method: 'POST',
    url: '/api/v1/session',
    remoteAddress: `10.254.${(machines >> 8) & 255}.${machines & 255}`,
    headers: { host, origin: `http://${host}` },
    payload: { login, password: testPassword },
  });
  if (response.statusCode !== 200)
    throw new Error(`sign-in of ${login} answered ${response.statusCode}: ${response.body}`);
  const [cookie] = response.cookies;
  if (!cookie) throw new Error('no cookie was set');
  return { cookie: `${cookie.name}=${cookie.value}`, origin: `http://${host}`, host };
}
