/** The own account: second factor, recovery codes, sessions. */
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { forgetAll, queryClient } from '../../shared/api/queries.ts';
import type { ListOf, OwnSession, SecondFactorView } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead } from '../../shared/ui/page.tsx';
import { ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { Enrol, RecoveryCodes } from './enrol.tsx';
import { OwnLinks, Representations } from './own-links.tsx';
import { useSession } from './use-session.ts';

const factorQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: ({ signal }) => call<SecondFactorView>('/session/second-factor', { signal }),
});
const sessionsQuery = queryOptions({
  queryKey: ['own-sessions'],
  queryFn: ({ signal }) => call<ListOf<OwnSession>>('/session/sessions', { signal }),
});

const factorWords: Readonly<Record<string, Key>> = {
  password: 'factor.byPassword',
  totp: 'factor.byTotp',
  recovery: 'factor.byRecovery',
  certificate: 'factor.byCertificate',
  licence: 'factor.byLicence',
  oidc: 'factor.byProvider',
  oidcStrong: 'factor.byProvider',
};

export function AccountPage() {
  const { t } = useI18n();
  const { may } = useSession();
  return (
    <>
      <PageHead title={t('account.title')} />
      <SecondFactor />
      <OwnLinks />
      {may('representation.manage') ? <Representations /> : null}
      <Sessions />
    </>
  );
}

function SecondFactor() {
  const { t } = useI18n();
  const query = useQuery(factorQuery);
  const [enrolling, setEnrolling] = useState(false);
  const renew = (): void => {
    setEnrolling(false);
    void queryClient.invalidateQueries({ queryKey: factorQuery.queryKey });
  };
  return (
    <section className="section" aria-labelledby="account-factor">
      <h2 id="account-factor">{t('factor.name')}</h2>
      <Loaded query={query} rows={2}>
        {(view) =>
          view.enrolled ? (
            <Enrolled view={view} />
          ) : enrolling ? (
            <Enrol onDone={renew} />
          ) : (
            <>
              <p>{t(view.required ? 'factor.offRequired' : 'factor.off')}</p>
              <Button type="primary" onClick={() => setEnrolling(true)}>
                {t('factor.enrol')}
              </Button>
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function Enrolled({ view }: { view: SecondFactorView }) {
  const { t } = useI18n();
  const [code, setCode] = useState('');
  const body = { code: code.trim() };
  const renew = useMutation({
    mutationFn: () =>
      call<{ recoveryCodes: string[] }>('/session/second-factor:recovery-codes', { method: 'POST', once: false, body }),
    onSettled: () => setCode(''),
  });
  const remove = useMutation({
    mutationFn: () => call('/session/second-factor:remove', { method: 'POST', once: false, body }),
    onSuccess: () => forgetAll(null),
    onError: () => setCode(''),
  });
  const error = renew.error ?? remove.error;
  if (renew.data) {
    const done = (): void => {
      renew.reset();
      void queryClient.invalidateQueries({ queryKey: factorQuery.queryKey });
    };
    return <RecoveryCodes codes={renew.data.recoveryCodes} onDone={done} />;
  }
  const ready = /^\d{6}$/.test(body.code);
  return (
    <>
      <p>
        {t('factor.on', {
          since: view.since ? formatInstant(view.since) : '',
          n: view.recoveryCodesLeft,
        })}
      </p>
      {error ? <ErrorNote error={error} /> : null}
      <Field label={t('factor.code')} hint={t('factor.toChange')}>
        {(slot) => (
          <Input
            id={slot.id}
            className="code-input"
            autoComplete="one-time-code"
            inputMode="numeric"
            maxLength={6}
            aria-describedby={slot.describedBy}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </Field>
      <div className="actions">
        <Button disabled={!ready} loading={renew.isPending} onClick={() => renew.mutate()}>
          {t('factor.newRecovery')}
        </Button>
        <Button danger disabled={!ready} loading={remove.isPending} onClick={() => remove.mutate()}>
          {t('factor.remove')}
        </Button>
      </div>
    </>
  );
}

function Sessions() {
  const { t } = useI18n();
  const query = useQuery(sessionsQuery);
  const renewed = { onSettled: () => void queryClient.invalidateQueries({ queryKey: sessionsQuery.queryKey }) };
  const others = useMutation({
    mutationFn: () => call('/session/sessions:end-others', { method: 'POST', once: false }),
    ...renewed,
  });
  const end = useMutation({
    mutationFn: (id: string) => call(`/session/sessions/${id}`, { method: 'DELETE' }),
    ...renewed,
  });
  const columns: Column<OwnSession>[] = [
    { key: 'seen', head: t('account.lastSeen'), cell: (row) => formatInstant(row.lastSeenAt) },
    { key: 'since', head: t('account.since'), cell: (row) => formatInstant(row.createdAt) },
    { key: 'address', head: t('account.address'), cell: (row) => row.address ?? '—' },
    {
      key: 'by',
      head: t('account.by'),
      cell: (row) => row.factors.map((one) => t(factorWords[one] ?? 'factor.byProvider')).join(t('account.and')),
    },
    {
      key: 'end',
      head: t('account.action'),
      cell: (row) =>
        row.current ? (
          <span className="quiet">{t('account.thisOne')}</span>
        ) : (
          <Button size="small" onClick={() => end.mutate(row.id)}>
            {t('session.signOut')}
          </Button>
        ),
    },
  ];
  return (
    <section className="section" aria-labelledby="account-sessions">
      <h2 id="account-sessions">{t('account.sessions')}</h2>
      {(others.error ?? end.error) ? <ErrorNote error={others.error ?? end.error} /> : null}
      <Loaded query={query} rows={3}>
        {(list) => (
          <>
            <DataTable caption={t('account.sessions')} columns={columns} rows={list.items} rowKey={(row) => row.id} />
            {list.items.length > 1 ? (
              <Button loading={others.isPending} onClick={() => others.mutate()}>
                {t('account.endOthers')}
              </Button>
            ) : null}
          </>
        )}
      </Loaded>
      <p>
        <Link to="/password">{t('session.changePassword')}</Link>
      </p>
    </section>
  );
}
