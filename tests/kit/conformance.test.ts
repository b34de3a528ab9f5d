/** The conformance test of integrators: the simulator passes it, and each broken behaviour is found by the check that is for it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Fault } from '../../examples/approval-system/cases.ts';
import { startSystem } from '../../examples/approval-system/server.ts';
import { httpDriver } from '../../packages/client/src/conformance/driver.ts';
import { reportOf, runConformance } from '../../packages/client/src/conformance/run.ts';
import { newSigner, startStub } from '../../packages/client/src/conformance/stub.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { freePort } from '../support/receivers.ts';

async function run(faults: readonly Fault[]) {
  const signer = newSigner();
  const stub = await startStub(signer);
  const system = await startSystem({ platform: stub.base, key: 'cxk_test', address: 'own', faults: new Set(faults) });
  try {
    return await runConformance({ driver: httpDriver(`${system.base}/api`), stub, signer, webhook: stub.webhook });
  } finally {
    await system.close();
    await stub.close();
  }
}

/** What is broken → the check that must find it; others may, too. */
const found: Readonly<Record<Fault, string>> = {
  decidesWithoutAsking: 'asks',
  noCaseNumber: 'case',
  ignoresRequired: 'required',
  noReason: 'reason',
  noFeedback: 'feedback',
  caches: 'validity',
  decidesOn503: 'silence',
  trustsAnyMessage: 'forged',
  acceptsReplay: 'replayed',
  ignoresWebhook: 'again',
};

describe('the conformance test', { concurrency: 4 }, () => {
  it('is passed by the simulator', async () => {
    const results = await run([]);
    assert.deepEqual(
      results.filter(({ holds }) => !holds).map(({ id, seen }) => `${id}: ${seen?.en}`),
      [],
    );
    assert.deepEqual(results.map(({ id }) => id).sort(), Object.values(found).sort());
    assert.match(reportOf(results, 'zh'), /共 10 项，全部符合/);
    assert.match(reportOf(results, 'en'), /10 checks, all hold/);
  });
  for (const [fault, id] of Object.entries(found) as [Fault, string][])
    it(`finds a system that ${fault}`, async () => {
      const failed = (await run([fault])).filter(({ holds }) => !holds);
      assert.ok(
        failed.some((one) => one.id === id),
        `${id} was to be found, not ${failed.map((one) => one.id).join(', ') || 'nothing'}`,
      );
      for (const { seen } of failed) assert.ok(seen && /\p{Script=Han}/u.test(seen.zh) && seen.en.length > 10);
    });
});

describe('the command', () => {
  const command = async (...words: string[]) => {
    const main = join(repositoryRoot, 'packages/client/src/conformance/main.ts');
    const child = spawn(process.execPath, [main, ...words]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, out, err };
  };
  it('prints a report and ends with 0, or with 1 where something does not hold', async () => {
    const port = await freePort();
    const platform = `http://127.0.0.1:${port}`;
    const system = await startSystem({ platform, key: 'cxk_test' });
    const target = [
      '--target',
      `${system.base}/api`,
      '--listen',
      String(port),
      '--webhook',
      `${system.base}/credit/changed`,
    ];
    const good = await command(...target);
    assert.equal(good.code, 0, good.out + good.err);
    assert.match(good.out, /✔ 决定之前核查/);
    await system.close();
    const broken = await startSystem({ platform, key: 'cxk_test', faults: new Set<Fault>(['ignoresRequired']) });
    const bad = await command('--target', `${broken.base}/api`, '--listen', String(port), '--json');
    await broken.close();
    assert.equal(bad.code, 1, bad.out + bad.err);
    const { holds, results } = JSON.parse(bad.out);
    const failed = results.filter((one: { holds: boolean }) => !one.holds).map(({ id }: { id: string }) => id);
    assert.equal(holds, false);
    assert.ok(failed.includes('required'));
    assert.ok(failed.includes('forged'), 'without a webhook the checks of it do not hold');
  });
  it('takes a driver of ones own for a system that offers no test routes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chengxin-driver-'));
    const port = await freePort();
    const system = await startSystem({ platform: `http://127.0.0.1:${port}`, key: 'cxk_test' });
    const file = join(folder, 'driver.ts');
    const own = join(repositoryRoot, 'packages/client/src/conformance/driver.ts');
    writeFileSync(
      file,
      `import { httpDriver } from '${own}';\nexport const driver = httpDriver('${system.base}/api');\n`,
    );
    const hook = ['--webhook', `${system.base}/credit/changed`, '--lang', 'en'];
    const { code, out, err } = await command('--driver', file, '--listen', String(port), ...hook);
    await system.close();
    rmSync(folder, { recursive: true, force: true });
    assert.equal(code, 0, out + err);
    assert.match(out, /10 checks, all hold/);
  });
  it('says how it is called, and ends with 2', async () => {
    const { code, err } = await command('--target', 'x', '--driver', 'y');
    assert.equal(code, 2);
    assert.match(err, /--target/);
  });
});
