/** 个人信息保护: the officer for personal information (PIPL art. 52). No list of persons anywhere. */
import { getRouteApi } from '@tanstack/react-router';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { FunctionsTab } from './functions-tab.tsx';
import { IncidentsTab } from './incidents-tab.tsx';
import { FiguresTab, PurposesTab, RetentionTab } from './registers.tsx';
import { RequestsTab } from './requests-tab.tsx';
import { WindowTab } from './window-tab.tsx';

const route = getRouteApi('/desk/privacy');
const tabs = ['requests', 'window', 'purposes', 'functions', 'figures', 'incidents', 'retention'] as const;
type Tab = (typeof tabs)[number];
const pages: Readonly<Record<Tab, () => React.ReactNode>> = {
  requests: RequestsTab,
  window: WindowTab,
  purposes: PurposesTab,
  functions: FunctionsTab,
  figures: FiguresTab,
  incidents: IncidentsTab,
  retention: RetentionTab,
};

export function PrivacyPage() {
  const { t } = useI18n();
  const navigate = route.useNavigate();
  const { tab } = route.useSearch();
  const active = tabs.find((one) => one === tab) ?? 'requests';
  const Page = pages[active];
  return (
    <>
      <PageHead title={t('nav.privacy')}>
        <p className="quiet">{t('privacy.lead')}</p>
      </PageHead>
      <Tabs
        label={t('nav.privacy')}
        items={tabs.map((key) => ({ key, label: t(`privacy.tab.${key}` as Key) }))}
        active={active}
        onChange={(next) => void navigate({ search: { tab: next === 'requests' ? undefined : next }, replace: true })}
      >
        <Page />
      </Tabs>
    </>
  );
}
