/** Measures: what may follow from a list entry, by which article, until when. Pure; the entries come from lists. */
export {
  type Cause,
  editionOn,
  expressible,
  incentivesOf,
  type LiveIncentive,
  type LiveMeasure,
  type MeasureId,
  type MeasureSource,
  measuresOf,
} from './measures-of.ts';
export { readMeasures } from './read-measures.ts';
export { measureRoutes } from './routes.ts';
