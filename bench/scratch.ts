/** Databases of a benchmark's own on the server that the city uses, so that no figure touches the city's data. */
import { join } from 'node:path';
import pg from 'pg';
import { type Config, type DatabaseUrls, databaseRoles } from '../server/src/platform/config.ts';
import { loginOf } from '../server/src/platform/db.ts';
import { acquireCluster } from '../server/src/platform/embedded-postgres/cluster.ts';
import { databaseStatements, roleNames } from '../server/src/platform/embedded-postgres/roles.ts';
import { EnvironmentError } from '../server/src/platform/errors.ts';
import { isAlive, thisProcess } from '../server/src/platform/lease.ts';
import { migrate } from '../server/src/platform/migrate.ts';

export interface Scratch {
  readonly databases: readonly DatabaseUrls[];
  /** Drops the databases. */
  close(): Promise<void>;
}

const withDatabase = (url: string, database: string): string =>
  url.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^/?]+/, `$1${database}`);

interface Server {
  adminUrl: string;
  embedded: boolean;
  urlsFor(database: string): DatabaseUrls;
  release(): Promise<void>;
}

async function serverOf(config: Config): Promise<Server> {
  if (config.database.kind === 'own') {
    const { urls } = config.database;
    return {
      adminUrl: urls.migrator,
      embedded: false,
      urlsFor: (database) =>
        Object.fromEntries(
          databaseRoles.map((role) => [role, withDatabase(urls[role], database)]),
        ) as unknown as DatabaseUrls,
      release: async () => undefined,
    };
  }
  const lease = await acquireCluster({ root: config.root, dataDir: config.dataDir, kind: 'command' });
  return {
    adminUrl: lease.superuserUrl('postgres'),
    embedded: true,
    urlsFor: lease.urlsFor,
    release: () => lease.release(),
  };
}

const OWNED = /^bench_(\d+)_(.+)_\d+$/;

/** What a killed benchmark left behind. */
async function dropLeftovers(client: pg.Client): Promise<void> {
  const rows = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname LIKE 'bench\\_%'`,
  );
  for (const { datname } of rows.rows) {
    const owner = OWNED.exec(datname);
    if (owner && !isAlive({ pid: Number(owner[1]), startTime: owner[2] ?? '' }))
      await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
  }
}

/** Fresh databases with the schema of `migrations/`. Errors: EnvironmentError when the login may not create databases. */
export async function openScratch(config: Config, count: number): Promise<Scratch> {
  const server = await serverOf(config);
  const client = new pg.Client({ connectionString: server.adminUrl });
  client.on('error', () => undefined);
  await client.connect();
  const self = thisProcess();
  const names = Array.from({ length: count }, (_, at) => `bench_${self.pid}_${self.startTime}_${at}`);
  let closing: Promise<void> | undefined;
  const giveBack = async (): Promise<void> => {
    for (const name of names) await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await client.end();
    await server.release();
  };
  /** At the end of the benchmark and again at the end of the command, which may have been interrupted. */
  const close = (): Promise<void> => {
    closing ??= giveBack();
    return closing;
  };
  try {
    await dropLeftovers(client);
    for (const name of names) {
      await client.query(
        server.embedded
          ? `CREATE DATABASE "${name}" OWNER ${roleNames.migrator} TEMPLATE template1`
          : `CREATE DATABASE "${name}"`,
      );
      const urls = server.urlsFor(name);
      if (server.embedded) for (const statement of databaseStatements(`"${name}"`)) await client.query(statement);
      const roles = Object.fromEntries(databaseRoles.map((role) => [role, loginOf(urls[role])])) as Record<
        (typeof databaseRoles)[number],
        string
      >;
      await migrate({ url: urls.migrator, roles, directory: join(config.root, 'migrations') });
    }
    return { databases: names.map((name) => server.urlsFor(name)), close };
  } catch (error) {
    await close().catch(() => undefined);
    if ((error as { code?: string }).code !== '42501') throw error;
    throw new EnvironmentError(
      '测试需要另建数据库，但 DATABASE_URL 的登录没有 CREATEDB 权限。请授权（ALTER ROLE … CREATEDB）或使用内置数据库。',
      'The benchmark makes databases of its own, but the login of DATABASE_URL may not. Grant it (ALTER ROLE … CREATEDB) or use the embedded server.',
      error,
    );
  }
}
