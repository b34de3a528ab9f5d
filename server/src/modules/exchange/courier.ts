/**
 * The courier: takes places of the feed as they come, makes the messages and sends them. One holder by advisory lock; each
 * receiver has a lane of its own, so that a dead or slow one holds up nobody else. What a crash interrupts is sent again with
 * the same key.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { AppContext } from '../../context.ts';
import { safeError } from '../../platform/safe-error.ts';
import { courierLock, type DueDelivery, dueDeliveries, dueLanes } from './delivery-queries.ts';
import { fanOut } from './fan-out.ts';
import { type Connections, openConnections } from './post-message.ts';
import { keysOf, receiverById } from './receiver-queries.ts';
import { sendDelivery } from './send-delivery.ts';

/** Between two looks at the feed's head and the lanes. Milliseconds. */
const pauseMs = 250;
const retryPauseMs = 5000;

/** Sends what is due to one receiver, until there is nothing or its address fails. */
async function runLane(
  ctx: AppContext,
  receiverId: string,
  connectionsOf: (url: string) => Connections,
  signal: AbortSignal,
): Promise<void> {
  const { parallel } = ctx.policy().exchange().attempts;
  while (!signal.aborted) {
    const receiver = await receiverById(ctx.db.app, receiverId);
    if (receiver?.state !== 'active' || receiver.url === null) return;
    // After a failure one message tries the way for all.
    const limit = receiver.failures > 0 ? 1 : parallel;
    const due: DueDelivery[] = await dueDeliveries(ctx.db.app, receiverId, ctx.clock.now(), limit);
    if (due.length === 0) return;
    const sending = {
      receiver,
      keys: await keysOf(ctx.db.app, [receiverId]),
      connections: connectionsOf(receiver.url),
      signal,
    };
    const went = await Promise.all(due.map((delivery) => sendDelivery(ctx, sending, delivery)));
    if (went.includes(false)) return;
  }
}

class Lanes {
  readonly #ctx: AppContext;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #connections = new Map<string, Connections>();
  readonly #abort = new AbortController();

  constructor(ctx: AppContext) {
    this.#ctx = ctx;
  }

  #connectionsOf = (url: string): Connections => {
    const { origin } = new URL(url);
    const known = this.#connections.get(origin);
    if (known) return known;
    const made = openConnections(new URL(url), this.#ctx.policy().exchange().attempts.parallel);
    this.#connections.set(origin, made);
    return made;
  };

  /** Starts a lane for each receiver with something due that has none running. Returns how many it started. */
  async start(): Promise<number> {
    const due = (await dueLanes(this.#ctx.db.app, this.#ctx.clock.now())).filter((id) => !this.#busy.has(id));
    for (const id of due) {
      const lane = runLane(this.#ctx, id, this.#connectionsOf, this.#abort.signal)
        .catch((error: unknown) =>
          this.#ctx.log.error({ err: safeError(error), receiver: id }, 'messages to a receiver were not sent'),
        )
        .finally(() => this.#busy.delete(id));
      this.#busy.set(id, lane);
    }
    return due.length;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  /** Interrupts what is on its way; it is sent again by whoever comes next. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.settled();
    for (const connections of this.#connections.values()) connections.destroy();
  }
}

/** Makes and sends everything that is due now, and returns when each lane has come to its end: for commands and tests. */
export async function runCourierOnce(ctx: AppContext): Promise<void> {
  const lanes = new Lanes(ctx);
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
    this.#lanes = new Lanes(ctx);
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
