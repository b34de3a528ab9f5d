/**
 * Follows the change feed: `node examples/receiver/follow.ts`. For systems that cannot be reached from outside; it needs no
 * address and catches up after weeks. The place is kept in a file, so that nothing is read twice and nothing is missed.
 *
 *   PLATFORM=https://credit.example.gov.cn  KEY=cxk_…  PLACE=./place.json
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Change } from './messages.ts';

export interface Place {
  readonly position: string;
  readonly epoch: number;
}
interface Page extends Place {
  readonly items: readonly Change[];
  readonly head: string;
  readonly continuedFrom: string | null;
}

/** Reads on from a place until the head, and hands over each change in order. Returns the place to keep. */
export async function catchUp(
  platform: string,
  key: string,
  from: Place | null,
  act: (change: Change) => Promise<void> | void,
  wait = 0,
): Promise<Place> {
  let place = from;
  for (;;) {
    const query = new URLSearchParams({ after: place?.position ?? '0', wait: String(wait) });
    if (place) query.set('epoch', String(place.epoch));
    const response = await fetch(`${platform}/api/v1/feed?${query}`, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw new Error(`the feed answered ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as Page;
    for (const change of page.items) await act(change);
    place = { position: page.position, epoch: page.epoch };
    if (page.position === page.head) return place;
  }
}

if (import.meta.main) {
  const path = process.env.PLACE ?? './place.json';
  let place = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Place) : null;
  for (;;) {
    place = await catchUp(
      process.env.PLATFORM ?? 'http://127.0.0.1:8080',
      process.env.KEY ?? '',
      place,
      (change) => console.log(`${change.effectiveOn} ${change.asked} ${change.recordId} (${change.reason})`),
      25,
    );
    writeFileSync(`${path}.tmp`, JSON.stringify(place));
    renameSync(`${path}.tmp`, path);
  }
}
