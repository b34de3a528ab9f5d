/** `./chengxin bench report`: a report end to end against the bare Typst compile of the same content. */
export { type BenchResult, benchReport } from '../server/src/modules/reports/index.ts';
