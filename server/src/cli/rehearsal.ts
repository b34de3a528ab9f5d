/**
 * A rehearsal runs on a copy: the database as it is now, by the platform's own backup, in an embedded server of its own under
 * the data folder, thrown away afterwards. The city's database, files and outgoing notices are out of its reach.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildContext, type OwnedContext } from '../build-context.ts';
import { restoreBackup, writeBackup } from '../platform/backup/index.ts';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { openDatabases } from '../platform/db.ts';
import { prepareDataDir } from '../platform/embedded-postgres/cluster.ts';
import { migrate } from '../platform/migrate.ts';
import { programVersion } from './commands/backup.ts';
import type { CommandContext } from './context.ts';

async function copyInto(config: Config, backup: string, note: CommandContext['note']): Promise<void> {
  const db = await openDatabases(config, { kind: 'command', onNotice: note });
  const directory = join(config.root, 'migrations');
  try {
    await migrate({ url: db.urls.migrator, roles: db.roles, directory });
    await restoreBackup({
      source: backup,
      url: db.urls.migrator,
      roles: db.roles,
      migrationsDirectory: directory,
      filesDir: config.filesDir,
      keysDir: config.keysDir,
      replace: true,
      // Nothing of a copy that was just made would be missed.
      isEmpty: async () => true,
    });
  } finally {
    await db.close();
  }
}

/** Runs `work` on the copy. The copy is gone when this returns, whatever happens. */
export async function onCopy<T>(context: CommandContext, work: (ctx: OwnedContext) => Promise<T>): Promise<T> {
  const { config } = context;
  const folder = join(config.dataDir, 'rehearsal');
  const end = (): void => rmSync(folder, { recursive: true, force: true });
  end();
  mkdirSync(join(folder, 'none'), { recursive: true, mode: 0o700 });
  const city = join(folder, 'city');
  prepareDataDir(city);
  const { outgoing } = config;
  const copy: Config = {
    ...config,
    dataDir: city,
    filesDir: join(city, 'files'),
    keysDir: join(city, 'keys'),
    database: { kind: 'embedded' },
    outgoing: { ...outgoing, mail: null, sms: null, im: null },
  };
  try {
    const db = await context.open();
    const backup = join(folder, 'backup');
    await writeBackup({
      target: backup,
      url: db.urls.migrator,
      // Files as received are not needed to take rows in; the copy makes its own.
      filesDir: join(folder, 'none'),
      keysDir: config.keysDir,
      dataDir: city,
      withKeys: false,
      program: programVersion(config.root),
      at: systemClock.now(),
    });
    cpSync(config.keysDir, copy.keysDir, { recursive: true });
    await copyInto(copy, backup, context.note);
    const ctx = await buildContext(copy, { kind: 'command', log: context.log, onNotice: context.note });
    try {
      return await work(ctx);
    } finally {
      await ctx.close();
    }
  } finally {
    end();
  }
}
