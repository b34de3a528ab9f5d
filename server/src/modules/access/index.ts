/** What others may use of access: purposes and readings, exports of non-public information, the emergency switch. */

export type { ExportFilterFacts, ExportPorts, ExportRow } from './exports.ts';
export { accessGate, demandWritable, outsideClosed, type SwitchState, switchState } from './gate.ts';
export { checkStated, openReading } from './open-reading.ts';
export {
  decideReading,
  lowerOf,
  publicReading,
  purposesOf,
  type Reading,
  readingEntry,
  readingScope,
  readsItem,
  readsNames,
  type StatedPurpose,
} from './reading.ts';
export { accessRoutes } from './routes.ts';
export { setReadOnly } from './throw-switches.ts';
