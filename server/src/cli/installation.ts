/** What kind of city this installation holds (core.setting `mode`), decided once. */
import type { Queryable } from '../platform/db.ts';
import { maybeOne, query, sql } from '../platform/db.ts';

export type InstallationMode = 'demonstration' | 'real';

/** Null while the city is still empty: neither `init` nor the demonstration has run. */
export async function readMode(client: Queryable): Promise<InstallationMode | null> {
  const row = await maybeOne<{ value: unknown }>(client, sql`select value from core.setting where key = 'mode'`);
  return row?.value === 'demonstration' || row?.value === 'real' ? row.value : null;
}

/** Sets the mode unless there is one; returns false when another process was first. */
export async function claimMode(client: Queryable, mode: InstallationMode, at: string): Promise<boolean> {
  const rows = await query<{ key: string }>(
    client,
    sql`insert into core.setting (key, value, updated_at) values ('mode', ${JSON.stringify(mode)}::jsonb, ${at})
        on conflict (key) do nothing returning key`,
  );
  return rows.length > 0;
}

export async function writeSetting(client: Queryable, key: string, value: unknown, at: string): Promise<void> {
  await query(
    client,
    sql`insert into core.setting (key, value, updated_at) values (${key}, ${JSON.stringify(value)}::jsonb, ${at})
        on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
  );
}
