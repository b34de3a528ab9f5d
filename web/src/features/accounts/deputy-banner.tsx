/** Said on every page while one acts for somebody absent, with the way back. */
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { call } from '../../shared/api/client.ts';
import { forgetAll } from '../../shared/api/queries.ts';
import type { SessionView } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';

/** Another role from the next request on: everything that was read is forgotten. */
export async function actAs(deputyId: string | null): Promise<void> {
  await call('/session/deputy', { method: 'POST', body: { deputyId }, once: false });
  forgetAll(await call<SessionView>('/session'));
}

export function DeputyBanner({ name }: { name: string }) {
  const { t } = useI18n();
  const stop = useMutation({ mutationFn: () => actAs(null) });
  return (
    <div className="note note-waiting" role="status">
      <div className="note-text">{t('leave.acting', { name })}</div>
      <Button loading={stop.isPending} onClick={() => stop.mutate()}>
        {t('leave.stop')}
      </Button>
    </div>
  );
}
