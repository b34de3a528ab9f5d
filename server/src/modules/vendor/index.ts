/** Taking over from a former vendor's system: bodies, records with their state, report numbers, accounts, open cases. */
export { type PaperFacts, reconciliationPaper } from './reconciliation-paper.ts';
export { reconciliationSheets } from './reconciliation-sheets.ts';
export { type ImportOptions, type Reconciliation, runImport } from './run-import.ts';
export { type TemplateKey, templateKeys, templates } from './templates.ts';
