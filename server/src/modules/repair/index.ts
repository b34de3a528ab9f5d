/** Repair: the display and use of an adverse record end early, once its duties are fulfilled. */
export { actOnRepair } from './act-on-repair.ts';
export type { RefusalCode } from './conditions.ts';
export { openDuties, planDuties } from './duties.ts';
export { closeMootCases, planReminders, repairJobs, tellFirstDays } from './jobs.ts';
export { repairFor } from './parties.ts';
export { batchCommands } from './read-repairs.ts';
export { receiveUpstream } from './receive-upstream.ts';
export type { RemovalHook, RepairPorts } from './removal-hook.ts';
export { type RepairKinds, repairKinds } from './repair-kind.ts';
export { repairRoutes } from './routes.ts';
export { repairableItems } from './situation.ts';
export { marketRepairProcedure, repairProcedure, repairProcedures } from './state.ts';
