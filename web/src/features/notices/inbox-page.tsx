/** 通知: what one was told, newest first, and where one is reached beside it. */
import type { InboxItem, UnreadCount } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { casePageOf } from '../cases/case-pages.ts';
import { useSession } from '../session/use-session.ts';
import { ContactForm } from './contact-form.tsx';
import { inboxQuery, renewNotices, unreadQuery } from './queries.ts';

const route = getRouteApi('/desk/notices');

const markRead = (ids: readonly string[] | undefined): Promise<UnreadCount> =>
  call<UnreadCount>('/notices/read', { method: 'POST', body: ids ? { ids } : {}, once: false });

export function InboxPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const shown = show === 'unread' ? 'unread' : 'all';
  const query = useInfiniteQuery(inboxQuery(shown === 'unread'));
  const unread = useQuery(unreadQuery).data?.unread ?? 0;
  const all = useMutation({ mutationFn: () => markRead(undefined), onSuccess: renewNotices });
  return (
    <>
      <PageHead
        title={t('nav.notices')}
        actions={
          <>
            {may('notice.oversee') ? <LinkButton to="/notices/sent">{t('notice.sent')}</LinkButton> : null}
            <Button disabled={unread === 0} loading={all.isPending} onClick={() => all.mutate()}>
              {t('notice.readAll')}
            </Button>
          </>
        }
      >
        <p className="quiet">{t('notice.lead')}</p>
      </PageHead>
      {all.error ? <ErrorNote error={all.error} /> : null}
      <Tabs
        label={t('nav.notices')}
        items={[
          { key: 'all', label: t('notice.all') },
          { key: 'unread', label: t('notice.unread', { n: unread }) },
        ]}
        active={shown}
        onChange={(next) =>
          void navigate({ search: { show: next === 'unread' ? 'unread' : undefined }, replace: true })
        }
      >
        <PagedList
          query={query}
          empty={
            <Empty title={t(shown === 'unread' ? 'notice.noneUnread' : 'notice.none')}>{t('notice.noneHint')}</Empty>
          }
        >
          {(rows) => (
            <ul className="plain lines">
              {rows.map((row) => (
                <Notice key={row.id} row={row} />
              ))}
            </ul>
          )}
        </PagedList>
      </Tabs>
      <Section title={t('notice.contact')}>
        <ContactForm />
      </Section>
    </>
  );
}

function Notice({ row }: { row: InboxItem }) {
  const { t, w } = useI18n();
  const read = useMutation({ mutationFn: () => markRead([row.id]), onSuccess: renewNotices });
  const page = row.caseId ? casePageOf(row.procedure) : undefined;
  return (
    <li>
      <div className="stacked">
        <p>
          {row.readAt === null ? <Tag tone="brand">{t('notice.new')}</Tag> : null}{' '}
          {page && row.caseId ? (
            <Link
              to={page}
              params={{ id: row.caseId }}
              onClick={() => {
                if (row.readAt === null) read.mutate();
              }}
            >
              {w(row.title)}
            </Link>
          ) : (
            <strong>{w(row.title)}</strong>
          )}
        </p>
        <p>{w(row.text)}</p>
        <div className="sub">
          <span>{formatInstant(row.at)}</span>
          {row.readAt === null ? (
            <button type="button" className="link" disabled={read.isPending} onClick={() => read.mutate()}>
              {t('notice.read')}
            </button>
          ) : (
            <span>{t('notice.readAt', { at: formatInstant(row.readAt) })}</span>
          )}
        </div>
      </div>
    </li>
  );
}
