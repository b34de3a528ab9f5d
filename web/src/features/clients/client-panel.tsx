/** One system, opened below its row: its approval, its keys, its change and its end. */
import { useMutation } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { ChangeClient } from './client-form.tsx';
import { ClientKeys } from './client-keys.tsx';
import { type ClientChoices, type ClientView, renewClients } from './clients-api.ts';

export function ClientPanel({ client, choices, now }: { client: ClientView; choices: ClientChoices; now: string }) {
  const { t } = useI18n();
  const [changing, setChanging] = useState(false);
  const facts = [
    client.contact,
    t('client.since', { at: formatInstant(client.createdAt) }),
    client.approvedAt ? t('client.approvedAt', { at: formatInstant(client.approvedAt) }) : null,
    client.revokedAt ? t('client.revokedAt', { at: formatInstant(client.revokedAt) }) : null,
  ].filter((fact) => fact !== null);
  return (
    <section className="client-panel" aria-label={client.name}>
      <p className="sub">
        {facts.map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {client.revokedAt || client.approvedAt ? null : <Approval client={client} />}
      {changing ? (
        <ChangeClient client={client} choices={choices} onDone={() => setChanging(false)} />
      ) : (
        <>
          <ClientKeys client={client} choices={choices} now={now} />
          {client.revokedAt ? null : <Ends client={client} onChange={() => setChanging(true)} />}
        </>
      )}
    </section>
  );
}

function Approval({ client }: { client: ClientView }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { may } = useSession();
  const approve = useMutation({
    mutationFn: () => call(`/clients/${client.id}/approve`, { method: 'POST', once: false }),
    onSuccess: () => {
      message.success(t('client.approved'));
      renewClients();
    },
  });
  if (approve.error) return <ErrorNote error={approve.error} />;
  if (!may('client.approve')) return <Note tone="waiting">{t('client.approveWaits')}</Note>;
  return (
    <Note
      tone="waiting"
      action={
        client.askedByCaller ? undefined : (
          <Button type="primary" loading={approve.isPending} onClick={() => approve.mutate()}>
            {t('client.approve')}
          </Button>
        )
      }
    >
      {t(client.askedByCaller ? 'client.approveOwn' : 'client.approveWaits')}
    </Note>
  );
}

function Ends({ client, onChange }: { client: ClientView; onChange: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [asked, setAsked] = useState(false);
  const revoke = useMutation({
    mutationFn: () => call(`/clients/${client.id}/revoke`, { method: 'POST', once: false }),
    onSuccess: () => {
      message.success(t('client.revoked'));
      renewClients();
    },
  });
  if (!asked) {
    return (
      <div className="actions">
        <Button onClick={onChange}>{t('client.change')}</Button>
        <Button danger onClick={() => setAsked(true)}>
          {t('client.revoke')}
        </Button>
      </div>
    );
  }
  return (
    <>
      {revoke.error ? <ErrorNote error={revoke.error} /> : null}
      <Note tone="seal">{t('client.revokeAsk')}</Note>
      <div className="actions">
        <Button danger type="primary" loading={revoke.isPending} onClick={() => revoke.mutate()}>
          {t('client.revokeYes')}
        </Button>
        <Button onClick={() => setAsked(false)}>{t('action.cancel')}</Button>
      </div>
    </>
  );
}
