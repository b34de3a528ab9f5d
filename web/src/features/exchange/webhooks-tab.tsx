/** 变化通知: systems that are told to ask again, and whose address does not answer. A system registers its own, by its key. */
import type { WebhookView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { renewExchange, webhooksQuery } from './queries.ts';

const filters = ['active', 'alarm', 'ended'] as const;
type Filter = (typeof filters)[number];
const filterKey: Readonly<Record<Filter, Key>> = {
  active: 'webhooks.active',
  alarm: 'webhooks.alarm',
  ended: 'webhooks.ended',
};

export function WebhooksTab() {
  const { t } = useI18n();
  const [state, setState] = useState<Filter>('active');
  const query = useInfiniteQuery(webhooksQuery(state));
  return (
    <>
      <p className="quiet">{t('webhooks.lead')}</p>
      <div className="filters">
        <Pick
          label={t('exchange.filter')}
          value={state}
          options={filters.map((value) => ({ value, label: t(filterKey[value]) }))}
          onChange={(next) => setState(filters.find((one) => one === next) ?? 'active')}
        />
      </div>
      <PagedList query={query} empty={<Empty title={t('webhooks.none')}>{t('webhooks.noneHint')}</Empty>}>
        {(rows) => (
          <ul className="plain channels">
            {rows.map((hook) => (
              <li key={hook.id} className="channel">
                <Hook hook={hook} />
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </>
  );
}

function Hook({ hook }: { hook: WebhookView }) {
  const { t, w } = useI18n();
  const facts: [Key, string][] = [
    ['exchange.address', hook.url],
    ['webhooks.since', formatInstant(hook.registeredAt)],
    ['exchange.lastSuccess', hook.lastSuccessAt ? formatInstant(hook.lastSuccessAt) : t('channels.never')],
    ['webhooks.waiting', formatCount(hook.waiting)],
  ];
  return (
    <>
      <div className="channel-head">
        <h2>{hook.client.name}</h2>
        <Tag tone={hook.alarmAt ? 'seal' : hook.state === 'active' ? 'done' : undefined}>
          {t(hook.alarmAt ? 'webhooks.alarm' : filterKey[hook.state])}
        </Tag>
      </div>
      <p className="sub">{hook.body.name}</p>
      {hook.problem && hook.state === 'active' ? (
        <Note tone="seal">
          <strong>{w(hook.problem)}</strong>
          <p className="quiet">{t('channels.failures', { n: hook.failures })}</p>
        </Note>
      ) : null}
      <dl className="channel-facts">
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {hook.state === 'active' ? <End hook={hook} /> : null}
    </>
  );
}

function End({ hook }: { hook: WebhookView }) {
  const { t } = useI18n();
  const { may } = useSession();
  const act = useMutation({
    mutationFn: () => call<void>(`/webhooks/${hook.id}`, { method: 'DELETE' }),
    onSettled: renewExchange,
  });
  if (!may('webhook.end')) return null;
  return (
    <>
      {act.error ? <ErrorNote error={act.error} /> : null}
      <div className="actions">
        <Popconfirm
          title={t('webhooks.endAsk')}
          okText={t('exchange.end')}
          cancelText={t('dispute.cancel')}
          onConfirm={() => act.mutate()}
        >
          <Button danger loading={act.isPending}>
            {t('exchange.end')}
          </Button>
        </Popconfirm>
      </div>
    </>
  );
}
