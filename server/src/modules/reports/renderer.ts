/** Reports are set in a child process of their own (docs/decisions/0012). */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createChildRenderer, type SetDocument } from '../../platform/typesetting/child-renderer.ts';
import type { RenderRequest } from './render-process.ts';
import type { ReportContent, ReportIssue } from './types.ts';

export type RenderedReport = SetDocument;

export interface Renderer {
  render(content: ReportContent, issue: ReportIssue): Promise<RenderedReport>;
  /** Starts the child, so that the first report need not wait for it. */
  warm(): void;
  close(): void;
}

export interface RendererOptions {
  readonly timeOut?: number;
  readonly maxWaiting?: number;
  /** Another child program, in tests. */
  readonly program?: string;
}

const here = fileURLToPath(new URL('.', import.meta.url));

export function createRenderer(options: RendererOptions = {}): Renderer {
  const child = createChildRenderer<Omit<RenderRequest, 'id'>>({
    program: options.program ?? join(here, 'render-process.ts'),
    timeOut: options.timeOut,
    maxWaiting: options.maxWaiting,
  });
  return {
    render: (content, issue) => child.render({ content, issue }),
    warm: () => child.warm(),
    close: () => child.close(),
  };
}

const renderers = new WeakMap<object, Renderer>();

/** The renderer of a context (or whatever object owns it); made at first use, ends with the process. */
export function rendererOf(owner: object): Renderer {
  let renderer = renderers.get(owner);
  if (!renderer) {
    renderer = createRenderer();
    renderers.set(owner, renderer);
  }
  return renderer;
}
