/** Rounds beside the courier of the exchange, under its lock: what is new is found, what is due is sent, an address a lane. */
import type { AppContext } from '../../context.ts';
import { safeError } from '../../platform/safe-error.ts';
import { type Beside, type Connections, openConnections } from '../exchange/index.ts';
import { activeHooks, dueHooks, dueMessages, hookById } from './queries.ts';
import { sendMessage } from './send-message.ts';
import { followFeed, followReceipts } from './tell-changes.ts';

/** Between two looks at receipts and feed. Milliseconds. */
const lookMs = 1_000;

async function look(ctx: AppContext, signal: AbortSignal): Promise<void> {
  for (const hook of await activeHooks(ctx.db.app)) {
    if (signal.aborted) return;
    await followReceipts(ctx, hook, signal);
  }
  await followFeed(ctx, signal);
}

class Sender implements Beside {
  readonly #ctx: AppContext;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #connections = new Map<string, Connections>();
  readonly #abort = new AbortController();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #warned = false;

  constructor(ctx: AppContext) {
    this.#ctx = ctx;
  }

  async round(signal: AbortSignal): Promise<void> {
    try {
      const now = performance.now();
      if (now - this.#lookedAt >= lookMs) {
        this.#lookedAt = now;
        await look(this.#ctx, signal);
      }
      await this.start();
      this.#warned = false;
    } catch (error) {
      // Take-downs go on: they run in the same rounds.
      if (!this.#warned && !signal.aborted)
        this.#ctx.log.error({ err: safeError(error) }, 'webhook messages could not be made; trying again');
      this.#warned = true;
    }
  }

  /** Starts a lane for each address with something due that has none running. Returns how many it started. */
  async start(): Promise<number> {
    const due = (await dueHooks(this.#ctx.db.app, this.#ctx.clock.now())).filter((id) => !this.#busy.has(id));
    for (const id of due) {
      const lane = this.#lane(id)
        .catch((error: unknown) =>
          this.#ctx.log.error({ err: safeError(error), hook: id }, 'webhook messages were not sent'),
        )
        .finally(() => this.#busy.delete(id));
      this.#busy.set(id, lane);
    }
    return due.length;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.settled();
    for (const connections of this.#connections.values()) connections.destroy();
  }

  #connectionsOf(url: string): Connections {
    const { origin } = new URL(url);
    const known = this.#connections.get(origin);
    if (known) return known;
    const made = openConnections(new URL(url), this.#ctx.policy().exchange().attempts.parallel);
    this.#connections.set(origin, made);
    return made;
  }

  async #lane(hookId: string): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      const hook = await hookById(this.#ctx.db.app, hookId);
      if (hook?.state !== 'active') return;
      // After a failure one message tries the way for all.
      const limit = hook.failures > 0 ? 1 : this.#ctx.policy().exchange().attempts.parallel;
      const due = await dueMessages(this.#ctx.db.app, hookId, this.#ctx.clock.now(), limit);
      if (due.length === 0) return;
      const sending = { hook, connections: this.#connectionsOf(hook.url), signal };
      const went = await Promise.all(due.map((message) => sendMessage(this.#ctx, sending, message)));
      if (went.includes(false)) return;
    }
  }
}

/** For the server: its rounds run with those of the courier. */
export const createWebhookSender = (ctx: AppContext): Beside => new Sender(ctx);

/** Finds and sends everything that is due now, for commands and tests. */
export async function runWebhooksOnce(ctx: AppContext): Promise<void> {
  const sender = new Sender(ctx);
  try {
    await look(ctx, new AbortController().signal);
    while ((await sender.start()) > 0) await sender.settled();
  } finally {
    await sender.close();
  }
}
