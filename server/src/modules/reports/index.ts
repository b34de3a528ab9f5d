/** Reports: what is said about an organisation on paper, and whether a paper is real. */
export { type BenchResult, benchReport } from './bench-report.ts';
export { type ComposeInput, composeReport } from './compose-report.ts';
export { contentHash } from './content-hash.ts';
export { cleanFormerNumber, type FormerReport, type FormerReportRow, keepFormerReports } from './former-report.ts';
export {
  type AuthorisedIssue,
  type IssueReportInput,
  issueAuthorisedReport,
  issueReport,
  type ReportResult,
  verifyUrl,
} from './issue-report.ts';
export { createRenderer, type Renderer, rendererOf } from './renderer.ts';
export { newReportNumber, parseReportNumber } from './report-number.ts';
export { reportRoutes } from './routes.ts';
export { type ReportContent, type ReportKind, reportKinds } from './types.ts';
export { type VerifiedReport, verifyAnyReport, verifyReport } from './verify-report.ts';
