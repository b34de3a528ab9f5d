/** Policy as the credit office's own work: changes by sheet, circulated, tried, approved by a second person, dated, taken back. */
import type { AppContext } from '../../context.ts';
import { activateDue } from './changes.ts';
import { remindUnits } from './circulation.ts';
import { runSimulation, simulateTask } from './simulation-run.ts';

export { headFile, keepFile, openDraft } from './change-files.ts';
export { activateDue, actOnChange, draftChange } from './changes.ts';
export { remindUnits } from './circulation.ts';
export { type Difference, differencesOf } from './differences.ts';
export { type GivenPolicy, readGivenPolicy } from './read-given.ts';
export { readWorkbook, templateOf } from './read-workbook.ts';
export { policyDeskRoutes } from './routes.ts';
export { fromRows, isSheetKind, type SheetFile, sheetKinds } from './sheets.ts';
export { goOn, policiesOf, resultOf, simulate, startOf } from './simulate.ts';
export { runSimulation } from './simulation-run.ts';

const activateTask = 'policyDesk.activate';
const remindTask = 'policyDesk.remind';

/** Register before the start. */
export function policyDeskJobs(ctx: Pick<AppContext, 'jobs'>): void {
  ctx.jobs.register(activateTask, (context) => activateDue(context));
  ctx.jobs.schedule(activateTask, '*/5 * * * *');
  ctx.jobs.register(remindTask, async (context) => {
    await remindUnits(context);
  });
  ctx.jobs.schedule(remindTask, '17 * * * *');
  ctx.jobs.register(simulateTask, (context, payload, job) => runSimulation(context, String(payload.simulationId), job));
}
