/** The child process that sets reports: content and issue go in, a PDF comes out. */
import { serveParent } from '../../platform/typesetting/serve-parent.ts';
import type { ReportContent, ReportIssue } from './types.ts';
import { Typesetter } from './typeset.ts';

export interface RenderRequest {
  readonly id: number;
  readonly content: ReportContent;
  readonly issue: ReportIssue;
}

const typesetter = new Typesetter();

serveParent<RenderRequest>(({ content, issue }) => typesetter.typeset(content, issue));
