/** 信用核查: check one, then say what was done. */
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead, Section } from '../../shared/ui/page.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useSession } from '../session/use-session.ts';
import { CheckForm } from './check-form.tsx';
import { CheckLinks } from './check-links.tsx';
import { HitList } from './hit-list.tsx';

const tabs = ['open', 'applied', 'notApplied', 'lifted'] as const;

export function ChecksPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const [tab, setTab] = useState<(typeof tabs)[number]>('open');
  return (
    <>
      <PageHead title={t('nav.checks')}>
        <p className="quiet">{t('checks.lead')}</p>
        <CheckLinks />
      </PageHead>
      {may('check.run') ? <CheckForm /> : null}
      <Section title={t('checks.hits')}>
        <Tabs
          label={t('checks.hits')}
          items={tabs.map((key) => ({ key, label: t(`checks.${key}`) }))}
          active={tab}
          onChange={setTab}
        >
          <HitList state={tab} />
        </Tabs>
      </Section>
    </>
  );
}
