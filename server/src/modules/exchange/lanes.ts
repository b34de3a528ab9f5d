/**
 * A lane for each address that something is sent to, so that a dead or slow one holds up nobody else. What is interrupted is sent
 * again with the same key by whoever comes next.
 */
import type { AppContext } from '../../context.ts';
import { type Connections, openConnections } from './post-message.ts';

export interface LaneKind {
  /** Ids of those with something due now. */
  due(): Promise<readonly string[]>;
  /** Sends to one of them, until there is nothing or its address fails. */
  run(id: string, connectionsOf: (url: string) => Connections, signal: AbortSignal): Promise<void>;
  /** A lane failed by itself: for the program's log. */
  failed(error: unknown, id: string): void;
}

/**
 * Page by page: those that are due go together. After a failure one message tries the way for all.
 * @param open null where the address takes nothing any more
 */
export async function sendPages<A extends { readonly failures: number }, M>(
  ctx: Pick<AppContext, 'policy'>,
  signal: AbortSignal,
  of: {
    open(): Promise<A | null>;
    due(limit: number): Promise<readonly M[]>;
    /** True when the next one may go at once. */
    send(address: A): Promise<(message: M) => Promise<boolean>>;
  },
): Promise<void> {
  while (!signal.aborted) {
    const address = await of.open();
    if (address === null) return;
    const messages = await of.due(address.failures > 0 ? 1 : ctx.policy().exchange().attempts.parallel);
    if (messages.length === 0) return;
    const send = await of.send(address);
    if ((await Promise.all(messages.map(send))).includes(false)) return;
  }
}

export class Lanes {
  readonly #ctx: AppContext;
  readonly #kind: LaneKind;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #connections = new Map<string, Connections>();
  readonly #abort = new AbortController();

  constructor(ctx: AppContext, kind: LaneKind) {
    this.#ctx = ctx;
    this.#kind = kind;
  }

  #connectionsOf = (url: string): Connections => {
    const { origin } = new URL(url);
    const known = this.#connections.get(origin);
    if (known) return known;
    const made = openConnections(new URL(url), this.#ctx.policy().exchange().attempts.parallel);
    this.#connections.set(origin, made);
    return made;
  };

  /** Starts a lane for each with something due that has none running. Returns how many it started. */
  async start(): Promise<number> {
    const due = (await this.#kind.due()).filter((id) => !this.#busy.has(id));
    for (const id of due) {
      const lane = this.#kind
        .run(id, this.#connectionsOf, this.#abort.signal)
        .catch((error: unknown) => this.#kind.failed(error, id))
        .finally(() => this.#busy.delete(id));
      this.#busy.set(id, lane);
    }
    return due.length;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  /** Interrupts what is on its way. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.settled();
    for (const connections of this.#connections.values()) connections.destroy();
  }
}
