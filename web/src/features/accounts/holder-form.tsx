/** Whoever took over an account that the command line made says once who stands behind it. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { accountQuery, renewAccounts } from './accounts-api.ts';

export function HolderForm() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { session, may } = useSession();
  const id = session?.account.id ?? '';
  const own = useQuery({ ...accountQuery(id), enabled: may('account.read') && id !== '', retry: false });
  const [number, setNumber] = useState('');
  const save = useMutation({
    mutationFn: () => call('/accounts/me/holder', { method: 'POST', body: { number: number.trim() } }),
    onSuccess: () => {
      message.success(t('holder.done'));
      renewAccounts();
    },
  });
  if (own.data === undefined || own.data.account.holderKnown) return null;
  return (
    <Note tone="waiting">
      <strong>{t('holder.title')}</strong>
      <p>{t('holder.why')}</p>
      {save.error ? <ErrorNote error={save.error} /> : null}
      <form
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          if (number.trim() !== '') save.mutate();
        }}
      >
        <Field label={t('account.number')}>
          {(slot) => (
            <Input
              id={slot.id}
              value={number}
              maxLength={40}
              autoComplete="off"
              onChange={(event) => setNumber(event.target.value)}
            />
          )}
        </Field>
        <div className="form-end">
          <Button htmlType="submit" loading={save.isPending}>
            {t('holder.save')}
          </Button>
        </div>
      </form>
    </Note>
  );
}
