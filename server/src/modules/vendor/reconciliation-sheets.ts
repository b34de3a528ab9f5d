/** The reconciliation as a workbook for the files of the city: what both sides sign when a system is handed over. */
import type { SheetSpec } from '../../platform/tabular/index.ts';
import type { Reconciliation } from './run-import.ts';

/** 1234.56, from fen. */
export const yuan = (fen: bigint | string | null | undefined): string => {
  if (fen === null || fen === undefined) return '';
  const value = BigInt(fen);
  return `${value / 100n}.${String(value % 100n).padStart(2, '0')}`;
};

export function reconciliationSheets(of: Reconciliation): SheetSpec[] {
  return [
    {
      name: '汇总',
      header: ['模板', '转储行数', '新接收', '已存在', '未接收', '差异'],
      rows: of.templates.map((one) => [
        one.name.zh,
        String(one.rows),
        String(one.taken),
        String(one.alreadyThere),
        String(one.refused),
        String(one.rows - one.taken - one.alreadyThere - one.refused),
      ]),
    },
    {
      name: '文件和金额',
      header: [
        '文件',
        '数据标准',
        '报送单位',
        '行数',
        '新接收',
        '已存在',
        '存疑',
        '退回',
        '库中条数',
        '自然人行（另库）',
        '转储金额（元）',
        '未入库金额（元）',
        '入库行的转储金额（元）',
        '库中金额（元）',
      ],
      rows: of.files.map((one) => [
        one.file,
        one.standard,
        one.org,
        ...[one.rows, one.taken, one.alreadyThere, one.doubtful, one.refused, one.stored, one.persons].map(String),
        yuan(one.amounts?.dump),
        yuan(one.amounts?.notStored),
        yuan(one.amounts?.dumpStored),
        yuan(one.amounts?.stored),
      ]),
    },
    {
      name: '事项和单位',
      header: ['目录事项', '认定单位', '现行条数', '全部版本', '现行金额（元）'],
      rows: of.items.map((one) => [one.item, one.body, String(one.live), String(one.versions), yuan(one.amountFen)]),
    },
    {
      name: '条数核对',
      header: [
        '事项',
        '报送单位',
        '转储行数',
        '新接收',
        '已存在',
        '存疑',
        '退回',
        '自然人行（另库）',
        '入库版本',
        '现行条数',
        '差异',
      ],
      rows: of.counts.map((one) => [
        one.item,
        one.body,
        ...[
          one.dump,
          one.taken,
          one.alreadyThere,
          one.doubtful,
          one.refused,
          one.persons,
          one.versions,
          one.live,
          one.difference,
        ].map(String),
      ]),
    },
    {
      name: '账号角色',
      header: ['原角色', '账号数', '已提出角色申请', '须人工确定'],
      rows: of.roles.map((one) => [
        one.former,
        String(one.accounts),
        String(one.asked),
        String(one.accounts - one.asked),
      ]),
    },
    {
      name: '未接收',
      header: ['模板', '行', '原系统标识', '原因'],
      rows: of.templates.flatMap((one) =>
        one.refusedRows.map((row) => [one.name.zh, row.row === 0 ? '' : String(row.row), row.key, row.zh]),
      ),
    },
    {
      name: '差异',
      header: ['内容', '转储', '库中'],
      rows: of.differences.map((one) => [one.what, one.dump, one.stored]),
    },
  ];
}
