/** The reconciliation as a paper that both sides sign: Word and PDF in the form of every other official paper. */
import { chineseDay, type PaperModel, tablePart } from '../papers/index.ts';
import { yuan } from './reconciliation-sheets.ts';
import type { BodyCount, Reconciliation } from './run-import.ts';

export interface PaperFacts {
  /** Who takes over: the credit office of the city. */
  readonly body: string;
  readonly on: string;
  readonly rehearsal: boolean;
  readonly seconds: number;
}

/** More lines than this are in the workbook. */
const maxLines = 40;

const cell = (value: string | number): string => String(value).replaceAll('|', '｜');

const paragraph = (text: string): PaperModel['paragraphs'][number] => ({ text, indent: true, heading: false });
const heading = (text: string): PaperModel['paragraphs'][number] => ({ text, indent: true, heading: true });
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  tablePart([head, ...rows.slice(0, maxLines).map((row) => row.map(cell))]);
const rest = (rows: readonly unknown[]): PaperModel['paragraphs'] =>
  rows.length > maxLines ? [paragraph(`其余 ${rows.length - maxLines} 行见所附工作簿。`)] : [];

function amountsText(of: Reconciliation): string {
  const sums = of.files.flatMap(({ amounts }) => (amounts ? [amounts] : []));
  const sum = (pick: (one: (typeof sums)[number]) => bigint): string =>
    yuan(sums.reduce((total, one) => total + pick(one), 0n));
  return `金额：转储合计 ${sum(({ dump }) => dump)} 元，其中已入库各行 ${sum(({ dumpStored }) => dumpStored)} 元，库中对应 ${sum(({ stored }) => stored)} 元，未入库各行 ${sum(({ notStored }) => notStored)} 元。`;
}

function countsTable(of: Reconciliation, item: string): PaperModel['paragraphs'] {
  const counts = of.counts.filter((one) => one.item === item);
  const total = (pick: (one: BodyCount) => number): number => counts.reduce((sum, one) => sum + pick(one), 0);
  const figures: readonly ((one: BodyCount) => number)[] = [
    ({ dump }) => dump,
    ({ taken }) => taken,
    ({ alreadyThere }) => alreadyThere,
    ({ doubtful }) => doubtful,
    ({ refused }) => refused,
    ({ live }) => live,
    ({ difference }) => difference,
  ];
  return [
    paragraph(`${item}：`),
    table(
      ['序号', '报送单位', '转储', '接收', '已存在', '存疑', '退回', '现行', '差异'],
      [
        ['', '合计', ...figures.map(total)],
        ...counts.map((one, at) => [at + 1, one.body, ...figures.map((pick) => pick(one))]),
      ],
    ),
    ...rest(counts),
  ];
}

export function reconciliationPaper(of: Reconciliation, facts: PaperFacts): PaperModel {
  const reasons = of.templates.flatMap((one) => one.reasons.map((why) => ({ of: one.name.zh, ...why })));
  const { rows, taken, alreadyThere, refused } = of.totals;
  return {
    body: facts.body,
    number: facts.rehearsal ? '演练记录（未改动任何数据）' : '移交接收核对',
    title: `${of.system}数据移交核对报告`,
    draft: false,
    annex: [],
    signed: false,
    on: chineseDay(facts.on),
    paragraphs: [
      paragraph(
        `${chineseDay(facts.on)}，${facts.rehearsal ? '以数据库副本演练接收' : '接收'}${of.system}移交的数据 ${rows} 行：新接收 ${taken} 行，此前已存在 ${alreadyThere} 行，未接收 ${refused} 行，用时 ${facts.seconds} 秒。每一行都有去向，未接收的逐行列明原因。`,
      ),
      heading('一、各类数据'),
      table(
        ['序号', '数据', '转储行数', '新接收', '已存在', '未接收'],
        of.templates.map((one, at) => [at + 1, one.name.zh, one.rows, one.taken, one.alreadyThere, one.refused]),
      ),
      heading('二、按事项和单位核对'),
      ...[...new Set(of.counts.map(({ item }) => item))].flatMap((item) => countsTable(of, item)),
      paragraph('“现行”为库中现在有效的条数，不含自然人（另库）和已被后来版本更正的；“接收”含自然人行。'),
      heading('三、金额核对'),
      paragraph(amountsText(of)),
      heading('四、未接收的原因'),
      ...(reasons.length === 0
        ? [paragraph('没有未接收的行。')]
        : [
            table(
              ['序号', '原因', '数据', '行数'],
              reasons.map((why, at) => [at + 1, why.zh, why.of, why.count]),
            ),
            ...rest(reasons),
          ]),
      heading('五、账号角色'),
      paragraph(
        of.roles.length === 0
          ? '本次没有新接收账号。'
          : `${of.roles.map((one) => `原角色“${one.former}”${one.accounts} 个账号，已提出角色申请 ${one.asked} 个`).join('；')}。角色须经安全管理员审批后生效，未能对应的由账号管理员另行申请。`,
      ),
      heading('六、差异'),
      ...(of.differences.length === 0
        ? [paragraph('行数和金额核对一致，没有差异。')]
        : [
            table(
              ['序号', '内容', '转储', '库中'],
              of.differences.map((one, at) => [at + 1, one.what, one.dump, one.stored]),
            ),
            ...rest(of.differences),
          ]),
    ],
    rows: [
      { label: '移交方（原系统承建单位）', value: '经办人：　　　　（盖章）　　　年　月　日' },
      { label: '接收方（信用主管部门）', value: '经办人：　　　　（盖章）　　　年　月　日' },
    ],
  };
}
