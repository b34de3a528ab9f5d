/** Which month, and by what it is grouped. */
import { useI18n } from '../../shared/i18n/index.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { monthBack } from './queries.ts';

const shown = 24;
const monthOptions = (): { value: string; label: string }[] =>
  Array.from({ length: shown }, (_, at) => ({ value: monthBack(at), label: monthBack(at) }));

export function MonthPick({
  month,
  by,
  onMonth,
  onBy,
}: {
  month: string;
  by: string | null;
  onMonth: (month: string) => void;
  onBy: (by: string) => void;
}) {
  const { t } = useI18n();
  const options = monthOptions();
  if (!options.some(({ value }) => value === month)) options.push({ value: month, label: month });
  return (
    <div className="filters">
      <Pick label={t('quality.month')} value={month} options={options} onChange={onMonth} />
      {by === null ? null : (
        <>
          <Pick
            label={t('quality.by')}
            value={by}
            options={(['body', 'item', 'district', 'channel'] as const).map((value) => ({
              value,
              label: t(`quality.by.${value}`),
            }))}
            onChange={onBy}
          />
          <DownloadButton path="/quality/board.xlsx" query={{ month, by }}>
            {t('quality.export')}
          </DownloadButton>
        </>
      )}
    </div>
  );
}
