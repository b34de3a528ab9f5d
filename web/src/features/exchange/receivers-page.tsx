/** 接收方: who is told of changes of what it received, whether it confirmed, and what the credit office has to look after. */
import { getRouteApi } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { AlarmsTab } from './alarms-tab.tsx';
import { DeliveriesTab } from './deliveries-tab.tsx';
import { ReceiversTab } from './receivers-tab.tsx';
import { WebhooksTab } from './webhooks-tab.tsx';

const route = getRouteApi('/desk/receivers');
const tabs = ['alarms', 'deliveries', 'receivers', 'webhooks'] as const;
type Tab = (typeof tabs)[number];

export function ReceiversPage() {
  const { t } = useI18n();
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const shown: Tab = tabs.find((one) => one === tab) ?? 'alarms';
  return (
    <>
      <PageHead title={t('nav.receivers')}>
        <p className="quiet">{t('exchange.lead')}</p>
      </PageHead>
      <Tabs
        label={t('nav.receivers')}
        items={[
          { key: 'alarms', label: t('exchange.alarms') },
          { key: 'deliveries', label: t('exchange.deliveries') },
          { key: 'receivers', label: t('exchange.receivers') },
          { key: 'webhooks', label: t('webhooks.title') },
        ]}
        active={shown}
        onChange={(next) => void navigate({ search: { tab: next === 'alarms' ? undefined : next }, replace: true })}
      >
        {shown === 'alarms' ? <AlarmsTab /> : null}
        {shown === 'deliveries' ? <DeliveriesTab /> : null}
        {shown === 'receivers' ? <ReceiversTab /> : null}
        {shown === 'webhooks' ? <WebhooksTab /> : null}
      </Tabs>
    </>
  );
}
