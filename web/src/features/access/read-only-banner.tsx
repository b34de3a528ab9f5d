/** Above every page while the platform is read only. */
import { useQuery } from '@tanstack/react-query';
import { useI18n } from '../../shared/i18n/index.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Note } from '../../shared/ui/states.tsx';
import { platformStateQuery } from './queries.ts';

export function ReadOnlyBanner() {
  const { t } = useI18n();
  const state = useQuery(platformStateQuery).data;
  if (!state?.readOnly) return null;
  return (
    <Note tone="waiting" role="status">
      {t('readOnly.banner', { at: state.since ? formatInstant(state.since) : '' })}
    </Note>
  );
}
