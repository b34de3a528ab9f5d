/**
 * `npm test`: everything. `npm test -- --static` only Biome and TypeScript, `--journeys` only the browser, or paths of test
 * files. Installs first when needed.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { exitWith } from './lib/say.mjs';
import { childEnv, ensureInstalled, exitCodeOf, nodeBinary, root, stopChildren } from './lib/tree.mjs';

/** The tests start servers and databases of their own: what this shell is set up for must not reach them. */
function testEnv(node) {
  const env = childEnv(node, { NODE_ENV: 'test' });
  for (const name of Object.keys(env)) {
    if (
      /^(DATABASE_URL|DATA_DIR|PORT|HOST|POLICY_DIR|TRUST_PROXY|PUBLIC_URL|TLS_|LOG_LEVEL|CHENGXIN_(NOW|L))/.test(name)
    )
      delete env[name];
  }
  return env;
}

let child = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (child) child.kill(signal);
    else {
      stopChildren(signal);
      process.exit(exitCodeOf(null, signal));
    }
  });
}
try {
  await ensureInstalled();
  const node = nodeBinary();
  child = spawn(node, [join(root, 'scripts', 'lib', 'run-tests.mjs'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: testEnv(node),
  });
  child.once('exit', (code, signal) => process.exit(exitCodeOf(code, signal)));
} catch (error) {
  exitWith(error);
}
