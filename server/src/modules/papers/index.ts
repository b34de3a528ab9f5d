/** Official papers of a case: numbered, signed off, sealed, served; as Word to be edited and as PDF. */
export type { PaperPorts, SeenCase } from './access.ts';
export { type IssuePaper, issuePaper } from './issue-paper.ts';
export { type PaperModel, tablePart } from './paper-model.ts';
export { type PaperRow, papersOfCase } from './queries.ts';
export { closePaperRenderer, paperPdf } from './render-pdf.ts';
export { paperWord } from './render-word.ts';
export { paperRoutes } from './routes.ts';
export type { PaperState } from './state.ts';
export type { PaperCase } from './types.ts';
export { chineseDay } from './words.ts';
export {
  attachSealed,
  receiveSealed,
  revisePaper,
  type SealedFile,
  type Service,
  servePaper,
  signOffPaper,
  voidPaper,
} from './work-on-paper.ts';
