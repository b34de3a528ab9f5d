/** `web/dist`, built again when what it is made of has changed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withLock } from './lock.mjs';
import { EnvironmentProblem, say } from './say.mjs';
import { childEnv, root, runToEnd } from './tree.mjs';

const config = join(root, 'web', 'vite.config.ts');
const stampFile = join(root, 'web', 'dist', '.chengxin-stamp');
const sources = ['web', 'packages/contract/src', 'packages/identifiers/src', 'package-lock.json'];
const skipped = new Set(['dist', 'node_modules', 'test-results']);

function filesOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return [];
  if (stat.isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name) && !entry.name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory() || entry.isFile() ? filesOf(join(path, entry.name)) : []));
}

function sourceDigest() {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((path) => filesOf(join(root, path))).sort()) {
    if (/\.test\.tsx?$/.test(file)) continue;
    hash
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return `${hash.digest('hex')}\n`;
}

function isFresh(digest) {
  try {
    return readFileSync(stampFile, 'utf8') === digest;
  } catch {
    return false;
  }
}

/** Returns true when there is a built web interface afterwards (false: this tree has none yet). */
export async function ensureWebBuilt(node) {
  if (!existsSync(config)) return false;
  if (isFresh(sourceDigest())) return true;
  await withLock(join(root, 'node_modules', '.chengxin-web.lock'), async () => {
    const digest = sourceDigest();
    if (isFresh(digest)) return;
    say('正在构建网页界面……', 'Building the web interface …');
    const code = await runToEnd(
      node,
      [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', config, '--logLevel', 'warn'],
      { env: childEnv(node, { NODE_ENV: 'production' }), stdio: ['ignore', 2, 2] },
    );
    if (code !== 0) {
      throw new EnvironmentProblem(
        '网页界面构建失败，原因见上。',
        'The web interface could not be built; the reason is above.',
      );
    }
    writeFileSync(stampFile, digest);
  });
  return true;
}
