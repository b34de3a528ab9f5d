/** Where one is reached beside the inbox. An address is shown masked; a new one replaces it, an empty one takes it away. */
import type { ContactRequest, ContactView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { contactQuery } from './queries.ts';

const channels = ['email', 'sms', 'im'] as const;
type Channel = (typeof channels)[number];

export function ContactForm() {
  const query = useQuery(contactQuery);
  return (
    <Loaded query={query} rows={2}>
      {(view) => <Form view={view} />}
    </Loaded>
  );
}

function Form({ view }: { view: ContactView }) {
  const { t } = useI18n();
  const labels = { email: t('notice.email'), sms: t('notice.sms'), im: t('notice.im') };
  const [given, setGiven] = useState<Readonly<Partial<Record<Channel, string>>>>({});
  const save = useMutation({
    mutationFn: (body: ContactRequest) => call<ContactView>('/notices/contact', { method: 'PUT', body }),
    onSuccess: (next) => {
      setGiven({});
      queryClient.setQueryData(contactQuery.queryKey, next);
    },
  });
  const shown = channels.filter((channel) => view[channel].used);
  if (shown.length === 0) return <p className="quiet">{t('notice.onlyInbox')}</p>;
  return (
    <form
      className="decide"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const body = Object.fromEntries(
          Object.entries(given).map(([channel, value]) => [channel, value.trim() === '' ? null : value.trim()]),
        );
        if (Object.keys(body).length > 0) save.mutate(body as ContactRequest);
      }}
    >
      {save.error ? <ErrorNote error={save.error} /> : null}
      {save.isSuccess ? (
        <Note tone="done" role="status">
          {t('notice.contactSaved')}
        </Note>
      ) : null}
      {shown.map((channel) => (
        <Field
          key={channel}
          label={labels[channel]}
          hint={view[channel].shown ? t('notice.contactNow', { shown: view[channel].shown }) : t('notice.contactNone')}
        >
          {(slot) => (
            <Input
              id={slot.id}
              aria-describedby={slot.describedBy}
              maxLength={254}
              autoComplete={channel === 'email' ? 'email' : channel === 'sms' ? 'tel' : 'off'}
              value={given[channel] ?? ''}
              onChange={(event) => setGiven({ ...given, [channel]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={save.isPending} disabled={Object.keys(given).length === 0}>
          {t('notice.contactSave')}
        </Button>
      </div>
    </form>
  );
}
