/** 共享交换网关: what stands between many systems and the platform. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { type GatewayView, gatewaysQuery, linesOf, renewClients } from './clients-api.ts';
import { SecretOnce } from './secret-once.tsx';

export function Gateways() {
  const { t } = useI18n();
  const query = useQuery(gatewaysQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<{ readonly secret: string | null } | null>(null);
  return (
    <Section
      title={t('gateway.title')}
      aside={
        <Button onClick={() => setMaking(!making)} aria-expanded={making}>
          {t('gateway.new')}
        </Button>
      }
    >
      <p className="quiet">{t('gateway.lead')}</p>
      {made?.secret ? (
        <SecretOnce title={t('gateway.once')} secret={made.secret} onClose={() => setMade(null)} />
      ) : null}
      {made && !made.secret ? (
        <Note tone="done" role="status">
          {t('gateway.done')}
        </Note>
      ) : null}
      {making ? (
        <GatewayForm
          onDone={(created) => {
            setMaking(false);
            setMade(created);
            renewClients();
          }}
          onCancel={() => setMaking(false)}
        />
      ) : null}
      <Loaded query={query} rows={2}>
        {(rows) => (rows.length === 0 ? <p className="quiet">{t('gateway.none')}</p> : <GatewayTable rows={rows} />)}
      </Loaded>
    </Section>
  );
}

function GatewayTable({ rows }: { rows: readonly GatewayView[] }) {
  const { t } = useI18n();
  const revoke = useMutation({
    mutationFn: (id: string) => call(`/gateways/${id}/revoke`, { method: 'POST', once: false }),
    onSettled: renewClients,
  });
  const columns: Column<GatewayView>[] = [
    { key: 'name', head: t('gateway.name'), width: 'middle', cell: (row) => row.name },
    {
      key: 'by',
      head: t('gateway.by'),
      cell: (row) => (
        <>
          {t(`gateway.by.${row.by}`)}
          {row.certificate ? <div className="sub wrap">{row.certificate}</div> : null}
        </>
      ),
    },
    {
      key: 'addresses',
      head: t('gateway.addresses'),
      cell: (row) =>
        row.addresses.map((address) => (
          <div key={address} className="code">
            {address}
          </div>
        )),
    },
    {
      key: 'state',
      head: t('client.state'),
      cell: (row) =>
        row.revokedAt ? (
          <Tag>{t('client.state.revoked')}</Tag>
        ) : (
          <>
            <Tag tone="done">{t('client.state.active')}</Tag>
            <div className="sub">{t('client.since', { at: formatInstant(row.createdAt) })}</div>
          </>
        ),
    },
    {
      key: 'act',
      head: t('account.action'),
      cell: (row) =>
        row.revokedAt ? null : (
          <Button
            size="small"
            danger
            aria-label={t('gateway.revokeNamed', { name: row.name })}
            onClick={() => revoke.mutate(row.id)}
          >
            {t('gateway.revoke')}
          </Button>
        ),
    },
  ];
  return (
    <>
      {revoke.error ? <ErrorNote error={revoke.error} /> : null}
      <DataTable caption={t('gateway.title')} columns={columns} rows={rows} rowKey={(row) => row.id} />
    </>
  );
}

function GatewayForm({
  onDone,
  onCancel,
}: {
  onDone: (made: { secret: string | null }) => void;
  onCancel: () => void;
}) {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const [addresses, setAddresses] = useState('');
  const [by, setBy] = useState<GatewayView['by']>('key');
  const [certificate, setCertificate] = useState('');
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      call<{ secret: string | null }>('/gateways', {
        method: 'POST',
        once: false,
        body: {
          name: name.trim(),
          addresses: linesOf(addresses),
          ...(by === 'certificate' ? { certificate: certificate.trim() } : {}),
        },
      }),
    onSuccess: onDone,
  });
  const missing = (value: string): Remark[] =>
    tried && value.trim() === '' ? [{ key: 'missing', tone: 'seal', text: t('client.missing') }] : [];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (name.trim() && addresses.trim() && (by === 'key' || certificate.trim())) make.mutate();
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate aria-label={t('gateway.new')}>
      {make.error ? <ErrorNote error={make.error} /> : null}
      <Field label={t('gateway.name')} remarks={missing(name)}>
        {(slot) => (
          <Input id={slot.id} maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label={t('gateway.addresses')} hint={t('gateway.addressesHint')} remarks={missing(addresses)}>
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            className="code-input"
            aria-describedby={slot.describedBy}
            rows={3}
            maxLength={3000}
            value={addresses}
            onChange={(event) => setAddresses(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('gateway.by')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={by}
            onChange={(value) => setBy(value === 'certificate' ? 'certificate' : 'key')}
            options={[
              { value: 'key', label: t('gateway.by.key') },
              { value: 'certificate', label: t('gateway.by.certificate') },
            ]}
          />
        )}
      </Field>
      {by === 'certificate' ? (
        <Field label={t('gateway.certificate')} hint={t('gateway.certificateHint')} remarks={missing(certificate)}>
          {(slot) => (
            <Input
              id={slot.id}
              className="code-input"
              aria-describedby={slot.describedBy}
              maxLength={500}
              value={certificate}
              onChange={(event) => setCertificate(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={make.isPending}>
          {t('gateway.new')}
        </Button>
        <Button onClick={onCancel}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}
