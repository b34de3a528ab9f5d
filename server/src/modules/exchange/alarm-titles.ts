/** What kind of thing an alarm says, for the line of a notice. */
import type { Bilingual } from '../policy/index.ts';
import type { AlarmKind } from './alarm-queries.ts';

const titles: Readonly<Record<AlarmKind, Bilingual>> = {
  unreachable: { zh: '连续发送未成功', en: 'it cannot be reached' },
  overdue: { zh: '逾期未回执', en: 'its receipts are overdue' },
  wrongReceipt: { zh: '回执未被接受', en: 'its receipt was not accepted' },
  declined: { zh: '表示仍保留记录', en: 'it says that it keeps the record' },
};

/** What kind of thing happened, for the line of a notice. */
export const alarmTitle = (kind: AlarmKind): Bilingual => titles[kind];
