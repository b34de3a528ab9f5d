/** Registered receivers for tests: a body with a system, a key, and the receiver of `examples/receiver` behind a real port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change, Receipt } from '../../examples/receiver/messages.ts';
import { type RunningReceiver, startReceiver } from '../../examples/receiver/receiver.ts';
import type { AppContext } from '../../server/src/context.ts';
import { provideSystem } from '../../server/src/modules/credentials/testing.ts';
import { registerReceiver, signingKeys } from '../../server/src/modules/exchange/index.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { actorWith } from './context.ts';

/** Ports of receivers of tests; they are named in RECEIVER_HOSTS, since they are on this machine. */
export const receiverHostsOf = (ports: readonly number[]): string => ports.map((port) => `127.0.0.1:${port}`).join(',');

/** A free port to be named before the receiver is there. */
export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export interface TestReceiver extends RunningReceiver {
  readonly changes: Change[];
  readonly folder: string;
  /** How often each message came, by its id. */
  readonly seen: Map<string, number>;
  /** Removes its files as well. */
  end(): Promise<void>;
}

export async function startTestReceiver(
  ctx: Pick<AppContext, 'config' | 'clock'>,
  port: number,
  act: (change: Change) => Promise<Receipt['outcome']> | Receipt['outcome'] = () => 'done',
  folder = mkdtempSync(join(tmpdir(), 'chengxin-receiver-')),
): Promise<TestReceiver> {
  const changes: Change[] = [];
  const seen = new Map<string, number>();
  const running = await startReceiver({
    folder,
    port,
    platformKeys: async () => new Map(signingKeys(ctx.config.keysDir).map((key) => [key.keyId, key.publicPem])),
    nowSeconds: () => Math.floor(Date.parse(ctx.clock.now()) / 1000),
    act: async (change) => {
      seen.set(change.id, (seen.get(change.id) ?? 0) + 1);
      const outcome = await act(change);
      changes.push(change);
      return outcome;
    },
  });
  return {
    ...running,
    changes,
    seen,
    folder,
    async end() {
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A system of a body with a bearer key. */
export const systemOf = (ctx: AppContext, bodyId: string): Promise<{ clientId: string; key: string }> =>
  provideSystem(ctx, bodyId, ['exchange.follow']);

export interface Registration {
  readonly url?: string | null;
  readonly publicKey?: string;
  readonly clientId?: string | null;
  readonly level?: 'public' | 'authorised' | 'government';
  readonly items?: string[];
  readonly covers?: 'received' | 'all';
}

export const registerTestReceiver = (ctx: AppContext, bodyId: string, given: Registration): Promise<string> =>
  registerReceiver(
    ctx,
    { ...actorWith(['creditOffice'], null, newId()), factor: 'second' },
    {
      bodyId,
      name: '测试接收方',
      contact: '值班室 86000000',
      url: null,
      clientId: null,
      level: 'government',
      items: [],
      covers: 'received',
      ...given,
    },
  );
