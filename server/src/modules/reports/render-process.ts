/**
 * The child process that sets reports: layout never blocks the server, a document that takes too long can be killed, and
 * its environment holds no address or key. Speaks only with its parent; ends when the parent is gone.
 */
import type { ReportContent, ReportIssue } from './types.ts';
import { Typesetter } from './typeset.ts';

export interface RenderRequest {
  readonly id: number;
  readonly content: ReportContent;
  readonly issue: ReportIssue;
}

export type RenderAnswer =
  | { readonly id: number; readonly pdf: Uint8Array; readonly pages: number; readonly rss: number }
  | { readonly id: number; readonly error: string; readonly rss: number };

const typesetter = new Typesetter();

function send(answer: RenderAnswer): void {
  process.send?.(answer);
}

process.on('message', (request: RenderRequest) => {
  typesetter.typeset(request.content, request.issue).then(
    ({ pdf, pages }) => send({ id: request.id, pdf, pages, rss: process.memoryUsage.rss() }),
    (error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      send({ id: request.id, error: message, rss: process.memoryUsage.rss() });
    },
  );
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group: the parent finishes what it has begun and then lets this process go.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
