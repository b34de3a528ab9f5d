/** A list as a sheet, as filtered: for offices that work with Excel. */
import type { ListEntryQuery } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import { authorize } from '../identity/index.ts';
import { readEntries } from './read-lists.ts';

const maxRows = 20_000;
const header = [
  '主体名称',
  '统一社会信用代码',
  '名单',
  '文书号或案号',
  '认定单位',
  '认定日期',
  '列入日期',
  '有效期至',
  '状态',
];

export function entriesSheet(ctx: AppContext, actor: Actor, key: string, query: ListEntryQuery): SheetSpec {
  authorize(actor, 'list.read');
  async function* rows(): AsyncGenerator<string[]> {
    let cursor = query.cursor;
    for (let written = 0; written < maxRows; ) {
      const page = await readEntries(ctx, actor, key, { ...query, limit: 200, ...(cursor ? { cursor } : {}) });
      for (const item of page.items)
        yield [
          item.subject.name,
          item.subject.code ?? '',
          item.listName.zh,
          item.documentNumber ?? item.caseNumber ?? '',
          item.recogniser,
          item.decidedOn ?? '',
          item.listedOn,
          item.endsOn ?? '',
          item.stateLabel.zh,
        ];
      written += page.items.length;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }
  return { name: ctx.policy().list(key)?.name.zh ?? key, header, rows: rows() };
}
