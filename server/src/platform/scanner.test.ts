/** The scanner against a server that speaks clamd's protocol: framing, findings, limits, silence. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, afterEach, before, it } from 'node:test';
import { openKeyRing } from './crypto.ts';
import { openFileStore } from './files.ts';
import { newId } from './ids.ts';
import { FileInfected, openScanner, ScannerUnavailable, scannerTarget } from './scanner.ts';

/** The test string of the European Institute for Computer Antivirus Research, in two halves: no scanner shall mind this file. */
const eicar = `${'X5O!P%@AP[4\\PZX54(P^)7CC)7}$'}${'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'}`;
const streamMaxLength = 1024 ** 2;

let folder: string;
let server: Server;
const seen: { bytes: number }[] = [];

/** What clamd does with `zINSTREAM` and `zPING`, down to the limit and the frames. */
function converse(socket: Socket): void {
  let pending = Buffer.alloc(0);
  const body: Buffer[] = [];
  let started = false;
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    if (!started) {
      const end = pending.indexOf(0);
      if (end < 0) return;
      const command = pending.subarray(0, end).toString();
      if (command === 'zPING') return void socket.end('PONG\0');
      if (command !== 'zINSTREAM') return void socket.end('UNKNOWN COMMAND\0');
      pending = pending.subarray(end + 1);
      started = true;
    }
    while (pending.length >= 4) {
      const size = pending.readUInt32BE(0);
      if (size === 0) {
        const all = Buffer.concat(body);
        seen.push({ bytes: all.length });
        return void socket.end(all.includes(eicar) ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
      }
      if (pending.length < 4 + size) return;
      body.push(pending.subarray(4, 4 + size));
      pending = pending.subarray(4 + size);
      if (body.reduce((sum, part) => sum + part.length, 0) > streamMaxLength) {
        return void socket.end('INSTREAM size limit exceeded. ERROR\0');
      }
    }
  });
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chengxin-scan-'));
  server = createServer(converse);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => seen.splice(0));
after(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const setting = () => `clamd://127.0.0.1:${(server.address() as AddressInfo).port}`;
const store = (scanner: string) =>
  openFileStore(join(folder, 'files'), join(folder, 'tmp'), openKeyRing(join(folder, 'keys')), openScanner(scanner));
const kept = (id: string): boolean => {
  const below = join(folder, 'files', id.slice(0, 6));
  return existsSync(below) && readdirSync(below).some((name) => name.startsWith(id));
};

it('lets a clean file through, every byte of it seen', async () => {
  const id = newId();
  const parts = [Buffer.alloc(200_000, 1), Buffer.from('末尾')];
  const stored = await store(setting()).put(id, Readable.from(parts), 10 ** 6);
  assert.equal(stored.bytes, 200_006);
  assert.deepEqual(seen, [{ bytes: 200_006 }]);
  assert.ok(kept(id));
});

it('keeps nothing of an infected file, also when the signature crosses two chunks', async () => {
  const id = newId();
  const parts = [Buffer.from(`a,b\n${eicar.slice(0, 30)}`), Buffer.from(eicar.slice(30))];
  await assert.rejects(store(setting()).put(id, Readable.from(parts), 10 ** 6), (error: unknown) => {
    assert.ok(error instanceof FileInfected);
    assert.match(error.zh, /Eicar-Test-Signature.*未保存/);
    return true;
  });
  assert.ok(!kept(id));
});

it('refuses a file that nobody scanned: beyond the limit, nobody there, wrong words', async () => {
  const id = newId();
  await assert.rejects(
    store(setting()).put(id, Readable.from([Buffer.alloc(3 * streamMaxLength)]), 10 ** 8),
    ScannerUnavailable,
  );
  await assert.rejects(
    store(`clamd:${join(folder, 'nobody.sock')}`).put(id, Readable.from([Buffer.from('x')]), 10),
    ScannerUnavailable,
  );
  const silent = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const port = (silent.address() as AddressInfo).port;
  await assert.rejects(
    store(`clamd://127.0.0.1:${port}`).put(id, Readable.from([Buffer.from('x')]), 10),
    ScannerUnavailable,
  );
  silent.close();
  assert.ok(!kept(id));
});

it('pings, and takes no other setting', async () => {
  await openScanner(setting())?.ping();
  await assert.rejects(Promise.resolve(openScanner('clamd://127.0.0.1:1')?.ping()), ScannerUnavailable);
  assert.deepEqual(scannerTarget('clamd:/run/clamav/clamd.ctl'), { path: '/run/clamav/clamd.ctl' });
  for (const wrong of ['', 'http://x:1', 'clamd://host', 'clamd://host:99999', 'clamd:relative'])
    assert.throws(() => scannerTarget(wrong), /SCANNER/);
});
