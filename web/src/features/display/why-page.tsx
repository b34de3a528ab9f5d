/** 公示情况及依据: shown until when, why, by which article, what would end it earlier. */
import type { WhyView } from '@chengxin/contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Loaded } from '../../shared/ui/states.tsx';

const route = getRouteApi('/desk/records/$id/why');
const whyQuery = (id: string) =>
  queryOptions({
    queryKey: ['display', 'why', id],
    queryFn: ({ signal }) => call<WhyView>(`/records/${id}/why`, { signal }),
  });

export function WhyPage() {
  const { t } = useI18n();
  const { id } = route.useParams();
  const query = useQuery(whyQuery(id));
  return (
    <Loaded query={query} rows={6}>
      {(why) => (
        <>
          <PageHead
            crumb={
              <>
                <Link to="/records/$id" params={{ id }}>
                  {why.documentNumber ?? why.title}
                </Link>{' '}
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
        </>
      )}
    </Loaded>
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
