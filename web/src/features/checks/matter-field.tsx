/** Which decision is checked for, with its basis: for one organisation and for a list. */
import type { CheckMatterView } from '@chengxin/contract';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';

export function MatterField({
  matters,
  value,
  remarks,
  onChange,
}: {
  matters: readonly CheckMatterView[];
  value: string;
  remarks: readonly Remark[];
  onChange: (code: string) => void;
}) {
  const { t, w } = useI18n();
  const basis = matters.find((one) => one.code === value)?.basis;
  return (
    <Field label={t('checks.matter')} hint={basis} remarks={remarks}>
      {(slot) => (
        <Pick
          id={slot.id}
          value={value}
          status={slot.status}
          describedBy={slot.describedBy}
          options={[
            { value: '', label: t('case.choice.pick') },
            ...matters.map((one) => ({ value: one.code, label: w(one.name) })),
          ]}
          onChange={onChange}
        />
      )}
    </Field>
  );
}
