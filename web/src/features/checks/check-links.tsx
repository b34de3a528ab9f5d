/** From one page of checks to the others. */
import { Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';

export function CheckLinks() {
  const { t } = useI18n();
  return (
    <nav className="sub" aria-label={t('batches.links')}>
      <Link to="/checks">{t('batches.one')}</Link>
      <Link to="/checks/batches">{t('batches.title')}</Link>
      <Link to="/checks/receipts">{t('batches.receipts')}</Link>
      <Link to="/checks/counts">{t('batches.counts')}</Link>
      <a href="/measures">{t('batches.measures')}</a>
    </nav>
  );
}
