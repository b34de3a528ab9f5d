/** The demonstration city: made by seed, loaded through the pipeline, for the first start of an empty installation. */
import type { AppContext } from '../context.ts';
import { accountLines } from './accounts.ts';
import { type DemoProgress, demoAccountIds, demoStatus, loadDemoCity } from './load-city.ts';
import { enabledAccounts } from './queries.ts';

export { DEMO_PASSWORD, type DemoAccount, demoAccounts } from './accounts.ts';
export {
  DEMO_SIZE,
  type DemoProgress,
  type DemoReport,
  type DemoSize,
  demoStatus,
  type LoadOptions,
  loadDemoCity,
} from './load-city.ts';
export { type CityOptions, type CityPlan, FATES, type FilePlan, generateCity, type PlannedRow } from './plan-city.ts';
export { loadStandards, standardsOfRuntime } from './standards.ts';
export { vendorDumpNames, writeVendorDump } from './vendor-dump.ts';
export { writePlannedFile, writePlannedFileTo } from './write-files.ts';

/**
 * Loads the demonstration into an empty installation, or goes on with a load that was cut off; does nothing in a city
 * that is somebody's own or that is loaded.
 */
export async function ensureDemo(
  ctx: AppContext,
  onProgress?: (progress: DemoProgress) => void,
): Promise<'loaded' | 'present' | 'real'> {
  if ((await demoStatus(ctx)) === 'real') return 'real';
  return (await loadDemoCity(ctx, onProgress ? { onProgress } : {})).outcome;
}

/** True while an account with the public password is enabled: no HOST but loopback may be served. */
export async function hasDemoAccounts(ctx: AppContext): Promise<boolean> {
  const ids = await demoAccountIds(ctx);
  return ids.length > 0 && (await enabledAccounts(ctx.db.app, ids)) > 0;
}

/** Told at most this often, so that a terminal stays readable. */
const TELL_EVERY_ROWS = 5_000;

/** As `serve` calls it. */
export async function loadDemonstration(ctx: AppContext, onStep: (zh: string, en: string) => void): Promise<void> {
  let told = -TELL_EVERY_ROWS;
  await ensureDemo(ctx, ({ zh, en, done, total }) => {
    if (total > 0 && done - told < TELL_EVERY_ROWS && done < total) return;
    told = done;
    onStep(zh, en);
  });
}

/** Lines for the terminal: logins, what they are for, the password. */
export async function demonstrationAccounts(ctx: AppContext): Promise<readonly string[]> {
  return (await hasDemoAccounts(ctx)) ? accountLines() : [];
}
