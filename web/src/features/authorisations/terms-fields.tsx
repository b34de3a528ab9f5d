/** What an authorisation is made of: sections, days, uses. */
import { useQuery } from '@tanstack/react-query';
import { Input } from 'antd';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Loaded } from '../../shared/ui/states.tsx';
import { termsQuery } from './queries.ts';

export interface TermsDraft {
  readonly sections: readonly string[];
  readonly days: string;
  readonly uses: string;
}
const whole = (text: string, most: number): number | null => {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : null;
};
export interface WantedTerms {
  readonly sections: readonly string[];
  readonly days: number;
  readonly uses: number;
}
export function termsOf(draft: TermsDraft, limits: { maxDays: number; maxUses: number }): WantedTerms | null {
  const days = whole(draft.days, limits.maxDays);
  const uses = whole(draft.uses, limits.maxUses);
  return draft.sections.length > 0 && days !== null && uses !== null ? { sections: draft.sections, days, uses } : null;
}

export function TermsFields({
  draft,
  tried,
  only,
  maxUses,
  onChange,
}: {
  draft: TermsDraft;
  tried: boolean;
  /** An answer gives no more than was asked for. */
  only?: readonly string[] | undefined;
  maxUses?: number | undefined;
  onChange: (draft: TermsDraft) => void;
}) {
  const { t, w } = useI18n();
  const query = useQuery(termsQuery);
  return (
    <Loaded query={query} rows={4}>
      {(terms) => {
        const most = Math.min(terms.maxUses, maxUses ?? terms.maxUses);
        const toggle = (key: string, on: boolean): void =>
          onChange({ ...draft, sections: on ? [...draft.sections, key] : draft.sections.filter((one) => one !== key) });
        const wrong = (text: string, limit: number, words: string) =>
          tried && whole(text, limit) === null ? [{ key: 'range', tone: 'seal' as const, text: words }] : [];
        return (
          <>
            <fieldset className="candidates">
              <legend>{t('auth.sections')}</legend>
              {terms.sections
                .filter((section) => only === undefined || only.includes(section.key))
                .map((section) => (
                  <label key={section.key} className="candidate">
                    <span>
                      <input
                        type="checkbox"
                        checked={draft.sections.includes(section.key)}
                        onChange={(event) => toggle(section.key, event.target.checked)}
                      />{' '}
                      {w(section.name)}
                    </span>
                  </label>
                ))}
            </fieldset>
            <p className="quiet">{t('auth.sectionsHint')}</p>
            {tried && draft.sections.length === 0 ? (
              <p className="remark-seal" role="alert">
                {t('auth.sectionsMissing')}
              </p>
            ) : null}
            <div className="form-grid">
              <Field
                label={t('auth.days')}
                hint={t('auth.daysHint', { n: terms.maxDays })}
                remarks={wrong(draft.days, terms.maxDays, t('auth.range', { n: terms.maxDays }))}
              >
                {(slot) => (
                  <Input
                    id={slot.id}
                    inputMode="numeric"
                    aria-describedby={slot.describedBy}
                    status={slot.status ?? ''}
                    value={draft.days}
                    onChange={(event) => onChange({ ...draft, days: event.target.value })}
                  />
                )}
              </Field>
              <Field
                label={t('auth.uses')}
                hint={t('auth.usesHint', { n: most })}
                remarks={wrong(draft.uses, most, t('auth.range', { n: most }))}
              >
                {(slot) => (
                  <Input
                    id={slot.id}
                    inputMode="numeric"
                    aria-describedby={slot.describedBy}
                    status={slot.status ?? ''}
                    value={draft.uses}
                    onChange={(event) => onChange({ ...draft, uses: event.target.value })}
                  />
                )}
              </Field>
            </div>
          </>
        );
      }}
    </Loaded>
  );
}
