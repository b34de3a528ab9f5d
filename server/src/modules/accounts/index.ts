/** What other modules and the root may use of the keeping of accounts. */
export { openTasks } from './departure.ts';
export { type DutyOfficer, onDutyOf } from './duty-roster.ts';
export { inviteAccount, loginBodyOf } from './invite-account.ts';
export { accountJobs, runDaily } from './jobs.ts';
export { maxSheetBytes, readSheet, type SheetColumn, type SheetRow } from './read-sheet.ts';
export { accountRoutes } from './routes.ts';
export { type Sheet, templateSheet } from './sheets.ts';
export type { AccountPorts, TaskOwner } from './task-owners.ts';
