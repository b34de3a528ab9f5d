/** Forms of a paper: its fields as the template has them, and its service. */
import type { PaperList, PaperTemplateView } from '@chengxin/contract';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';

interface FormState {
  readonly busy: boolean;
  readonly error: unknown;
  readonly onClose: () => void;
}

export function PaperForm({
  template,
  values = {},
  label,
  busy,
  error,
  onSend,
  onClose,
}: FormState & {
  template: PaperTemplateView;
  values?: Readonly<Record<string, string>>;
  label: string;
  onSend: (fields: Readonly<Record<string, string>>) => void;
}) {
  const { t, w } = useI18n();
  const [given, setGiven] = useState<Readonly<Record<string, string>>>(values);
  const [tried, setTried] = useState(false);
  const missing = (field: PaperTemplateView['fields'][number]): boolean =>
    field.required && (given[field.key] ?? '').trim() === '';
  return (
    <form
      className="decide"
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!template.fields.some(missing)) onSend(given);
      }}
    >
      {error ? <ErrorNote error={error} /> : null}
      <p className="quiet">{t('paper.formHint', { basis: template.basis })}</p>
      {template.fields.map((field) => {
        const remarks: Remark[] = tried && missing(field) ? [{ key: 'x', tone: 'seal', text: t('paper.needed') }] : [];
        const change = (value: string): void => setGiven({ ...given, [field.key]: value });
        return (
          <Field
            key={field.key}
            label={w(field.label)}
            mark={field.required ? undefined : t('paper.optional')}
            remarks={remarks}
            wide={field.kind === 'text'}
          >
            {(slot) => {
              const common = {
                id: slot.id,
                'aria-describedby': slot.describedBy,
                status: slot.status ?? ('' as const),
                value: given[field.key] ?? '',
              };
              if (field.kind === 'text')
                return (
                  <Input.TextArea
                    {...common}
                    rows={4}
                    maxLength={field.maxLength}
                    onChange={(event) => change(event.target.value)}
                  />
                );
              return (
                <Input
                  {...common}
                  type={field.kind === 'date' ? 'date' : 'text'}
                  maxLength={field.maxLength}
                  onChange={(event) => change(event.target.value)}
                />
              );
            }}
          </Field>
        );
      })}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={busy}>
          {label}
        </Button>
        <Button onClick={onClose}>{t('case.cancel')}</Button>
      </div>
    </form>
  );
}

export function ServiceForm({
  manners,
  busy,
  error,
  onSend,
  onClose,
}: FormState & {
  manners: PaperList['manners'];
  onSend: (body: Readonly<Record<string, string>>) => void;
}) {
  const { t, w } = useI18n();
  const [given, setGiven] = useState({ on: '', manner: '', to: '', proof: '' });
  const [tried, setTried] = useState(false);
  const remarks = (key: keyof typeof given): Remark[] =>
    tried && given[key].trim() === '' ? [{ key: 'x', tone: 'seal', text: t('paper.needed') }] : [];
  const change = (key: keyof typeof given, value: string): void => setGiven({ ...given, [key]: value });
  const labels = { on: t('paper.servedOn'), to: t('paper.servedTo'), proof: t('paper.proof') };
  return (
    <form
      className="decide"
      aria-label={t('paper.serve')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.values(given).every((value) => value.trim() !== '')) onSend(given);
      }}
    >
      {error ? <ErrorNote error={error} /> : null}
      <Field label={t('paper.manner')} remarks={remarks('manner')}>
        {(slot) => (
          <Pick
            id={slot.id}
            status={slot.status}
            describedBy={slot.describedBy}
            value={given.manner}
            options={[
              { value: '', label: t('paper.pickManner') },
              ...manners.map((one) => ({ value: one.key, label: w(one.name) })),
            ]}
            onChange={(value) => change('manner', value)}
          />
        )}
      </Field>
      {(['on', 'to', 'proof'] as const).map((key) => (
        <Field
          key={key}
          label={labels[key]}
          remarks={remarks(key)}
          hint={key === 'proof' ? t('paper.proofHint') : undefined}
        >
          {(slot) => (
            <Input
              id={slot.id}
              type={key === 'on' ? 'date' : 'text'}
              status={slot.status ?? ''}
              aria-describedby={slot.describedBy}
              maxLength={key === 'proof' ? 400 : 200}
              value={given[key]}
              onChange={(event) => change(key, event.target.value)}
            />
          )}
        </Field>
      ))}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('paper.serve')}
        </Button>
        <Button onClick={onClose}>{t('case.cancel')}</Button>
      </div>
    </form>
  );
}
