import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Navigate, useRouter } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { ApiError, call } from '../../shared/api/client.ts';
import { forgetAll, siteQuery } from '../../shared/api/queries.ts';
import type { SessionView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Note } from '../../shared/ui/states.tsx';
import { Doorway } from './doorway.tsx';
import { safeNext } from './next-path.ts';
import { ProviderButtons } from './providers.tsx';
import { useSession } from './use-session.ts';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { t, explain } = useI18n();
  const { next, failed } = route.useSearch();
  const router = useRouter();
  const { session } = useSession();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [capsLock, setCapsLock] = useState(false);
  const [missing, setMissing] = useState(false);
  const [opening, setOpening] = useState(false);
  const opened = (opening: SessionView): void => {
    setOpening(true);
    forgetAll(opening);
    if (opening.secondFactor === 'needed') void router.navigate({ to: '/second-factor', search: { next } });
    else if (opening.mustChangePassword) void router.navigate({ to: '/password' });
    else void router.navigate({ href: safeNext(next) });
  };
  const signIn = useMutation({
    mutationFn: () => call<SessionView>('/session', { method: 'POST', body: { login: login.trim(), password } }),
    onSuccess: opened,
    onError: () => setPassword(''),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMissing(!login.trim() || !password);
    if (login.trim() && password) signIn.mutate();
  };
  const watchCaps = (event: KeyboardEvent): void => setCapsLock(event.getModifierState('CapsLock'));
  if (session && !signIn.isPending && !opening) return <Navigate to="/" replace />;
  const locked = signIn.error instanceof ApiError && signIn.error.status === 429;
  return (
    <Doorway title={t('session.signIn')}>
      <form onSubmit={submit} noValidate>
        {signIn.error ? (
          <Note tone="seal" role="alert">
            <strong>{t(locked ? 'session.locked' : 'session.failed')}</strong>
            <p>{explain(signIn.error)}</p>
          </Note>
        ) : failed ? (
          <Note tone="seal" role="alert">
            <strong>{t('provider.failed')}</strong>
            <p>{t('provider.failedHint')}</p>
          </Note>
        ) : null}
        <Field
          label={t('session.login')}
          remarks={missing && !login.trim() ? [{ key: 'missing', tone: 'seal', text: t('session.loginMissing') }] : []}
        >
          {(slot) => (
            <Input
              id={slot.id}
              name="username"
              size="large"
              autoFocus
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              aria-describedby={slot.describedBy}
              value={login}
              onChange={(event) => setLogin(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t('session.password')}
          remarks={[
            ...(missing && !password
              ? [{ key: 'missing', tone: 'seal' as const, text: t('session.passwordMissing') }]
              : []),
            ...(capsLock ? [{ key: 'caps', tone: 'waiting' as const, text: t('session.capsLock') }] : []),
          ]}
        >
          {(slot) => (
            <Input.Password
              id={slot.id}
              name="password"
              size="large"
              autoComplete="current-password"
              aria-describedby={slot.describedBy}
              visibilityToggle={false}
              value={password}
              onKeyDown={watchCaps}
              onKeyUp={watchCaps}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <Button type="primary" htmlType="submit" size="large" block loading={signIn.isPending}>
          {t('session.signIn')}
        </Button>
      </form>
      <p className="quiet">{t('session.forgot')}</p>
      <ProviderButtons next={safeNext(next)} onOpened={opened} />
      <DemoAccounts
        onChoose={(account) => {
          setLogin(account.login);
          setPassword(account.password);
        }}
      />
    </Doorway>
  );
}

function DemoAccounts({ onChoose }: { onChoose: (account: { login: string; password: string }) => void }) {
  const { t } = useI18n();
  const site = useQuery(siteQuery).data;
  if (!site?.demo || !site.accounts?.length) return null;
  return (
    <section className="demo" aria-label={t('session.demo')}>
      <h2>{t('session.demo')}</h2>
      <p className="quiet">{t('session.demoHint')}</p>
      <ul>
        {site.accounts.map((account) => (
          <li key={account.login}>
            <button type="button" onClick={() => onChoose(account)}>
              {account.role}
              <span className="code">{account.login}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
