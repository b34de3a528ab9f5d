/** A restored backup begins an epoch of the feed: see migration 0022. */
import type { RestoreHook } from '../../platform/backup/index.ts';
import { beginFeedEpoch } from './feed-queries.ts';

export const feedEpochHook =
  (now: () => string): RestoreHook =>
  async ({ client }) =>
    beginFeedEpoch(client as unknown as Parameters<typeof beginFeedEpoch>[0], now());
