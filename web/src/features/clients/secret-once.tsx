/** A secret that is shown now and never again. */
import { App, Button } from 'antd';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Note } from '../../shared/ui/states.tsx';

export function SecretOnce({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const copy = (): void => {
    // Not there without TLS on an intranet; the text can be chosen with one click then.
    void navigator.clipboard?.writeText(secret).then(() => message.success(t('client.key.copied')));
  };
  return (
    <Note tone="waiting" role="status">
      <strong>{title}</strong>
      <p>
        <code className="secret">{secret}</code>
      </p>
      <p>{t('client.key.onceHint')}</p>
      <div className="actions">
        {typeof navigator.clipboard === 'object' ? <Button onClick={copy}>{t('client.key.copy')}</Button> : null}
        <Button type="primary" onClick={onClose}>
          {t('client.key.kept')}
        </Button>
      </div>
    </Note>
  );
}
