/** The list of a batch as a file: its template, and what is read of an uploaded one. The file itself is kept nowhere. */
import type { Readable } from 'node:stream';
import type { BatchCheckView, BatchFields } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { readSheet, type SheetColumn, templateSheet } from '../accounts/index.ts';
import { personNumberIn } from './ask.ts';
import { startBatchOf } from './run-batch.ts';

/** 100,000 rows of names and codes as CSV, with room. */
export const maxListBytes = 20 * 1024 * 1024;

const columns: readonly SheetColumn[] = [
  {
    key: 'name',
    heading: '单位名称',
    required: false,
    hint: '与登记一致的全称；填写代码的可以不填。请勿填写自然人',
    aliases: ['企业名称', '主体名称', '机构名称', '名称', '候选单位', '申报单位'],
  },
  {
    key: 'code',
    heading: '统一社会信用代码',
    required: false,
    hint: '18 位；以文本格式填写，优先按代码核查',
    aliases: ['社会信用代码', '信用代码', '代码', '组织机构代码', 'CODE'],
  },
];

export const batchTemplate = () => templateSheet('批量核查名单模板', columns);

/** Errors: as of a batch; unprocessable (no table, other headings, no row), too-large. */
export async function startBatchFromFile(
  ctx: AppContext,
  actor: Actor,
  fields: BatchFields,
  source: Readable,
): Promise<BatchCheckView> {
  return startBatchOf(ctx, actor, fields, async (most) => {
    let persons = 0;
    const rows = await readSheet(ctx, source, columns, most, {
      maxBytes: maxListBytes,
      // In whichever column the number stands: the row goes no further.
      skip: (cells) => {
        const person = cells.some(personNumberIn);
        if (person) persons++;
        return person;
      },
    });
    return {
      persons,
      rows: rows.map(({ row, cells, problems }) => ({
        code: cells.code ?? '',
        name: cells.name ?? '',
        sheetRow: row,
        unread: problems.length > 0,
      })),
    };
  });
}
