/** The records among which one is chosen: what was decided, by whom, and whether it is shown. */
import type { ObjectableRecords } from '@chengxin/contract';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Tag } from '../../shared/ui/page.tsx';

type Objectable = ObjectableRecords['items'][number];

export function RecordChoices({
  rows,
  value,
  onChange,
}: {
  rows: readonly Objectable[];
  value: string;
  onChange: (id: string) => void;
}) {
  const { t, w } = useI18n();
  return (
    <fieldset className="choices">
      <legend className="unseen">{t('objection.step1')}</legend>
      {rows.map((row) => (
        <label key={row.recordId} className="choice">
          <input type="radio" name="record" checked={value === row.recordId} onChange={() => onChange(row.recordId)} />
          <span>
            <strong>{row.title}</strong>{' '}
            {row.annotations.includes('objectionInProgress') ? (
              <Tag tone="waiting">{t('objection.inProgress')}</Tag>
            ) : null}
            <span className="sub">
              <span>{w(row.itemName)}</span>
              {row.documentNumber ? <span>{row.documentNumber}</span> : null}
              <span>{row.decidingBody}</span>
              {row.decidedOn ? <span>{row.decidedOn}</span> : null}
              {row.shown && row.shownUntil ? <span>{t('objection.shownUntil', { day: row.shownUntil })}</span> : null}
              {row.shown ? null : <span>{t('objection.notShown')}</span>}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
