/** What a reading is for: one purpose of the policy list, with matter and case number where it asks for them. */
import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { type Purpose, purposesQuery } from '../api/queries.ts';
import type { PurposeView } from '../api/types.ts';
import { useI18n } from '../i18n/index.tsx';
import { Field, type Remark } from './field.tsx';
import { Loaded, Note } from './states.tsx';

type Act = Parameters<typeof purposesQuery>[0];
export type PurposeDraft = { readonly purpose?: string; readonly matter: string; readonly caseNumber: string };
export const emptyPurpose: PurposeDraft = { matter: '', caseNumber: '' };

/** What was stated, once nothing is missing; null before. */
export function stated(draft: PurposeDraft, purposes: readonly PurposeView[]): Purpose | null {
  const rule = purposes.find((entry) => entry.key === draft.purpose);
  if (!rule) return null;
  const fact = (need: PurposeView['matter'], value: string): string | undefined | null => {
    const text = value.trim();
    if (text === '') return need === 'required' ? null : undefined;
    return need === 'none' ? undefined : text;
  };
  const matter = fact(rule.matter, draft.matter);
  const caseNumber = fact(rule.caseNumber, draft.caseNumber);
  if (matter === null || caseNumber === null) return null;
  return { purpose: rule.key, ...(matter ? { matter } : {}), ...(caseNumber ? { caseNumber } : {}) };
}

export const usePurposes = (act: Act): readonly PurposeView[] => useQuery(purposesQuery(act)).data ?? [];

export function PurposeFields({
  act,
  draft,
  tried,
  withoutCase = false,
  onChange,
}: {
  act: Act;
  draft: PurposeDraft;
  /** Somebody pressed the button: what is missing is said. */
  tried: boolean;
  /** The case is stated later, with each use. */
  withoutCase?: boolean;
  onChange: (draft: PurposeDraft) => void;
}) {
  const query = useQuery(purposesQuery(act));
  return (
    <Loaded query={query} rows={4}>
      {(purposes) => (
        <Fields purposes={purposes} draft={draft} tried={tried} withoutCase={withoutCase} onChange={onChange} />
      )}
    </Loaded>
  );
}

function Fields({
  purposes,
  draft,
  tried,
  withoutCase,
  onChange,
}: {
  purposes: readonly PurposeView[];
  draft: PurposeDraft;
  tried: boolean;
  withoutCase: boolean;
  onChange: (draft: PurposeDraft) => void;
}) {
  const { t, w } = useI18n();
  const rule = purposes.find((entry) => entry.key === draft.purpose);
  if (purposes.length === 0) return <Note tone="waiting">{t('purpose.none')}</Note>;
  return (
    <>
      <fieldset className="candidates">
        <legend>{t('purpose.which')}</legend>
        {purposes.map((entry) => (
          <label key={entry.key} className="candidate">
            <span>
              <input
                type="radio"
                name="purpose"
                checked={draft.purpose === entry.key}
                onChange={() => onChange({ ...draft, purpose: entry.key })}
              />{' '}
              {w(entry.name)}
            </span>
          </label>
        ))}
      </fieldset>
      {tried && !rule ? (
        <p className="remark-seal" role="alert">
          {t('purpose.missing')}
        </p>
      ) : null}
      {rule && rule.matter !== 'none' ? (
        <Stated
          label={t('purpose.matter')}
          hint={t('purpose.matterHint')}
          need={rule.matter}
          value={draft.matter}
          tried={tried}
          onChange={(matter) => onChange({ ...draft, matter })}
        />
      ) : null}
      {rule && rule.caseNumber !== 'none' && !withoutCase ? (
        <Stated
          label={t('purpose.caseNumber')}
          hint={t('purpose.caseHint')}
          need={rule.caseNumber}
          value={draft.caseNumber}
          tried={tried}
          onChange={(caseNumber) => onChange({ ...draft, caseNumber })}
        />
      ) : null}
    </>
  );
}

function Stated({
  label,
  hint,
  need,
  value,
  tried,
  onChange,
}: {
  label: string;
  hint: string;
  need: PurposeView['matter'];
  value: string;
  tried: boolean;
  onChange: (value: string) => void;
}) {
  const { t } = useI18n();
  const lacking = tried && need === 'required' && value.trim() === '';
  const remarks: readonly Remark[] = lacking ? [{ key: 'required', tone: 'seal', text: t('purpose.required') }] : [];
  return (
    <Field label={label} mark={need === 'required' ? t('purpose.needed') : undefined} hint={hint} remarks={remarks}>
      {(slot) => (
        <Input
          id={slot.id}
          aria-describedby={slot.describedBy}
          aria-required={need === 'required'}
          status={slot.status ?? ''}
          maxLength={100}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
