/** A real MariaDB of its own for a test file, on a free port, in a temporary folder. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { findMariadb } from '../../scripts/lib/mariadb.mjs';

export interface MysqlServer {
  readonly port: number;
  readonly password: string;
  /** As the department's administrator. */
  run(text: string, values?: unknown[]): Promise<unknown>;
  /** Kills the server at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });

const TABLES = ['mysql_system_tables.sql', 'mysql_performance_tables.sql', 'mysql_system_tables_data.sql'];
const asUser = process.getuid?.() === 0 ? ['--user=root'] : [];

export async function startMysqlServer(): Promise<MysqlServer> {
  const found = findMariadb();
  // Never skipped: a pull from MySQL that nobody tried is not known to work.
  if (!found)
    throw new Error(
      'no MariaDB for this test: install mariadb-server, or let `npm test` fetch it (needs apt-get and dpkg-deb once)',
    );
  const folder = mkdtempSync(join(tmpdir(), 'chengxin-mariadb-'));
  const data = join(folder, 'data');
  const env = { ...process.env, LD_LIBRARY_PATH: found.libraries };
  const common = [
    '--no-defaults',
    `--datadir=${data}`,
    `--lc-messages-dir=${found.share}`,
    '--innodb-buffer-pool-size=16M',
    ...asUser,
  ];
  const port = await freePort();
  const password = 'Test-only-2026';
  spawnSync('mkdir', [data]);
  const tables = TABLES.map((name) => readFileSync(join(found.share, name), 'utf8')).join('\n');
  const bootstrap = spawnSync(found.server, [...common, '--bootstrap'], {
    input: `create database mysql;\nuse mysql;\n${tables}\n`,
    env,
    encoding: 'utf8',
  });
  if (bootstrap.status !== 0) throw new Error(`MariaDB could not be set up: ${bootstrap.stderr.slice(-1000)}`);
  const init = join(folder, 'init.sql');
  writeFileSync(
    init,
    `CREATE USER IF NOT EXISTS 'admin'@'127.0.0.1' IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO 'admin'@'127.0.0.1' WITH GRANT OPTION;\n`,
  );
  let child: ChildProcess | null = null;
  const connect = () =>
    mysql.createConnection({ host: '127.0.0.1', port, user: 'admin', password, multipleStatements: true });
  const start = async (): Promise<void> => {
    child = spawn(
      found.server,
      [
        ...common,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${join(folder, 's')}`,
        `--pid-file=${join(folder, 'pid')}`,
        `--init-file=${init}`,
        '--skip-name-resolve',
      ],
      { env, stdio: 'ignore' },
    );
    for (let tries = 0; tries < 300; tries += 1) {
      const connection = await connect().catch(() => null);
      if (connection) return connection.end();
      await wait(100);
    }
    throw new Error('MariaDB did not come up');
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    const ended = new Promise((done) => running.once('exit', done));
    running.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    port,
    password,
    start,
    kill,
    async run(text, values = []) {
      const connection = await connect();
      try {
        const [rows] = await connection.query(text, values);
        return rows;
      } finally {
        await connection.end();
      }
    },
    async close() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
