/** A running server keeps policy and keys in memory: when the data under it are restored, it must start again. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { restoredChannel } from '../platform/backup/index.ts';

const RETRY_MS = 2000;

async function listenOnce(url: string, signal: AbortSignal): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, application_name: 'chengxin:watch', keepAlive: true });
  try {
    return await new Promise<boolean>((resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => resolve(false));
      client.on('notification', () => resolve(true));
      signal.addEventListener('abort', () => resolve(false), { once: true });
      client
        .connect()
        .then(() => client.query(`LISTEN ${restoredChannel}`))
        .catch(reject);
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Resolves when a restore has been committed; never, when aborted. A lost connection is opened again. */
export async function watchRestores(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const restored = await listenOnce(url, signal).catch(() => false);
    if (restored) return;
    if (!signal.aborted) await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
  await new Promise<never>(() => undefined);
}
