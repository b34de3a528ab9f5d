/** Runs the command line: `node scripts/run.mjs COMMAND …`, installing first when needed. `./chengxin` is the short way. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { exitWith } from './lib/say.mjs';
import { childEnv, ensureInstalled, exitCodeOf, nodeBinary, root } from './lib/tree.mjs';

try {
  await ensureInstalled();
  const node = nodeBinary();
  const child = spawn(node, [join(root, 'server', 'src', 'cli', 'main.ts'), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: childEnv(node),
  });
  // Ctrl-C at a terminal reaches the child by itself; a signal to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(exitCodeOf(code, signal)));
} catch (error) {
  exitWith(error);
}
