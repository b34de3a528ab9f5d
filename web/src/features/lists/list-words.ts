/** The term of a list and how early it may be left, in words. */
import type { CreditListView } from '@chengxin/contract';
import type { useI18n } from '../../shared/i18n/index.tsx';

type T = ReturnType<typeof useI18n>['t'];

export function termWords(t: T, list: CreditListView): string {
  const { termMonths, maxMonths } = list;
  if (termMonths === null || maxMonths === null) return t('lists.untilGone');
  return termMonths === maxMonths
    ? t('lists.months', { n: termMonths })
    : t('lists.fromTo', { n: termMonths, m: maxMonths });
}

/** Null: nobody leaves early. */
export function earlyWords(t: T, list: CreditListView): string | null {
  if (list.earlyAfterMonths === null) return null;
  return list.earlyAfterMonths === 0 ? t('lists.earlyAny') : t('lists.earlyAfter', { n: list.earlyAfterMonths });
}
