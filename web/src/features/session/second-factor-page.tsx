/** Before the desk: show the second factor, or enrol one where the role needs it. */
import { useMutation } from '@tanstack/react-query';
import { getRouteApi, Navigate, useRouter } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { forgetAll } from '../../shared/api/queries.ts';
import type { SessionView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { ErrorNote, Note, Skeleton } from '../../shared/ui/states.tsx';
import { Doorway } from './doorway.tsx';
import { Enrol } from './enrol.tsx';
import { safeNext } from './next-path.ts';
import { useSession } from './use-session.ts';

const route = getRouteApi('/second-factor');

export function SecondFactorPage() {
  const { t } = useI18n();
  const router = useRouter();
  const { next } = route.useSearch();
  const { query, session } = useSession();
  const [enrolled, setEnrolled] = useState(false);
  if (query.isPending) return <Skeleton rows={3} />;
  if (!session) return <Navigate to="/sign-in" replace />;
  const open = (): void => void router.navigate({ href: safeNext(next) });
  if (enrolled || session.secondFactor === 'missing') {
    return (
      <Doorway title={t('factor.enrolTitle')}>
        {enrolled ? null : <Note tone="waiting">{t('factor.must', { name: session.account.name })}</Note>}
        <Enrol onBegin={() => setEnrolled(true)} onDone={open} />
        <SignOut />
      </Doorway>
    );
  }
  if (session.secondFactor !== 'needed') return <Navigate to="/" replace />;
  return <ShowCode next={next} />;
}

function SignOut() {
  const { t } = useI18n();
  const leave = useMutation({
    mutationFn: () => call('/session', { method: 'DELETE' }),
    onSettled: () => forgetAll(null),
  });
  return (
    <p>
      <Button type="link" onClick={() => leave.mutate()}>
        {t('session.signOut')}
      </Button>
    </p>
  );
}

function ShowCode({ next }: { next: string | undefined }) {
  const { t } = useI18n();
  const router = useRouter();
  const [recovery, setRecovery] = useState(false);
  const [value, setValue] = useState('');
  const show = useMutation({
    mutationFn: () =>
      call<SessionView>('/session/second-factor', {
        method: 'POST',
        once: false,
        body: recovery ? { recoveryCode: value.trim() } : { code: value.trim() },
      }),
    onSuccess: (opened) => {
      forgetAll(opened);
      if (opened.mustChangePassword) void router.navigate({ to: '/password' });
      else void router.navigate({ href: safeNext(next) });
    },
    onError: () => setValue(''),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (value.trim()) show.mutate();
  };
  return (
    <Doorway title={t('factor.title')}>
      {show.error ? <ErrorNote error={show.error} /> : null}
      <form onSubmit={submit} noValidate>
        <Field
          label={t(recovery ? 'factor.recoveryCode' : 'factor.code')}
          hint={t(recovery ? 'factor.recoveryHint' : 'factor.codeHint')}
        >
          {(slot) => (
            <Input
              id={slot.id}
              size="large"
              autoFocus
              autoComplete="one-time-code"
              inputMode={recovery ? 'text' : 'numeric'}
              maxLength={recovery ? 40 : 6}
              aria-describedby={slot.describedBy}
              value={value}
              onChange={(event) => setValue(event.target.value)}
            />
          )}
        </Field>
        <Button type="primary" htmlType="submit" size="large" block loading={show.isPending}>
          {t('factor.submit')}
        </Button>
      </form>
      <p>
        <Button
          type="link"
          onClick={() => {
            setRecovery(!recovery);
            setValue('');
          }}
        >
          {t(recovery ? 'factor.useCode' : 'factor.useRecovery')}
        </Button>
      </p>
      <SignOut />
    </Doorway>
  );
}
