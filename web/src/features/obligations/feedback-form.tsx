/** What was done about an obligation. "Not taken" of a permitted measure needs one press and no word. */
import type { ObligationView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';
import { mattersQuery } from '../checks/queries.ts';
import { renewObligations } from './queries.ts';

const actions = ['limit', 'deny', 'supervise', 'none'] as const;
type Action = (typeof actions)[number];

export function FeedbackForm({ of, onClose }: { of: ObligationView; onClose: () => void }) {
  const { t, w } = useI18n();
  const matters = useQuery(mattersQuery).data?.items ?? [];
  const [action, setAction] = useState<Action>('limit');
  const [given, setGiven] = useState({ matter: '', caseNumber: '', document: '', reason: '', actedOn: '' });
  const set = (key: keyof typeof given) => (value: string) => setGiven({ ...given, [key]: value });
  const send = useMutation({
    mutationFn: () =>
      call(`/obligations/${of.id}/feedback`, {
        method: 'POST',
        body: {
          action,
          ...Object.fromEntries(
            Object.entries(given)
              .map(([key, value]) => [key, value.trim()])
              .filter(([, value]) => value !== ''),
          ),
        },
      }),
    onSuccess: async () => {
      await renewObligations();
      onClose();
    },
  });
  const taken = action !== 'none';
  return (
    <form
      className="decide"
      aria-label={t('obl.feedback')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <Field label={t('obl.action')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={action}
            options={actions.map((value) => ({ value, label: t(`obl.action.${value}`) }))}
            onChange={(value) => setAction(value as Action)}
          />
        )}
      </Field>
      {taken ? (
        <>
          <Field label={t('obl.matter')}>
            {(slot) => (
              <Pick
                id={slot.id}
                value={given.matter}
                options={[
                  { value: '', label: t('case.choice.pick') },
                  ...matters.map((one) => ({ value: one.code, label: w(one.name) })),
                ]}
                onChange={set('matter')}
              />
            )}
          </Field>
          <Text label={t('obl.case')} value={given.caseNumber} max={100} onChange={set('caseNumber')} />
          <Text label={t('obl.document')} value={given.document} max={200} onChange={set('document')} />
          <Field label={t('obl.on')}>
            {(slot) => (
              <Input
                id={slot.id}
                type="date"
                value={given.actedOn}
                onChange={(event) => set('actedOn')(event.target.value)}
              />
            )}
          </Field>
        </>
      ) : null}
      <Field label={t('obl.reason')} hint={t('obl.reasonHint')}>
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            rows={2}
            maxLength={2000}
            aria-describedby={slot.describedBy}
            value={given.reason}
            onChange={(event) => set('reason')(event.target.value)}
          />
        )}
      </Field>
      {send.error ? <ErrorNote error={send.error} /> : null}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={send.isPending}>
          {t('obl.save')}
        </Button>
        <Button onClick={onClose}>{t('obl.cancel')}</Button>
      </div>
    </form>
  );
}

function Text({
  label,
  value,
  max,
  onChange,
}: {
  label: string;
  value: string;
  max: number;
  onChange: (value: string) => void;
}) {
  return (
    <Field label={label}>
      {(slot) => (
        <Input
          id={slot.id}
          maxLength={max}
          aria-describedby={slot.describedBy}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
