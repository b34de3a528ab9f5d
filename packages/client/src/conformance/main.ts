/**
 * Whether a system that decides uses the credit platform as it must:
 *
 *   node packages/client/src/conformance/main.ts --target http://127.0.0.1:8090/api --listen 8099
 *
 * It is the platform towards the system, which is started with its address (and any key) before: `--listen` names the port. Ends
 * with 0 when all holds, 1 when something does not, 2 when it is called wrongly, 3 when the system cannot be reached.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type Driver, httpDriver } from './driver.ts';
import { reportOf, runConformance } from './run.ts';
import { newSigner, startStub } from './stub.ts';

const usage = `用法 usage: conformance --target URL | --driver FILE  [--listen PORT] [--webhook URL] [--lang zh|en] [--json] [--wait SECONDS]
  --target   被测系统测试接口的地址 where the system offers its test routes
  --driver   自写的驱动模块，导出 driver a module that exports \`driver\`
  --listen   本程序（模拟平台）监听的端口，默认 8099 the port of the stub platform
  --webhook  被测系统接收通知的地址；已自行登记的不必填写 where it takes webhooks, unless it registered it
  --wait     等待被测系统登记通知地址的秒数，默认 0 seconds to wait until it has registered its webhook`;

function options() {
  try {
    const { values } = parseArgs({
      options: {
        target: { type: 'string' },
        driver: { type: 'string' },
        listen: { type: 'string', default: '8099' },
        webhook: { type: 'string' },
        lang: { type: 'string', default: 'zh' },
        wait: { type: 'string', default: '0' },
        json: { type: 'boolean', default: false },
      },
    });
    const port = Number(values.listen);
    const known = (values.target === undefined) !== (values.driver === undefined);
    const wait = Number(values.wait);
    if (!known || !Number.isInteger(port) || port < 0 || port > 65_535 || !(wait >= 0 && wait <= 600)) return null;
    return { ...values, port, wait, language: values.lang === 'en' ? ('en' as const) : ('zh' as const) };
  } catch {
    return null;
  }
}

async function driverOf(given: NonNullable<ReturnType<typeof options>>): Promise<Driver> {
  if (given.target !== undefined) return httpDriver(given.target);
  const made = (await import(pathToFileURL(resolve(given.driver ?? '')).href)) as { driver?: Driver };
  if (!made.driver) throw new Error(`${given.driver} exports no driver`);
  return made.driver;
}

async function main(): Promise<number> {
  const given = options();
  if (given === null) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const signer = newSigner();
  const stub = await startStub(signer, given.port);
  try {
    const driver = await driverOf(given);
    const until = Date.now() + given.wait * 1000;
    while (stub.webhook === null && given.webhook === undefined && Date.now() < until)
      await new Promise((done) => setTimeout(done, 200));
    const results = await runConformance({ driver, stub, signer, webhook: given.webhook ?? stub.webhook });
    process.stdout.write(
      given.json
        ? `${JSON.stringify({ holds: results.every(({ holds }) => holds), results })}\n`
        : `${reportOf(results, given.language)}\n`,
    );
    return results.every(({ holds }) => holds) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 3;
  } finally {
    await stub.close();
  }
}

process.exitCode = await main();
