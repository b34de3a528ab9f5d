/** 办理目标: what the city has set itself, counted from the cases now. */
import type { TargetList, TargetView } from '@chengxin/contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Figures, PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Loaded, Note } from '../../shared/ui/states.tsx';

const targetsQuery = queryOptions({
  queryKey: ['cases', 'targets'],
  queryFn: ({ signal }) => call<TargetList>('/targets', { signal }),
  refetchInterval: 60_000,
});

export function TargetsPage() {
  const { t } = useI18n();
  const query = useQuery(targetsQuery);
  return (
    <>
      <PageHead title={t('nav.targets')}>
        <p className="quiet">{t('target.lead')}</p>
      </PageHead>
      <Loaded query={query}>
        {(targets) => (
          <>
            {targets.confirmed ? null : <Note tone="waiting">{t('target.unconfirmed')}</Note>}
            {targets.items.map((item) => (
              <Target key={item.key} item={item} />
            ))}
            <p className="quiet">{t('target.asOf', { at: formatInstant(targets.asOf), n: targets.windowDays })}</p>
          </>
        )}
      </Loaded>
    </>
  );
}

function Target({ item }: { item: TargetView }) {
  const { t, w } = useI18n();
  return (
    <Section
      title={w(item.name)}
      aside={
        item.met === null ? (
          <Tag>{t('target.none')}</Tag>
        ) : (
          <Tag tone={item.met ? 'done' : 'seal'}>{t(item.met ? 'target.met' : 'target.missed')}</Tag>
        )
      }
    >
      <Figures
        items={[
          {
            key: 'value',
            value: item.value === null ? '—' : String(item.value),
            label: w(item.unit),
            tone: item.met === false ? 'seal' : undefined,
          },
          { key: 'limit', value: `≤ ${item.limit}`, label: t('target.limit') },
          { key: 'decided', value: item.decided, label: t('target.decided') },
          { key: 'open', value: item.open, label: t('target.open') },
          { key: 'overdue', value: item.overdue, label: t('target.overdue'), tone: 'seal' },
        ]}
      />
      <p className="quiet">
        {t('target.definition')}：{w(item.definition)}（{item.basis}）
      </p>
    </Section>
  );
}
