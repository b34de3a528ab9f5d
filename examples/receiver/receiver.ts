/**
 * A small working receiver of take-down messages: `node examples/receiver/receiver.ts`.
 *
 *   PLATFORM=https://credit.example.gov.cn   where the platform's public keys are fetched
 *   PORT=8900  DATA=./receiver-data          where to listen, and where receipts and the key are kept
 *
 * It answers `POST /take-down`. A message that comes twice (the platform never knows whether an answer was lost) is acted on
 * once and gets the receipt that it got before. Put it behind the TLS of your own front server.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Change, keyIdOf, NotFromThePlatform, type Receipt, readMessage, signReceipt } from './messages.ts';

const maxBody = 65_536;

export interface ReceiverOptions {
  readonly folder: string;
  readonly port?: number;
  /** Fetches the platform's keys: key id → PEM. Asked again when a message is signed with another key. */
  readonly platformKeys: () => Promise<ReadonlyMap<string, string>>;
  /** Seconds since 1970; for tests. */
  readonly nowSeconds?: () => number;
  /** What to do with a change: delete the copy, mark it, fetch it anew. Says what was done. */
  readonly act: (change: Change) => Promise<Receipt['outcome']> | Receipt['outcome'];
}

export interface RunningReceiver {
  readonly address: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly keyId: string;
  close(): Promise<void>;
}

/** The key that signs receipts, made at the first start; its public half is registered at the credit office. */
function openKey(folder: string): string {
  const path = join(folder, 'receipt.key');
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  return readFileSync(path, 'utf8');
}

/** Receipts by message, kept line by line before they are sent: a restart knows what was done. */
function openReceipts(folder: string): Map<string, Receipt> {
  const path = join(folder, 'receipts.jsonl');
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as Receipt).map((receipt) => [receipt.message, receipt]));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw new NotFromThePlatform('it is longer than any message');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export async function startReceiver(options: ReceiverOptions): Promise<RunningReceiver> {
  mkdirSync(options.folder, { recursive: true });
  const privateKey = openKey(options.folder);
  const receipts = openReceipts(options.folder);
  const working = new Map<string, Promise<Receipt>>();
  let keys: ReadonlyMap<string, string> = new Map();

  async function check(request: IncomingMessage, body: string): Promise<Change> {
    const received = {
      method: request.method ?? '',
      host: request.headers.host ?? '',
      path: request.url ?? '/',
      headers: request.headers,
      body,
    };
    const now = (options.nowSeconds ?? (() => Math.floor(Date.now() / 1000)))();
    try {
      return readMessage(received, keys, now);
    } catch (error) {
      // Once with fresh keys: the platform may have changed its own.
      if (!(error instanceof NotFromThePlatform)) throw error;
      keys = await options.platformKeys();
      return readMessage(received, keys, now);
    }
  }

  async function handle(change: Change, body: string): Promise<Receipt> {
    const outcome = await options.act(change);
    const receipt = signReceipt(
      { id: change.id, body },
      outcome,
      privateKey,
      new Date((options.nowSeconds?.() ?? Date.now() / 1000) * 1000).toISOString(),
    );
    appendFileSync(join(options.folder, 'receipts.jsonl'), `${JSON.stringify(receipt)}\n`, { flush: true });
    receipts.set(change.id, receipt);
    return receipt;
  }

  const server: Server = createServer(async (request, response) => {
    try {
      const body = await bodyOf(request);
      const change = await check(request, body);
      const known = receipts.get(change.id) ?? working.get(change.id);
      const work = known ?? handle(change, body);
      if (known === undefined) working.set(change.id, work as Promise<Receipt>);
      const receipt = await work;
      working.delete(change.id);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(receipt));
    } catch (error) {
      const status = error instanceof NotFromThePlatform ? 401 : 500;
      response.writeHead(status).end();
      if (status === 500) console.error(error);
    }
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const publicKey = createPublicKey(createPrivateKey(privateKey));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/take-down`,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey,
    keyId: keyIdOf(publicKey),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The platform's public keys, as it publishes them. */
export async function fetchKeys(platform: string): Promise<ReadonlyMap<string, string>> {
  const response = await fetch(`${platform}/api/v1/public/exchange/keys`);
  if (!response.ok) throw new Error(`the keys were not answered: ${response.status}`);
  const { items } = (await response.json()) as { items: { keyId: string; publicKey: string }[] };
  return new Map(items.map((item) => [item.keyId, item.publicKey]));
}

if (import.meta.main) {
  const platform = process.env.PLATFORM ?? 'http://127.0.0.1:8080';
  const receiver = await startReceiver({
    folder: process.env.DATA ?? './receiver-data',
    port: Number(process.env.PORT ?? 8900),
    platformKeys: () => fetchKeys(platform),
    act: (change) => {
      console.log(`${change.effectiveOn} ${change.asked} ${change.recordId} (${change.reason})`);
      return 'done';
    },
  });
  console.log(`listening at ${receiver.address}; register this key at the credit office:\n${receiver.publicKey}`);
}
