/** `npm run torture`: tests that kill processes and servers for as long as it takes. Not part of `npm test`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnv, ensureInstalled, exitCodeOf, nodeBinary, root } from './lib/tree.mjs';

await ensureInstalled();
const node = nodeBinary();
const child = spawn(node, ['--test', '--test-timeout=14400000', join(root, 'tests/torture/collect.torture.ts')], {
  cwd: root,
  stdio: 'inherit',
  env: childEnv(node, { NODE_ENV: 'test' }),
});
child.once('exit', (code, signal) => process.exit(exitCodeOf(code, signal)));
