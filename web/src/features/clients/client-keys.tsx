/** Keys of a system: issued with their secret shown once, rotated with an overlap, revoked at once. */
import { useMutation } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import {
  type ClientChoices,
  type ClientKey,
  type ClientView,
  isValid,
  type KeyIssued,
  type KeyKind,
  renewClients,
} from './clients-api.ts';
import { SecretOnce } from './secret-once.tsx';

export function ClientKeys({ client, choices, now }: { client: ClientView; choices: ClientChoices; now: string }) {
  const { t } = useI18n();
  const [issuing, setIssuing] = useState(false);
  const [issued, setIssued] = useState<KeyIssued | null>(null);
  const done = (key: KeyIssued): void => {
    setIssuing(false);
    setIssued(key);
    renewClients();
  };
  return (
    <>
      {issued ? <Issued issued={issued} onClose={() => setIssued(null)} /> : null}
      {client.keys.length === 0 ? (
        <p className="quiet">{t('client.noKeys')}</p>
      ) : (
        <KeyTable client={client} now={now} />
      )}
      {client.revokedAt ? null : issuing ? (
        <IssueForm client={client} choices={choices} now={now} onDone={done} onCancel={() => setIssuing(false)} />
      ) : (
        <div className="actions">
          <Button type="primary" onClick={() => setIssuing(true)}>
            {t('client.key.issue')}
          </Button>
        </div>
      )}
    </>
  );
}

function Issued({ issued, onClose }: { issued: KeyIssued; onClose: () => void }) {
  const { t } = useI18n();
  if (issued.secret === null) {
    return (
      <Note tone="done" role="status">
        {t('client.key.issued', { at: formatInstant(issued.expiresAt) })}
      </Note>
    );
  }
  return <SecretOnce title={t('client.key.once')} secret={issued.secret} onClose={onClose} />;
}

function KeyTable({ client, now }: { client: ClientView; now: string }) {
  const { t } = useI18n();
  const revoke = useMutation({
    mutationFn: (id: string) => call(`/clients/${client.id}/keys/${id}`, { method: 'DELETE' }),
    onSettled: renewClients,
  });
  const columns: Column<ClientKey>[] = [
    { key: 'kind', head: t('client.key.kind'), cell: (row) => t(`client.key.${row.kind}`) },
    {
      key: 'created',
      head: t('client.key.created'),
      cell: (row) => <span className="number">{formatInstant(row.createdAt)}</span>,
    },
    {
      key: 'expires',
      head: t('client.key.expires'),
      cell: (row) => (
        <>
          <span className="number">{formatInstant(row.expiresAt)}</span>{' '}
          {row.revokedAt || client.revokedAt ? (
            <Tag>{t('client.key.revoked')}</Tag>
          ) : isValid(row, now) ? (
            <Tag tone="done">{t('client.key.valid')}</Tag>
          ) : (
            <Tag>{t('client.key.expired')}</Tag>
          )}
        </>
      ),
    },
    {
      key: 'used',
      head: t('client.lastUsed'),
      cell: (row) =>
        row.lastUsedAt ? (
          <>
            <span className="number">{formatInstant(row.lastUsedAt)}</span>
            {row.lastAddress ? <div className="sub">{t('client.key.from', { address: row.lastAddress })}</div> : null}
          </>
        ) : (
          <span className="quiet">{t('client.neverUsed')}</span>
        ),
    },
    {
      key: 'act',
      head: t('account.action'),
      cell: (row) =>
        isValid(row, now) && !client.revokedAt ? (
          <Button
            size="small"
            danger
            aria-label={t('client.key.revokeNamed', { at: formatInstant(row.createdAt) })}
            loading={revoke.isPending && revoke.variables === row.id}
            onClick={() => revoke.mutate(row.id)}
          >
            {t('client.key.revoke')}
          </Button>
        ) : null,
    },
  ];
  return (
    <>
      {revoke.error ? <ErrorNote error={revoke.error} /> : null}
      <DataTable caption={t('client.keys')} columns={columns} rows={client.keys} rowKey={(row) => row.id} />
    </>
  );
}

function IssueForm({
  client,
  choices,
  now,
  onDone,
  onCancel,
}: {
  client: ClientView;
  choices: ClientChoices;
  now: string;
  onDone: (issued: KeyIssued) => void;
  onCancel: () => void;
}) {
  const { t } = useI18n();
  const kinds: readonly KeyKind[] =
    client.way === 'gateway'
      ? ['application']
      : client.signatureRequired
        ? ['ed25519', 'sm2']
        : ['bearer', 'ed25519', 'sm2'];
  const [kind, setKind] = useState<KeyKind>(kinds[0] ?? 'bearer');
  const [publicKey, setPublicKey] = useState('');
  const [days, setDays] = useState(String(choices.keyDays));
  const others = client.keys.some((key) => isValid(key, now));
  const [rotate, setRotate] = useState(others);
  const [tried, setTried] = useState(false);
  const signs = kind === 'ed25519' || kind === 'sm2';
  const issue = useMutation({
    mutationFn: () =>
      call<KeyIssued>(`/clients/${client.id}/keys`, {
        method: 'POST',
        once: false,
        body: {
          kind,
          ...(signs ? { publicKey: publicKey.trim() } : {}),
          days: Math.min(Math.max(Number.parseInt(days, 10) || choices.keyDays, 1), choices.keyDays),
          rotate: others && rotate,
        },
      }),
    onSuccess: onDone,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!signs || publicKey.trim() !== '') issue.mutate();
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate aria-label={t('client.key.issue')}>
      {issue.error ? <ErrorNote error={issue.error} /> : null}
      <Field label={t('client.key.kind')} hint={signs ? t('client.key.issueHint') : undefined}>
        {(slot) => (
          <Pick
            id={slot.id}
            describedBy={slot.describedBy}
            value={kind}
            onChange={(value) => setKind(kinds.find((one) => one === value) ?? kind)}
            options={kinds.map((one) => ({ value: one, label: t(`client.key.${one}`) }))}
          />
        )}
      </Field>
      {signs ? (
        <Field
          label={t('client.key.publicKey')}
          hint={t('client.key.publicKeyHint')}
          remarks={
            tried && publicKey.trim() === '' ? [{ key: 'missing', tone: 'seal', text: t('client.missing') }] : []
          }
        >
          {(slot) => (
            <Input.TextArea
              id={slot.id}
              className="code-input"
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              rows={5}
              maxLength={2000}
              spellCheck={false}
              value={publicKey}
              onChange={(event) => setPublicKey(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field label={t('client.key.days')} hint={t('client.key.daysHint', { n: choices.keyDays })}>
        {(slot) => (
          <Input
            id={slot.id}
            aria-describedby={slot.describedBy}
            inputMode="numeric"
            maxLength={3}
            value={days}
            onChange={(event) => setDays(event.target.value.replaceAll(/\D/g, ''))}
          />
        )}
      </Field>
      {others ? (
        <Checkbox checked={rotate} onChange={(event) => setRotate(event.target.checked)}>
          {t('client.key.rotate', { n: choices.overlapDays })}
        </Checkbox>
      ) : null}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={issue.isPending}>
          {t('client.key.issue')}
        </Button>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}
