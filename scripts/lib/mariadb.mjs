/**
 * A MariaDB server for the tests of pulling from MySQL: the machine's own, or Debian's packages unpacked under .data (no
 * root, nothing installed). Fetched in the install step of `npm test`, so that the tests themselves need no network.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { say } from './say.mjs';
import { root } from './tree.mjs';

const folder = join(root, '.data', 'test-mariadb');
const server = join(folder, 'usr', 'sbin', 'mariadbd');
/** Libraries by the names that they have had in Debian's releases; what a release lacks is left out. */
const packages = ['mariadb-server-core'];
const libraries = [
  ['liburing2'],
  ['libaio1t64', 'libaio1'],
  ['libnuma1'],
  ['libpcre2-8-0'],
  ['libfmt10', 'libfmt9'],
  ['libsnappy1v5'],
  ['liblz4-1'],
];

const inPath = (name) =>
  (process.env.PATH ?? '')
    .split(':')
    .concat('/usr/sbin', '/usr/local/sbin')
    .map((path) => join(path, name))
    .find((path) => existsSync(path)) ?? null;

/** `{ server, share, libraries }`, or null where there is none (the test then fails and says so). */
export function findMariadb() {
  const own = inPath('mariadbd') ?? inPath('mysqld');
  const share = ['/usr/share/mysql', '/usr/share/mariadb'].find((path) =>
    existsSync(join(path, 'mysql_system_tables.sql')),
  );
  if (own && share) return { server: own, share, libraries: '' };
  if (!existsSync(server)) return null;
  const paths = globSync(join(folder, 'usr', 'lib', '**', 'lib*.so*')).concat(
    globSync(join(folder, 'lib', '**', 'lib*.so*')),
  );
  const places = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/'))))];
  return { server, share: join(folder, 'usr', 'share', 'mysql'), libraries: places.join(':') };
}

const apt = (into, ...args) =>
  spawnSync('apt-get', args, { cwd: into, stdio: 'ignore', timeout: 180_000 }).status === 0;

/** Lists of packages of our own: a new machine has none yet, and nobody but root may write the system's. */
function ownLists(into) {
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(into, part), { recursive: true });
  const options = ['-o', `Dir::State::lists=${join(into, 'lists')}`, '-o', `Dir::Cache=${join(into, 'cache')}`];
  const sandbox = ['-o', 'APT::Sandbox::User=', '-o', 'Debug::NoLocking=1'];
  apt(into, ...options, ...sandbox, 'update');
  return [...options, ...sandbox];
}

/** Fetches the server when there is none. Never throws: the test that needs it fails with words of its own. */
export async function ensureMariadb() {
  if (findMariadb()) return;
  mkdirSync(join(root, '.data'), { recursive: true, mode: 0o711 });
  await withLock(join(root, '.data', 'test-mariadb.lock'), async () => {
    if (findMariadb() || !inPath('apt-get') || !inPath('dpkg-deb')) return;
    say('正在下载测试用的 MariaDB……', 'Fetching MariaDB for the tests …');
    const making = `${folder}.${process.pid}`;
    mkdirSync(making, { recursive: true });
    try {
      let options = [];
      const download = (name) => apt(making, ...options, 'download', name);
      if (!download(packages[0])) options = ownLists(making);
      if (!packages.every(download)) return;
      for (const names of libraries) names.some(download);
      for (const part of ['lists', 'cache']) rmSync(join(making, part), { recursive: true, force: true });
      for (const file of globSync(join(making, '*.deb'))) {
        if (spawnSync('dpkg-deb', ['-x', file, making], { stdio: 'ignore' }).status !== 0) return;
        rmSync(file);
      }
      rmSync(folder, { recursive: true, force: true });
      renameSync(making, folder);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  });
}
