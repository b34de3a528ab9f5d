/** The portal's own files: one style sheet, one small script, one icon; served for a year under a name with their hash. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
}

export interface PortalAssets {
  readonly css: Asset;
  readonly script: Asset;
  /** Of the page `/own` alone. */
  readonly own: Asset;
  readonly icon: Asset;
  /** Markup of the icon, for the header. */
  readonly seal: string;
}

function load(folder: string, name: string, type: string): Asset {
  const body = readFileSync(join(folder, name));
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 10);
  const dot = name.lastIndexOf('.');
  return { path: `/assets/${name.slice(0, dot)}-${hash}${name.slice(dot)}`, type, body };
}

/** Reads the files of web/portal once, at start. */
export function loadAssets(root: string): PortalAssets {
  const folder = join(root, 'web/portal');
  const icon = load(folder, 'seal.svg', 'image/svg+xml');
  return {
    css: load(folder, 'portal.css', 'text/css; charset=utf-8'),
    script: load(folder, 'portal.js', 'text/javascript; charset=utf-8'),
    own: load(folder, 'own.js', 'text/javascript; charset=utf-8'),
    icon,
    seal: icon.body.toString('utf8').trim(),
  };
}
