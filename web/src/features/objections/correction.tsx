/** What the record should say: by its source or, after its own check, by the platform; applied when the objection is upheld. */
import type { ObjectionView } from '@chengxin/contract';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';
import { renewCases } from '../cases/queries.ts';
import { path } from './queries.ts';

type Fields = NonNullable<ObjectionView['correction']>['fields'];

export function Correction({ view }: { view: ObjectionView }) {
  const { t, w } = useI18n();
  const [editing, setEditing] = useState(false);
  const { correction } = view;
  if (!correction) return null;
  const proposed = correction.fields.filter((field) => field.proposed !== null);
  if (!correction.may && proposed.length === 0) return null;
  return (
    <Section title={t('objection.correction')}>
      {proposed.length > 0 ? (
        <dl className="facts single">
          {proposed.map((field) => (
            <div key={field.code}>
              <dt>{w(field.label)}</dt>
              <dd>
                <del>{field.now || '—'}</del> → <strong>{field.proposed || '—'}</strong>
              </dd>
            </div>
          ))}
        </dl>
      ) : (
        <p className="quiet">{t('objection.correction.none')}</p>
      )}
      {correction.may && !editing ? (
        <Button onClick={() => setEditing(true)}>{t('objection.correction.fill')}</Button>
      ) : null}
      {editing ? <Form view={view} fields={correction.fields} onClose={() => setEditing(false)} /> : null}
    </Section>
  );
}

function Form({ view, fields, onClose }: { view: ObjectionView; fields: Fields; onClose: () => void }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const [values, setValues] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(fields.flatMap((field) => (field.proposed === null ? [] : [[field.code, field.proposed]]))),
  );
  const left = fields.filter((field) => values[field.code] === undefined);
  const send = useMutation({
    mutationFn: () =>
      call(`${path}/${view.id}/commands`, {
        method: 'POST',
        body: { command: 'proposeCorrection', correction: values, expectedEvents: view.events },
      }),
    onSuccess: () => {
      message.success(t('objection.correction.kept'));
      renewCases();
      onClose();
    },
  });
  return (
    <form
      className="decide"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      {send.error ? <ErrorNote error={send.error} /> : null}
      {fields
        .filter((field) => values[field.code] !== undefined)
        .map((field) => (
          <Field
            key={field.code}
            label={w(field.label)}
            hint={t('objection.correction.now', { value: field.now || '—' })}
          >
            {(slot) => (
              <Input.TextArea
                id={slot.id}
                rows={2}
                maxLength={4000}
                aria-describedby={slot.describedBy}
                value={values[field.code]}
                onChange={(event) => setValues({ ...values, [field.code]: event.target.value })}
              />
            )}
          </Field>
        ))}
      {left.length > 0 ? (
        <Field label={t('objection.correction.field')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value=""
              options={[
                { value: '', label: t('case.choice.pick') },
                ...left.map((field) => ({ value: field.code, label: w(field.label) })),
              ]}
              onChange={(code) => {
                const field = fields.find((one) => one.code === code);
                if (field) setValues({ ...values, [code]: field.now });
              }}
            />
          )}
        </Field>
      ) : null}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={Object.keys(values).length === 0}>
          {t('objection.correction.keep')}
        </Button>
        <Button onClick={onClose}>{t('case.cancel')}</Button>
      </div>
    </form>
  );
}
