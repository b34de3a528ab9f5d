import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
// @ts-expect-error plain JavaScript that Node 20 runs
import { withLock } from './lock.mjs';

const lockWith: (path: string, work: () => Promise<void>, onWait?: () => void) => Promise<void> = withLock;

describe('the lock of the launcher', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cx-launch-lock-'));
  const path = join(folder, 'lock');
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** A process that holds the lock until it is killed. */
  async function holder(): Promise<ReturnType<typeof spawn>> {
    const code = `const { withLock } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))});
      await withLock(${JSON.stringify(path)}, () => { console.log('held'); return new Promise((r) => setTimeout(r, 60000)); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(createInterface(child.stdout), 'line');
    return child;
  }

  test('is left behind by nobody', async () => {
    await lockWith(path, async () => assert.ok(existsSync(path)));
    assert.deepEqual(readdirSync(folder), []);
  });

  test('of a killed process is taken over by exactly one of those who wait', async () => {
    const child = await holder();
    let waited = 0;
    let inside = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      assert.equal(inside, 1);
      await sleep(30);
      inside -= 1;
    };
    const waiting = lockWith(path, work, () => {
      waited += 1;
    });
    await sleep(100);
    assert.equal(inside, 0);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await waiting;
    assert.equal(waited, 1);
    assert.deepEqual(readdirSync(folder), []);
  });
});
