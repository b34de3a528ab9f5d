/**
 * The paper that a front-end machine lays beside a file: what it is, how many rows, and the digest by which it can be told
 * that the file is whole. Written last; without it a file is not looked at. Pure.
 */
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Words } from './types.ts';

export const MANIFEST_END = '.manifest.json';
export const MAX_MANIFEST_BYTES = 64 * 1024;

const Manifest = Type.Object(
  {
    /** Name of the file beside it. */
    file: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^/\\\\\\u0000-\\u001f]+$' }),
    standard: Type.String({ minLength: 1, maxLength: 40 }),
    batchNo: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    rows: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
    digest: Type.Object(
      {
        algorithm: Type.Union([Type.Literal('sm3'), Type.Literal('sha256')]),
        value: Type.String({ pattern: '^[0-9a-fA-F]{64}$' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

export interface DropManifest {
  file: string;
  standard: string;
  batchNo?: string;
  rows: number;
  digest: { algorithm: 'sm3' | 'sha256'; value: string };
}

export type ManifestReading = { ok: true; manifest: DropManifest } | { ok: false; message: Words };

export function readManifest(text: string, standards: readonly string[]): ManifestReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Also what a manifest looks like that is still being written.
    return { ok: false, message: { zh: '清单不是完整的 JSON。', en: 'The manifest is no complete JSON.' } };
  }
  if (!Value.Check(Manifest, value)) {
    const [first] = Value.Errors(Manifest, value);
    const place = first?.instancePath.replaceAll('/', '.').replace(/^\./, '') ?? '';
    return {
      ok: false,
      message: {
        zh: `清单的项不对（${place || '缺少必需的项'}）；应有 file、standard、rows、digest{algorithm: sm3 或 sha256, value}，可有 batchNo。`,
        en: `The manifest is wrong at ${place || 'its top'}; it has file, standard, rows, digest{algorithm: sm3 or sha256, value} and may have batchNo.`,
      },
    };
  }
  const manifest = value as DropManifest;
  if (manifest.standard !== 'auto' && !standards.includes(manifest.standard)) {
    return {
      ok: false,
      message: {
        zh: `没有数据标准“${manifest.standard}”。`,
        en: `There is no data standard “${manifest.standard}”.`,
      },
    };
  }
  if (manifest.file.startsWith('.') || manifest.file.endsWith(MANIFEST_END)) {
    return { ok: false, message: { zh: '清单中的文件名不对。', en: 'The file name in the manifest is not allowed.' } };
  }
  return { ok: true, manifest };
}
