/** `npm run torture`: tests that kill processes and servers, and long walks, for as long as it takes. Not part of `npm test`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { childEnv, ensureInstalled, exitCodeOf, nodeBinary, root } from './lib/tree.mjs';

await ensureInstalled();
const node = nodeBinary();
const files = ['tests/torture/collect.torture.ts', 'tests/policy/walk.test.ts'].map((file) => join(root, file));
const child = spawn(node, ['--test', '--test-concurrency=1', '--test-timeout=14400000', ...files], {
  cwd: root,
  stdio: 'inherit',
  env: childEnv(node, { NODE_ENV: 'test', CHENGXIN_WALK_STEPS: process.env.CHENGXIN_WALK_STEPS ?? '10000' }),
});
child.once('exit', (code, signal) => process.exit(exitCodeOf(code, signal)));
