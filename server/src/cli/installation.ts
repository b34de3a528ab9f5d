/** What kind of city this installation holds (core.setting `mode`), decided once. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorActor } from '../modules/identity/index.ts';
import { prepareAccessLog, writeAccess } from '../platform/access-log/index.ts';
import { systemClock } from '../platform/clock.ts';
import { type Databases, maybeOne, one, type Queryable, query, type Runner, sql } from '../platform/db.ts';

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

/** Whether nobody would miss what the (migrated) database holds: no city, no subject, no submission, no account but ours. */
export async function holdsNothing(client: Runner): Promise<boolean> {
  const exists = await one<{ yes: boolean }>(client, sql`select to_regclass('core.subject') is not null as yes`);
  if (!exists.yes) return true;
  const row = await one<{ yes: boolean }>(
    client,
    sql`select exists (select from core.setting where key = 'mode') or exists (select from core.subject)
            or exists (select from core.submission) or (select count(*) > 1 from identity.account) as yes`,
  );
  return !row.yes;
}

/** An entry of the operator's in the access log, without opening policy and keys: a backup must not need them. */
export async function logOperation(
  db: Databases,
  osUser: string,
  action: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> {
  const ctx = { db, clock: systemClock };
  await prepareAccessLog(ctx);
  const actor = operatorActor(ctx, osUser);
  await writeAccess(db.log, ctx, actor, { action, resourceKind: 'installation', detail });
}

export interface BackupRecord {
  readonly at: string;
  readonly folder: string;
  readonly rows: number;
}

const backupRecord = (dataDir: string): string => join(dataDir, 'backup.json');

/** Remembers the last backup, for doctor. */
export function recordBackup(dataDir: string, record: BackupRecord): void {
  writeFileSync(backupRecord(dataDir), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

export function lastBackup(dataDir: string): BackupRecord | null {
  try {
    return JSON.parse(readFileSync(backupRecord(dataDir), 'utf8')) as BackupRecord;
  } catch {
    return null;
  }
}
