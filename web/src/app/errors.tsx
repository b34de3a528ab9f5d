/** When a page cannot be shown at all. */
import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useI18n } from '../shared/i18n/index.tsx';
import { LinkButton } from '../shared/ui/link-button.tsx';
import { PageHead } from '../shared/ui/page.tsx';
import { Empty, ErrorNote } from '../shared/ui/states.tsx';

export function RouteError({ error, reset }: ErrorComponentProps) {
  const { t } = useI18n();
  const router = useRouter();
  // A page file that is gone after an upgrade: loading the desk anew brings the new one.
  const stale = /dynamically imported module|module script failed/i.test(String(error));
  return (
    <div className="page lone">
      <PageHead title={t('error.pageTitle')} />
      <ErrorNote
        error={error}
        onRetry={() => {
          if (stale) location.reload();
          else {
            reset();
            void router.invalidate();
          }
        }}
      />
    </div>
  );
}

export function NotFound() {
  const { t } = useI18n();
  return (
    <main className="page lone">
      <PageHead title={t('error.notFoundTitle')} />
      <Empty
        title={t('error.notFound')}
        action={
          <LinkButton primary to="/">
            {t('error.home')}
          </LinkButton>
        }
      >
        {t('error.notFoundHint')}
      </Empty>
    </main>
  );
}
