/** Opens what operations need, once: databases, keys, files, jobs and the policy in force. */
import { join } from 'node:path';
import type { AppContext } from './context.ts';
import { registerPurposes } from './modules/persons/index.ts';
import {
  compilePolicy,
  filesInForce,
  loadPolicyFiles,
  loadPolicySet,
  type PolicyFile,
  type PolicyRuntime,
  problemLine,
  problemsOf,
  storePolicy,
  withReleases,
} from './modules/policy/index.ts';
import { ensureYears } from './modules/records/index.ts';
import { prepareAccessLog } from './platform/access-log/index.ts';
import { type Clock, clockFromEnv } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { openKeyRing } from './platform/crypto.ts';
import { type Databases, type OpenOptions, openDatabases, withTransaction } from './platform/db.ts';
import { EnvironmentError } from './platform/errors.ts';
import { openFileStore } from './platform/files.ts';
import { createJobs } from './platform/jobs.ts';
import { createLogger, type Logger } from './platform/logging.ts';
import { migrate } from './platform/migrate.ts';
import { openScanner } from './platform/scanner.ts';

export interface ContextOptions extends OpenOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Bring the schema up to date first. Default true. */
  readonly migrate?: boolean;
}

export interface OwnedContext extends AppContext {
  /** Ends the pools and gives back the lease of the embedded server. */
  close(): Promise<void>;
}

const maxProblemsTold = 20;
const maxSetsKept = 50;

async function readPolicy(config: Config): Promise<readonly PolicyFile[]> {
  const loaded = await loadPolicyFiles(config.policyDirs);
  if (loaded.problems.length === 0) return loaded.files;
  const lines = loaded.problems.slice(0, maxProblemsTold).map(problemLine).join('\n');
  throw new EnvironmentError(
    `政策文件有 ${loaded.problems.length} 处问题，系统不能启动，请修改后再试（./chengxin policy check）：\n${lines}`,
    `The policy files have ${loaded.problems.length} problems; nothing starts before they are mended (./chengxin policy check):\n${lines}`,
  );
}

interface PolicySource {
  policy(): PolicyRuntime;
  policySet(setId: number): Promise<PolicyRuntime>;
  reloadPolicy(): Promise<void>;
}

/** Releases were checked when they were made; a folder that changed since may not fit them any more. */
function refuseReleased(files: readonly PolicyFile[]): void {
  const problems = problemsOf(files);
  if (problems.length === 0) return;
  const lines = problems.slice(0, maxProblemsTold).map(problemLine).join('\n');
  throw new EnvironmentError(
    `政策文件与工作台发布的政策变更不一致，共 ${problems.length} 处，系统不能启动，请修改文件后再试：\n${lines}`,
    `The policy files do not fit what the desk released (${problems.length} problems); mend the files and try again:\n${lines}`,
  );
}

async function openPolicy(config: Config, db: Databases, clock: Clock, log: Logger): Promise<PolicySource> {
  const folders = await readPolicy(config);
  const load = async (today: string): Promise<PolicyRuntime> => {
    const files = await withReleases(db.app, folders, today);
    if (files.length > folders.length) refuseReleased(filesInForce(files, today));
    const stored = await withTransaction(db.app, (tx) => storePolicy(tx, files, clock, 'files'));
    return compilePolicy(files, stored.setId, stored.digest, { on: today });
  };
  let on = clock.today();
  let current = await load(on);
  let refreshing: Promise<void> | null = null;
  // A new day may bring a version into force that was loaded before it: it makes another set, with a number of its own.
  const refresh = async (today: typeof on): Promise<void> => {
    current = await load(today);
    on = today;
  };
  const sets = new Map<number, Promise<PolicyRuntime>>();
  return {
    policy() {
      const today = clock.today();
      if (today !== on && refreshing === null) {
        refreshing = refresh(today)
          .catch((error: unknown) =>
            log.error(
              { err: error },
              'the policy of the new day could not be stored; the set of yesterday stays in force',
            ),
          )
          .finally(() => {
            refreshing = null;
          });
      }
      return current;
    },
    policySet(setId) {
      const known = sets.get(setId);
      if (known) return known;
      if (sets.size >= maxSetsKept) sets.clear();
      const loading = loadPolicySet(db.app, setId);
      sets.set(setId, loading);
      loading.catch(() => sets.delete(setId));
      return loading;
    },
    async reloadPolicy() {
      await refreshing;
      await refresh(clock.today());
    },
  };
}

/** A context over databases that are open and migrated already. */
export async function contextOver(
  config: Config,
  db: Databases,
  options: Pick<ContextOptions, 'clock' | 'log'> = {},
): Promise<AppContext> {
  const clock = options.clock ?? clockFromEnv(process.env);
  const keys = openKeyRing(config.keysDir);
  const log = options.log ?? createLogger(config.logLevel);
  const { policy, policySet, reloadPolicy } = await openPolicy(config, db, clock, log);
  await registerPurposes(db.person, policy().persons(), clock.now());
  return {
    config,
    db,
    clock,
    log,
    keys,
    files: openFileStore(config.filesDir, join(config.dataDir, 'tmp'), keys, openScanner(config.scanner)),
    jobs: createJobs(),
    policy,
    policySet,
    reloadPolicy,
  };
}

/**
 * Opens databases (starting or joining the embedded server), migrates, and reads keys and policy. The caller closes it.
 * Throws EnvironmentError (exit code 3) for what the operator can mend.
 */
export async function buildContext(config: Config, options: ContextOptions = {}): Promise<OwnedContext> {
  const db = await openDatabases(config, options);
  try {
    if (options.migrate ?? true) {
      await migrate({ url: db.urls.migrator, roles: db.roles, directory: join(config.root, 'migrations') });
    }
    const context = await contextOver(config, db, options);
    await prepareAccessLog(context);
    await ensureYears(context.db.app, context.clock);
    return { ...context, close: () => db.close() };
  } catch (error) {
    await db.close().catch(() => undefined);
    throw error;
  }
}
