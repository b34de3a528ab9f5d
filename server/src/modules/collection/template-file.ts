/** The official template of an edition, to be filled in: headings in order and the note row that official files carry. */
import { PassThrough } from 'node:stream';
import { DomainError } from '../../platform/errors.ts';
import { writeCsv, writeXlsx } from '../../platform/tabular/index.ts';
import type { PolicyRuntime, StandardField } from '../policy/index.ts';
import { type Download, MEDIA_TYPES, type TableFormat } from './refused-file.ts';

const REQUIRED = { always: '必填', conditional: '条件必填', never: '选填' } as const;

function note(field: StandardField, policy: PolicyRuntime): string {
  const parts: string[] = [REQUIRED[field.required]];
  if (field.type === 'date') parts.push('YYYY/MM/DD');
  else if (field.type === 'amount10k') parts.push('数值，万元，最多六位小数');
  else if (field.length) parts.push(`最多 ${field.length} 字`);
  if (field.codeTable && field.type !== 'text') {
    const values = policy.codeTable(field.codeTable).values;
    if (values.length <= 14)
      parts.push(
        `${field.type === 'multiEnum' ? '可多选，英文分号分隔：' : ''}${values.map((value) => value.code).join('、')}`,
      );
  }
  return parts.join('；');
}

export function templateFile(
  policy: PolicyRuntime,
  standardKey: string,
  editionKey: string | undefined,
  format: TableFormat,
): Download {
  const standard = policy.standards().find((entry) => entry.standard === standardKey);
  const edition = editionKey ? standard?.editions.find((entry) => entry.key === editionKey) : standard?.editions[0];
  if (!standard || !edition)
    throw new DomainError('not-found', {
      zh: '没有这种模板，请从列表中选择。',
      en: 'There is no such template. Choose one from the list.',
    });
  const fields = edition.columns.flatMap((code) => {
    const mapped = edition.maps?.[code];
    const field = standard.fields.find((entry) => entry.code === (mapped?.field ?? code));
    return field ? [{ field, heading: mapped ? code : field.label.zh }] : [];
  });
  const header = fields.map((entry) => entry.heading);
  const notes = fields.map(({ field }, at) => `${at === 0 ? '表格说明：' : ''}${note(field, policy)}`);
  const stream = new PassThrough();
  const write =
    format === 'csv'
      ? writeCsv(stream, header, [notes])
      : writeXlsx(stream, { sheets: [{ name: standard.name.zh.slice(0, 31), header, rows: [notes] }] });
  write.catch((error: unknown) => stream.destroy(error instanceof Error ? error : new Error(String(error))));
  return { fileName: `${standard.name.zh}-${edition.name.zh}.${format}`, mediaType: MEDIA_TYPES[format], stream };
}
