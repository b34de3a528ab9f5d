import type { StandardView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { groupsOf, readChoice, readChoices, type Values } from './form-groups.ts';

/** The filled columns of a row, in the groups of the form. Values of no known column come last, under their own heading. */
export function RecordValues({ standard, values }: { standard: StandardView | undefined; values: Values }) {
  const { t, w, language } = useI18n();
  const groups = standard ? groupsOf(standard) : [];
  const known = new Set(standard?.fields.map((field) => field.code));
  const rest = Object.entries(values).filter(([code, value]) => !known.has(code) && value !== '');
  const shown = (field: StandardView['fields'][number], value: string): string => {
    const { options } = field;
    if (!options) return field.type === 'amount10k' ? `${value} ${t('form.tenThousandYuan')}` : value;
    const choices =
      field.type === 'multiEnum'
        ? readChoices(options, value)
        : [readChoice(options, value)].filter((choice) => choice !== null);
    if (choices.length === 0) return value;
    const label = (code: string): string => {
      const option = options.find((entry) => entry.code === code);
      return option ? w(option.label) : code;
    };
    return choices
      .map((choice) => (choice.suffix ? `${label(choice.code)}-${choice.suffix}` : label(choice.code)))
      .join(language === 'zh' ? '；' : '; ');
  };
  return (
    <>
      {groups.map((group) => {
        const filled = group.fields.filter((field) => (values[field.code] ?? '') !== '');
        if (filled.length === 0) return null;
        return (
          <Section key={group.key} title={t(group.title)}>
            <dl className="facts">
              {filled.map((field) => (
                <div key={field.code} className={(values[field.code] ?? '').length > 60 ? 'long' : undefined}>
                  <dt>{w(field.label)}</dt>
                  <dd>{shown(field, values[field.code] ?? '')}</dd>
                </div>
              ))}
            </dl>
          </Section>
        );
      })}
      {rest.length > 0 ? (
        <Section title={t('form.group.other')}>
          <dl className="facts">
            {rest.map(([code, value]) => (
              <div key={code}>
                <dt>{code}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </Section>
      ) : null}
    </>
  );
}
