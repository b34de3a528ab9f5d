/** The form that registers a receiver. */
import type { NewReceiver, ReceiverView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery } from '../../shared/api/queries.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';
import { renewExchange } from './queries.ts';

interface Draft {
  bodyId: string;
  name: string;
  contact: string;
  url: string;
  publicKey: string;
  level: NewReceiver['level'];
  covers: NewReceiver['covers'];
}
const empty: Draft = {
  bodyId: '',
  name: '',
  contact: '',
  url: '',
  publicKey: '',
  level: 'government',
  covers: 'received',
};
const texts: readonly { readonly field: 'name' | 'contact' | 'url'; readonly label: Key; readonly hint: Key }[] = [
  { field: 'name', label: 'exchange.form.name', hint: 'exchange.form.nameHint' },
  { field: 'contact', label: 'exchange.contact', hint: 'exchange.form.contactHint' },
  { field: 'url', label: 'exchange.address', hint: 'exchange.form.urlHint' },
];

export function ReceiverForm({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const bodies = useQuery(bodiesQuery).data ?? [];
  const [draft, setDraft] = useState<Draft>(empty);
  const set = (change: Partial<Draft>): void => setDraft({ ...draft, ...change });
  const send = useMutation({
    mutationFn: () =>
      call<ReceiverView>('/receivers', {
        method: 'POST',
        body: { ...draft, clientId: null, items: [], publicKey: draft.publicKey.trim() || undefined },
      }),
    onSuccess: () => {
      message.success(t('exchange.registered'));
      renewExchange();
      onClose();
    },
  });
  const ready =
    draft.bodyId && draft.name.trim().length > 1 && draft.contact.trim().length > 1 && draft.url && draft.publicKey;
  return (
    <form
      className="decide"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) send.mutate();
      }}
    >
      <h2>{t('exchange.register')}</h2>
      {send.error ? <ErrorNote error={send.error} /> : null}
      <Field label={t('exchange.form.body')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={draft.bodyId}
            options={[
              { value: '', label: t('exchange.form.choose') },
              ...bodies.map((body) => ({ value: body.id, label: body.name })),
            ]}
            onChange={(bodyId) => set({ bodyId })}
          />
        )}
      </Field>
      {texts.map(({ field, label, hint }) => (
        <Field key={field} label={t(label)} hint={t(hint)}>
          {(slot) => (
            <Input
              id={slot.id}
              aria-describedby={slot.describedBy}
              maxLength={field === 'url' ? 500 : 100}
              value={draft[field]}
              onChange={(event) => set({ [field]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Field label={t('exchange.form.key')} hint={t('exchange.form.keyHint')}>
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            aria-describedby={slot.describedBy}
            rows={4}
            maxLength={2000}
            value={draft.publicKey}
            onChange={(event) => set({ publicKey: event.target.value })}
          />
        )}
      </Field>
      <Field label={t('exchange.form.level')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={draft.level}
            options={(['public', 'authorised', 'government'] as const).map((value) => ({
              value,
              label: t(`exchange.level.${value}`),
            }))}
            onChange={(level) => set({ level: level as Draft['level'] })}
          />
        )}
      </Field>
      <Field label={t('exchange.form.covers')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={draft.covers}
            options={(['received', 'all'] as const).map((value) => ({ value, label: t(`exchange.covers.${value}`) }))}
            onChange={(covers) => set({ covers: covers as Draft['covers'] })}
          />
        )}
      </Field>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={send.isPending} disabled={!ready}>
          {t('exchange.register')}
        </Button>
        <Button onClick={onClose}>{t('dispute.cancel')}</Button>
      </div>
    </form>
  );
}
