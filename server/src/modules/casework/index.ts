/** What other modules may use of casework: the engine of every procedure with parties, documents, notices and clocks. */
export {
  type Applied,
  answerExtension,
  applyCommand,
  askExtension,
  beginCase,
  type CaseEvent,
  type CaseState,
  type Command,
  type ExtensionRequest,
  passTime,
  type Refusal,
  type Rules,
} from './apply-command.ts';
export { caseMaterialRoutes, type MaterialRoutes, sendCaseSheet } from './case-routes.ts';
export { type CaseClock, type Due, dueOf } from './clocks.ts';
export { type CaseDesk, caseworkRoutes } from './desk-routes.ts';
export { eachCase, maxAtOnce } from './each-case.ts';
export { casesJob } from './jobs.ts';
export { addMaterial, materialViews, readMaterial } from './materials.ts';
export { endedFigures } from './month-figures.ts';
export { caseNames, documentNumberOf } from './names.ts';
export {
  type ClockPolicy,
  type OnDue,
  type Procedure,
  type ProcedurePolicy,
  policyProblemsOf,
  problemsOf,
  type Transition,
} from './procedure.ts';
export {
  type GivenCommand,
  giveCommand,
  type ProcedureDesk,
  type Reached,
  viewCase,
  withoutPersonNumbers,
} from './procedure-desk.ts';
export { procedureRoutes } from './procedure-routes.ts';
export {
  type CaseFilter,
  type CaseRow,
  eventsOf,
  listCaseRows,
  loadCaseRow,
  nextNumber,
  type StoredEvent,
} from './queries.ts';
export { targetRoutes } from './target-routes.ts';
export { targetValue } from './targets.ts';
export { countOpenOf } from './task-queries.ts';
export {
  type CaseNames,
  type CaseWords,
  type CommandAsk,
  caseItem,
  clockViews,
  commandViews,
  eventViews,
  extensionViews,
  nextDue,
  partyWords,
  reasonWords,
  remedyViews,
  stateWords,
} from './views.ts';
export {
  actOnCase,
  askForExtension,
  type CaseCommand,
  type CaseKind,
  carryClocks,
  decideExtension,
  giveCase,
  lookAtClocks,
  type OpenCase,
  openCase,
} from './work-on-case.ts';
