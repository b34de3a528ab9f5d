/** One column of a data standard as an input. Values are text, as somebody would type them into the template. */
import { Checkbox, Input } from 'antd';
import type { StandardField } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import type { FieldSlot } from '../../shared/ui/field.tsx';
import { readDay, yuanOf } from '../../shared/ui/format.ts';
import { Pick } from '../../shared/ui/pick.tsx';
import { type Choice, readChoice, readChoices, writeChoice, writeChoices } from './form-groups.ts';

export interface FieldInputProps {
  readonly field: StandardField;
  readonly slot: FieldSlot;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The value is complete for now: it may be checked. `value` where leaving the field changed it. */
  readonly onSettled: (value?: string) => void;
}

/** Longer columns get room for several lines. */
const longText = 200;

export function FieldInput(props: FieldInputProps) {
  const { field } = props;
  if (field.options && field.type === 'multiEnum') return <ManyOf {...props} options={field.options} />;
  if (field.options && field.type === 'enum') return <OneOf {...props} options={field.options} />;
  return <TextInput {...props} />;
}

function TextInput({ field, slot, value, onChange, onSettled }: FieldInputProps) {
  const { t } = useI18n();
  const common = {
    id: slot.id,
    value,
    status: slot.status ?? ('' as const),
    'aria-describedby': slot.describedBy,
    'aria-invalid': slot.status === 'error' || undefined,
    'aria-required': field.required === 'always' || undefined,
    autoComplete: 'off',
    spellCheck: false,
  };
  const leave = (): void => {
    const day = field.type === 'date' ? readDay(value) : null;
    if (day && day !== value) {
      onChange(day);
      onSettled(day);
    } else onSettled();
  };
  if (field.type === 'text' && (field.length ?? 0) > longText) {
    return <Input.TextArea {...common} rows={2} onChange={(event) => onChange(event.target.value)} onBlur={leave} />;
  }
  const code = /[cC]ode$|Number$|Document$/.test(field.role ?? '');
  return (
    <Input
      {...common}
      className={code ? 'code-input' : undefined}
      placeholder={field.type === 'date' ? t('form.dateHint') : undefined}
      suffix={field.type === 'amount10k' ? t('form.tenThousandYuan') : undefined}
      inputMode={field.type === 'amount10k' ? 'decimal' : undefined}
      onChange={(event) => onChange(event.target.value)}
      onBlur={leave}
    />
  );
}

/** Said under an amount, because 20000 万元 is the commonest mistake of all. */
export function useAmountWords(): (field: StandardField, value: string) => string | null {
  const { t } = useI18n();
  return (field, value) => {
    if (field.type !== 'amount10k' || value.trim() === '') return null;
    const yuan = yuanOf(value);
    return yuan === null ? null : t('form.yuan', { yuan });
  };
}

type WithOptions = FieldInputProps & { readonly options: NonNullable<StandardField['options']> };

function OneOf({ field, slot, value, onChange, onSettled, options }: WithOptions) {
  const { t, w } = useI18n();
  const choice = readChoice(options, value);
  const option = options.find((entry) => entry.code === choice?.code);
  // A value that no option has (an old record) stays choosable as it is.
  const unknown = value !== '' && !choice ? [{ value, label: value }] : [];
  return (
    <>
      <Pick
        id={slot.id}
        value={choice?.code ?? value}
        status={slot.status}
        describedBy={slot.describedBy}
        options={[
          { value: '', label: t(field.required === 'always' ? 'form.choose' : 'form.none') },
          ...unknown,
          ...options.map((entry) => ({ value: entry.code, label: w(entry.label) })),
        ]}
        onChange={(code) => {
          onChange(code);
          onSettled(code);
        }}
      />
      {choice && option?.allowSuffix ? (
        <Suffix
          choice={choice}
          invalid={slot.status === 'error' && choice.suffix === ''}
          onChange={(next) => onChange(writeChoice(next))}
          onLeave={() => onSettled()}
        />
      ) : null}
    </>
  );
}

function ManyOf({ slot, value, onChange, onSettled, options }: WithOptions) {
  const { w } = useI18n();
  const choices = readChoices(options, value);
  const set = (next: readonly Choice[]): void => {
    const text = writeChoices(next);
    onChange(text);
    onSettled(text);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot take its name from the label beside it
    <div
      id={slot.id}
      role="group"
      aria-labelledby={slot.labelId}
      aria-describedby={slot.describedBy}
      className="many"
      tabIndex={-1}
    >
      {options.map((option) => (
        <Checkbox
          key={option.code}
          checked={choices.some((choice) => choice.code === option.code)}
          onChange={(event) => {
            const others = choices.filter((choice) => choice.code !== option.code);
            const next = event.target.checked ? [...others, { code: option.code, suffix: '' }] : others;
            const rank = (choice: Choice): number => options.findIndex((entry) => entry.code === choice.code);
            set(next.toSorted((a, b) => rank(a) - rank(b)));
          }}
        >
          {w(option.label)}
        </Checkbox>
      ))}
      {choices
        .filter((choice) => options.find((option) => option.code === choice.code)?.allowSuffix)
        .map((choice) => (
          <Suffix
            key={choice.code}
            choice={choice}
            invalid={slot.status === 'error' && choice.suffix === ''}
            onChange={(next) =>
              onChange(writeChoices(choices.map((other) => (other.code === next.code ? next : other))))
            }
            onLeave={() => onSettled()}
          />
        ))}
    </div>
  );
}

function Suffix({
  choice,
  invalid,
  onChange,
  onLeave,
}: {
  choice: Choice;
  invalid: boolean;
  onChange: (choice: Choice) => void;
  onLeave: () => void;
}) {
  const { t } = useI18n();
  return (
    <Input
      className="suffix"
      status={invalid ? 'error' : ''}
      aria-invalid={invalid || undefined}
      aria-label={t('form.suffix', { code: choice.code })}
      placeholder={t('form.suffixHint')}
      prefix={`${choice.code}-`}
      value={choice.suffix}
      onChange={(event) => onChange({ ...choice, suffix: event.target.value.replaceAll(/[;；]/g, '') })}
      onBlur={onLeave}
    />
  );
}
