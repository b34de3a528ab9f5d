/** Rounds beside the courier of the exchange, under its lock: what is new is found, what is due is sent, an address a lane. */
import type { AppContext } from '../../context.ts';
import { safeError } from '../../platform/safe-error.ts';
import { type Beside, Lanes, sendPages } from '../exchange/index.ts';
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

const lanesOf = (ctx: AppContext): Lanes =>
  new Lanes(ctx, {
    failed: (error, id) => ctx.log.error({ err: safeError(error), hook: id }, 'webhook messages were not sent'),
    due: () => dueHooks(ctx.db.app, ctx.clock.now()),
    run: (id, connectionsOf, signal) =>
      sendPages(ctx, signal, {
        async open() {
          const hook = await hookById(ctx.db.app, id);
          return hook?.state === 'active' ? hook : null;
        },
        due: (limit) => dueMessages(ctx.db.app, id, ctx.clock.now(), limit),
        async send(hook) {
          const sending = { hook, connections: connectionsOf(hook.url), signal };
          return (message) => sendMessage(ctx, sending, message);
        },
      }),
  });

class Sender implements Beside {
  readonly #ctx: AppContext;
  readonly #lanes: Lanes;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #warned = false;

  constructor(ctx: AppContext) {
    this.#ctx = ctx;
    this.#lanes = lanesOf(ctx);
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

  start(): Promise<number> {
    return this.#lanes.start();
  }

  settled(): Promise<void> {
    return this.#lanes.settled();
  }

  close(): Promise<void> {
    return this.#lanes.close();
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
