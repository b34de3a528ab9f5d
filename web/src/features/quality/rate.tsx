/** A rate as it is shown: the figure, and its warning in words beside the colour. */
import type { IndicatorView, RateView } from '@chengxin/contract';
import type { Key } from '../../shared/i18n/index.tsx';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Tag, type Tone } from '../../shared/ui/page.tsx';

const levelKey: Readonly<Record<RateView['level'], Key>> = {
  red: 'quality.level.red',
  yellow: 'quality.level.yellow',
  met: 'quality.level.met',
  none: 'quality.level.none',
};
const tones: Readonly<Record<RateView['level'], Tone | undefined>> = {
  red: 'seal',
  yellow: 'waiting',
  met: undefined,
  none: undefined,
};

export function useRateText(): (indicator: IndicatorView, rate: RateView | undefined) => string {
  const { t } = useI18n();
  return (indicator, rate) => {
    if (!rate || rate.value === null) return '—';
    if (indicator.unit === 'days') return `${rate.value} ${t('quality.unit.days')}`;
    return `${rate.value}${indicator.unit === 'percent' ? '%' : '‰'}`;
  };
}

export function Rate({ indicator, rate }: { indicator: IndicatorView; rate: RateView | undefined }) {
  const { t } = useI18n();
  const text = useRateText();
  return (
    <>
      <span className="number">{text(indicator, rate)}</span>
      {rate && (rate.level === 'red' || rate.level === 'yellow') ? (
        <>
          <br />
          <Tag tone={tones[rate.level]}>{t(levelKey[rate.level])}</Tag>
        </>
      ) : null}
    </>
  );
}
