/** Rows pushed as JSON by a department's system: written down as the file that they are, then the one pipeline. */
import { PassThrough } from 'node:stream';
import type { Actor, AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { writeCsv } from '../../platform/tabular/index.ts';
import { type Received, receiveFile } from './receive-file.ts';

export interface PushRows {
  standard: string;
  batchNo?: string;
  rows: Record<string, string | null>[];
}

export async function pushRows(ctx: AppContext, actor: Actor, bodyId: string, input: PushRows): Promise<Received> {
  const standard = ctx
    .policy()
    .standards()
    .find((entry) => entry.standard === input.standard);
  if (!standard)
    throw new DomainError('unprocessable', { zh: '没有这类数据标准。', en: 'There is no such data standard.' });
  const known = new Set(standard.fields.map((field) => field.code));
  const unknown = [...new Set(input.rows.flatMap((row) => Object.keys(row)))].filter((code) => !known.has(code));
  if (unknown.length > 0) {
    throw new DomainError('unprocessable', {
      zh: `标准中没有这些字段：${unknown.slice(0, 10).join('、')}。`,
      en: `The standard has no such fields: ${unknown.slice(0, 10).join(', ')}.`,
      details: unknown
        .slice(0, 50)
        .map((code) => ({ field: code, zh: '标准中没有此字段', en: 'not a field of the standard' })),
    });
  }
  const source = new PassThrough();
  const codes = standard.fields.map((field) => field.code);
  writeCsv(
    source,
    codes,
    input.rows.map((row) => codes.map((code) => row[code] ?? '')),
    { neutralise: false },
  ).catch((error: unknown) => source.destroy(error instanceof Error ? error : new Error(String(error))));
  return receiveFile(ctx, actor, {
    source,
    fileName: `接口推送-${standard.name.zh}.csv`,
    standard: input.standard,
    bodyId,
    channel: 'api',
    batchNo: input.batchNo ?? null,
    enqueue: true,
  });
}
