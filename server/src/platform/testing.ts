import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type DatabaseUrls, repositoryRoot } from './config.ts';
import { type Databases, databasesFor } from './db.ts';
import { acquireCluster, type ClusterLease } from './embedded-postgres/cluster.ts';
import { databaseStatements, roleNames } from './embedded-postgres/roles.ts';
import { isAlive, randomToken, thisProcess } from './lease.ts';
import { migrate, migrationsDigest, readMigrations } from './migrate.ts';

export interface TestDatabaseOptions {
  /** With the schema of `migrations/`; otherwise an empty database that the migrator owns. */
  readonly migrated?: boolean;
  readonly migrationsDirectory?: string;
}

export interface TestDatabase {
  readonly name: string;
  /** The migrator's address. */
  readonly url: string;
  readonly urls: DatabaseUrls;
  readonly superuserUrl: string;
  /** Pools per login, opened at first use. */
  readonly databases: Databases;
  /** Closes the pools and drops the database. */
  close(): Promise<void>;
}

/** The cluster of the tests: thrown away at will, nothing of it waits for the disk. */
export const testDataDir = (): string => process.env.CHENGXIN_TEST_DATA_DIR ?? resolve(repositoryRoot, '.data-test');

let shared: { lease: Promise<ClusterLease>; users: number } | null = null;

async function joinTestCluster(): Promise<ClusterLease> {
  shared ??= { lease: acquireTestCluster(), users: 0 };
  shared.users += 1;
  try {
    return await shared.lease;
  } catch (error) {
    shared = null;
    throw error;
  }
}

async function leaveTestCluster(): Promise<void> {
  if (!shared) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  const { lease } = shared;
  shared = null;
  await (await lease).release();
}

/** Starts or joins the test server. The test runner holds it for the whole run. */
export async function acquireTestCluster(): Promise<ClusterLease> {
  const lease = await acquireCluster({
    root: repositoryRoot,
    dataDir: testDataDir(),
    kind: 'test',
    forTests: true,
    onNotice: (_zh, en) => {
      if (/Waiting/.test(en)) process.stderr.write(`${en}\n`);
    },
  });
  await withAdmin(lease, (client) => dropLeftovers(client));
  return lease;
}

async function withAdmin<T>(
  lease: ClusterLease,
  work: (client: pg.Client) => Promise<T>,
  database = 'postgres',
): Promise<T> {
  const client = new pg.Client({ connectionString: lease.superuserUrl(database), connectionTimeoutMillis: 30_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const OWNED = /^t_(\d+)_(.+)_[a-z0-9]+$/;
const TEMPLATE_AGE_MS = 3 * 86_400_000;

/** Databases of test processes that died, and templates that nobody has made use of for days. */
async function dropLeftovers(client: pg.Client): Promise<void> {
  const rows = await client.query<{ datname: string; note: string | null }>(
    `SELECT datname, shobj_description(oid, 'pg_database') AS note FROM pg_database WHERE datname ~ '^(t|template)_' ORDER BY 1`,
  );
  for (const { datname, note } of rows.rows) {
    const owner = OWNED.exec(datname);
    const dead = owner !== null && !isAlive({ pid: Number(owner[1]), startTime: owner[2] ?? '' });
    const old = owner === null && note !== null && Date.parse(note) < Date.now() - TEMPLATE_AGE_MS;
    if (old) await client.query(`ALTER DATABASE "${datname}" IS_TEMPLATE false`).catch(() => undefined);
    if (dead || old) await drop(client, datname);
  }
}

/**
 * DROP DATABASE waits for every backend of the server to answer, also for one whose client (of another test) has stopped
 * reading: after a while it is left for the next run.
 */
async function drop(client: pg.Client, name: string): Promise<void> {
  await client.query("SET statement_timeout = '5s'");
  await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`).catch(() => undefined);
  await client.query('RESET statement_timeout');
}

/** A database of its own for one test file. Safe to call from many processes at once. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const lease = await joinTestCluster();
  try {
    const template = options.migrated
      ? await provideTemplate(lease, options.migrationsDirectory ?? resolve(repositoryRoot, 'migrations'))
      : 'template1';
    const self = thisProcess();
    const name = `t_${self.pid}_${self.startTime}_${randomToken(5)
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .toLowerCase()}`;
    await withAdmin(lease, async (client) => {
      await createFrom(client, name, template);
      for (const statement of databaseStatements(`"${name}"`)) await client.query(statement);
    });
    const urls = lease.urlsFor(name);
    const databases = databasesFor(urls, 'test');
    let closed: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      await databases.close();
      await withAdmin(lease, (client) => drop(client, name));
      await leaveTestCluster();
    };
    return {
      name,
      url: urls.migrator,
      urls,
      superuserUrl: lease.superuserUrl(name),
      databases,
      close() {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    await leaveTestCluster();
    throw error;
  }
}

async function createFrom(client: pg.Client, name: string, template: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await client.query(`CREATE DATABASE "${name}" OWNER ${roleNames.migrator} TEMPLATE "${template}"`);
      return;
    } catch (error) {
      // 55006: the template is being read by somebody (template1 by a monitoring session, for example).
      if (!(error instanceof pg.DatabaseError) || error.code !== '55006' || attempt >= 50) throw error;
      await sleep(100);
    }
  }
}

/** The migrated template for the present state of the migrations, made once and kept between runs. */
async function provideTemplate(lease: ClusterLease, directory: string): Promise<string> {
  const name = `template_${migrationsDigest(readMigrations(directory)).slice(0, 16)}`;
  return withAdmin(lease, async (client) => {
    const deadline = performance.now() + 300_000;
    for (;;) {
      if (await isTemplate(client, name)) return name;
      const locked = await client.query<{ yes: boolean }>('SELECT pg_try_advisory_lock(20140614, 2) AS yes');
      if (locked.rows[0]?.yes) break;
      if (performance.now() > deadline) throw new Error('waited too long for the template database');
      await sleep(50);
    }
    if (await isTemplate(client, name)) return name;
    await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await client.query(`CREATE DATABASE "${name}" OWNER ${roleNames.migrator}`);
    await migrate({ url: lease.urlsFor(name).migrator, roles: roleNames, directory });
    await client.query(`COMMENT ON DATABASE "${name}" IS '${new Date().toISOString()}'`);
    await client.query(`ALTER DATABASE "${name}" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    return name;
  });
}

async function isTemplate(client: pg.Client, name: string): Promise<boolean> {
  const result = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [name]);
  return result.rows.length > 0;
}
