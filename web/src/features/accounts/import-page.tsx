import { Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { SheetImport } from './sheet-import.tsx';

export function ImportPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHead crumb={<Link to="/accounts">{t('nav.accounts')}</Link>} title={t('account.import')}>
        <p className="quiet">{t('account.importHint')}</p>
      </PageHead>
      <SheetImport path="/accounts/imports" templatePath="/accounts/template" passwords />
    </>
  );
}
