/** Files that are large, or become large: refused without filling memory or disk, and the server goes on serving. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { sheetData, workbookOf } from '../../server/src/platform/tabular/tabular-testing.ts';
import { runCommand } from '../support/command.ts';
import { assertProblem, assertWords, createHttpCity, type HttpCity } from '../support/http-city.ts';
import { DEPARTMENT, PENALTY_HEADER, penalty, penaltyCsv } from '../support/rows.ts';

const MIB = 1024 ** 2;
let city: HttpCity;
let folder: string;
let port: number;
before(async () => {
  city = await createHttpCity();
  folder = mkdtempSync(join(tmpdir(), 'chengxin-huge-'));
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  port = (city.app.server.address() as AddressInfo).port;
});
after(async () => {
  await city.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Bytes below a folder that are really on disk: a sparse file costs nothing. */
function onDisk(path: string): number {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce(
    (total, name) => total + statSync(join(path, name)).blocks * 512,
    0,
  );
}

interface Answer {
  statusCode: number;
  headers: Record<string, unknown>;
  body: string;
}
/** A request over a real socket; `body` may end early or never. */
function send(
  headers: Record<string, string>,
  body: (write: (chunk: Buffer) => Promise<void>) => Promise<void>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { cookie = '' } = city.sessions.officer;
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: '/api/v1/submissions',
        headers: { cookie, origin: `http://127.0.0.1:${port}`, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve({
            statusCode: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          });
          sent.destroy();
        });
      },
    );
    sent.on('error', reject);
    const write = (chunk: Buffer): Promise<void> =>
      new Promise((done) => (sent.write(chunk) ? done() : sent.once('drain', done)));
    body(write).catch(reject);
  });
}
const formHead = Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="rows.csv"\r\n\r\n');
const type = { 'content-type': 'multipart/form-data; boundary=b' };

async function stillServes(serial: number): Promise<void> {
  const good = await city.submit(penaltyCsv([penalty(serial)]));
  assert.deepEqual([good.state, good.counts.accepted], ['done', 1]);
  assert.equal((await city.call(null, 'GET', '/healthz')).statusCode, 200);
}

describe('a file of two gigabytes', () => {
  it('is refused by its stated length, before it is sent', async () => {
    const before = await city.traces();
    const answer = await send({ ...type, 'content-length': String(2 * 1024 * MIB + 2 * MIB) }, async (write) =>
      write(formHead),
    );
    const { detail } = assertProblem(answer, 413, 'too-large');
    assert.match(detail, /2 GB.*拆分/);
    assert.deepEqual(await city.traces(), before);
    assert.deepEqual(city.leftovers(), []);
    await stillServes(1);
  });
  it('without a stated length is counted while it comes; what had come is removed', async () => {
    // The same store with a smaller limit: two gigabytes would take half a minute.
    const endless = Readable.from(
      (function* () {
        const chunk = Buffer.alloc(MIB, 0x61);
        for (let sent = 0; sent < 200; sent += 1) yield chunk;
      })(),
    );
    await assert.rejects(city.ctx.files.put('00000000-0000-7000-8000-0000000000f1', endless, 8 * MIB), {
      name: 'Error',
      maxBytes: 8 * MIB,
    });
    assert.deepEqual(city.leftovers(), []);
    await assert.rejects(city.ctx.files.read('00000000-0000-7000-8000-0000000000f1', 'x'), { code: 'ENOENT' });
  });
  it('sparse, for the command: refused before a byte is copied', async () => {
    const path = join(folder, 'sparse.csv');
    writeFileSync(path, penaltyCsv([penalty(2)]));
    truncateSync(path, 2 * 1024 * MIB);
    const dataDir = join(folder, 'data');
    const ended = await runCommand(
      city.database,
      dataDir,
      'collect',
      path,
      '--standard',
      'penalty',
      '--org',
      DEPARTMENT.code,
      '--json',
    );
    assert.equal(ended.code, 1, ended.out + ended.err);
    const { error } = JSON.parse(ended.out);
    assertWords(error, 'too large');
    assert.match(error.zh, /2 GB/);
    assert.ok(onDisk(dataDir) < MIB, 'nothing was copied');
  });
  it('that breaks off half-way leaves nothing', async () => {
    const before = await city.traces();
    const broken = new Promise<void>((resolve) => {
      const { cookie = '' } = city.sessions.officer;
      const sent = request({
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: '/api/v1/submissions',
        headers: { cookie, origin: `http://127.0.0.1:${port}`, ...type, 'transfer-encoding': 'chunked' },
      });
      sent.on('error', () => resolve());
      sent.on('close', () => resolve());
      sent.write(formHead);
      sent.write(Buffer.alloc(4 * MIB, 0x61), () => setTimeout(() => sent.destroy(), 50));
    });
    await broken;
    for (let wait = 0; wait < 100 && city.leftovers().length > 0; wait += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(city.leftovers(), []);
    assert.deepEqual(await city.traces(), before);
    await stillServes(3);
  });
});

describe('memory', () => {
  it('stays flat while a large file of one endless line, and one of many rows, are read', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    const line = await city.submit(
      Buffer.concat([Buffer.from(`${PENALTY_HEADER.join(',')}\r\n"`), Buffer.alloc(48 * MIB, 0x61)]),
    );
    clearInterval(timer);
    assert.deepEqual([line.state, line.failure?.code], ['failed', 'record_too_long'], JSON.stringify(line.failure));
    assertWords(line.failure?.fix, 'fix');
    // The body itself is held by inject, twice.
    assert.ok(peak - before < 400 * MIB, `${Math.round((peak - before) / MIB)} MiB more`);
    assert.deepEqual(city.leftovers(), []);
    await stillServes(4);
  });
});

describe('workbooks that unpack to more than they seem', () => {
  function* spaces(mib: number): Generator<string> {
    yield '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>';
    const piece = ' '.repeat(MIB);
    for (let at = 0; at < mib; at += 1) yield piece;
    yield '</t></is></c></row></sheetData></worksheet>';
  }
  it('zip bombs, in the sheet and in the strings', async () => {
    const bomb = await workbookOf({ sheets: [{ xml: spaces(96) }] });
    assert.ok(bomb.length < MIB, `${bomb.length} bytes`);
    const start = process.memoryUsage().rss;
    const inSheet = await city.submit(bomb, { fileName: 'rows.xlsx' });
    assert.deepEqual([inSheet.state, inSheet.failure?.code], ['failed', 'zip_bomb'], JSON.stringify(inSheet.failure));
    assertWords(inSheet.failure?.message, 'message');
    assertWords(inSheet.failure?.fix, 'fix');
    const strings = await city.submit(
      await workbookOf({
        sheets: [{ xml: sheetData('<row r="1"><c r="A1" t="s"><v>0</v></c></row>') }],
        strings: `<si><t>${'a'.repeat(24 * MIB)}</t></si>`,
      }),
      { fileName: 'rows.xlsx' },
    );
    assert.deepEqual([strings.state, strings.failure?.code], ['failed', 'zip_bomb'], JSON.stringify(strings.failure));
    assert.ok(process.memoryUsage().rss - start < 300 * MIB);
    assert.deepEqual(city.leftovers(), []);
    await stillServes(5);
  });
  it('a sheet that says it has a million rows and columns', async () => {
    const wide = await city.submit(
      await workbookOf({
        sheets: [
          {
            xml: `<dimension ref="A1:XFD1048576"/>${sheetData('<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>')}`,
          },
        ],
      }),
      { fileName: 'rows.xlsx' },
    );
    assert.deepEqual([wide.state, wide.failure?.code], ['failed', 'too_many_columns'], JSON.stringify(wide.failure));
    const far = await city.submit(
      await workbookOf({ sheets: [{ xml: sheetData('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>') }] }),
      { fileName: 'rows.xlsx' },
    );
    assert.equal(far.state, 'failed', JSON.stringify(far));
    await stillServes(6);
  });
});
