/**
 * A small approval system that uses the credit platform: `node examples/approval-system/server.ts`.
 *
 *   PLATFORM=http://127.0.0.1:8080  KEY=cxk_…   the platform, and the key of this system (it never reaches the page)
 *   PORT=8090                                   where it listens
 *   ADDRESS=http://127.0.0.1:8090               how the platform reaches it; left out: no webhook
 *
 * Plain Node, one officer, everything in memory: it shows the way, it is no product.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ChengxinClient, ChengxinError, createClient } from '@chengxin/client';
import { answerWidget, type WidgetAnswer } from '@chengxin/client/proxy';
import { memoryStore, type SeenStore, verifyWebhook, WebhookRefused } from '@chengxin/client/webhook';
import { Desk, type Fault, type Feedback, NotDone } from './cases.ts';
import { pageOf } from './page.ts';

const folder = join(import.meta.dirname, 'public');
const maxBody = 65_536;

export interface SystemOptions {
  readonly platform: string;
  readonly key: string;
  readonly port?: number;
  /** How this server is reached from the platform; null: no webhook. `own` for the address that it listens on. */
  readonly address?: string | 'own' | null;
  readonly faults?: ReadonlySet<Fault>;
  /** Seconds since 1970; for tests. */
  readonly nowSeconds?: () => number;
}

export interface RunningSystem {
  readonly base: string;
  readonly desk: Desk;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBody) throw new NotDone('内容过长。', 'The content is too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const refusal = (status: number, words: { zh: string; en: string }): WidgetAnswer => ({
  status,
  body: { status, code: 'refused', detail: words.zh, detailEn: words.en },
});

function failureOf(error: unknown): WidgetAnswer {
  if (error instanceof NotDone) return refusal(409, error.words);
  if (error instanceof ChengxinError) return refusal(error.withoutAnswer ? 503 : 422, error.words);
  console.error(error);
  return refusal(500, { zh: '系统出错，请稍后重试。', en: 'Something went wrong. Try again later.' });
}

class ApprovalSystem {
  readonly client: ChengxinClient;
  readonly desk: Desk;
  readonly #options: SystemOptions;
  readonly #faults: ReadonlySet<Fault>;
  readonly #seen: SeenStore;
  #keys: ReadonlyMap<string, string> | null = null;

  constructor(options: SystemOptions) {
    this.#options = options;
    this.#faults = options.faults ?? new Set();
    this.client = createClient({ base: options.platform, key: options.key, timeoutMs: 5_000, retries: 1 });
    const now = options.nowSeconds;
    this.desk = new Desk({
      client: this.client,
      faults: this.#faults,
      ...(now ? { now: () => now() * 1000 } : {}),
    });
    this.#seen = this.#faults.has('acceptsReplay') ? { add: () => true } : memoryStore();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const path = url.split('?')[0] ?? '/';
    if (method === 'GET' && !path.startsWith('/api/')) return this.#file(path, response);
    const body = await bodyOf(request);
    if (path === '/credit/changed') {
      response.writeHead(await this.#webhook(request, body)).end();
      return;
    }
    const { status, body: answer } = await this.#api(method, path, body).catch(failureOf);
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(answer));
  }

  #file(path: string, response: ServerResponse): void {
    const headers = {
      // No inline script or style: the widget needs neither.
      'content-security-policy': `default-src 'none'; script-src 'self' ${this.#options.platform}; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
    };
    const types: Readonly<Record<string, string>> = { '/app.js': 'text/javascript', '/style.css': 'text/css' };
    const type = types[path];
    if (type !== undefined)
      response
        .writeHead(200, { ...headers, 'content-type': `${type}; charset=utf-8` })
        .end(readFileSync(join(folder, path)));
    else if (path === '/')
      response
        .writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' })
        .end(pageOf(this.#options.platform));
    else response.writeHead(404, headers).end();
  }

  async #api(method: string, path: string, text: string): Promise<WidgetAnswer> {
    const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
    const widget = /^\/api\/credit\/(check|feedback)$/.exec(path);
    if (widget?.[1] && method === 'POST') return this.#widget(widget[1], body);
    const [, id, act] = /^\/api\/applications(?:\/(\d+)(?:\/(check|measures|decide))?)?$/.exec(path) ?? [];
    if (path === '/api/applications' && method === 'GET') return { status: 200, body: { items: this.desk.list() } };
    if (path === '/api/applications') return { status: 201, body: this.desk.open(String(body.code ?? '')) };
    if (id === undefined) return refusal(404, { zh: '没有这个地址。', en: 'There is no such address.' });
    if (method === 'GET') return { status: 200, body: this.desk.find(id) };
    if (act === 'check') return { status: 200, body: await this.desk.check(id) };
    if (act === 'measures') return { status: 200, body: await this.desk.feedBack(id, body as unknown as Feedback) };
    const decision = body.decision === 'granted' ? 'granted' : 'refused';
    return { status: 200, body: await this.desk.decide(id, decision) };
  }

  /** What the widget asks goes on only for an open case of this officer, about its own applicant. */
  #widget(path: string, body: unknown): Promise<WidgetAnswer> {
    const { desk } = this;
    return answerWidget(
      this.client,
      {
        mayCheck: ({ caseNumber, code, matter }) => {
          const one = desk.byNumber(caseNumber);
          return one?.state === 'open' && one.code === code && one.matter === matter;
        },
        mayFeedBack: ({ receipt }) => desk.byReceipt(receipt)?.state === 'open',
        onChecked: ({ caseNumber }, answer) => {
          const one = desk.byNumber(caseNumber);
          if (one) desk.keep(one, answer);
        },
        onFedBack: (feedback) => {
          const one = desk.byReceipt(feedback.receipt);
          if (one) desk.answered(one, feedback);
        },
      },
      path,
      body,
    );
  }

  async #webhook(request: IncomingMessage, body: string): Promise<number> {
    if (this.#faults.has('trustsAnyMessage')) {
      this.desk.change(String((JSON.parse(body) as { receipt?: unknown }).receipt));
      return 204;
    }
    const { method = '', url: path = '', headers } = request;
    const now = this.#options.nowSeconds;
    try {
      const { message } = await verifyWebhook(
        { method, path, headers, host: headers.host ?? '', body },
        {
          seen: this.#seen,
          keys: async (missing) => {
            if (missing !== null || this.#keys === null) this.#keys = await this.client.platformKeys();
            return this.#keys;
          },
          ...(now ? { nowSeconds: now } : {}),
        },
      );
      this.desk.change(message.receipt);
      return 204;
    } catch (error) {
      if (error instanceof WebhookRefused) return error.status;
      console.error(error);
      // The platform sends it again.
      return 503;
    }
  }
}

export async function startSystem(options: SystemOptions): Promise<RunningSystem> {
  const system = new ApprovalSystem(options);
  const server = createServer((request, response) => {
    system.answer(request, response).catch((error: unknown) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const address = options.address === 'own' ? base : (options.address ?? null);
  if (address !== null) await register(system.client, `${address}/credit/changed`);
  return {
    base,
    desk: system.desk,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One address a system: another one is ended first. */
async function register(client: ChengxinClient, url: string): Promise<void> {
  const active = (await client.webhooks()).filter(({ state }) => state === 'active');
  if (active.some((hook) => hook.url === url)) return;
  for (const { id } of active) await client.endWebhook(id);
  await client.registerWebhook({ url });
}

if (import.meta.main) {
  const { PLATFORM = 'http://127.0.0.1:8080', KEY = '', PORT = '8090', ADDRESS = null } = process.env;
  const running = await startSystem({ platform: PLATFORM, key: KEY, port: Number(PORT), address: ADDRESS });
  console.log(`${running.base} asks ${PLATFORM}`);
}
