/** A one-time password, shown now and never again. */
import { useI18n } from '../../shared/i18n/index.tsx';
import { Note } from '../../shared/ui/states.tsx';

export function PasswordOnce({ login, password }: { login: string; password: string | null }) {
  const { t } = useI18n();
  return (
    <Note tone="done" role="status">
      <strong>{t('account.once', { login })}</strong>
      {password ? (
        <p>
          <code className="once">{password}</code>
        </p>
      ) : null}
      <p>{t(password ? 'account.onceHint' : 'account.onceGone')}</p>
    </Note>
  );
}
