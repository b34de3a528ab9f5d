/**
 * The widget of `packages/client` as systems of others load it: a file that never changes under its version, with its hash for
 * `integrity`. It holds no data and asks nobody but the server of the page that it stands in.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Type } from 'typebox';
import type { AppContext } from './context.ts';
import type { HttpInstance } from './platform/http/index.ts';

const fileName = 'chengxin-check.js';

const KitIndex = Type.Object({
  version: Type.String(),
  files: Type.Array(
    Type.Object({
      name: Type.String(),
      url: Type.String(),
      integrity: Type.String({ description: 'Subresource Integrity, SHA-384' }),
      bytes: Type.Integer(),
      gzip: Type.Integer(),
    }),
  ),
});

export interface Widget {
  readonly version: string;
  readonly url: string;
  readonly content: Buffer;
  readonly integrity: string;
  readonly gzip: number;
}

/** @param root of the repository */
export function readWidget(root: string): Widget {
  const folder = join(root, 'packages', 'client');
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  const content = readFileSync(join(folder, 'widget', fileName));
  return {
    version,
    url: `/kit/${version}/${fileName}`,
    content,
    integrity: `sha384-${createHash('sha384').update(content).digest('base64')}`,
    gzip: gzipSync(content, { level: 9 }).length,
  };
}

export function kitRoutes(ctx: AppContext): (app: HttpInstance) => Promise<void> {
  const widget = readWidget(ctx.config.root);
  // Pages of other systems load it: with CORS, since `integrity` is checked of nothing else.
  const config = { permission: 'public', anyOrigin: true } as const;
  return async (app) => {
    app.get(
      '/kit/index.json',
      {
        config,
        schema: { tags: ['public'], summary: '嵌入组件 The widget and its hash', response: { 200: KitIndex } },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'no-cache');
        const { version, url, integrity, content, gzip } = widget;
        return { version, files: [{ name: fileName, url, integrity, bytes: content.length, gzip }] };
      },
    );
    app.get(widget.url, { config, schema: { hide: true } }, async (_request, reply) =>
      reply
        .type('text/javascript; charset=utf-8')
        .header('cache-control', 'public, max-age=31536000, immutable')

        .send(widget.content),
    );
  };
}
