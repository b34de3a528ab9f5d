/** A paper as PDF, set in a child process that is let go when nobody asks for a while: papers are few. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildRenderer, createChildRenderer } from '../../platform/typesetting/child-renderer.ts';
import type { PaperModel } from './paper-model.ts';
import type { PaperRequest } from './render-process.ts';

const idle = 5 * 60_000;
let renderer: ChildRenderer<Omit<PaperRequest, 'id'>> | undefined;

export async function paperPdf(model: PaperModel, at: string): Promise<Buffer> {
  renderer ??= createChildRenderer<Omit<PaperRequest, 'id'>>({
    program: join(dirname(fileURLToPath(import.meta.url)), 'render-process.ts'),
    idle,
  });
  return (await renderer.render({ model, at })).pdf;
}

/** Lets the child go; the next paper starts another. For tests. */
export function closePaperRenderer(): void {
  renderer?.close();
  renderer = undefined;
}
