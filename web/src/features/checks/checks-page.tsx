/** 信用核查: check one, then say what was done; what entries ask of the own body, and what is to be lifted. */
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { Cycle, OwnObligations, ToLift } from '../obligations/tabs.tsx';
import { useSession } from '../session/use-session.ts';
import { CheckForm } from './check-form.tsx';
import { CheckLinks } from './check-links.tsx';
import { HitList } from './hit-list.tsx';

const route = getRouteApi('/desk/checks');
const works = ['hits', 'own', 'toLift', 'cycle'] as const;
type Work = (typeof works)[number];
const isWork = (key: string | undefined): key is Work => works.some((one) => one === key);
const states = ['open', 'applied', 'notApplied', 'lifted'] as const;

export function ChecksPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const active: Work = isWork(tab) ? tab : 'hits';
  return (
    <>
      <PageHead title={t('nav.checks')}>
        <p className="quiet">{t('checks.lead')}</p>
        <CheckLinks />
      </PageHead>
      <Tabs
        label={t('obl.tabs')}
        items={works.map((key) => ({ key, label: t(`obl.tab.${key}`) }))}
        active={active}
        onChange={(key) => void navigate({ search: { tab: key === 'hits' ? undefined : key }, replace: true })}
      >
        {active === 'hits' ? (
          <>
            {may('check.run') ? <CheckForm /> : null}
            <Hits />
          </>
        ) : null}
        {active === 'own' ? <OwnObligations /> : null}
        {active === 'toLift' ? <ToLift /> : null}
        {active === 'cycle' ? <Cycle /> : null}
      </Tabs>
    </>
  );
}

function Hits() {
  const { t } = useI18n();
  const [state, setState] = useState<(typeof states)[number]>('open');
  return (
    <Tabs
      label={t('checks.hits')}
      items={states.map((key) => ({ key, label: t(`checks.${key}`) }))}
      active={state}
      onChange={setState}
    >
      <HitList state={state} />
    </Tabs>
  );
}
