/** Policy as the credit office's own work: changes by sheet, circulated, tried, approved by a second person, dated, taken back. */
import type { AppContext } from '../../context.ts';
import { activateDue } from './changes.ts';

export { policyWith } from './change-files.ts';
export { activateDue } from './changes.ts';
export { type Difference, differencesOf } from './differences.ts';
export { type GivenPolicy, readGivenPolicy } from './read-given.ts';
export { readWorkbook, templateOf } from './read-workbook.ts';
export { policyDeskRoutes } from './routes.ts';
export { fromRows, isSheetKind, type SheetFile, sheetKinds } from './sheets.ts';
export { simulate } from './simulate.ts';

const activateTask = 'policyDesk.activate';

/** Register before the start. */
export function policyDeskJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(activateTask, (context) => activateDue(context));
  ctx.jobs.schedule(activateTask, '*/5 * * * *');
}
