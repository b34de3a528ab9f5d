/** 公示情况及依据: shown until when, why, by which article, what would end it earlier. */
import type { WhyView } from '@chengxin/contract';
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';

const route = getRouteApi('/desk/records/$id/why');
const whyQuery = (id: string) =>
  queryOptions({
    queryKey: ['display', 'why', id],
    queryFn: ({ signal }) => call<WhyView>(`/records/${id}/why`, { signal }),
  });

export function WhyPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const { id } = route.useParams();
  const query = useQuery(whyQuery(id));
  return (
    <Loaded query={query} rows={6}>
      {(why) => (
        <>
          <PageHead
            crumb={
              <>
                {may('record.enter') ? (
                  <Link to="/records/$id" params={{ id }}>
                    {why.documentNumber ?? why.title}
                  </Link>
                ) : (
                  <Link to="/repairs">{t('nav.repairs')}</Link>
                )}{' '}
                / <span>{t('why.title')}</span>
              </>
            }
            title={why.title}
          >
            <p className="sub">
              <span>{why.subject.name}</span>
              {why.documentNumber ? <span>{why.documentNumber}</span> : null}
              <span>{why.decidingBody}</span>
              {why.decidedOn ? <span>{why.decidedOn}</span> : null}
            </p>
          </PageHead>
          <Answer why={why} />
          {may('display.order') ? <Orders why={why} /> : null}
        </>
      )}
    </Loaded>
  );
}

const orders = ['suspend', 'resume', 'mask', 'unmask', 'completeReorganisation', 'annul'] as const;
type Order = (typeof orders)[number];

/** What a court, a reviewing authority or the body itself orders, with the document that says so. */
function Orders({ why }: { why: WhyView }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [order, setOrder] = useState<Order>('suspend');
  const [on, setOn] = useState('');
  const [document, setDocument] = useState('');
  const give = useMutation({
    mutationFn: () =>
      call<{ changed: boolean; late: boolean; dueOn: string | null }>(`/records/${why.recordId}/orders`, {
        method: 'POST',
        body: { order, on, document: document.trim() },
      }),
    onSuccess: ({ changed, late, dueOn }) => {
      if (late && dueOn) message.warning(t('why.order.late', { day: dueOn }));
      else message.success(t(changed ? 'why.order.done' : 'why.order.same'));
      void queryClient.invalidateQueries({ queryKey: ['display'] });
    },
  });
  return (
    <Section title={t('why.order')}>
      <p className="quiet">{t('why.order.hint')}</p>
      {give.error ? <ErrorNote error={give.error} /> : null}
      <form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          give.mutate();
        }}
      >
        <Pick
          label={t('why.order')}
          value={order}
          options={orders.map((one) => ({ value: one, label: t(`why.order.${one}`) }))}
          onChange={(value) => setOrder(orders.find((one) => one === value) ?? 'suspend')}
        />
        <Input type="date" aria-label={t('why.order.on')} value={on} onChange={(event) => setOn(event.target.value)} />
        <Input
          className="document"
          aria-label={t('why.order.document')}
          placeholder={t('why.order.document')}
          maxLength={128}
          value={document}
          onChange={(event) => setDocument(event.target.value)}
        />
        <Button htmlType="submit" loading={give.isPending} disabled={on === '' || document.trim().length < 2}>
          {t('why.order.give')}
        </Button>
      </form>
    </Section>
  );
}

function Answer({ why }: { why: WhyView }) {
  const { t, w } = useI18n();
  return (
    <>
      <Section title={t('why.state')}>
        <p>{w(why.reason)}</p>
        <dl className="facts">
          <div>
            <dt>{t('why.until')}</dt>
            <dd>{why.shown ? (why.until ?? t('why.open')) : '—'}</dd>
          </div>
          <div>
            <dt>{t('why.article')}</dt>
            <dd>{why.article}</dd>
          </div>
          <div>
            <dt>{t('why.regime')}</dt>
            <dd>{w(why.regime)}</dd>
          </div>
          {why.severity ? (
            <div>
              <dt>{t('why.class')}</dt>
              <dd>
                {t(`severity.${why.severity}`)}{' '}
                <Tag {...(why.severityConfirmed ? { tone: 'done' as const } : { tone: 'waiting' as const })}>
                  {t(why.severityConfirmed ? 'why.confirmed' : 'why.proposed')}
                </Tag>
              </dd>
            </div>
          ) : null}
          <div>
            <dt>{t('why.notice')}</dt>
            <dd>{why.noticeServedOn ? t('why.noticeServed', { day: why.noticeServedOn }) : t('why.noticeMissing')}</dd>
          </div>
          {why.marketRegister ? (
            <div>
              <dt>{t('why.market')}</dt>
              <dd>
                {w(why.marketRegister.reason)} <span className="quiet">{why.marketRegister.article}</span>
              </dd>
            </div>
          ) : null}
        </dl>
      </Section>
      {why.earlier.length > 0 ? (
        <Section title={t('why.earlier')}>
          <ul className="plain lines">
            {why.earlier.map((one) => (
              <li key={one.key}>
                {one.from ? <strong>{t('why.from', { day: one.from })} </strong> : null}
                {w(one.words)} <span className="quiet">{one.basis}</span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {why.events.length > 0 ? (
        <Section title={t('why.events')}>
          <ul className="plain lines">
            {why.events.map((one) => (
              <li key={`${one.kind} ${one.effectiveOn} ${one.document ?? ''}`}>
                <span className="number">{one.effectiveOn}</span> {w(one.words)}
                {one.document ? <span className="quiet"> {one.document}</span> : null}
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </>
  );
}
