/**
 * The courier: takes places of the feed as they come, makes the messages and sends them. One holder by advisory lock; each
 * receiver has a lane of its own, so that a dead or slow one holds up nobody else. What a crash interrupts is sent again with
 * the same key.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { AppContext } from '../../context.ts';
import { safeError } from '../../platform/safe-error.ts';
import { courierLock, dueDeliveries, dueLanes } from './delivery-queries.ts';
import { fanOut } from './fan-out.ts';
import { Lanes, sendPages } from './lanes.ts';
import { keysOf, receiverById } from './receiver-queries.ts';
import { sendDelivery } from './send-delivery.ts';

/** Between two looks at the feed's head and the lanes. Milliseconds. */
const pauseMs = 250;
const retryPauseMs = 5000;

const lanesOf = (ctx: AppContext): Lanes =>
  new Lanes(ctx, {
    failed: (error, id) =>
      ctx.log.error({ err: safeError(error), receiver: id }, 'messages to a receiver were not sent'),
    due: () => dueLanes(ctx.db.app, ctx.clock.now()),
    run: (id, connectionsOf, signal) =>
      sendPages(ctx, signal, {
        async open() {
          const receiver = await receiverById(ctx.db.app, id);
          return receiver?.state === 'active' && receiver.url !== null ? { ...receiver, url: receiver.url } : null;
        },
        due: (limit) => dueDeliveries(ctx.db.app, id, ctx.clock.now(), limit),
        async send(receiver) {
          const keys = await keysOf(ctx.db.app, [id]);
          const sending = { receiver, keys, connections: connectionsOf(receiver.url), signal };
          return (delivery) => sendDelivery(ctx, sending, delivery);
        },
      }),
  });

/** Makes and sends everything that is due now, and returns when each lane has come to its end: for commands and tests. */
export async function runCourierOnce(ctx: AppContext): Promise<void> {
  const lanes = lanesOf(ctx);
  try {
    await fanOut(ctx);
    while ((await lanes.start()) > 0) await lanes.settled();
  } finally {
    await lanes.close();
  }
}

/** Further work of the same process, under the same lock: a round at each look, which may not wait for anybody else's server. */
export interface Beside {
  round(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface Courier {
  stop(): Promise<void>;
}

class RunningCourier implements Courier {
  readonly #ctx: AppContext;
  readonly #lanes: Lanes;
  readonly #beside: readonly Beside[];
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #client: PoolClient | null = null;

  constructor(ctx: AppContext, beside: readonly Beside[]) {
    this.#ctx = ctx;
    this.#lanes = lanesOf(ctx);
    this.#beside = beside;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#lanes.close();
    await Promise.all(this.#beside.map((one) => one.close()));
    await this.#running;
    this.#client?.release(true);
    this.#client = null;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let warned = false;
    while (!signal.aborted) {
      let pause = pauseMs;
      try {
        if (await this.#hold()) {
          await fanOut(this.#ctx, signal);
          await this.#lanes.start();
          for (const one of this.#beside) await one.round(signal);
        }
        warned = false;
      } catch (error) {
        if (!warned && !signal.aborted)
          this.#ctx.log.error({ err: safeError(error) }, 'take-down messages could not be made; trying again');
        warned = true;
        pause = retryPauseMs;
        this.#client?.release(true);
        this.#client = null;
      }
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** True while this process is the one that sends. */
  async #hold(): Promise<boolean> {
    if (this.#client) return true;
    const client = await this.#ctx.db.app.connect();
    client.on('error', () => {
      this.#client = null;
    });
    if (!(await courierLock(client))) {
      client.release();
      await sleep(retryPauseMs, undefined, { signal: this.#abort.signal, ref: false }).catch(() => undefined);
      return false;
    }
    this.#client = client;
    return true;
  }
}

/** Starts the courier of the server, with what is sent beside take-downs. */
export function startCourier(ctx: AppContext, beside: readonly Beside[] = []): Courier {
  return new RunningCourier(ctx, beside);
}
