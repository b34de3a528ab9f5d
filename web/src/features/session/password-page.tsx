import { useMutation } from '@tanstack/react-query';
import { Link, Navigate, useRouter } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient, sessionQuery } from '../../shared/api/queries.ts';
import type { SessionView } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { ErrorNote, Note, Skeleton } from '../../shared/ui/states.tsx';
import { Doorway } from './doorway.tsx';
import { useSession } from './use-session.ts';

type Draft = Readonly<Record<'current' | 'next' | 'again', string>>;

/** What can be said before asking the server; the server's rules are the ones that count. */
function remarksOn(draft: Draft, login: string): Partial<Record<keyof Draft, Key>> {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) => kind.test(draft.next)).length;
  const weak =
    [...draft.next].length < 10 ||
    kinds < 3 ||
    (login.length >= 3 && draft.next.toLowerCase().includes(login.toLowerCase()));
  return {
    ...(draft.current ? {} : { current: 'password.currentMissing' as const }),
    ...(weak
      ? { next: 'password.weak' as const }
      : draft.next === draft.current
        ? { next: 'password.same' as const }
        : {}),
    ...(draft.again === draft.next ? {} : { again: 'password.differs' as const }),
  };
}

export function PasswordPage() {
  const { t } = useI18n();
  const router = useRouter();
  const { message } = App.useApp();
  const { query, session } = useSession();
  const [draft, setDraft] = useState<Draft>({ current: '', next: '', again: '' });
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () =>
      call<SessionView>('/session/password', { method: 'POST', body: { current: draft.current, next: draft.next } }),
    onSuccess: (opened) => {
      queryClient.setQueryData(sessionQuery.queryKey, opened);
      message.success(t('password.done'));
      void router.navigate({ to: '/' });
    },
  });
  if (query.isPending) return <Skeleton rows={3} />;
  if (!session) return <Navigate to="/sign-in" replace />;
  const wrong = remarksOn(draft, session.account.login);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length === 0) change.mutate();
  };
  const field = (name: keyof Draft, label: Key, autoComplete: string, hint?: Key) => {
    const key = wrong[name];
    const remarks: Remark[] = tried && key ? [{ key, tone: 'seal', text: t(key) }] : [];
    return (
      <Field label={t(label)} hint={hint ? t(hint) : undefined} remarks={remarks}>
        {(slot) => (
          <Input.Password
            id={slot.id}
            size="large"
            autoComplete={autoComplete}
            visibilityToggle={false}
            status={slot.status ?? ''}
            aria-describedby={slot.describedBy}
            aria-invalid={slot.status === 'error'}
            value={draft[name]}
            onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
          />
        )}
      </Field>
    );
  };
  return (
    <Doorway title={t('password.title')}>
      {session.mustChangePassword ? (
        <Note tone="waiting">{t('password.must', { name: session.account.name })}</Note>
      ) : null}
      {change.error ? <ErrorNote error={change.error} /> : null}
      <form onSubmit={submit} noValidate>
        <input type="text" name="username" autoComplete="username" value={session.account.login} readOnly hidden />
        {field('current', 'password.current', 'current-password')}
        {field('next', 'password.next', 'new-password', 'password.rule')}
        {field('again', 'password.again', 'new-password')}
        <Button type="primary" htmlType="submit" size="large" block loading={change.isPending}>
          {t('password.submit')}
        </Button>
      </form>
      {session.mustChangePassword ? null : <Link to="/">{t('action.back')}</Link>}
    </Doorway>
  );
}
