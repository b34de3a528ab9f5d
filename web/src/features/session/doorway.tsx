/** The page before the desk: one column on white. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import seal from '../../app/seal.svg';
import { siteQuery } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { LanguageSwitch } from '../../shared/ui/language-switch.tsx';
import { PageHead } from '../../shared/ui/page.tsx';

export function Doorway({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useI18n();
  const site = useQuery(siteQuery).data;
  return (
    <div className="doorway">
      <header>
        <img src={seal} alt="" width="34" height="34" />
        <span className="doorway-name">
          {t('app.brand')}
          {site?.cityName ? ` · ${site.cityName}` : ''}
        </span>
        <LanguageSwitch />
      </header>
      <main>
        <PageHead title={title} />
        {children}
      </main>
    </div>
  );
}
