/** The other side of a `ChildRenderer`: answers its parent, one request after another, and ends when the parent is gone. */
import type { SetAnswer } from './child-renderer.ts';

export interface Typeset {
  readonly pdf: Buffer;
  readonly pages: number;
}

export function serveParent<Request extends { readonly id: number }>(
  set: (request: Request) => Promise<Typeset>,
): void {
  const send = (answer: SetAnswer): void => {
    process.send?.(answer);
  };
  process.on('message', (request: Request) => {
    set(request).then(
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
}
